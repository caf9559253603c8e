"""The panel of an event: who sits on it, who reads what, and how far everybody has come.

Whatever the person who asks has a conflict of interest in is in no row and in no count here.
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.access import CITY_ROLES, Scope
from app.domain.application import IN_REVIEW
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.models import (
    Application,
    Assignment,
    Challenge,
    CityMember,
    Company,
    Conflict,
    JurySeat,
    Person,
    ScoreSheet,
)
from app.queries.applications import no_conflict, not_conflicted


@dataclass(frozen=True, slots=True)
class Seat:
    """A place on the panel. `challenge` is None for the whole event."""

    id: int
    person_id: int
    name: str
    email: str
    challenge_id: int | None
    challenge: Localized | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How many applications a juror is to read, and how many of these are scored and sent in."""

    assigned: int = 0
    sent: int = 0


@dataclass(frozen=True, slots=True)
class GridRow:
    """An application in the grid of assignments."""

    application_id: int
    number: int | None
    title: str
    company: str
    challenge_id: int
    challenge_number: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands where a juror and an application meet."""

    assigned: bool = False
    begun: bool = False
    sent: bool = False
    conflict: bool = False


def in_review(scope: Scope, event_id: int) -> sa.ColumnElement[bool]:
    """The event's applications that a jury may read, without those in which the person has a conflict."""
    return sa.and_(
        col(Application.event_id) == event_id,
        col(Application.city_id).in_(scope.cities),
        col(Application.state).in_(IN_REVIEW),
        not_conflicted(scope),
    )


def seats(session: Session, event_id: int) -> list[Seat]:
    """Everybody's seats by the juror's name; those of the whole event first."""
    rows = session.execute(
        sa.select(
            col(JurySeat.id),
            col(JurySeat.person_id),
            col(Person.name),
            col(Person.email),
            col(JurySeat.challenge_id),
            col(Challenge.title),
        )
        .join(Person, col(Person.id) == JurySeat.person_id)
        .outerjoin(Challenge, col(Challenge.id) == JurySeat.challenge_id)
        .where(col(JurySeat.event_id) == event_id)
        .order_by(col(Person.name), col(Person.id), col(Challenge.number).nulls_first())
    )
    return [Seat(*row) for row in rows]


def seat(session: Session, event_id: int, seat_id: int) -> JurySeat:
    """One seat of the event. Refused when there is none."""
    found = session.exec(select(JurySeat).where(JurySeat.event_id == event_id, JurySeat.id == seat_id)).one_or_none()
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    return found


def progress(session: Session, scope: Scope, event_id: int) -> dict[int, Progress]:
    """By juror: what is to be read, and what is done."""
    rows = session.execute(
        sa.select(col(Assignment.person_id), sa.func.count(), sa.func.count(col(ScoreSheet.submitted_at)))
        .select_from(Assignment)
        .join(Application, col(Application.id) == Assignment.application_id)
        .outerjoin(
            ScoreSheet,
            sa.and_(
                col(ScoreSheet.application_id) == Assignment.application_id,
                col(ScoreSheet.person_id) == Assignment.person_id,
            ),
        )
        .where(in_review(scope, event_id), no_conflict(col(Assignment.application_id), col(Assignment.person_id)))
        .group_by(col(Assignment.person_id))
    )
    return {person_id: Progress(assigned, sent) for person_id, assigned, sent in rows}


def counts(session: Session, scope: Scope, event_id: int) -> tuple[int, int]:
    """(applications to be read, how many of them nobody reads yet)."""
    read = (
        sa.exists()
        .where(
            col(Assignment.application_id) == Application.id,
            no_conflict(col(Assignment.application_id), col(Assignment.person_id)),
        )
        .correlate(Application)
    )
    row = session.execute(
        sa.select(sa.func.count(), sa.func.count(sa.case((~read, 1))))
        .select_from(Application)
        .where(in_review(scope, event_id))
    ).one()
    return row[0], row[1]


def grid_rows(session: Session, scope: Scope, event_id: int, *, offset: int, limit: int) -> list[GridRow]:
    """A part of the event's applications, by number."""
    rows = session.execute(
        sa.select(
            col(Application.id),
            col(Application.number),
            col(Application.title),
            col(Company.name),
            col(Application.challenge_id),
            col(Challenge.number),
        )
        .join(Company, col(Company.id) == Application.company_id)
        .join(Challenge, col(Challenge.id) == Application.challenge_id)
        .where(in_review(scope, event_id))
        .order_by(col(Application.number), col(Application.id))
        .offset(offset)
        .limit(limit)
    )
    return [GridRow(*row) for row in rows]


def marks(session: Session, applications: Collection[int]) -> dict[tuple[int, int], Mark]:
    """By (application, person): what has been assigned, scored or declared among these applications."""
    of_assignment = sa.select(
        col(Assignment.application_id), col(Assignment.person_id), sa.literal("assigned").label("what")
    ).where(col(Assignment.application_id).in_(applications))
    of_sheet = sa.select(
        col(ScoreSheet.application_id),
        col(ScoreSheet.person_id),
        sa.case((col(ScoreSheet.submitted_at).is_(None), "begun"), else_="sent"),
    ).where(col(ScoreSheet.application_id).in_(applications))
    of_conflict = sa.select(col(Conflict.application_id), col(Conflict.person_id), sa.literal("conflict")).where(
        col(Conflict.application_id).in_(applications)
    )
    found: dict[tuple[int, int], dict[str, bool]] = {}
    for application_id, person_id, what in session.execute(sa.union_all(of_assignment, of_sheet, of_conflict)):
        found.setdefault((application_id, person_id), {})[what] = True
    return {pair: Mark(**what) for pair, what in found.items()}


def to_read(session: Session, scope: Scope, event_id: int) -> dict[int, list[int]]:
    """By challenge: the applications that a jury may read."""
    rows = session.execute(
        sa.select(col(Application.challenge_id), col(Application.id))
        .where(in_review(scope, event_id))
        .order_by(col(Application.challenge_id), col(Application.id))
    )
    found: dict[int, list[int]] = {}
    for challenge_id, application_id in rows:
        found.setdefault(challenge_id, []).append(application_id)
    return found


def assigned_pairs(session: Session, event_id: int) -> set[tuple[int, int]]:
    """Every (juror, application) that is assigned in the event."""
    rows = session.execute(
        sa.select(col(Assignment.person_id), col(Assignment.application_id))
        .join(Application, col(Application.id) == Assignment.application_id)
        .where(col(Application.event_id) == event_id)
    )
    return {(person_id, application_id) for person_id, application_id in rows}


def conflict_pairs(session: Session, event_id: int) -> set[tuple[int, int]]:
    """Every (person, application) with a declared conflict of interest in the event."""
    rows = session.execute(
        sa.select(col(Conflict.person_id), col(Conflict.application_id))
        .join(Application, col(Application.id) == Conflict.application_id)
        .where(col(Application.event_id) == event_id)
    )
    return {(person_id, application_id) for person_id, application_id in rows}


def kept_sheets(session: Session, scope: Scope, seat: JurySeat) -> tuple[int, int]:
    """(sent, unfinished) sheets that the juror of a seat has written under it."""
    under = [in_review(scope, seat.event_id), col(ScoreSheet.person_id) == seat.person_id]
    if seat.challenge_id is not None:
        under.append(col(Application.challenge_id) == seat.challenge_id)
    row = session.execute(
        sa.select(sa.func.count(col(ScoreSheet.submitted_at)), sa.func.count())
        .select_from(ScoreSheet)
        .join(Application, col(Application.id) == ScoreSheet.application_id)
        .where(*under)
    ).one()
    return row[0], row[1] - row[0]


def candidates(session: Session, city_id: int, event_id: int) -> list[tuple[int, str]]:
    """(id, name) of the city's people who have no seat of the whole event yet, by name."""
    seated = sa.select(col(JurySeat.person_id)).where(
        col(JurySeat.event_id) == event_id, col(JurySeat.challenge_id).is_(None)
    )
    members = sa.select(col(CityMember.person_id)).where(
        col(CityMember.city_id) == city_id, col(CityMember.role).in_(CITY_ROLES)
    )
    rows = session.execute(
        sa.select(col(Person.id), col(Person.name), col(Person.email))
        .where(col(Person.id).in_(members), col(Person.id).not_in(seated))
        .order_by(col(Person.name), col(Person.id))
    )
    return [(person_id, name or email) for person_id, name, email in rows]
