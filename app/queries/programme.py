"""Programmes: the working version for its organizers, and what was released for everybody.

A person with a conflict of interest in an application sees that its slot is taken, and nothing of what is in it.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain import schedule
from app.domain.access import Scope
from app.domain.application import PITCHING, State
from app.domain.ids import EventId
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.domain.release import (
    Point,
    Programme,
    ReleasedChallenge,
    ReleasedCompany,
    ReleasedPlace,
    ReleasedSession,
)
from app.domain.schedule import SessionKind
from app.models import (
    Application,
    Challenge,
    Company,
    Conflict,
    Document,
    Event,
    Person,
    Place,
    ProgrammeRelease,
    ProgrammeSession,
    Unit,
)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session of the working version. A `closed` one is another's secret: only its slot is told."""

    id: int
    kind: SessionKind
    title: Localized
    place_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    company_id: int | None
    company: str
    challenge: int | None
    """The challenge's number."""
    unit: Localized
    people: tuple[str, ...]
    stand: str
    at: Point | None
    version: int
    expected: bool = True
    """Is its company still coming."""
    closed: bool = False

    @property
    def timed(self) -> bool:
        """Does it have a place in time."""
        return self.starts_at is not None and self.ends_at is not None

    def for_rules(self) -> schedule.Session:
        """What the rules of the schedule know of it."""
        return schedule.Session(
            self.id, self.kind, self.place_id, self.starts_at, self.ends_at, self.company_id, self.people
        )


@dataclass(frozen=True, slots=True)
class Pitcher:
    """An application whose company is expected on the day; `session` is its pitch, if it has one."""

    id: int
    number: int | None
    title: str
    company: str
    challenge_id: int
    challenge: int
    state: State
    session: int | None = None


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release without its content."""

    id: int
    number: int
    name: str
    comment: Localized
    released_at: datetime
    released_by: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be released now, and what would stay out because it has no usable time."""

    programme: Programme
    left_out: int = 0
    untranslated: dict[int, list[str]] = field(default_factory=dict)
    """By session, the languages its title or abstract lacks."""


def _conflicted(scope: Scope) -> sa.ColumnElement[bool]:
    return (
        sa.exists()
        .where(col(Conflict.application_id) == Application.id, col(Conflict.person_id) == scope.person)
        .correlate(Application)
    )


def places(session: Session, event_id: int) -> list[Place]:
    """The places of an event in their own order."""
    return list(session.exec(select(Place).where(Place.event_id == event_id).order_by(*_PLACE_ORDER)))


def places_on_map(session: Session, event_id: int) -> tuple[ReleasedPlace, ...]:
    """The same with where they are on the map."""
    return tuple(
        ReleasedPlace(place.id, place.name, place.capacity, _point(place.map_x, place.map_y))
        for place in places(session, event_id)
    )


_PLACE_ORDER = (col(Place.position), col(Place.id))


def sessions(session: Session, scope: Scope, event_id: int) -> list[SessionRow]:
    """The working version in order of time, what has no time yet at the end."""
    rows = session.execute(
        sa.select(
            *(
                col(getattr(ProgrammeSession, name))
                for name in (
                    "id", "kind", "title", "place_id", "starts_at", "ends_at", "people", "stand", "map_x", "map_y",
                    "version", "application_id",
                )
            ),
            col(Application.state).label("state"),
            col(Company.id).label("company_id"),
            col(Company.name).label("company"),
            col(Challenge.number).label("challenge"),
            col(Unit.name).label("unit"),
            _conflicted(scope).label("closed"),
        )
        .outerjoin(Application, col(Application.id) == ProgrammeSession.application_id)
        .outerjoin(Company, col(Company.id) == Application.company_id)
        .outerjoin(Challenge, col(Challenge.id) == ProgrammeSession.challenge_id)
        .outerjoin(Unit, col(Unit.id) == ProgrammeSession.unit_id)
        .where(col(ProgrammeSession.event_id) == event_id)
        .order_by(col(ProgrammeSession.starts_at).asc().nulls_last(), *_SESSION_ORDER)
    )  # fmt: skip
    return [
        SessionRow(
            id=row.id,
            kind=row.kind,
            title=Localized() if row.closed else row.title,
            place_id=row.place_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            company_id=None if row.closed else row.company_id,
            company="" if row.closed else row.company or "",
            challenge=None if row.closed else row.challenge,
            unit=Localized() if row.closed else row.unit or Localized(),
            people=() if row.closed else tuple(row.people),
            stand=row.stand,
            at=_point(row.map_x, row.map_y),
            version=row.version,
            expected=row.closed or row.application_id is None or row.state in PITCHING,
            closed=bool(row.closed),
        )
        for row in rows
    ]


_SESSION_ORDER = (col(ProgrammeSession.ends_at), col(ProgrammeSession.stand), col(ProgrammeSession.id))


def session_for_update(session: Session, scope: Scope, event_id: int, session_id: int) -> ProgrammeSession:
    """A session to be changed. Refused when the event has none such, or when it is closed to the person."""
    return _session(session, scope, event_id, session_id, lock=True)


def one_session(session: Session, scope: Scope, event_id: int, session_id: int) -> ProgrammeSession:
    """The same to be read."""
    return _session(session, scope, event_id, session_id, lock=False)


def _session(session: Session, scope: Scope, event_id: int, session_id: int, *, lock: bool) -> ProgrammeSession:
    closed = sa.exists().where(
        col(Conflict.application_id) == ProgrammeSession.application_id, col(Conflict.person_id) == scope.person
    )
    wanted = select(ProgrammeSession).where(
        ProgrammeSession.event_id == event_id, ProgrammeSession.id == session_id, ~closed
    )
    found = session.exec(wanted.with_for_update() if lock else wanted).one_or_none()
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    return found


def one_place(session: Session, event_id: int, place_id: int, *, lock: bool = False) -> Place:
    """A place of the event. Refused when there is none such."""
    wanted = select(Place).where(Place.event_id == event_id, Place.id == place_id)
    found = session.exec(wanted.with_for_update() if lock else wanted).one_or_none()
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    return found


def pitchers(session: Session, scope: Scope, event_id: int, also: int | None = None) -> list[Pitcher]:
    """Who is expected to pitch, challenge by challenge; without those the person has a conflict of interest in.

    `also` names an application that is listed even if it is not expected any more.
    """
    pitch = (
        sa.select(sa.func.min(col(ProgrammeSession.id)))
        .where(col(ProgrammeSession.application_id) == Application.id, col(ProgrammeSession.kind) == SessionKind.PITCH)
        .correlate(Application)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(
            col(Application.id), col(Application.number), col(Application.title), col(Company.name),
            col(Application.challenge_id), col(Challenge.number), col(Application.state), pitch,
        )
        .join(Company, col(Company.id) == Application.company_id)
        .join(Challenge, col(Challenge.id) == Application.challenge_id)
        .where(
            col(Application.event_id) == event_id,
            sa.or_(col(Application.state).in_(PITCHING), col(Application.id) == also),
            ~_conflicted(scope),
        )
        .order_by(col(Challenge.number), col(Application.number), col(Application.id))
    )  # fmt: skip
    return [Pitcher(*row) for row in rows]


def challenges(session: Session, event_id: int) -> list[tuple[int, int, Localized]]:
    """The challenges of an event to choose from: id, number, title."""
    rows = session.execute(
        sa.select(col(Challenge.id), col(Challenge.number), col(Challenge.title))
        .where(col(Challenge.event_id) == event_id)
        .order_by(col(Challenge.number))
    )
    return [(row[0], row[1], row[2]) for row in rows]


def draft(session: Session, event: Event, required: tuple[str, ...]) -> Draft:
    """What a release would hold now. `required`: the languages in which every written text must stand.

    A company that has cancelled is not in it, even when its session was not taken out yet.
    """
    rows = session.execute(
        sa.select(ProgrammeSession, Application, col(Unit.name))
        .outerjoin(Application, col(Application.id) == ProgrammeSession.application_id)
        .outerjoin(Unit, col(Unit.id) == ProgrammeSession.unit_id)
        .where(col(ProgrammeSession.event_id) == event.id)
        .order_by(col(ProgrammeSession.starts_at).asc().nulls_last(), *_SESSION_ORDER)
    ).all()
    released: list[ReleasedSession] = []
    untranslated: dict[int, list[str]] = {}
    for row, application, unit in rows:
        if row.starts_at is None or row.ends_at is None:
            continue
        if application is not None and application.state not in PITCHING:
            continue
        gaps = {language for text in (row.title, row.abstract) if text for language in text.missing(required)}
        if gaps:
            untranslated[row.id] = [language for language in required if language in gaps]
        released.append(
            ReleasedSession(
                id=row.id,
                kind=row.kind,
                title=row.title,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                abstract=row.abstract,
                place=row.place_id,
                company=application.company_id if application else None,
                application=row.application_id,
                challenge=row.challenge_id,
                unit=unit or Localized(),
                people=tuple(row.people),
                stand=row.stand,
                at=_point(row.map_x, row.map_y),
            )
        )
    companies = {s.company for s in released if s.company is not None}
    company_rows = session.execute(
        sa.select(
            col(Company.id), col(Company.name), col(Company.home_town), col(Company.website), col(Company.description)
        )
        .where(col(Company.id).in_(companies))
        .order_by(col(Company.name), col(Company.id))
    )
    used = {s.challenge for s in released if s.challenge is not None}
    return Draft(
        Programme(
            places=places_on_map(session, event.id),
            companies=tuple(ReleasedCompany(*row) for row in company_rows),
            challenges=tuple(ReleasedChallenge(*row) for row in challenges(session, event.id) if row[0] in used),
            sessions=tuple(released),
        ),
        left_out=len(rows) - len(released),
        untranslated=untranslated,
    )


def latest(session: Session, event_id: int) -> tuple[ReleaseRow, Programme] | None:
    """The newest release with what it told; None before the first."""
    found = _releases(session, event_id, newest_only=True)
    return found[0] if found else None


def newest_releases(session: Session, events: Collection[EventId]) -> dict[EventId, int]:
    """The number of each event's newest release; events without one are left out."""
    found = session.execute(
        sa.select(col(ProgrammeRelease.event_id), sa.func.max(col(ProgrammeRelease.number)))
        .where(col(ProgrammeRelease.event_id).in_(events))
        .group_by(col(ProgrammeRelease.event_id))
    )
    return {EventId(event_id): number for event_id, number in found}


def told(session: Session, event_id: int) -> Programme | None:
    """What the newest release tells; None before the first."""
    found = latest(session, event_id)
    return found[1] if found else None


def releases(session: Session, event_id: int) -> list[tuple[ReleaseRow, Programme]]:
    """All releases, the newest first."""
    return _releases(session, event_id, newest_only=False)


def _releases(session: Session, event_id: int, *, newest_only: bool) -> list[tuple[ReleaseRow, Programme]]:
    wanted = (
        sa.select(
            col(ProgrammeRelease.id), col(ProgrammeRelease.number), col(ProgrammeRelease.name),
            col(ProgrammeRelease.comment), col(ProgrammeRelease.released_at), col(Person.name),
            col(ProgrammeRelease.content),
        )
        .outerjoin(Person, col(Person.id) == ProgrammeRelease.released_by)
        .where(col(ProgrammeRelease.event_id) == event_id)
        .order_by(col(ProgrammeRelease.number).desc())
    )  # fmt: skip
    rows = session.execute(wanted.limit(1) if newest_only else wanted)
    return [
        (ReleaseRow(id_, number, name, comment, released_at, person or ""), Programme.of(content))
        for id_, number, name, comment, released_at, person, content in rows
    ]


def document(session: Session, release_id: int, language: str) -> tuple[str, int] | None:
    """Where the PDF of a release in a language is stored, and its size in bytes; None until it is made."""
    row = session.execute(
        sa.select(col(Document.stored_as), col(Document.size)).where(
            col(Document.release_id) == release_id, col(Document.locale) == language
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def _point(x: int | None, y: int | None) -> Point | None:
    return None if x is None or y is None else (x, y)
