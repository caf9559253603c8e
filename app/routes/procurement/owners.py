"""Who looks after a case: naming the first owner, or handing it over with a reason."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
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
from app.web.words import N_

router = Router(prefix="/procurement/{city}/cases/{case_id}/owner")

FORM = "procurement-owners-form"


@dataclass(frozen=True)
class OwnerPage:
    """To whom, and why. `owner` is the present one, empty when there is none."""

    template: ClassVar[str] = "procurement/owners/new.html"
    frame: CaseFrame
    form: Form
    owner: str
    owners: list[tuple[int, str]]


def _stored(case: FollowUpCase) -> Form:
    return filled(FORM, {"version": case.version})


def _page(visit: Visit[Any], case: FollowUpCase, form: Form) -> OwnerPage:
    _, around, frame = find(visit, case.id)
    people = case_queries.possible_owners(visit.session, case.city_id, case.application_id)
    others = [
        (person.id, f"{person.name}, {person.title}" if person.title else person.name)
        for person in people
        if person.id != case.owner_person_id
    ]
    return OwnerPage(frame, form, around.owner, others)


@router.get("", name="procurement.owners.new")
def new(visit: Annotated[Reading, reads(Permission.CASE_EDIT)], case_id: int) -> Response:
    """The form."""
    case, _, _ = find(visit, case_id)
    return show(visit, _page(visit, case, _stored(case)))


@router.post("", name="procurement.owners.create")
def create(visit: Annotated[Writing, writes(Permission.CASE_EDIT)], posted: Posted, case_id: int) -> Response:
    """Hand it over; the new owner gets a mail."""
    city = city_of(visit)
    case = case_queries.for_update(visit.session, visit.scope, city.id, case_id)
    people = case_queries.possible_owners(visit.session, case.city_id, case.application_id)
    fields = Fields(posted, visit.language, visit.zone)
    to = fields.one_of("owner_person_id", [person.id for person in people], required=True)
    reason = fields.text("reason", required=case.owner_person_id is not None, longest=4_000)
    if to is None or fields.errors:
        return show(visit, _page(visit, case, fields.form(FORM)), status=422)
    try:
        service.hand_over(visit.session, visit.actor, case, to, reason, fields.version(), visit.now)
    except Refused as refusal:
        if refusal.reason is Reason.CHANGED_MEANWHILE:
            return show(visit, _page(visit, case, beside(fields, _stored(case))), status=409)
        fields.refuse(refusal)
        return show(visit, _page(visit, case, fields.form(FORM)), status=422)
    flash = N_("The case has an owner. They have been told by mail.")
    if to == visit.actor.person:
        flash = N_("The case is yours now.")
    return go(visit, "procurement.cases.show", flash=flash, city=city.slug, case_id=case_id)
