"""Editions: found by address or by id, always inside one city."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.phase import Phase, phase_at
from app.domain.refusals import Reason, Refused
from app.models import Event


def by_slug(session: Session, city_id: int, slug: str) -> Event:
    """The event at a public address, drafts too: who may see those is for the page to say. Refused when none."""
    return _found(session.exec(select(Event).where(Event.city_id == city_id, Event.slug == slug)).one_or_none())


def by_id(session: Session, city_id: int, event_id: int) -> Event:
    """The event with this id, to be read. Refused when the city has none such."""
    return _found(session.exec(select(Event).where(Event.city_id == city_id, Event.id == event_id)).one_or_none())


def for_update(session: Session, city_id: int, event_id: int) -> Event:
    """The same to be changed: others wait until this change is done."""
    found = select(Event).where(Event.city_id == city_id, Event.id == event_id).with_for_update()
    return _found(session.exec(found).one_or_none())


def lock(session: Session, event_id: int) -> None:
    """Others who lock it wait until this change is done; whoever only adds to it does not."""
    session.execute(sa.select(col(Event.id)).where(col(Event.id) == event_id).with_for_update(key_share=True))


def phase_of(event: Event, now: datetime) -> Phase:
    """The event's phase at a moment (UTC)."""
    return phase_at(event.milestones, now)


def of_city(session: Session, city_id: int) -> list[Event]:
    """All events of a city, the latest pitch day first; those without a day stand first of all."""
    order = (col(Event.day_starts_at).desc().nulls_first(), col(Event.id).desc())
    return list(session.exec(select(Event).where(Event.city_id == city_id).order_by(*order)))


def _found(event: Event | None) -> Event:
    if event is None:
        raise Refused(Reason.NOT_FOUND)
    return event
