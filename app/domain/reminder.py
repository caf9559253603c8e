"""When the owner of a case is reminded of its next step: once before it is due and once after it is overdue."""

from datetime import date, timedelta
from enum import StrEnum

DAYS_BEFORE = 3
"""The first reminder comes so many days before the step is due."""


class Reminder(StrEnum):
    """Which of the two reminders."""

    COMING = "coming"
    OVERDUE = "overdue"


def reminder_due(next_step_on: date, reminded_on: date | None, today: date) -> Reminder | None:
    """Return the reminder to send today; None when it is not time or it has been sent.

    `reminded_on` is the day of the last reminder of this very step: whoever sets another date forgets it.
    """
    if today > next_step_on:
        sent = reminded_on is not None and reminded_on > next_step_on
        return None if sent else Reminder.OVERDUE
    if today < next_step_on - timedelta(days=DAYS_BEFORE):
        return None
    return Reminder.COMING if reminded_on is None else None
