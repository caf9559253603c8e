"""What the worker has yet to do, and what it has given up, which can be tried again."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.queries import installation
from app.services import jobs, outbox
from app.web.forms import Fields, Posted
from app.web.guard import Router, reads, writes
from app.web.pages import go, show
from app.web.visit import Reading, Writing
from app.web.words import N_

router = Router(prefix="/admin/jobs")


@dataclass(frozen=True)
class JobsPage:
    """What failed first, then what is due next."""

    template: ClassVar[str] = "admin/jobs/index.html"
    work: list[installation.Work]


@router.get("", name="admin.jobs.index")
def index(visit: Annotated[Reading, reads(Permission.INSTALLATION_MANAGE)]) -> Response:
    """The list; it shows no addresses and no contents."""
    return show(visit, JobsPage(installation.work(visit.session)))


@router.post("/retries", name="admin.retries.create")
def try_again(visit: Annotated[Writing, writes(Permission.INSTALLATION_MANAGE)], posted: Posted) -> Response:
    """Try what was given up once more: the one that is named by `what` and `id`, or all of it."""
    fields = Fields(posted, visit.language)
    what, number = fields.raw("what"), fields.integer("id")
    mails, given_up = installation.given_up(visit.session, (what, number or 0) if what else None)
    for mail in mails:
        outbox.send_again(visit.session, visit.actor, mail, visit.now)
    for job in given_up:
        jobs.try_again(visit.session, visit.actor, job, visit.now)
    if not mails and not given_up:
        return go(visit, "admin.jobs.index", flash=N_("It had been tried again already."), kind="info")
    return go(visit, "admin.jobs.index", flash=N_("It will be tried again within a few seconds."))
