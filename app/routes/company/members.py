"""Who works for the company, and what they may do there."""

from typing import Annotated

from starlette.responses import Response

from app.domain.access import COMPANY_ROLES, Permission, Role
from app.domain.refusals import Reason, Refused
from app.queries import companies
from app.routes.company.companies import MEMBER_FORM, company_page
from app.services import companies as services
from app.web.asking import unconfirmed
from app.web.forms import Fields, Posted
from app.web.guard import Router, writes
from app.web.pages import go, path_for, show
from app.web.visit import Writing
from app.web.wording import Fault
from app.web.words import N_

router = Router(prefix="/company/companies/{company_id}/members")


@router.post("", name="company.members.create")
def create(visit: Annotated[Writing, writes(Permission.COMPANY_MEMBERS)], posted: Posted, company_id: int) -> Response:
    """Add somebody by mail address, and tell them."""
    company = companies.for_update(visit.session, visit.scope, company_id)
    fields = Fields(posted, visit.language, visit.zone)
    email = fields.email("email")
    role = _role(fields)
    if not fields.errors:
        try:
            services.invite(visit.session, visit.actor, company, email, role, visit.now, visit.zone)
        except Refused as refusal:
            refusal.field = "email"
            fields.refuse(refusal)
    if fields.errors:
        return show(visit, company_page(visit, company, fields.form(MEMBER_FORM)), status=422)
    return go(visit, "company.companies.show", company_id=company_id, flash=N_("Added. We have told them by mail."))


@router.post("/{member_id}", name="company.members.update")
def update(
    visit: Annotated[Writing, writes(Permission.COMPANY_MEMBERS)], posted: Posted, company_id: int, member_id: int
) -> Response:
    """Give another role."""
    member = companies.member_for_update(visit.session, visit.scope, company_id, member_id)
    fields = Fields(posted, visit.language, visit.zone)
    role = _role(fields)
    if fields.errors:
        raise Refused(Reason.WRONG_STATE)
    services.change_role(visit.session, visit.actor, member, role, visit.now)
    return go(visit, "company.companies.show", company_id=company_id, flash=N_("Saved."))


@router.post("/{member_id}/removal", name="company.members.delete")
def delete(
    visit: Annotated[Writing, writes(Permission.COMPANY_MEMBERS)],
    posted: Posted,
    company_id: int,
    member_id: int,
) -> Response:
    """Take somebody out of the company."""
    member = companies.member_for_update(visit.session, visit.scope, company_id, member_id)
    back = path_for(visit, "company.companies.show", company_id=company_id)
    if asked := unconfirmed(visit, posted, N_("Remove this person from the company?"), N_("Remove"), back):
        return asked
    services.remove(visit.session, visit.actor, member, visit.now)
    if member.person_id == visit.actor.person:
        return go(visit, "company.companies.index", flash=N_("You have left the company."))
    return go(visit, "company.companies.show", company_id=company_id, flash=N_("Removed."))


def _role(fields: Fields) -> Role:
    role = fields.choice("role", Role)
    if role not in COMPANY_ROLES:
        fields.fault("role", Fault.NOT_A_CHOICE)
    return role or Role.VIEWER
