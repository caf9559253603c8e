"""Loads the demo cities through the services, as people would have done it, each at its own moment."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from rich.progress import Progress
from sqlmodel import col, select

from app.adapters.database import WriteSession, reading, writing
from app.config import Settings
from app.demo import calls, day, decisions, following, judging, people
from app.demo.content import Calendar
from app.domain.access import EVERY_CITY
from app.models import City, MailState, OutgoingMail

ZONE = ZoneInfo("Europe/Helsinki")


class Loaded:
    """What has been loaded, by the keys of the content."""

    def __init__(self, calendar: Calendar, settings: Settings) -> None:
        self.calendar, self.settings = calendar, settings
        self.ids: dict[str, dict[str, int]] = {}
        self.goals: dict[str, dict[str, Any]] = {}

    def remember(self, kind: str, key: str, row_id: int) -> None:
        """Keep an id for those who refer to it."""
        self.ids.setdefault(kind, {})[key] = row_id

    def id(self, kind: str, key: str) -> int:
        """The id of something loaded before."""
        return self.ids[kind][key]


STEPS: tuple[tuple[str, Callable[[WriteSession, Any, Callable[[], None]], None]], ...] = (
    ("Cities and people", people.load),
    ("Companies", people.load_companies),
    ("Events and challenges", calls.load_events),
    ("Applications", calls.load_applications),
    ("Score sheets", judging.load_scores),
    ("Decisions", decisions.load_decisions),
    ("Programmes", day.load_programmes),
    ("Follow-up", following.load_cases),
)


def load(engine: sa.Engine, settings: Settings, now: datetime, progress: Progress) -> bool:
    """Fill an empty database; False when there are cities already."""
    with reading(engine, EVERY_CITY) as session:
        if session.exec(select(City.id).limit(1)).first() is not None:
            return False
    loaded = Loaded(Calendar(now, ZONE), settings)
    with writing(engine, EVERY_CITY) as session:
        for label, step in STEPS:
            task = progress.add_task(label, total=None)
            step(session, loaded, lambda task=task: progress.advance(task))  # type: ignore[misc]
            session.flush()
            progress.update(task, total=progress.tasks[task].completed)
        # What was told at the time was read long ago.
        told = sa.update(OutgoingMail).where(col(OutgoingMail.state) == MailState.QUEUED)
        session.execute(told.values(state=MailState.SENT, sent_at=OutgoingMail.created_at))
    return True
