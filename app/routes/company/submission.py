"""Sending an application in: a checklist, one button, and the receipt."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.answers import ANSWER_FIELDS, gaps
from app.domain.application import Action, may
from app.domain.phase import phase_at
from app.domain.refusals import Reason, Refused
from app.queries import applications, cities
from app.queries.applications import Whole
from app.routes.company.applications import SENT, edit_path
from app.services import applications as services
from app.web.answers import label_of, say_gap
from app.web.forms import Posted
from app.web.guard import Router, reads, writes
from app.web.pages import go, show
from app.web.visit import Reading, Writing
from app.web.wording import say_refusal

router = Router(prefix="/company/applications/{application_id}/submission")


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist; an empty `fault` is a tick."""

    label: str
    href: str
    fault: str


@dataclass(frozen=True)
class ChecklistPage:
    """What is ready, what is missing, and the button."""

    template: ClassVar[str] = "company/submission/new.html"
    whole: Whole
    checks: list[Check]
    refusal: str = ""

    @property
    def complete(self) -> bool:
        """Can it be sent as it is."""
        return not any(check.fault for check in self.checks)


@router.get("/new", name="company.submission.new")
def new(visit: Annotated[Reading, reads(Permission.APPLICATION_EDIT)], application_id: int) -> Response:
    """The checklist; what has been sent already shows its receipt."""
    page = _checklist(visit, application_id)
    if not may(page.whole.application.state, Action.SUBMIT, page.whole.phase):
        return go(visit, "company.applications.show", application_id=application_id)
    return show(visit, page)


@router.post("", name="company.submission.create")
def create(
    visit: Annotated[Writing, writes(Permission.APPLICATION_EDIT)],
    posted: Posted,  # noqa: ARG001  the form's token is checked
    application_id: int,
) -> Response:
    """Send it in. A second press, or an answer that was lost on the way, gives the same receipt."""
    application, event = applications.for_update(visit.session, visit.scope, application_id)
    phase = phase_at(event.milestones, visit.now)
    try:
        sent = services.submit(visit.session, visit.actor, application, visit.now, phase)
    except Refused as refusal:
        status = 422 if refusal.reason is Reason.INCOMPLETE else 409
        said = "" if refusal.reason is Reason.INCOMPLETE else say_refusal(refusal.reason, visit.language)
        return show(visit, _checklist(visit, application_id, said), status=status)
    return go(visit, "company.applications.show", application_id=application_id, flash=SENT if sent else None)


def _checklist(visit: Reading | Writing, application_id: int, refusal: str = "") -> ChecklistPage:
    whole = applications.whole(visit.session, visit.scope, application_id, visit.now)
    visit.city = cities.facts_by_id(visit.session, whole.application.city_id)
    answers = services.answers_of(whole.application)
    found = gaps(answers)
    checks = [
        Check(
            label=label_of(name, visit.language),
            href=edit_path(visit, application_id, name),
            fault=say_gap(name, found[name], answers, visit.language) if name in found else "",
        )
        for name in ANSWER_FIELDS
        if name in found or answers[name].strip()
    ]
    return ChecklistPage(whole, checks, refusal)
