"""What the worker has yet to do, and what it has given up."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.queries import installation
from app.web.guard import Router, reads
from app.web.pages import show
from app.web.visit import Reading

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
