"""What has been kept long enough, what is about to go, and of that what organizers are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.domain.access import Actor, Permission, scope_of
from app.domain.application import State
from app.domain.followup import Stage
from app.domain.localized import Localized
from app.domain.retention import Kind
from app.domain.task import Task, TaskKind
from app.models import (
    Application,
    Attachment,
    CaseEntry,
    City,
    Event,
    FollowUpCase,
    MailState,
    OutgoingMail,
    Removal,
    ScoreSheet,
)
from app.models.columns import UtcDateTime
from app.queries import holds

ANSWERS = ("solution", "fit", "evidence", "pilot", "from_city", "price", "team", "confidential", "confidential_ground")
"""What goes of an application; who applied to what under which title, and what was decided, stays."""
_NOT_CHOSEN = (State.DECLINED, State.RESERVED, State.WITHDRAWN, State.CANCELLED)


def due(kind: Kind, city_id: int, before: datetime) -> sa.Select[Any]:
    """The rows of a kind that go: kept since before then, under no hold, with something left in them. Joins Event."""
    rows, conditions = _DUE[kind](before)
    table = rows.__table__
    joined = sa.select(rows)
    if kind is Kind.COMMENT:
        joined = joined.join(Application, col(Application.id) == ScoreSheet.application_id)
        joined = joined.join(Event, col(Event.id) == Application.event_id)
    else:
        joined = joined.join(Event, col(Event.id) == rows.event_id)
    held = holds.rows_held(table)
    assert held is not None  # noqa: S101  every kind is of an event
    return joined.where(col(Event.city_id) == city_id, sa.not_(sa.func.coalesce(held, sa.false())), *conditions)


def _drafts(before: datetime) -> tuple[Any, list[Any]]:
    return Application, [col(Application.state) == State.DRAFT, col(Event.call_closes_at) < before]


def _mails(before: datetime) -> tuple[Any, list[Any]]:
    # A mail of the whole event may tell of anything in it, so it stays while anything is held.
    of_all = sa.and_(
        col(OutgoingMail.application_id).is_(None), col(OutgoingMail.event_id).in_(holds.events_with_holds())
    )
    left = [col(OutgoingMail.state) == MailState.SENT, col(OutgoingMail.to_email) != ""]
    return OutgoingMail, [*left, col(Event.day_ends_at) < before, sa.not_(of_all)]


def _comments(before: datetime) -> tuple[Any, list[Any]]:
    left = sa.or_(col(ScoreSheet.comment_jury) != "", col(ScoreSheet.comment_company) != "")
    return ScoreSheet, [left, col(Event.decided_at) < before]


def _written() -> sa.ColumnElement[bool]:
    files = sa.exists().where(col(Attachment.application_id) == Application.id)
    return sa.or_(*(col(getattr(Application, name)) != "" for name in ANSWERS), files)


def _not_chosen(before: datetime) -> tuple[Any, list[Any]]:
    return Application, [col(Application.state).in_(_NOT_CHOSEN), col(Event.decided_at) < before, _written()]


def _chosen(before: datetime) -> tuple[Any, list[Any]]:
    open_case = sa.exists().where(
        col(FollowUpCase.application_id) == Application.id, col(FollowUpCase.stage) != Stage.CLOSED
    )
    chosen = col(Application.state).in_((State.INVITED, State.CONFIRMED))
    return Application, [chosen, col(Event.day_ends_at) < before, ~open_case, _written()]


def _cases(before: datetime) -> tuple[Any, list[Any]]:
    told = sa.exists().where(
        col(CaseEntry.case_id) == FollowUpCase.id, sa.or_(col(CaseEntry.text) != "", col(CaseEntry.with_whom) != "")
    )
    files = sa.exists().where(col(Attachment.case_id) == FollowUpCase.id)
    closed = [col(FollowUpCase.stage) == Stage.CLOSED, col(FollowUpCase.stage_since) < before]
    return FollowUpCase, [*closed, sa.or_(told, files)]


_DUE = {
    Kind.DRAFT: _drafts,
    Kind.MAIL: _mails,
    Kind.COMMENT: _comments,
    Kind.NOT_CHOSEN: _not_chosen,
    Kind.CHOSEN: _chosen,
    Kind.CASE: _cases,
}


def mails_of_no_event(city_id: int | None, before: datetime) -> sa.Select[Any]:
    """Invitations, reminders and sign-in links: they tell of nothing that stands nowhere else."""
    city = col(OutgoingMail.city_id)
    return sa.select(OutgoingMail).where(
        city.is_(None) if city_id is None else city == city_id,
        col(OutgoingMail.event_id).is_(None),
        col(OutgoingMail.application_id).is_(None),
        col(OutgoingMail.state) == MailState.SENT,
        col(OutgoingMail.sent_at) < before,
        col(OutgoingMail.to_email) != "",
    )


@dataclass(frozen=True, slots=True)
class Announced:
    """What will go, or has gone, of an event."""

    event_id: int
    event: Localized
    kind: Kind
    due_at: datetime
    ended_at: datetime | None


def announced(session: Session, city_id: int) -> list[Announced]:
    """What is about to go, the soonest first."""
    return _removals(session, city_id, col(Removal.ended_at).is_(None), col(Removal.due_at))


LATEST = 20
"""How many of those that have gone are told."""


def gone(session: Session, city_id: int) -> list[Announced]:
    """What went lately, the latest first."""
    went = sa.and_(col(Removal.ended_at).is_not(None), col(Removal.removed) > 0)
    return _removals(session, city_id, went, col(Removal.ended_at).desc())[:LATEST]


def _removals(session: Session, city_id: int, which: Any, order: Any) -> list[Announced]:
    found = session.execute(
        sa.select(col(Event.id), col(Event.name), col(Removal.kind), col(Removal.due_at), col(Removal.ended_at))
        .join(Event, col(Event.id) == Removal.event_id)
        .where(col(Removal.city_id) == city_id, which)
        .order_by(order, col(Removal.id))
    )
    return [Announced(*row) for row in found]


def waiting(session: Session, actor: Actor, language: str) -> Iterable[Task]:
    """For organizers, of each of their cities: that something is about to go, and by when they can still stop it."""
    scope = scope_of(actor, Permission.CITY_MANAGE)
    if not scope.cities:
        return
    found = session.execute(
        sa.select(col(City.slug), col(City.name), sa.func.min(col(Removal.due_at), type_=UtcDateTime()))
        .join(City, col(City.id) == Removal.city_id)
        .where(col(Removal.city_id).in_(scope.cities), col(Removal.ended_at).is_(None))
        .group_by(col(City.id), col(City.slug))
        .order_by(col(City.slug))
    )
    for slug, name, first in found:
        yield Task(TaskKind.REMOVAL_COMING, name.text(language), "organizer.retention.edit", {"city": slug}, due=first)
