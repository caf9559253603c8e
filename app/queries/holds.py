"""Legal holds: what lies under one, and which there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.domain.access import Scope
from app.domain.application import State
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.domain.retention import HoldOn
from app.models import Application, Company, Event, FollowUpCase, Hold, Person
from app.queries import applications, events, followup

_LASTS = col(Hold.lifted_at).is_(None)
_ON_EVENT = col(Hold.application_id).is_(None)


def events_held() -> sa.Select[Any]:
    """The ids of events of which nothing may go."""
    return sa.select(col(Hold.event_id)).where(_LASTS, _ON_EVENT)


def events_with_holds() -> sa.Select[Any]:
    """The ids of events of which something may not go."""
    return sa.select(col(Hold.event_id)).where(_LASTS)


def applications_held() -> sa.Select[Any]:
    """The ids of applications under a hold: their own, their event's, or that of a case of theirs."""
    return (
        sa.select(col(Application.id))
        .join(Hold, col(Hold.event_id) == Application.event_id)
        .where(_LASTS, sa.or_(_ON_EVENT, col(Hold.application_id) == col(Application.id)))
    )


def cases_held() -> sa.Select[Any]:
    """The ids of cases under a hold: their own, their application's, or their event's."""
    whole = sa.and_(col(Hold.application_id) == col(FollowUpCase.application_id), col(Hold.case_id).is_(None))
    return (
        sa.select(col(FollowUpCase.id))
        .join(Hold, col(Hold.event_id) == FollowUpCase.event_id)
        .where(_LASTS, sa.or_(_ON_EVENT, whole, col(Hold.case_id) == col(FollowUpCase.id)))
    )


def rows_held(table: sa.Table) -> sa.ColumnElement[bool] | None:
    """Which rows of a table lie under a hold; None for a table that belongs to no event."""
    held = {"event": events_held(), "application": applications_held(), "follow_up_case": cases_held()}
    if table.name in held:
        return table.columns["id"].in_(held[table.name])
    named = {
        next(iter(column.foreign_keys)).column.table.name: column for column in table.columns if column.foreign_keys
    }
    found = [named[name].in_(ids) for name, ids in held.items() if name in named]
    return sa.or_(*found) if found and table.name not in {"hold", "removal"} else None


def is_held(session: Session, row: SQLModel) -> bool:
    """Does an event, an application, a case, or what belongs to one, lie under a hold."""
    table = type(row).__table__  # type: ignore[attr-defined]
    which = rows_held(table)
    return which is not None and bool(
        session.execute(sa.select(sa.exists().where(table.columns["id"] == row.id, which))).scalar()  # type: ignore[attr-defined]
    )


@dataclass(frozen=True, slots=True)
class Subject:
    """What a hold is placed on: an event, or what belongs to one of a company's applications to it."""

    kind: HoldOn
    object_id: int
    row: Event | Application | FollowUpCase
    event: Localized
    company: str
    holds: list[Hold]


def subject(session: Session, scope: Scope, city_id: int, kind: HoldOn, object_id: int) -> Subject:
    """What a hold is to be placed on, with those on itself; refused when it is not there for the person."""
    row: Any
    own: sa.ColumnElement[bool]
    if kind is HoldOn.EVENT:
        row, own = events.by_id(session, city_id, object_id), _ON_EVENT
    elif kind is HoldOn.APPLICATION:
        seen = sa.and_(col(Application.city_id) == city_id, applications.visible_to(scope))
        row = session.exec(select(Application).where(Application.id == object_id, seen)).one_or_none()
        own = sa.and_(col(Hold.application_id) == object_id, col(Hold.case_id).is_(None))
    else:
        seen = sa.and_(col(FollowUpCase.city_id) == city_id, followup.visible_to(scope))
        row = session.exec(select(FollowUpCase).where(FollowUpCase.id == object_id, seen)).one_or_none()
        own = col(Hold.case_id) == object_id
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    event = row if kind is HoldOn.EVENT else events.by_id(session, city_id, row.event_id)
    company = "" if kind is HoldOn.EVENT else session.get_one(Company, row.company_id).name
    held = session.exec(select(Hold).where(Hold.event_id == event.id, _LASTS, own).order_by(col(Hold.id)))
    return Subject(kind, object_id, row, event.name, company, list(held))


@dataclass(frozen=True, slots=True)
class Holding:
    """A hold that lasts: what it lies on, why, and who placed it."""

    id: int
    kind: HoldOn
    event: Localized
    company: str
    number: int | None
    case: Localized | None
    reason: str
    placed_at: datetime
    placed_by: str


def of_city(session: Session, scope: Scope, city_id: int) -> list[Holding]:
    """The holds of a city that last, the newest first, without those across a conflict of interest of the person."""
    found = session.execute(
        sa.select(
            col(Hold.id), col(Hold.application_id), col(Event.name), col(Company.name), col(Application.number),
            col(FollowUpCase.title), col(Hold.case_id), col(Hold.reason), col(Hold.placed_at),
            sa.func.coalesce(sa.func.nullif(col(Person.name), ""), col(Person.email), ""),
        )
        .join(Event, col(Event.id) == Hold.event_id)
        .outerjoin(Application, col(Application.id) == Hold.application_id)
        .outerjoin(Company, col(Company.id) == Application.company_id)
        .outerjoin(FollowUpCase, col(FollowUpCase.id) == Hold.case_id)
        .outerjoin(Person, col(Person.id) == Hold.placed_by)
        .where(_LASTS, col(Hold.city_id) == city_id, _for(scope))
        .order_by(col(Hold.id).desc())
    )  # fmt: skip
    return [
        Holding(key, _kind(application, case), event, company or "", number, title, reason, at, by)
        for key, application, event, company, number, title, case, reason, at, by in found
    ]


def found(session: Session, scope: Scope, city_id: int, hold_id: int) -> Hold:
    """A hold that lasts; refused when it is not there for the person."""
    return _found(session.exec(_one(scope, city_id, hold_id)).one_or_none())


def for_update(session: Session, scope: Scope, city_id: int, hold_id: int) -> Hold:
    """The same, to be lifted."""
    return _found(session.exec(_one(scope, city_id, hold_id).with_for_update(of=Hold)).one_or_none())


def _one(scope: Scope, city_id: int, hold_id: int) -> Any:
    joined = select(Hold).outerjoin(Application, col(Application.id) == Hold.application_id)
    return joined.where(Hold.id == hold_id, Hold.city_id == city_id, _LASTS, _for(scope))


def _found(hold: Hold | None) -> Hold:
    if hold is None:
        raise Refused(Reason.NOT_FOUND)
    return hold


def lies_on(hold: Hold) -> tuple[HoldOn, int]:
    """What a hold lies on."""
    kind = _kind(hold.application_id, hold.case_id)
    return kind, {HoldOn.EVENT: hold.event_id, HoldOn.APPLICATION: hold.application_id, HoldOn.CASE: hold.case_id}[
        kind
    ] or 0


def _for(scope: Scope) -> sa.ColumnElement[bool]:
    sent = sa.and_(col(Application.state) != State.DRAFT, applications.not_conflicted(scope))
    return sa.or_(_ON_EVENT, sent)


def _kind(application: int | None, case: int | None) -> HoldOn:
    if application is None:
        return HoldOn.EVENT
    return HoldOn.APPLICATION if case is None else HoldOn.CASE
