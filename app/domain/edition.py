"""The next edition of an event: the same, a year later."""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.localized import LANGUAGES, Localized
from app.domain.phase import Milestones

A_YEAR_OF_WEEKS = timedelta(weeks=52)
"""The same weekday a year later, one or two days earlier in the month."""

_ACTS = ("published_at", "decided_at", "released_at", "closed_at")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def a_year_later(moment: datetime, zone: ZoneInfo) -> datetime:
    """The same weekday and time of day in the zone, 52 weeks later, as UTC: summer time may have moved between."""
    return (moment.astimezone(zone).replace(tzinfo=None) + A_YEAR_OF_WEEKS).replace(tzinfo=zone).astimezone(UTC)


def next_milestones(milestones: Milestones, zone: ZoneInfo) -> Milestones:
    """The dates of the next edition. What is an act and no date, such as publishing, has not happened yet."""
    dates = {field.name: getattr(milestones, field.name) for field in fields(milestones)}
    moved = {name: moment and a_year_later(moment, zone) for name, moment in dates.items() if name not in _ACTS}
    return replace(Milestones(), **moved)


def next_name(name: Localized) -> Localized:
    """The name with each year in it one higher: "Kipinä 2026" → "Kipinä 2027"."""
    return Localized.of(
        {language: _YEAR.sub(lambda year: str(int(year[0]) + 1), name[language]) for language in LANGUAGES}
    )
