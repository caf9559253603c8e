"""Challenges that take applications, or did."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from app.domain.localized import Localized
from app.domain.phase import Phase, phase_at
from app.domain.refusals import Reason, Refused
from app.models import Challenge, City, Event


@dataclass(frozen=True, slots=True)
class CallChallenge:
    """A challenge with what a company needs to know of its call."""

    id: int
    number: int
    title: Localized
    need: Localized
    event_id: int
    event: Localized
    event_slug: str
    city_id: int
    city: Localized
    city_slug: str
    opens_at: datetime | None
    closes_at: datetime | None
    phase: Phase


def open_now(session: Session, now: datetime, event_id: int | None = None) -> list[CallChallenge]:
    """Every challenge whose call is open, of one event or of all: what closes first stands first."""
    chosen = _all().where(
        col(Event.published_at) <= now,
        col(Event.call_opens_at) <= now,
        (col(Event.call_closes_at) > now) | col(Event.call_closes_at).is_(None),
    )
    if event_id is not None:
        chosen = chosen.where(Event.id == event_id)
    rows = session.exec(chosen.order_by(col(Event.call_closes_at), col(Event.id), col(Challenge.number)))
    found = [_with_phase(*row, now=now) for row in rows]
    return [challenge for challenge in found if challenge.phase is Phase.CALL_OPEN]


def one(session: Session, challenge_id: int, now: datetime) -> CallChallenge:
    """One challenge of a published event, whether its call is open or not. Refused as not found otherwise."""
    row = session.exec(_all().where(Challenge.id == challenge_id, col(Event.published_at) <= now)).one_or_none()
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    return _with_phase(*row, now=now)


def to_apply(session: Session, challenge_id: int, now: datetime) -> tuple[Event, Challenge]:
    """The same as rows, for beginning an application."""
    row = session.exec(_all().where(Challenge.id == challenge_id, col(Event.published_at) <= now)).one_or_none()
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    challenge, event, _ = row
    return event, challenge


def _all() -> Select[Challenge, Event, City]:
    return (
        select(Challenge, Event, City)
        .join(Event, col(Event.id) == Challenge.event_id)
        .join(City, col(City.id) == Event.city_id)
    )


def _with_phase(challenge: Challenge, event: Event, city: City, *, now: datetime) -> CallChallenge:
    return CallChallenge(
        id=challenge.id,
        number=challenge.number,
        title=challenge.title,
        need=challenge.need,
        event_id=event.id,
        event=event.name,
        event_slug=event.slug,
        city_id=city.id,
        city=city.name,
        city_slug=city.slug,
        opens_at=event.call_opens_at,
        closes_at=event.call_closes_at,
        phase=phase_at(event.milestones, now),
    )


def challenges_of(session: Session, event_id: int) -> list[tuple[int, int, Localized]]:
    """(id, number, title) of the challenges of an event."""
    rows = session.execute(
        sa.select(col(Challenge.id), col(Challenge.number), col(Challenge.title))
        .where(col(Challenge.event_id) == event_id)
        .order_by(col(Challenge.number))
    )
    return [(id_, number, title) for id_, number, title in rows]
