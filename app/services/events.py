"""Editions: made, edited, published, cloned, closed."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.localized import Localized
from app.domain.phase import Milestones, date_faults
from app.domain.refusals import Reason, Refused
from app.domain.scoring import Aggregate
from app.models import Challenge, Criterion, Event
from app.queries.cities import CityFacts
from app.services import audit


@dataclass(frozen=True)
class EventDraft:
    """What an organizer writes about an event. Moments are UTC."""

    name: Localized
    summary: Localized = field(default_factory=Localized)
    description: Localized = field(default_factory=Localized)
    practical: Localized = field(default_factory=Localized)
    place: Localized = field(default_factory=Localized)
    places_to_pitch: int = 15
    aggregate: Aggregate = Aggregate.MEAN
    show_others_scores: bool = False
    call_opens_at: datetime | None = None
    call_closes_at: datetime | None = None
    jury_opens_at: datetime | None = None
    day_starts_at: datetime | None = None
    day_ends_at: datetime | None = None

    @property
    def milestones(self) -> Milestones:
        """The dates, for checking their order."""
        return Milestones(
            call_opens_at=self.call_opens_at,
            call_closes_at=self.call_closes_at,
            jury_opens_at=self.jury_opens_at,
            day_starts_at=self.day_starts_at,
            day_ends_at=self.day_ends_at,
        )


def slug_of(name: str) -> str:
    """A name as part of an address: "Kipinä 2017" → "kipina-2017"."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:60].strip("-") or "event"


def create(session: WriteSession, actor: Actor, city: CityFacts, draft: EventDraft, now: datetime) -> Event:
    """A new event, not yet published; its address comes from its name and stays."""
    _check(draft)
    event = Event(
        city_id=city.id,
        slug=_free_slug(session, city.id, slug_of(draft.name.text("fi"))),
        created_at=now,
        **_values(draft),
    )
    session.add(event)
    audit.record(session, actor, "created", event, now, city_id=city.id, after=audit.snapshot(event, *_values(draft)))
    return event


def edit(session: WriteSession, actor: Actor, event: Event, draft: EventDraft, version: int, now: datetime) -> None:
    """Change an event; refused when somebody else changed it since `version`."""
    if event.version != version:
        raise Refused(Reason.CHANGED_MEANWHILE)
    _check(draft)
    before = audit.snapshot(event, *_values(draft))
    for name, value in _values(draft).items():
        setattr(event, name, value)
    event.version += 1
    audit.record(
        session, actor, "edited", event, now, city_id=event.city_id, before=before, after=audit.snapshot(event, *before)
    )


def publish(session: WriteSession, actor: Actor, event: Event, now: datetime) -> None:
    """Make the event public. What must be there first is said by `app.domain.readiness`."""
    if event.published_at is not None:
        raise Refused(Reason.WRONG_STATE)
    event.published_at = now
    event.version += 1
    audit.record(
        session, actor, "published", event, now, city_id=event.city_id, after={"published_at": now.isoformat()}
    )


def add_challenge(session: WriteSession, actor: Actor, event: Event, now: datetime, **values: Any) -> Challenge:
    """A new challenge under the next number; `values` are columns of `Challenge`."""
    session.flush()
    last = session.exec(
        select(Challenge.number).where(Challenge.event_id == event.id).order_by(col(Challenge.number).desc()).limit(1)
    ).first()
    number = values.pop("number", None) or (last or 0) + 1
    challenge = Challenge(city_id=event.city_id, event_id=event.id, number=number, **values)
    session.add(challenge)
    audit.record(
        session,
        actor,
        "created",
        challenge,
        now,
        city_id=event.city_id,
        after=audit.snapshot(challenge, "number", "title"),
    )
    return challenge


def add_criterion(session: WriteSession, actor: Actor, event: Event, now: datetime, **values: Any) -> Criterion:
    """A new criterion of the event; `values` are columns of `Criterion`."""
    session.flush()
    criterion = Criterion(event_id=event.id, **values)
    session.add(criterion)
    after = audit.snapshot(criterion, "name", "weight", "scale_max", "informational")
    audit.record(session, actor, "created", criterion, now, city_id=event.city_id, after=after)
    return criterion


def _values(draft: EventDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__dataclass_fields__}


def _check(draft: EventDraft) -> None:
    if not draft.name:
        raise Refused(Reason.MISSING_FIELD, "name_fi")
    if date_faults(draft.milestones):
        raise Refused(Reason.NOT_ALLOWED, "call_closes_at")


def _free_slug(session: WriteSession, city_id: int, wanted: str) -> str:
    taken = set(session.exec(select(Event.slug).where(Event.city_id == city_id)))
    return next(slug for n in range(1, 1_000) if (slug := wanted if n == 1 else f"{wanted}-{n}") not in taken)
