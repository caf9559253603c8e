"""People and their roles in a city."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import select

from app.adapters.database import WriteSession
from app.domain.access import CITY_ROLES, PUBLIC, Actor, Role
from app.domain.refusals import Reason, Refused
from app.models import CityMember, Person
from app.queries import cities, people
from app.queries.cities import CityFacts
from app.services import audit, outbox


def known_or_new(session: WriteSession, actor: Actor, email: str, name: str, language: str, now: datetime) -> Person:
    """The person with this address; made when there is none, and named when they had no name."""
    person = people.by_email(session, email)
    if person is None:
        person = Person(email=email.strip().lower(), name=name, locale=language, created_at=now)
        session.add(person)
        audit.record(
            session, actor, "created", person, now, city_id=None, after=audit.snapshot(person, "email", "name")
        )
    elif name and not person.name:
        person.name = name
    return person


def grant(
    session: WriteSession,
    actor: Actor,
    city_id: int,
    person: Person,
    role: Role,
    now: datetime,
    unit_id: int | None = None,
) -> CityMember:
    """Give a person a role in a city; giving it twice changes nothing."""
    if role not in CITY_ROLES:
        raise Refused(Reason.NOT_ALLOWED, "role")
    session.flush()
    held = session.exec(
        select(CityMember).where(
            CityMember.city_id == city_id, CityMember.person_id == person.id, CityMember.role == role
        )
    ).one_or_none()
    if held is None:
        held = CityMember(city_id=city_id, person_id=person.id, role=role, unit_id=unit_id)
        session.add(held)
        after = {"person": person.email, "role": role.value}
        audit.record(session, actor, "granted", held, now, city_id=city_id, after=after)
    return held


def invite(
    session: WriteSession,
    actor: Actor,
    city: CityFacts,
    email: str,
    name: str,
    role: Role,
    language: str,
    now: datetime,
    unit_id: int | None = None,
) -> CityMember:
    """Give somebody a role in a city, and tell them by mail where to begin. A new person reads it in `language`."""
    person = known_or_new(session, actor, email, name, language, now)
    member = grant(session, actor, city.id, person, role, now, unit_id)
    outbox.queue(
        session,
        "city_invitation",
        to_email=person.email,
        to_name=person.name,
        language=person.locale,
        now=now,
        zone=ZoneInfo(city.time_zone),
        context={"city": city.name.text(person.locale), "city_slug": city.slug, "role": role, "inviter": actor.name},
        city_id=city.id,
    )
    return member


def revoke(session: WriteSession, actor: Actor, member: CityMember, now: datetime) -> None:
    """Take a role away; one's own organizer role cannot be taken by oneself."""
    if member.person_id == actor.person and member.role is Role.ORGANIZER:
        raise Refused(Reason.OWN_ROLE)
    before = {"person": member.person_id, "role": member.role.value}
    audit.record(session, actor, "revoked", member, now, city_id=member.city_id, before=before)
    session.delete(member)


def edit_profile(
    session: WriteSession, actor: Actor, person: Person, name: str, title: str, language: str, now: datetime
) -> None:
    """Change how one is called, one's title, and the language in which one is written to."""
    before = audit.snapshot(person, "name", "title", "locale")
    person.name, person.title, person.locale = name, title, language
    after = audit.snapshot(person, *before)
    if after != before:
        audit.record(session, actor, "edited", person, now, city_id=None, before=before, after=after)


def ensure(
    session: WriteSession,
    email: str,
    name: str,
    now: datetime,
    *,
    city_slug: str = "",
    role: str = "",
    admin: bool = False,
) -> Person:
    """From the command line: a person with the roles asked for. Raises ValueError with words for the terminal."""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", email.strip()):
        message = f"{email!r} is no email address, and a link could not be sent there."
        raise ValueError(message)
    if bool(city_slug) != bool(role):
        message = "A role is held in a city: give both --city and --role, or neither."
        raise ValueError(message)
    person = known_or_new(session, PUBLIC, email, name, "fi", now)
    if admin and not person.is_admin:
        person.is_admin = True
        audit.record(session, PUBLIC, "granted", person, now, city_id=None, after={"is_admin": True})
    if role:
        city = cities.facts(session, city_slug)
        if city is None:
            message = f"There is no city {city_slug!r}."
            raise ValueError(message)
        if role not in {r.value for r in CITY_ROLES}:
            message = f"There is no role {role!r}."
            raise ValueError(message)
        grant(session, PUBLIC, city.id, person, Role(role), now)
    return person
