"""Editions: made, edited, published, cloned, closed."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.edition import next_milestones, next_name
from app.domain.localized import Localized, parity_gaps
from app.domain.phase import DateFault, Milestones, Phase, date_faults, phase_at
from app.domain.refusals import Reason, Refused
from app.domain.scoring import Aggregate
from app.domain.slug import free_slug, slug_of
from app.models import Challenge, City, Event
from app.queries import criteria as criterion_queries
from app.queries import readiness
from app.queries.cities import CityFacts
from app.services import audit, challenges, criteria

DATES = ("call_opens_at", "call_closes_at", "jury_opens_at", "day_starts_at", "day_ends_at")
"""The dates that people set, in their order."""

DATE_AT_FAULT: dict[DateFault, str] = {
    DateFault.CLOSES_BEFORE_OPENS: "call_closes_at",
    DateFault.JURY_BEFORE_CLOSE: "jury_opens_at",
    DateFault.DAY_BEFORE_JURY: "day_starts_at",
    DateFault.DAY_ENDS_BEFORE_START: "day_ends_at",
}
"""Which of the dates people mend."""


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
        return Milestones(**{name: getattr(self, name) for name in DATES})

    @property
    def texts(self) -> dict[str, Localized]:
        """The texts that the public reads, by the names of their fields."""
        return {name: getattr(self, name) for name in readiness.EVENT_TEXTS}


def draft_of(event: Event) -> EventDraft:
    """What stands in the event now."""
    return EventDraft(**{name: getattr(event, name) for name in EventDraft.__dataclass_fields__})


def create(
    session: WriteSession,
    actor: Actor,
    city: CityFacts,
    draft: EventDraft,
    now: datetime,
    previous_id: int | None = None,
) -> Event:
    """A new event, not yet published; its address comes from its name and stays."""
    _check(draft)
    taken = set(session.exec(select(Event.slug).where(Event.city_id == city.id)))
    event = Event(
        city_id=city.id,
        previous_id=previous_id,
        slug=free_slug(slug_of(draft.name.text("fi"), "event"), taken),
        created_at=now,
        **_values(draft),
    )
    session.add(event)
    audit.record(session, actor, "created", event, now, city_id=city.id, after=audit.snapshot(event, *_values(draft)))
    return event


def edit(session: WriteSession, actor: Actor, event: Event, draft: EventDraft, version: int, now: datetime) -> None:
    """Change an event; refused when somebody else changed it since `version`.

    What the public reads already stays complete: its dates, its summary, Finnish beside Swedish.
    """
    if phase_at(event.milestones, now) is Phase.CLOSED:
        raise Refused(Reason.EVENT_CLOSED)
    if event.version != version:
        raise Refused(Reason.CHANGED_MEANWHILE)
    _check(draft)
    if event.published_at is not None:
        _check_published(session.get_one(City, event.city_id), draft)
    before = audit.snapshot(event, *_values(draft))
    for name, value in _values(draft).items():
        setattr(event, name, value)
    event.version += 1
    audit.record(
        session, actor, "edited", event, now, city_id=event.city_id, before=before, after=audit.snapshot(event, *before)
    )


def publish(session: WriteSession, actor: Actor, event: Event, now: datetime) -> None:
    """Make the event public; refused while `app.domain.readiness` finds anything lacking."""
    if event.published_at is not None:
        raise Refused(Reason.WRONG_STATE)
    session.flush()
    if readiness.gaps_of(session, event):
        raise Refused(Reason.EVENT_NOT_READY)
    event.published_at = now
    event.version += 1
    audit.record(
        session, actor, "published", event, now, city_id=event.city_id, after={"published_at": now.isoformat()}
    )


def close(session: WriteSession, actor: Actor, event: Event, now: datetime) -> None:
    """End the event's own life once its day is over; its cases live on."""
    if phase_at(event.milestones, now) is not Phase.FOLLOW_UP:
        raise Refused(Reason.EVENT_NOT_OVER)
    event.closed_at = now
    event.version += 1
    audit.record(session, actor, "closed", event, now, city_id=event.city_id, after={"closed_at": now.isoformat()})


def clone(
    session: WriteSession,
    actor: Actor,
    city: CityFacts,
    source: Event,
    name: Localized,
    now: datetime,
    *,
    with_challenges: bool,
) -> Event:
    """The next edition: the same texts and criteria, the dates a year later on the same weekdays, nothing published.

    Challenges come along when wanted, with the criteria that are theirs alone.
    """
    dates = next_milestones(source.milestones, ZoneInfo(city.time_zone))
    draft = replace(draft_of(source), name=name, **{date: getattr(dates, date) for date in DATES})
    event = create(session, actor, city, draft, now, previous_id=source.id)
    copies: dict[int | None, int | None] = {None: None}
    taken = select(Challenge).where(Challenge.event_id == source.id).order_by(col(Challenge.number))
    for challenge in session.exec(taken).all() if with_challenges else ():
        copy = challenges.create(session, actor, event, challenges.draft_of(challenge), now, challenge.number)
        copies[challenge.id] = copy.id
    for criterion in criterion_queries.of_event(session, source.id):
        if criterion.challenge_id in copies:
            copied = replace(criteria.draft_of(criterion), challenge_id=copies[criterion.challenge_id])
            criteria.create(session, actor, event, copied, now, criterion.position)
    session.flush()
    return event


def name_of_next(event: Event) -> Localized:
    """What the next edition would be called."""
    return next_name(event.name)


def _values(draft: EventDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__dataclass_fields__}


def _check(draft: EventDraft) -> None:
    if not draft.name:
        raise Refused(Reason.MISSING_FIELD, "name_fi")
    for fault in date_faults(draft.milestones):
        raise Refused(Reason.DATES_OUT_OF_ORDER, DATE_AT_FAULT[fault])


def _check_published(city: City, draft: EventDraft) -> None:
    if not draft.summary:
        raise Refused(Reason.MISSING_FIELD, "summary_fi")
    for name in DATES:
        if name != "jury_opens_at" and getattr(draft, name) is None:
            raise Refused(Reason.MISSING_FIELD, name)
    for name, lacking in parity_gaps(draft.texts, city.languages.split(",")).items():
        raise Refused(Reason.TRANSLATION_MISSING, f"{name}_{lacking[0]}")
