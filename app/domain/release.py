"""A released version of a programme: what was told to the public, complete in itself.

It is kept as JSON in `programme_release.content`, in the shape of `Programme.content()`:

    {"places": [{"id", "name": {fi, sv, en}, "capacity", "map": [x, y] or null}],
     "companies": [{"id", "name", "home_town", "website", "description": {…}}],
     "challenges": [{"id", "number", "title": {…}}],
     "sessions": [{"id", "kind", "title": {…}, "abstract": {…}, "starts_at", "ends_at" (ISO, UTC), "place",
                   "company", "application", "challenge" (ids or null), "unit": {…}, "people": [names],
                   "stand", "map", "sequence"}]}

Only what anybody may read is in it: of a company its public facts, of an application nothing but its id.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from functools import cached_property
from itertools import groupby
from typing import Any, Self

from app.domain import schedule
from app.domain.localized import Localized
from app.domain.schedule import SessionKind

Point = tuple[int, int]
"""Per cent of the map from the left and from the top."""


@dataclass(frozen=True, slots=True)
class ReleasedPlace:
    """A stage, room or spot."""

    id: int
    name: Localized
    capacity: int | None = None
    at: Point | None = None


@dataclass(frozen=True, slots=True)
class ReleasedCompany:
    """The public facts of a company."""

    id: int
    name: str
    home_town: str = ""
    website: str = ""
    description: Localized = field(default_factory=Localized)


@dataclass(frozen=True, slots=True)
class ReleasedChallenge:
    """A challenge that somebody pitches to."""

    id: int
    number: int
    title: Localized


@dataclass(frozen=True, slots=True)
class ReleasedSession:
    """An item of the day. `sequence` is the number of the release in which it last changed: calendars compare it."""

    id: int
    kind: SessionKind
    title: Localized
    starts_at: datetime
    ends_at: datetime
    abstract: Localized = field(default_factory=Localized)
    place: int | None = None
    company: int | None = None
    application: int | None = None
    challenge: int | None = None
    unit: Localized = field(default_factory=Localized)
    people: tuple[str, ...] = ()
    stand: str = ""
    at: Point | None = None
    sequence: int = 0

    def for_rules(self) -> schedule.Session:
        """What the rules of the schedule know of it."""
        return schedule.Session(self.id, self.kind, self.place, self.starts_at, self.ends_at, self.company, self.people)


@dataclass(frozen=True)
class Programme:
    """The whole of a release. Sessions are in order of time."""

    places: tuple[ReleasedPlace, ...] = ()
    companies: tuple[ReleasedCompany, ...] = ()
    challenges: tuple[ReleasedChallenge, ...] = ()
    sessions: tuple[ReleasedSession, ...] = ()

    @cached_property
    def place(self) -> dict[int | None, ReleasedPlace]:
        """The places by id."""
        return {place.id: place for place in self.places}

    @cached_property
    def company(self) -> dict[int | None, ReleasedCompany]:
        """The companies by id."""
        return {company.id: company for company in self.companies}

    @cached_property
    def challenge(self) -> dict[int | None, ReleasedChallenge]:
        """The challenges by id."""
        return {challenge.id: challenge for challenge in self.challenges}

    def title(self, session: ReleasedSession, language: str) -> str:
        """What a session is called: its title, or the name of the company whose session it is."""
        company = self.company.get(session.company)
        return session.title.text(language) or (company.name if company else "")

    @property
    def stands(self) -> tuple[ReleasedSession, ...]:
        """The stands by number: they last all day and would fill a timetable with nothing but themselves."""
        stands = (session for session in self.sessions if session.kind is SessionKind.STAND)
        return tuple(sorted(stands, key=lambda stand: (len(stand.stand), stand.stand, stand.id)))

    def days(self, zone: tzinfo) -> list[tuple[date, list[ReleasedSession]]]:
        """The sessions of the timetable, day by day in the city's zone; without the stands."""
        timed = sorted(
            (session for session in self.sessions if session.kind is not SessionKind.STAND),
            key=lambda session: (session.starts_at, session.ends_at, session.id),
        )
        return [(day, list(group)) for day, group in groupby(timed, lambda s: s.starts_at.astimezone(zone).date())]

    def of_company(self, company: int) -> list[ReleasedSession]:
        """A company's sessions: what is on the stage first, its stand last."""
        order = {SessionKind.PITCH: 0, SessionKind.STAND: 2}
        own = (session for session in self.sessions if session.company == company)
        return sorted(own, key=lambda session: (order.get(session.kind, 1), session.starts_at, session.id))

    def in_order_of_day(self) -> list[tuple[ReleasedCompany, list[ReleasedSession]]]:
        """The companies with their sessions, in the order in which they pitch; those who do not pitch at the end."""
        found = [(company, self.of_company(company.id)) for company in self.companies]

        def first(item: tuple[ReleasedCompany, list[ReleasedSession]]) -> tuple[bool, datetime, str]:
            company, own = item
            pitches = own and own[0].kind is SessionKind.PITCH
            start = own[0].starts_at if own else datetime.max.replace(tzinfo=UTC)
            return not pitches, start, company.name

        return sorted(found, key=first)

    def of_applications(self, applications: Iterable[int]) -> tuple[ReleasedSession, ...]:
        """The slots of some applications."""
        wanted = set(applications)
        return tuple(session for session in self.sessions if session.application in wanted)

    def since(self, earlier: "Programme | None") -> schedule.Changes:
        """What was added, moved and removed since an earlier release; all is new when there was none."""
        old = earlier.sessions if earlier else ()
        return schedule.diff([s.for_rules() for s in old], [s.for_rules() for s in self.sessions])

    def numbered(self, number: int, earlier: "Programme | None") -> "Programme":
        """This programme as release `number`: what differs from the earlier release gets that number as sequence."""
        known = {session.id: session for session in (earlier.sessions if earlier else ())}
        sessions = []
        for session in self.sessions:
            before = known.get(session.id)
            same = before is not None and replace(session, sequence=before.sequence) == before
            sessions.append(before if before is not None and same else replace(session, sequence=number))
        return replace(self, sessions=tuple(sessions))

    def content(self) -> dict[str, Any]:
        """As JSON, in the shape said above."""
        return {
            "places": [
                {"id": p.id, "name": p.name.as_dict(), "capacity": p.capacity, "map": _pair(p.at)} for p in self.places
            ],
            "companies": [
                {
                    "id": c.id,
                    "name": c.name,
                    "home_town": c.home_town,
                    "website": c.website,
                    "description": c.description.as_dict(),
                }
                for c in self.companies
            ],
            "challenges": [{"id": c.id, "number": c.number, "title": c.title.as_dict()} for c in self.challenges],
            "sessions": [
                {
                    "id": s.id,
                    "kind": s.kind.value,
                    "title": s.title.as_dict(),
                    "abstract": s.abstract.as_dict(),
                    "starts_at": s.starts_at.isoformat(),
                    "ends_at": s.ends_at.isoformat(),
                    "place": s.place,
                    "company": s.company,
                    "application": s.application,
                    "challenge": s.challenge,
                    "unit": s.unit.as_dict(),
                    "people": list(s.people),
                    "stand": s.stand,
                    "map": _pair(s.at),
                    "sequence": s.sequence,
                }
                for s in self.sessions
            ],
        }

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Read what `content` wrote."""
        return cls(
            places=tuple(
                ReleasedPlace(p["id"], Localized.of(p["name"]), p["capacity"], _point(p["map"]))
                for p in content["places"]
            ),
            companies=tuple(
                ReleasedCompany(c["id"], c["name"], c["home_town"], c["website"], Localized.of(c["description"]))
                for c in content["companies"]
            ),
            challenges=tuple(
                ReleasedChallenge(c["id"], c["number"], Localized.of(c["title"])) for c in content["challenges"]
            ),
            sessions=tuple(
                ReleasedSession(
                    id=s["id"],
                    kind=SessionKind(s["kind"]),
                    title=Localized.of(s["title"]),
                    abstract=Localized.of(s["abstract"]),
                    starts_at=datetime.fromisoformat(s["starts_at"]),
                    ends_at=datetime.fromisoformat(s["ends_at"]),
                    place=s["place"],
                    company=s["company"],
                    application=s["application"],
                    challenge=s["challenge"],
                    unit=Localized.of(s["unit"]),
                    people=tuple(s["people"]),
                    stand=s["stand"],
                    at=_point(s["map"]),
                    sequence=s["sequence"],
                )
                for s in content["sessions"]
            ),
        )


def _pair(point: Point | None) -> list[int] | None:
    return None if point is None else list(point)


def _point(pair: list[int] | None) -> Point | None:
    return None if pair is None else (pair[0], pair[1])
