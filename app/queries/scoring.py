"""What a juror reads and scores. Reached only while the event's jury is at work, and never across a conflict."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.access import Scope
from app.domain.application import IN_REVIEW
from app.domain.assignment import queue_key
from app.domain.localized import Localized
from app.domain.phase import Phase, phase_at
from app.domain.refusals import Reason, Refused
from app.domain.scoring import Criterion as Scored
from app.domain.scoring import weighted_total
from app.models import (
    Application,
    Assignment,
    Attachment,
    Challenge,
    City,
    Company,
    Criterion,
    Event,
    Person,
    Score,
    ScoreSheet,
)
from app.queries.applications import no_conflict, not_conflicted
from app.queries.criteria import ORDER, applies_to


@dataclass(frozen=True, slots=True)
class JuryEvent:
    """An event on whose panel the juror sits."""

    id: int
    name: Localized
    city: Localized
    phase: Phase
    opens_at: datetime | None
    day_starts_at: datetime | None
    """The pitch day: the last moment that scores can be of use."""

    @property
    def at_work(self) -> bool:
        """Is its jury at work now."""
        return self.phase is Phase.JURY


@dataclass(frozen=True, slots=True)
class Place:
    """One application's place in the juror's queue. `reviews`: how many sheets on it have been sent in, 0 if `sent`."""

    application_id: int
    event_id: int
    begun: bool
    sent: bool
    reviews: int


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One application for the juror to read. `changed`: the company's text is newer than what was read."""

    application_id: int
    event_id: int
    number: int | None
    title: str
    company: str
    challenge: Localized
    begun: bool
    sent: bool
    changed: bool
    reviews: int


Q = TypeVar("Q", bound=Place | QueueItem)


@dataclass(frozen=True, slots=True)
class Party:
    """Whose application it is and what it answers: what one needs to know to tell a conflict of interest."""

    application_id: int
    title: str
    company: str
    register_number: str
    home_town: str
    website: str
    contact: str
    challenge: Localized
    challenge_number: int
    event: Localized


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the values from `low` to `high` mean."""

    low: int
    high: int
    text: Localized


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """A criterion with the value that the juror has given, None when not scored."""

    id: int
    name: Localized
    help: Localized
    weight: int
    scale_max: int
    informational: bool
    anchors: tuple[Anchor, ...]
    value: int | None

    @property
    def scored(self) -> Scored:
        """The criterion as the rules of scoring see it."""
        return Scored(self.weight, self.scale_max, self.informational)


@dataclass(frozen=True, slots=True)
class OtherSheet:
    """Another juror's total for the same application, 0 to 10."""

    juror: str
    total: float


def events_of(session: Session, scope: Scope, now: datetime) -> list[JuryEvent]:
    """The events whose jury the juror still belongs to: the decisions are not signed. Those at work first."""
    rows = session.execute(
        sa.select(Event, col(City.name))
        .join(City, col(City.id) == Event.city_id)
        .where(col(Event.id).in_(scope.jury_of))
        .order_by(col(Event.call_closes_at), col(Event.id))
    )
    found = [
        JuryEvent(e.id, e.name, city, phase_at(e.milestones, now), e.jury_opens_at or e.call_closes_at, e.day_starts_at)
        for e, city in rows
    ]
    return sorted((e for e in found if not e.phase.reached(Phase.DECIDED)), key=lambda e: not e.at_work)


def queue(session: Session, scope: Scope, event_ids: Collection[int]) -> list[QueueItem]:
    """All that the juror is to read in these events, whose jury is at work, in the order of the juror's queue."""
    if not event_ids:
        return []
    rows = session.execute(
        _assigned(
            scope,
            event_ids,
            col(Application.id),
            col(Application.event_id),
            col(Application.number),
            col(Application.title),
            col(Company.name),
            col(Challenge.title),
            col(ScoreSheet.id).is_not(None),
            col(ScoreSheet.submitted_at).is_not(None),
            sa.func.coalesce(col(ScoreSheet.application_version) < col(Application.version), sa.false()),
            _reviews(),
        )
        .join(Company, col(Company.id) == Application.company_id)
        .join(Challenge, col(Challenge.id) == Application.challenge_id)
    ).all()
    return _in_order([QueueItem(*row) for row in rows], scope)


def places(session: Session, scope: Scope, event_ids: Collection[int], at: int | None = None) -> list[Place]:
    """The same without the words, for what comes next and how much is left: asked with every sheet that is sent in.

    Those that are sent in have no order of their own, but for the application `at` which the juror is.
    """
    if not event_ids:
        return []
    # Hundreds of short rows: straight from the connection they cost half of what they do through the session.
    rows = session.connection().execute(_places(scope, tuple(event_ids)), {"at": at}).all()
    return _in_order([Place(*row) for row in rows], scope)


@lru_cache(maxsize=1_000)  # putting the statement together takes as long as asking it
def _places(scope: Scope, event_ids: tuple[int, ...]) -> sa.Select[*tuple[Any, ...]]:
    return _assigned(
        scope,
        event_ids,
        col(Application.id),
        col(Application.event_id),
        col(ScoreSheet.id).is_not(None),
        col(ScoreSheet.submitted_at).is_not(None),
        # Counting the others' sheets is most of the work, and needed only where something is still to be done.
        sa.case(
            (
                sa.or_(
                    col(ScoreSheet.submitted_at).is_(None), col(Application.id) == sa.bindparam("at", type_=sa.Integer)
                ),
                _reviews(),
            ),
            else_=0,
        ),
    )  # fmt: skip


def _assigned(scope: Scope, event_ids: Collection[int], *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    own = sa.and_(col(ScoreSheet.application_id) == Application.id, col(ScoreSheet.person_id) == scope.person)
    return (
        sa.select(*columns)
        .select_from(Assignment)
        .join(Application, col(Application.id) == Assignment.application_id)
        .outerjoin(ScoreSheet, own)
        .where(col(Assignment.person_id) == scope.person, col(Application.event_id).in_(event_ids), _open_to(scope))
    )


def _reviews() -> sa.ScalarSelect[int]:
    theirs = sa.alias(ScoreSheet.__table__)  # type: ignore[attr-defined]
    return (
        sa.select(sa.func.count())
        .select_from(theirs)
        .where(
            theirs.c.application_id == Application.id,
            theirs.c.submitted_at.is_not(None),
            no_conflict(theirs.c.application_id, theirs.c.person_id),
        )
        .correlate(Application)
        .scalar_subquery()
    )


def _in_order(items: list[Q], scope: Scope) -> list[Q]:
    person = int(scope.person or 0)
    return sorted(items, key=lambda item: queue_key(person, item.application_id, item.reviews))


def next_item(items: list[Q], after: int | None = None) -> Q | None:
    """What to read next: the first that is not sent in; with `after`, the first such behind that application."""
    at: int = next((i for i, item in enumerate(items) if item.application_id == after), -1)
    waiting = (item for item in [*items[at + 1 :], *items[: at + 1]] if not item.sent and item.application_id != after)
    return next(waiting, None)


def reading(session: Session, scope: Scope, application_id: int, now: datetime) -> tuple[Application, Event]:
    """An application that the juror may read now, with its event.

    Refused as not found when it is not theirs to read, across a conflict, and when the decisions are signed: access
    ends by itself. Refused with JURY_NOT_OPEN before the jury begins.
    """
    found = session.exec(
        select(Application, Event)
        .join(Event, col(Event.id) == Application.event_id)
        .join(Assignment, col(Assignment.application_id) == Application.id)
        .where(Application.id == application_id, Assignment.person_id == scope.person, _open_to(scope))
    ).one_or_none()
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    application, event = found
    phase = phase_at(event.milestones, now)
    if phase.reached(Phase.DECIDED):
        raise Refused(Reason.NOT_FOUND)
    if phase is not Phase.JURY:
        raise Refused(Reason.JURY_NOT_OPEN)
    return application, event


def _open_to(scope: Scope) -> sa.ColumnElement[bool]:
    return sa.and_(
        col(Application.event_id).in_(scope.jury_of),
        col(Application.state).in_(IN_REVIEW),
        not_conflicted(scope),
    )


def party(session: Session, application: Application, event: Event) -> Party:
    """Whose application it is."""
    row = session.execute(
        sa.select(
            col(Company.name),
            col(Company.register_number),
            col(Company.home_town),
            col(Company.website),
            col(Person.name),
            col(Challenge.title),
            col(Challenge.number),
        )
        .select_from(Company)
        .join(Challenge, col(Challenge.id) == application.challenge_id)
        .outerjoin(Person, col(Person.id) == application.contact_person_id)
        .where(col(Company.id) == application.company_id)
    ).one()
    name, register_number, home_town, website, contact, challenge, number = row
    return Party(
        application.id,
        application.title,
        name,
        register_number,
        home_town,
        website,
        contact or "",
        challenge,
        number,
        event.name,
    )


def sheet_for_update(session: Session, person_id: int, application_id: int) -> ScoreSheet | None:
    """The juror's own sheet, to be changed."""
    return session.exec(_own_sheet(person_id, application_id).with_for_update()).one_or_none()


def sheet(session: Session, person_id: int, application_id: int) -> ScoreSheet | None:
    """The juror's own sheet."""
    return session.exec(_own_sheet(person_id, application_id)).one_or_none()


def _own_sheet(person_id: int, application_id: int) -> SelectOfScalar[ScoreSheet]:
    return select(ScoreSheet).where(ScoreSheet.person_id == person_id, ScoreSheet.application_id == application_id)


def criteria(session: Session, application: Application, person_id: int) -> list[CriterionRow]:
    """What the application is scored on, with the juror's own values."""
    rows = session.execute(
        sa.select(
            col(Criterion.id),
            col(Criterion.name),
            col(Criterion.help),
            col(Criterion.weight),
            col(Criterion.scale_max),
            col(Criterion.informational),
            col(Criterion.anchors),
            col(Score.value),
        )
        .select_from(Criterion)
        .outerjoin(
            ScoreSheet,
            sa.and_(col(ScoreSheet.application_id) == application.id, col(ScoreSheet.person_id) == person_id),
        )
        .outerjoin(Score, sa.and_(col(Score.sheet_id) == ScoreSheet.id, col(Score.criterion_id) == Criterion.id))
        .where(applies_to(application.event_id, application.challenge_id))
        .order_by(*ORDER)
    )
    return [
        CriterionRow(id, name, help, weight, scale_max, informational, anchors_of(anchors), value)
        for id, name, help, weight, scale_max, informational, anchors, value in rows  # noqa: A001
    ]


def anchors_of(stored: list[Mapping[str, Any]]) -> tuple[Anchor, ...]:
    """The anchors of a criterion as it keeps them."""
    return tuple(Anchor(int(a["low"]), int(a["high"]), Localized.of(a["text"])) for a in stored)


def deck(session: Session, scope: Scope, attachment_id: int, now: datetime) -> Attachment:
    """One file, when its application may be read now. Refused as `reading` is."""
    found = session.exec(
        select(Attachment).where(Attachment.id == attachment_id, col(Attachment.application_id).is_not(None))
    ).one_or_none()
    if found is None or found.application_id is None:
        raise Refused(Reason.NOT_FOUND)
    reading(session, scope, found.application_id, now)
    return found


def others(session: Session, application: Application, person_id: int, rows: list[CriterionRow]) -> list[OtherSheet]:
    """What other jurors have sent in for the same application, by name; sheets that do not count are left out."""
    scored = {row.id: row.scored for row in rows}
    found = session.execute(
        sa.select(col(Person.id), col(Person.name), col(Score.criterion_id), col(Score.value))
        .select_from(ScoreSheet)
        .join(Person, col(Person.id) == ScoreSheet.person_id)
        .join(Score, col(Score.sheet_id) == ScoreSheet.id)
        .where(
            col(ScoreSheet.application_id) == application.id,
            col(ScoreSheet.person_id) != person_id,
            col(ScoreSheet.submitted_at).is_not(None),
            no_conflict(col(ScoreSheet.application_id), col(ScoreSheet.person_id)),
        )
        .order_by(col(Person.name), col(Person.id))
    )
    values: dict[tuple[int, str], dict[int, float | None]] = {}
    for juror_id, juror, criterion_id, value in found:
        values.setdefault((juror_id, juror), {})[criterion_id] = value
    return [
        OtherSheet(juror, total)
        for (_, juror), of_juror in values.items()
        if (total := weighted_total(scored, of_juror)) is not None
    ]
