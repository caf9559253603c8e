"""What every test stands on: a city with its people, and an event with its challenges and jury."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.adapters import clock
from app.adapters.database import WriteSession, writing
from app.config import Settings
from app.domain.access import EVERY_CITY, Actor, Role
from app.domain.localized import Localized
from app.models import (
    Challenge,
    City,
    Criterion,
    Event,
    JurySeat,
    Person,
    Platform,
    Unit,
)
from app.queries import cities as city_queries
from app.queries import people as people_queries
from app.services import (
    challenges,
    cities,
    cpv,
    criteria,
    events,
    panel,
    people,
)

NOW = datetime.now(UTC).replace(microsecond=0)
"""The tests' present: real, since the app asks the clock; dates of events are laid around it."""

SYSTEM = Actor(name="test")
ZONE = ZoneInfo("Europe/Helsinki")
QUESTIONS = ("title", "solution", "fit", "evidence", "pilot", "from_city", "price", "team")


def texts(fi: str, sv: str | None = None, en: str | None = None) -> Localized:
    """A text in three languages."""
    return Localized(fi, sv if sv is not None else f"{fi} på svenska", en if en is not None else f"{fi} in English")


class Foundation:
    """A city with its people, and an event with its challenges and jury."""

    def __init__(self, engine: sa.Engine, settings: Settings) -> None:
        self.engine, self.settings = engine, settings
        self._numbers = count(1)

    @contextmanager
    def change(self) -> Iterator[WriteSession]:
        """A transaction; the rows it made stay readable afterwards."""
        with writing(self.engine, EVERY_CITY) as session:
            session.expire_on_commit = False
            yield session

    def city(
        self, slug: str = "tampere", name: str = "Tampere", languages: tuple[str, ...] = ("fi", "sv", "en")
    ) -> City:
        with self.change() as session:
            return cities.create(session, SYSTEM, slug, texts(name, name, name), list(languages), clock.now())

    def unit(self, city: City, name: str = "Kaupunkisuunnittelu") -> Unit:
        with self.change() as session:
            return cities.add_unit(session, SYSTEM, city.id, texts(name), clock.now())

    def platform(self, city: City, name: str = "Liikkuminen") -> Platform:
        with self.change() as session:
            return cities.add_platform(session, SYSTEM, city.id, texts(name), Localized(), clock.now())

    def cpv_codes(self) -> int:
        """All 9,454 of them."""
        with self.change() as session:
            return cpv.load(session)

    def person(self, name: str = "", *, admin: bool = False) -> Person:
        number = next(self._numbers)
        with self.change() as session:
            email = f"person{number}@example.org"
            return people.ensure(session, email, name or f"Henkilö {number}", clock.now(), admin=admin)

    def member(self, city: City, role: Role, name: str = "") -> Person:
        person = self.person(name)
        with self.change() as session:
            people.grant(session, SYSTEM, city.id, person, role, clock.now())
        return person

    def organizer(self, city: City, name: str = "") -> Person:
        return self.member(city, Role.ORGANIZER, name)

    def actor(self, person: Person) -> Actor:
        with WriteSession(self.engine) as session:
            session.enter(EVERY_CITY)
            actor = people_queries.actor_of_person(session, person.id)
        assert actor is not None
        return actor

    def event(self, city: City, phase: str = "call_open", name: str = "Kipinä", **values: Any) -> Event:
        """An event in a phase, by its dates: draft, published, call_open, call_closed, jury, held or follow_up."""
        day = timedelta(days=1)
        opens = {"published": 3, "call_open": -5, "call_closed": -20, "jury": -20, "held": -60, "follow_up": -90}
        start = NOW + day * opens.get(phase, 3)
        dates = {
            "call_opens_at": start,
            "call_closes_at": start + day * 15,
            "jury_opens_at": start + day * (16 if phase == "jury" else 25),
            "day_starts_at": start + day * 60 - timedelta(hours=1),
            "day_ends_at": start + day * 60 + timedelta(hours=7),
        }
        with self.change() as session:
            facts = city_queries.facts_by_id(session, city.id)
            assert facts is not None
            draft = events.EventDraft(
                name=texts(name, name, name),
                summary=texts("Haku on auki"),
                place=texts("Vapriikki"),
                **(dates | values),
            )
            event = events.create(session, SYSTEM, facts, draft, start - day * 3)
            if phase != "draft":
                # Tests add challenges and criteria afterwards, only those they need; `events.publish` wants them first.
                event.published_at = min(start - day * 2, NOW - day)
            return event

    def challenge(self, event: Event, title: str = "Sujuva kaavoitus", **values: Any) -> Challenge:
        with self.change() as session:
            draft = challenges.ChallengeDraft(title=texts(title), need=texts(f"Tarve: {title}"), **values)
            return challenges.create(session, SYSTEM, event, draft, clock.now())

    def criteria(
        self,
        event: Event,
        weights: tuple[int, ...] = (30, 30, 20, 20),
        challenge: Challenge | None = None,
        **values: Any,
    ) -> list[Criterion]:
        """Criteria of the event, or of one challenge in addition; `values` are columns of all of them."""
        values["challenge_id"] = challenge.id if challenge else None
        named: list[dict[str, Any]] = [{"name": texts(f"Peruste {n}"), "weight": w} for n, w in enumerate(weights, 1)]
        drafts = [criteria.CriterionDraft(**(each | values)) for each in named]
        with self.change() as session:
            return [criteria.create(session, SYSTEM, event, draft, clock.now()) for draft in drafts]

    def juror(self, event: Event, name: str = "", challenge: Challenge | None = None) -> Person:
        person = self.person(name)
        with self.change() as session:
            session.add(
                JurySeat(
                    event_id=event.id,
                    person_id=person.id,
                    challenge_id=challenge.id if challenge else None,
                    created_at=clock.now(),
                )
            )
        return person

    def seat(self, event: Event, person: Person, challenge: Challenge | None = None) -> JurySeat:
        """A seat for somebody who is there already; `world.juror(event)` makes the person too."""
        with self.change() as session:
            facts = city_queries.facts_by_id(session, event.city_id)
            assert facts is not None
            mine = session.get_one(Event, event.id)
            return panel.seat(session, SYSTEM, facts, mine, person, challenge.id if challenge else None, clock.now())
