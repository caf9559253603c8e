"""The files of a case: minutes, plans, reports, contracts."""

from typing import Annotated

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.refusals import Refused
from app.queries import case as case_queries
from app.routes.procurement.case_frame import find
from app.routes.procurement.case_page import FILE_FORM, case_page
from app.services import attachments as service
from app.web.asking import unconfirmed
from app.web.downloads import send_stored
from app.web.forms import Fields, Posted
from app.web.guard import Router, reads, writes
from app.web.limits import too_many_files
from app.web.pages import city_of, go, path_for, show
from app.web.visit import Reading, Writing
from app.web.wording import Fault
from app.web.words import N_

router = Router(prefix="/procurement/{city}/cases/{case_id}/attachments")


@router.post("", name="procurement.attachments.create")
def create(visit: Annotated[Writing, writes(Permission.CASE_EDIT)], posted: Posted, case_id: int) -> Response:
    """Add what was chosen. A refused file leaves nothing behind, and the page says why at the field."""
    city = city_of(visit)
    case = case_queries.for_update(visit.session, visit.scope, city.id, case_id)
    fields = Fields(posted, visit.language, visit.zone)
    chosen = fields.files("files")
    if not chosen:
        fields.fault("files", Fault.MISSING)
    often = too_many_files(visit, len(chosen))
    if often is not None:
        fields.errors.setdefault("files", often.sentence)
        page = case_page(visit, case_id, file_form=fields.form(FILE_FORM))
        return often.on(show(visit, page, status=429))
    for sent in chosen:
        try:
            content, name = sent.file.read(), sent.filename or ""
            service.add_to_case(visit.session, visit.settings, visit.actor, case, name, content, visit.now)
        except Refused as refusal:
            fields.refuse(refusal)
    if fields.errors:
        visit.session.flush()
        return show(visit, case_page(visit, case_id, file_form=fields.form(FILE_FORM)), status=422)
    return go(visit, "procurement.cases.show", flash=N_("The file is added."), city=city.slug, case_id=case_id)


@router.get("/{attachment_id}", name="procurement.attachments.show")
def show_file(visit: Annotated[Reading, reads(Permission.CASE_SEE)], case_id: int, attachment_id: int) -> Response:
    """The file, for those who may see the case."""
    case, _, _ = find(visit, case_id)
    return send_stored(visit, case_queries.file_of(visit.session, case.id, attachment_id))


@router.post("/{attachment_id}/delete", name="procurement.attachments.delete")
def delete(
    visit: Annotated[Writing, writes(Permission.CASE_EDIT)], posted: Posted, case_id: int, attachment_id: int
) -> Response:
    """Take it away."""
    city = city_of(visit)
    case = case_queries.for_update(visit.session, visit.scope, city.id, case_id)
    file = case_queries.file_of(visit.session, case.id, attachment_id)
    back = path_for(visit, "procurement.cases.show", city=city.slug, case_id=case_id)
    question = N_("Remove the file %(name)s?")
    if (asked := unconfirmed(visit, posted, question, N_("Remove the file"), back, name=file.file_name)) is not None:
        return asked
    service.remove_from_case(visit.session, visit.actor, case, file, visit.now)
    return go(visit, "procurement.cases.show", flash=N_("The file is removed."), city=city.slug, case_id=case_id)
