"""Challenges of an event: lists with their owners, and one to be read or changed."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.access import Scope
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.models import Application, Challenge, Person, Platform, Unit
from app.queries.applications import visible_to


@dataclass(frozen=True, slots=True)
class ChallengeRow:
    """A challenge as lists and cards show it; `owner`, `unit` and `platform` are empty where none is named yet."""

    id: int
    number: int
    title: Localized
    need: Localized
    owner: str
    unit: Localized
    platform: Localized


def of_event(session: Session, event_id: int) -> list[ChallengeRow]:
    """The challenges of an event by their numbers."""
    rows = session.execute(
        sa.select(
            col(Challenge.id),
            col(Challenge.number),
            col(Challenge.title),
            col(Challenge.need),
            sa.func.coalesce(Person.name, ""),
            col(Unit.name),
            col(Platform.name),
        )
        .outerjoin(Person, col(Person.id) == Challenge.owner_person_id)
        .outerjoin(Unit, col(Unit.id) == Challenge.owner_unit_id)
        .outerjoin(Platform, col(Platform.id) == Challenge.platform_id)
        .where(col(Challenge.event_id) == event_id)
        .order_by(col(Challenge.number))
    )
    return [ChallengeRow(*row) for row in rows]


def sent_to(session: Session, scope: Scope, event_id: int) -> dict[int, int]:
    """By challenge: how many applications were sent, without those in which the person has a conflict of interest."""
    rows = session.execute(
        sa.select(col(Application.challenge_id), sa.func.count())
        .where(col(Application.event_id) == event_id, visible_to(scope))
        .group_by(col(Application.challenge_id))
    )
    return {row[0]: row[1] for row in rows}


def by_id(session: Session, event_id: int, challenge_id: int) -> Challenge:
    """One challenge of an event, to be read. Refused when the event has none such."""
    found = select(Challenge).where(Challenge.event_id == event_id, Challenge.id == challenge_id)
    return _found(session.exec(found).one_or_none())


def by_number(session: Session, event_id: int, number: int) -> Challenge:
    """The challenge under its public number. Refused when the event has none such."""
    found = select(Challenge).where(Challenge.event_id == event_id, Challenge.number == number)
    return _found(session.exec(found).one_or_none())


def for_update(session: Session, event_id: int, challenge_id: int) -> Challenge:
    """One challenge of an event, to be changed."""
    found = select(Challenge).where(Challenge.event_id == event_id, Challenge.id == challenge_id).with_for_update()
    return _found(session.exec(found).one_or_none())


def _found(challenge: Challenge | None) -> Challenge:
    if challenge is None:
        raise Refused(Reason.NOT_FOUND)
    return challenge
