"""The demo's cities, people and companies."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from app.adapters.database import WriteSession
from app.demo.content import read, text
from app.domain.access import PUBLIC, Actor, Role
from app.domain.ids import PersonId
from app.models import City, CompanyMember, Person, Platform
from app.services import cities, companies
from app.services import people as people_service

THEMES = {"tampere": "spark", "vaasa": "sea"}
BEGINNING = timedelta(days=4_000)
"""Long before the first event: cities and companies were there already."""


def load(session: WriteSession, loaded: Any, advance: Callable[[], None]) -> None:
    """Cities with units and platforms, then everybody who works for them or for a company."""
    then = loaded.calendar.now - BEGINNING
    for one in read("cities")["cities"]:
        city = cities.create(session, PUBLIC, one["slug"], text(one["name"]), one["languages"], then)
        city.welcome = text(one["welcome"])
        city.theme = THEMES[one["slug"]]
        city.municipality_code = one["municipality_code"]
        city.contact_email = one["contact"]["email"]
        loaded.remember("city", one["key"], city.id)
        for position, unit in enumerate(one["units"]):
            row = cities.add_unit(session, PUBLIC, city.id, text(unit["name"]), then, position)
            session.flush()
            loaded.remember("unit", f"{one['key']} {unit['key']}", row.id)
        for position, platform in enumerate(one["platforms"]):
            made = Platform(
                city_id=city.id, slug=platform["key"], name=text(platform["name"]), position=position,
                description=text(platform["description"]),
            )  # fmt: skip
            session.add(made)
            session.flush()
            loaded.remember("platform", f"{one['key']} {platform['key']}", made.id)
        loaded.goals[one["key"]] = {goal["key"]: goal for goal in one["strategy_goals"]}
        advance()
    for one in read("people")["people"]:
        admin = one.get("installation_admin", False)
        person = people_service.ensure(session, one["email"], one["name"], then, admin=admin)
        person.locale = one["language"]
        person.title = text(one["memberships"][0]["title"]).text(person.locale) if one["memberships"] else ""
        session.flush()
        loaded.remember("person", one["key"], person.id)
        for held in one["memberships"]:
            if "city" in held:
                _join_city(session, loaded, person, held, then)
        advance()


def _join_city(session: WriteSession, loaded: Any, person: Person, held: dict[str, Any], then: datetime) -> None:
    city_id = loaded.id("city", held["city"])
    unit_id = loaded.ids["unit"].get(f"{held['city']} {held.get('unit')}")
    for role in held["roles"]:
        if role != "juror":
            people_service.grant(session, PUBLIC, city_id, person, Role(role), then, unit_id)


def load_companies(session: WriteSession, loaded: Any, advance: Callable[[], None]) -> None:
    """Companies, each made by its owner, and their other members."""
    then = loaded.calendar.now - BEGINNING
    members: dict[str, list[tuple[str, str]]] = {}
    for person in read("people")["people"]:
        for held in person["memberships"]:
            for role in held["roles"] if "company" in held else ():
                members.setdefault(held["company"], []).append((role, person["key"]))
    for one in read("companies")["companies"]:
        draft = companies.CompanyDraft(
            name=one["name"],
            country=one["country"],
            register_number=one.get("business_id") or one["register_number"],
            home_town=one["home_town"],
            website=one["site"],
            description=text(one["description"]),
            founded=one["founded"],
            size=str(one["staff"]),
            locale=one["language"],
        )
        held = sorted(members.get(one["key"], []), key=lambda pair: pair[0] != "owner")
        owner = session.get_one(Person, loaded.id("person", held[0][1]))
        company = companies.create(session, actor_of(owner), draft, then)
        session.flush()
        loaded.remember("company", one["key"], company.id)
        loaded.remember("owner", one["key"], owner.id)
        for role, key in held[1:]:
            session.add(CompanyMember(company_id=company.id, person_id=loaded.id("person", key), role=Role(role)))
        advance()


def actor_of(person: Person) -> Actor:
    """Somebody as the one who acts."""
    return Actor(person=PersonId(person.id), name=person.name, email=person.email, locale=person.locale)


def city_of(session: WriteSession, loaded: Any, key: str) -> City:
    """A loaded city."""
    return session.get_one(City, loaded.id("city", key))
