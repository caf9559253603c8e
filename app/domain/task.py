"""What waits for a person, and by when."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo


class TaskKind(StrEnum):
    """Why something waits for somebody."""

    FINISH_APPLICATION = "finish_application"
    CONFIRM_PITCH = "confirm_pitch"
    SCORE = "score"
    PUBLISH_EVENT = "publish_event"
    CALL_CLOSES = "call_closes"
    PREPARE_DECISIONS = "prepare_decisions"
    SIGN_DECISIONS = "sign_decisions"
    RESERVE_EMPTY = "reserve_empty"
    RELEASE_PROGRAMME = "release_programme"
    OPEN_CASES = "open_cases"
    PUBLISH_RESULTS = "publish_results"
    NEXT_STEP = "next_step"
    COMPLETE_CASE = "complete_case"
    CHECK_MAIL = "check_mail"
    MAIL_FAILED = "mail_failed"
    REMOVAL_COMING = "removal_coming"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: `route` and `params` say where, `about` what it is about, `count` how many."""

    kind: TaskKind
    about: str
    route: str
    params: dict[str, Any] = field(default_factory=dict)
    due: datetime | None = None
    count: int = 1
    overdue: bool = False


class Span(StrEnum):
    """How near a task is."""

    LATE = "late"
    TODAY = "today"
    THIS_WEEK = "this_week"
    LATER = "later"
    ANY_TIME = "any_time"


WEEK = timedelta(days=7)
"""What is due within so many days is "this week", whatever weekday it is: on a Friday Monday is near."""


def span_of(task: Task, now: datetime, zone: ZoneInfo) -> Span:
    """How near the task is to a reader in this zone."""
    if task.overdue or (task.due is not None and task.due < now):
        return Span.LATE
    if task.due is None:
        return Span.ANY_TIME
    due, today = task.due.astimezone(zone).date(), now.astimezone(zone).date()
    if due == today:
        return Span.TODAY
    return Span.THIS_WEEK if due < today + WEEK else Span.LATER


def by_span(tasks: Iterable[Task], now: datetime, zone: ZoneInfo) -> dict[Span, list[Task]]:
    """The tasks by how near they are; spans without any are not there. The order of the tasks stays."""
    found: dict[Span, list[Task]] = {}
    for task in tasks:
        found.setdefault(span_of(task, now, zone), []).append(task)
    return {span: found[span] for span in Span if span in found}
