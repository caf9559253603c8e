"""My tasks: what waits for me, by when, and where I belong."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission, holds
from app.domain.task import Span, Task, by_span
from app.queries import tasks
from app.queries.tasks import Belongings
from app.web.guard import Router, reads
from app.web.pages import show
from app.web.visit import Reading
from app.web.wording import say_task

router = Router(prefix="/tasks")


SHOWN, ROWS = 15, 50
"""Tasks of one span beside the others, and on a page of its own."""


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks that are equally near, with their words; `total` counts those that are not shown, too."""

    span: Span
    tasks: list[tuple[str, Task]]
    total: int


@dataclass(frozen=True)
class TasksPage:
    """What waits, the nearest first. `only`: one span alone, in pages. `email`: what a newcomer tells their city."""

    template: ClassVar[str] = "account/tasks/index.html"
    groups: list[Group]
    only: Span | None
    number: int
    pages: int
    belongings: Belongings
    first_name: str
    email: str
    is_admin: bool


@router.get("", name="account.tasks.index")
def index(visit: Annotated[Reading, reads(Permission.ACCOUNT_USE)], span: str = "", page: int = 1) -> Response:
    """The list."""
    waiting = by_span(tasks.of(visit.session, visit.actor, visit.now, visit.language), visit.now, visit.zone)
    only = next((one for one in waiting if one.value == span), None)
    pages = max(1, math.ceil(len(waiting[only]) / ROWS)) if only else 1
    number = min(max(1, page), pages)
    shown = {only: waiting[only][(number - 1) * ROWS : number * ROWS]} if only else waiting
    groups = [
        Group(one, [(say_task(t, visit.language), t) for t in found[: ROWS if only else SHOWN]], len(waiting[one]))
        for one, found in shown.items()
    ]
    tasks_page = TasksPage(
        groups=groups,
        only=only,
        number=number,
        pages=pages,
        belongings=tasks.belongings(visit.session, visit.actor),
        first_name=next(iter(visit.actor.name.split()), ""),
        email=visit.actor.email,
        is_admin=holds(visit.actor, Permission.INSTALLATION_MANAGE),
    )
    return show(visit, tasks_page)
