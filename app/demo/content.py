"""Reads the demo's texts, and turns their dates into moments around the day of loading."""

import json
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.localized import LANGUAGES, Localized

FOLDER = Path(__file__).parent / "content"
SATURDAY = 5


@cache
def read(name: str) -> Any:
    """One file of the content; README.md there tells the shape."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def event_named(key: str) -> dict[str, Any]:
    """One event of the content."""
    return next(dict(one) for one in read("events")["events"] if one["key"] == key)


def text(value: dict[str, str] | str | None) -> Localized:
    """A text in three languages; a plain string is Finnish."""
    return Localized(fi=value) if isinstance(value, str) else Localized.of(value)


def joined(*values: dict[str, str] | None, separator: str = "\n\n") -> Localized:
    """Several texts as one, in each language."""
    return Localized.of({
        language: separator.join(value[language] for value in values if value and value.get(language))
        for language in LANGUAGES
    })  # fmt: skip


def bullets(values: list[dict[str, str]]) -> Localized:
    """Several texts as one list, in each language."""
    return Localized.of({language: "\n".join(f"- {value[language]}" for value in values) for language in LANGUAGES})


class Calendar:
    """Dates of the content: absolute ones in the city's zone, offsets from the day of loading."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self.now, self.zone = now, zone
        self.today = now.astimezone(zone).date()

    def day(self, value: Any, *, workday: bool = False) -> date | None:
        """A day; a coming one may be moved from a weekend to Monday."""
        if value is None:
            return None
        if isinstance(value, str):
            return date.fromisoformat(value[:10])
        day = self.today + timedelta(days=value["days"])
        if workday and day > self.today and day.weekday() >= SATURDAY:
            day += timedelta(days=7 - day.weekday())
        return day

    def moment(self, value: Any, default: str = "10:00", *, workday: bool = False) -> datetime | None:
        """A moment, as UTC."""
        day = self.day(value, workday=workday)
        if day is None:
            return None
        at = value[11:] if isinstance(value, str) else value.get("time", "")
        return self.at(day, at or default)

    def at(self, day: date, clock_time: str) -> datetime:
        """A time of day on a day, as UTC."""
        return datetime.combine(day, time.fromisoformat(clock_time), tzinfo=self.zone).astimezone(UTC)

    def past(self, value: Any, default: str = "10:00") -> datetime:
        """A moment that has been: now at the latest."""
        return min(self.moment(value, default) or self.now, self.now)
