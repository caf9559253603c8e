"""What waits for a person, and by when."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class TaskKind(StrEnum):
    """Why something waits for somebody."""

    FINISH_APPLICATION = "finish_application"
    CONFIRM_PITCH = "confirm_pitch"
    SCORE = "score"
    PUBLISH_EVENT = "publish_event"
    PREPARE_DECISIONS = "prepare_decisions"
    RELEASE_PROGRAMME = "release_programme"
    OPEN_CASES = "open_cases"
    NEXT_STEP = "next_step"
    COMPLETE_CASE = "complete_case"
    CHECK_MAIL = "check_mail"


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
