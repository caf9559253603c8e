"""Adding to the story of a case what has happened, and agreeing on what comes next."""

from datetime import UTC, datetime, time
from typing import Annotated

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.case_entry import EntryKind
from app.domain.refusals import Reason, Refused
from app.models import FollowUpCase
from app.queries import case as case_queries
from app.routes.procurement.case_page import ENTRY_FORM, case_page
from app.services import followup as service
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, writes
from app.web.meanwhile import beside
from app.web.pages import city_of, go, show
from app.web.visit import Writing
from app.web.words import N_

router = Router(prefix="/procurement/{city}/cases/{case_id}/entries")


@router.post("", name="procurement.entries.create")
def create(visit: Annotated[Writing, writes(Permission.CASE_EDIT)], posted: Posted, case_id: int) -> Response:
    """Write it down. A day without a time counts as its noon, or as now when it is today."""
    city = city_of(visit)
    case = case_queries.for_update(visit.session, visit.scope, city.id, case_id)
    fields = Fields(posted, visit.language, visit.zone)
    kind = fields.choice("kind", EntryKind)
    text = fields.text("text", required=True, longest=10_000)
    with_whom = fields.line("with_whom", longest=300)
    day = fields.day("happened_on")
    step = service.NextStep(fields.line("next_step", longest=500), fields.day("next_step_on"))
    form, status = None, 422
    if kind is not None and not fields.errors:
        happened_at = datetime.combine(day, time(12), visit.zone).astimezone(UTC) if day else visit.now
        if day == visit.now.astimezone(visit.zone).date():
            happened_at = visit.now
        try:
            service.add_entry(
                visit.session,
                visit.actor,
                case,
                kind,
                text,
                visit.now,
                happened_at=happened_at,
                with_whom=with_whom,
                shown_to_company=fields.ticked("shown_to_company"),
                then=step,
                version=fields.version(),
            )
            return go(visit, "procurement.cases.show", flash=N_("Written down."), city=city.slug, case_id=case_id)
        except Refused as refusal:
            if refusal.reason is Reason.CHANGED_MEANWHILE:
                form, status = beside(fields, _stored(case)), 409
            else:
                fields.refuse(refusal)
    return show(visit, case_page(visit, case_id, form=form or fields.form(ENTRY_FORM)), status=status)


def _stored(case: FollowUpCase) -> Form:
    """What an entry changes about the case itself."""
    return filled(ENTRY_FORM, {name: getattr(case, name) for name in ("next_step", "next_step_on", "version")})
