"""Closing a case: what it ended in, why, and what was learnt."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.followup import EndReason, ExitType
from app.domain.refusals import Reason, Refused
from app.models import FollowUpCase
from app.queries import case as case_queries
from app.routes.procurement.case_frame import CaseFrame, find
from app.services import followup as service
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.meanwhile import beside
from app.web.pages import city_of, go, show
from app.web.visit import Reading, Visit, Writing
from app.web.wording import Fault
from app.web.words import N_

router = Router(prefix="/procurement/{city}/cases/{case_id}/closing")

FORM = "procurement-closing-form"


@dataclass(frozen=True)
class ClosingPage:
    """The form."""

    template: ClassVar[str] = "procurement/closing/new.html"
    frame: CaseFrame
    form: Form
    exit_types: list[ExitType]
    end_reasons: list[EndReason]
    languages: tuple[str, ...]


def _stored(case: FollowUpCase) -> Form:
    return filled(FORM, {"lesson": case.lesson, "version": case.version})


def _page(visit: Visit[Any], case: FollowUpCase, form: Form) -> ClosingPage:
    _, _, frame = find(visit, case.id)
    return ClosingPage(frame, form, list(ExitType), list(EndReason), city_of(visit).languages)


@router.get("", name="procurement.closing.new")
def new(visit: Annotated[Reading, reads(Permission.CASE_EDIT)], case_id: int) -> Response:
    """The form."""
    case, _, _ = find(visit, case_id)
    if not case.stage.is_open:
        raise Refused(Reason.WRONG_STATE)
    return show(visit, _page(visit, case, _stored(case)))


@router.post("", name="procurement.closing.create")
def create(visit: Annotated[Writing, writes(Permission.CASE_EDIT)], posted: Posted, case_id: int) -> Response:
    """Close it."""
    city = city_of(visit)
    case = case_queries.for_update(visit.session, visit.scope, city.id, case_id)
    fields = Fields(posted, visit.language, visit.zone)
    exit_type = fields.choice("exit_type", ExitType)
    end_reason = fields.choice("end_reason", EndReason, required=False)
    ended = exit_type is ExitType.ENDED
    lesson = fields.localized("lesson", city.languages, required=ended, longest=4_000)
    if ended and end_reason is None:
        fields.fault("end_reason", Fault.MISSING)
    note = fields.text("note", longest=4_000)
    if exit_type is None or fields.errors:
        return show(visit, _page(visit, case, fields.form(FORM)), status=422)
    ending = service.Ending(exit_type, end_reason, lesson, note)
    try:
        service.close(visit.session, visit.actor, case, ending, fields.version(), visit.now)
    except Refused as refusal:
        if refusal.reason is Reason.CHANGED_MEANWHILE:
            return show(visit, _page(visit, case, beside(fields, _stored(case))), status=409)
        fields.refuse(refusal)
        return show(visit, _page(visit, case, fields.form(FORM)), status=422)
    return go(visit, "procurement.cases.show", flash=N_("The case is finished."), city=city.slug, case_id=case_id)
