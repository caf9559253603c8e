"""My tasks: what waits for me, by when."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.access import Permission
from app.domain.task import Task
from app.queries import tasks
from app.web.guard import reads
from app.web.pages import show
from app.web.visit import Reading

router = APIRouter(prefix="/tasks")


@dataclass(frozen=True)
class TasksPage:
    """Everything that waits, the nearest first."""

    template: ClassVar[str] = "account/tasks/index.html"
    tasks: list[Task]


@router.get("", name="account.tasks.index")
def index(visit: Annotated[Reading, reads(Permission.ACCOUNT_USE)]) -> Response:
    """The list."""
    return show(visit, TasksPage(tasks.of(visit.session, visit.actor, visit.now, visit.language)))
