"""My tasks: what waits for me, by when, and where I belong."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.access import Permission
from app.domain.task import Span, Task, by_span
from app.queries import tasks
from app.queries.tasks import Belongings
from app.web.guard import reads
from app.web.pages import show
from app.web.visit import Reading
from app.web.wording import say_task

router = APIRouter(prefix="/tasks")


@dataclass(frozen=True)
class TasksPage:
    """Everything that waits, the nearest first, each with its words. `email`: what a newcomer tells their city."""

    template: ClassVar[str] = "account/tasks/index.html"
    spans: list[tuple[Span, list[tuple[str, Task]]]]
    belongings: Belongings
    first_name: str
    email: str


@router.get("", name="account.tasks.index")
def index(visit: Annotated[Reading, reads(Permission.ACCOUNT_USE)]) -> Response:
    """The list."""
    waiting = tasks.of(visit.session, visit.actor, visit.now, visit.language)
    grouped = by_span(waiting, visit.now, visit.zone)
    page = TasksPage(
        spans=[(span, [(say_task(task, visit.language), task) for task in group]) for span, group in grouped.items()],
        belongings=tasks.belongings(visit.session, visit.actor),
        first_name=next(iter(visit.actor.name.split()), ""),
        email=visit.actor.email,
    )
    return show(visit, page)
