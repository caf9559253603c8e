"""Pitches laid out one after another, so that a day is drafted in a minute."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """How the pitches follow one another. All lengths are minutes; `break_after` 0 means no breaks.

    Raises ValueError for a length that no day has.
    """

    length: int
    pause: int = 0
    """Between two pitches: one leaves the stage, the next comes up."""
    break_after: int = 0
    """So many pitches, then a break."""
    break_length: int = 0

    def __post_init__(self) -> None:
        """Refuse what would never end or go backwards."""
        if self.length < 1 or min(self.pause, self.break_after, self.break_length) < 0:
            raise ValueError(self)


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of the day for one pitch, or for a break."""

    starts_at: datetime
    ends_at: datetime
    is_break: bool = False


def running_order(count: int, starts_at: datetime, pace: Pace) -> list[Slot]:
    """Slots for `count` pitches in order of time, with the breaks between them.

    A break stands for the pause it falls in. There is none after the last pitch.
    """
    slots: list[Slot] = []
    at = starts_at
    for number in range(1, count + 1):
        slots.append(Slot(at, at + timedelta(minutes=pace.length)))
        at = slots[-1].ends_at
        if number == count:
            break
        if pace.break_after and pace.break_length and number % pace.break_after == 0:
            slots.append(Slot(at, at + timedelta(minutes=pace.break_length), is_break=True))
            at = slots[-1].ends_at
        else:
            at += timedelta(minutes=pace.pause)
    return slots
