"""Demo mode: the invented people to step into, and the mails that would have been sent."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.refusals import Reason, Refused
from app.models import OutgoingMail, Person
from app.queries import demo
from app.web import session as web_session
from app.web.forms import Posted
from app.web.guard import Router, reads, writes
from app.web.pages import go, show
from app.web.visit import Reading, Writing

router = Router(prefix="/demo")


@dataclass(frozen=True)
class PeoplePage:
    """Everybody, grouped by what they do."""

    template: ClassVar[str] = "account/demo/people.html"
    groups: list[demo.Group]


@dataclass(frozen=True)
class MailPage:
    """The newest mails."""

    template: ClassVar[str] = "account/demo/mail.html"
    mails: list[OutgoingMail]


def _only_in_demo(visit: Reading | Writing) -> None:
    if not visit.settings.demo:
        raise Refused(Reason.NOT_FOUND)


@router.get("", name="account.demo.index")
def index(visit: Annotated[Reading, reads(Permission.SIGN_IN)]) -> Response:
    """Whom to be."""
    _only_in_demo(visit)
    return show(visit, PeoplePage(demo.groups(visit.session, visit.language)))


@router.post("/{person_id}", name="account.demo.create")
def step_in(visit: Annotated[Writing, writes(Permission.SIGN_IN)], posted: Posted, person_id: int) -> Response:  # noqa: ARG001
    """Be that person."""
    _only_in_demo(visit)
    if visit.session.get(Person, person_id) is None:
        raise Refused(Reason.NOT_FOUND)
    token = web_session.begin_anew(visit.session, visit.request, visit.settings, person_id, visit.now)
    response = go(visit, "account.tasks.index")
    web_session.set_cookie(response, visit.settings, token)
    return response


@router.get("/mail", name="account.demo.mail")
def mail(visit: Annotated[Reading, reads(Permission.SIGN_IN)]) -> Response:
    """Read the mails of the demo."""
    _only_in_demo(visit)
    return show(visit, MailPage(demo.newest_mails(visit.session)))
