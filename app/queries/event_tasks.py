"""What an event asks of its organizers, from publishing it to telling what came of it, and its mail."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.domain.access import Actor, Permission, Scope, scope_of
from app.domain.application import PITCHING, State
from app.domain.deciding import NEEDS_REASON, UNWRITTEN, Outcome
from app.domain.phase import Milestones, Phase, phase_at
from app.domain.task import Task, TaskKind
from app.models import Application, City, Conflict, Decision, Event, MailState, OutgoingMail
from app.queries.applications import not_conflicted
from app.queries.mail import DECISION_KINDS

CALL_CLOSES_WITHIN = timedelta(days=7)
"""How long before its close a call is a task for its organizers."""

_MILESTONES = tuple(col(getattr(Event, field.name)) for field in fields(Milestones))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is decided in an event and how it stands, without what the person may not know of."""

    undecided: int = 0
    unfinished: int = 0
    submitted: int = 0
    pitching: int = 0
    reserved: int = 0
    invited: int = 0
    """Signed as invited."""
    barred: bool = False
    """Has the person a conflict of interest in the event: then another signs."""


@dataclass(frozen=True, slots=True)
class _Event:
    """An event that is not closed: how far it is, and where its pages are."""

    name: str
    at: dict[str, Any]
    milestones: Milestones
    results_published: bool


def waiting(session: Session, actor: Actor, now: datetime, language: str) -> Iterable[Task]:
    """The tasks of an organizer: four queries, none when the actor organizes nothing."""
    scope = scope_of(actor, Permission.EVENT_MANAGE)
    if not scope.cities:
        return
    rows = session.execute(
        sa.select(col(Event.id), col(Event.name), col(City.slug), col(Event.results_published_at), *_MILESTONES)
        .join(City, col(City.id) == Event.city_id)
        .where(col(Event.city_id).in_(scope.cities), col(Event.closed_at).is_(None))
        .order_by(col(Event.id))
    ).all()
    facts, mails = _facts(session, scope), _mails(session, scope)
    for id_, name, slug, published_at, *moments in rows:
        at = {"city": slug, "event_id": id_}
        event = _Event(name.text(language), at, Milestones(*moments), published_at is not None)
        yield from _by_phase(event, facts.get(id_, _Facts()), now)
        for state, kind in ((MailState.HELD, TaskKind.CHECK_MAIL), (MailState.FAILED, TaskKind.MAIL_FAILED)):
            if number := mails.get((id_, state), 0):
                late = state is MailState.FAILED
                in_state = at | {"q_state": state.value}
                yield Task(kind, event.name, "organizer.mail.index", in_state, count=number, overdue=late)


def _by_phase(event: _Event, facts: _Facts, now: datetime) -> Iterator[Task]:
    dates = event.milestones

    def task(kind: TaskKind, route: str, due: datetime | None = None, count: int = 1) -> Task:
        return Task(kind, event.name, route, event.at, due, count)

    match phase_at(dates, now):
        case Phase.DRAFT:
            yield task(TaskKind.PUBLISH_EVENT, "organizer.publication.new", dates.call_opens_at)
        case Phase.CALL_OPEN if dates.call_closes_at and dates.call_closes_at - now <= CALL_CLOSES_WITHIN:
            yield task(TaskKind.CALL_CLOSES, "organizer.applications.index", dates.call_closes_at)
        case Phase.CALL_CLOSED | Phase.JURY if facts.undecided + facts.unfinished:
            number = facts.undecided + facts.unfinished
            yield task(TaskKind.PREPARE_DECISIONS, "organizer.decisions.index", dates.day_starts_at, number)
        case Phase.CALL_CLOSED | Phase.JURY if facts.submitted and not facts.barred:
            yield task(TaskKind.SIGN_DECISIONS, "organizer.decisions.index", dates.day_starts_at)
        case Phase.DECIDED | Phase.PROGRAMME_RELEASED:
            yield from _before_the_day(event, facts)
        case Phase.FOLLOW_UP if not event.results_published:
            yield task(TaskKind.PUBLISH_RESULTS, "organizer.results_publication.new")


def _before_the_day(event: _Event, facts: _Facts) -> Iterator[Task]:
    day = event.milestones.day_starts_at
    if event.milestones.released_at is None:
        yield Task(TaskKind.RELEASE_PROGRAMME, event.name, "organizer.programme.index", event.at, day)
    if facts.pitching < facts.invited and not facts.reserved:
        free = facts.invited - facts.pitching
        yield Task(TaskKind.RESERVE_EMPTY, event.name, "organizer.decisions.index", event.at, day, free)


def _facts(session: Session, scope: Scope) -> dict[int, _Facts]:
    state, outcome, reasons = col(Application.state), col(Decision.outcome), col(Decision.reasons)
    waits = state == State.SUBMITTED
    no_reason = sa.or_(sa.func.trim(reasons) == "", reasons.contains(UNWRITTEN, autoescape=True))

    def count(*conditions: Any) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((sa.and_(*conditions), 1), else_=0))

    rows = session.execute(
        sa.select(
            col(Application.event_id),
            count(waits, outcome.is_(None)),
            count(waits, outcome.in_(NEEDS_REASON), no_reason),
            count(waits),
            count(state.in_(PITCHING)),
            count(state == State.RESERVED),
            count(outcome == Outcome.INVITE, col(Decision.applied_at).is_not(None)),
        )
        .outerjoin(Decision, col(Decision.application_id) == Application.id)
        .where(col(Application.city_id).in_(scope.cities), not_conflicted(scope))
        .group_by(col(Application.event_id))
    )
    barred = set(
        session.execute(
            sa.select(col(Application.event_id))
            .join(Conflict, col(Conflict.application_id) == Application.id)
            .where(col(Conflict.person_id) == scope.person, state == State.SUBMITTED)
        ).scalars()
    )
    return {event_id: replace(_Facts(*counts), barred=event_id in barred) for event_id, *counts in rows}


def _mails(session: Session, scope: Scope) -> dict[tuple[int, MailState], int]:
    """By event and state: held mails that do not wait for a signature, and those that were not delivered."""
    conflicted = sa.exists().where(
        col(Conflict.application_id) == OutgoingMail.application_id, col(Conflict.person_id) == scope.person
    )
    held = sa.and_(col(OutgoingMail.state) == MailState.HELD, col(OutgoingMail.kind).not_in(DECISION_KINDS))
    rows = session.execute(
        sa.select(col(OutgoingMail.event_id), col(OutgoingMail.state), sa.func.count())
        .where(
            col(OutgoingMail.city_id).in_(scope.cities),
            col(OutgoingMail.event_id).is_not(None),
            col(OutgoingMail.secret).is_(False),
            sa.or_(held, col(OutgoingMail.state) == MailState.FAILED),
            ~conflicted,
        )
        .group_by(col(OutgoingMail.event_id), col(OutgoingMail.state))
    )
    return {(event_id, state): number for event_id, state, number in rows}
