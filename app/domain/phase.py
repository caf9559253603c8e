"""The life of an event. A phase is never stored: it follows from dates and from acts, so it advances by itself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Phase(StrEnum):
    """In order; each is entered by a date or by an act, as `phase_at` says."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CALL_OPEN = "call_open"
    CALL_CLOSED = "call_closed"
    JURY = "jury"
    DECIDED = "decided"
    PROGRAMME_RELEASED = "programme_released"
    HELD = "held"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"

    @property
    def order(self) -> int:
        """Place in the life of the event, from 0."""
        return list(Phase).index(self)

    def reached(self, other: "Phase") -> bool:
        """Is the event in this phase at `other` or beyond it."""
        return self.order >= other.order


class Entry(StrEnum):
    """How a phase is entered."""

    ACT = "act"
    DATE = "date"


ENTERED_BY: dict[Phase, Entry] = {
    Phase.PUBLISHED: Entry.ACT,
    Phase.CALL_OPEN: Entry.DATE,
    Phase.CALL_CLOSED: Entry.DATE,
    Phase.JURY: Entry.DATE,
    Phase.DECIDED: Entry.ACT,
    Phase.PROGRAMME_RELEASED: Entry.ACT,
    Phase.HELD: Entry.DATE,
    Phase.FOLLOW_UP: Entry.DATE,
    Phase.CLOSED: Entry.ACT,
}


@dataclass(frozen=True, slots=True)
class Milestones:
    """What the phase follows from. All moments are UTC; None means not set or not done."""

    published_at: datetime | None = None
    call_opens_at: datetime | None = None
    call_closes_at: datetime | None = None
    jury_opens_at: datetime | None = None
    decided_at: datetime | None = None
    released_at: datetime | None = None
    day_starts_at: datetime | None = None
    day_ends_at: datetime | None = None
    closed_at: datetime | None = None


def phase_at(milestones: Milestones, now: datetime) -> Phase:
    """The phase at a moment: the last one whose date has come or whose act is done.

    Nothing happens before publishing, and the jury starts when the call closes unless a later date is set.
    A deadline belongs to the following phase: at `call_closes_at` sharp the call is closed.
    """
    if milestones.published_at is None or now < milestones.published_at:
        return Phase.DRAFT
    jury_opens_at = milestones.jury_opens_at or milestones.call_closes_at
    moments = {
        Phase.CLOSED: milestones.closed_at,
        Phase.FOLLOW_UP: milestones.day_ends_at,
        Phase.HELD: milestones.day_starts_at,
        Phase.PROGRAMME_RELEASED: milestones.released_at,
        Phase.DECIDED: milestones.decided_at,
        Phase.JURY: jury_opens_at,
        Phase.CALL_CLOSED: milestones.call_closes_at,
        Phase.CALL_OPEN: milestones.call_opens_at,
    }
    return next((phase for phase, moment in moments.items() if moment and moment <= now), Phase.PUBLISHED)


def next_change(milestones: Milestones, now: datetime) -> datetime | None:
    """The next moment at which a date alone changes the phase, or None."""
    dates = (
        milestones.call_opens_at,
        milestones.call_closes_at,
        milestones.jury_opens_at,
        milestones.day_starts_at,
        milestones.day_ends_at,
    )
    return min((moment for moment in dates if moment and moment > now), default=None)


class DateFault(StrEnum):
    """A date that cannot be right beside another one."""

    CLOSES_BEFORE_OPENS = "closes_before_opens"
    JURY_BEFORE_CLOSE = "jury_before_close"
    DAY_BEFORE_JURY = "day_before_jury"
    DAY_ENDS_BEFORE_START = "day_ends_before_start"


def date_faults(milestones: Milestones) -> list[DateFault]:
    """Which dates are out of order; empty when all that are set follow one another."""
    pairs = (
        (milestones.call_opens_at, milestones.call_closes_at, DateFault.CLOSES_BEFORE_OPENS),
        (milestones.call_closes_at, milestones.jury_opens_at, DateFault.JURY_BEFORE_CLOSE),
        (milestones.jury_opens_at or milestones.call_closes_at, milestones.day_starts_at, DateFault.DAY_BEFORE_JURY),
        (milestones.day_starts_at, milestones.day_ends_at, DateFault.DAY_ENDS_BEFORE_START),
    )
    faults = []
    for earlier, later, fault in pairs:
        if earlier and later and earlier > later:
            faults.append(fault)
    if milestones.call_opens_at and milestones.call_opens_at == milestones.call_closes_at:
        faults.append(DateFault.CLOSES_BEFORE_OPENS)
    if milestones.day_starts_at and milestones.day_starts_at == milestones.day_ends_at:
        faults.append(DateFault.DAY_ENDS_BEFORE_START)
    return faults


class LifeStep(StrEnum):
    """The stations of an event as people follow it."""

    CALL_OPENS = "call_opens"
    CALL_CLOSES = "call_closes"
    JURY = "jury"
    PITCH_DAY = "pitch_day"
    FOLLOW_UP = "follow_up"


class When(StrEnum):
    """Where a station lies from now."""

    PAST = "past"
    NOW = "now"
    COMING = "coming"


@dataclass(frozen=True, slots=True)
class Station:
    """One station: its moment, if it is set, and where it lies."""

    step: LifeStep
    at: datetime | None
    when: When


def life_line(milestones: Milestones, now: datetime) -> list[Station]:
    """The stations of an event in order. The jury, the day and the follow-up last: they can be going on now."""
    phase = phase_at(milestones, now)
    going_on = {Phase.JURY: LifeStep.JURY, Phase.HELD: LifeStep.PITCH_DAY, Phase.FOLLOW_UP: LifeStep.FOLLOW_UP}
    moments = {
        LifeStep.CALL_OPENS: milestones.call_opens_at,
        LifeStep.CALL_CLOSES: milestones.call_closes_at,
        LifeStep.JURY: milestones.jury_opens_at or milestones.call_closes_at,
        LifeStep.PITCH_DAY: milestones.day_starts_at,
        LifeStep.FOLLOW_UP: milestones.day_ends_at,
    }
    return [
        Station(
            step,
            moment,
            When.NOW if going_on.get(phase) is step else When.PAST if moment and moment <= now else When.COMING,
        )
        for step, moment in moments.items()
    ]
