"""What a company does with a sent application: takes it back, opens it again, answers an invitation."""

from typing import Annotated

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.phase import phase_at
from app.queries import applications
from app.services import applications as services
from app.services import invitations
from app.web.asking import unconfirmed
from app.web.forms import Posted
from app.web.guard import Router, writes
from app.web.pages import go, path_for
from app.web.visit import Writing
from app.web.words import N_

router = Router(prefix="/company/applications/{application_id}")

Editing = Annotated[Writing, writes(Permission.APPLICATION_EDIT)]


@router.post("/withdrawal", name="company.withdrawal.create")
def withdraw(visit: Editing, posted: Posted, application_id: int) -> Response:
    """Take it back."""
    application, event = applications.for_update(visit.session, visit.scope, application_id)
    if asked := unconfirmed(
        visit, posted, N_("Withdraw the application?"), N_("Withdraw"), _back(visit, application_id)
    ):
        return asked
    services.withdraw(visit.session, visit.actor, application, visit.now, phase_at(event.milestones, visit.now))
    return _done(visit, application_id, N_("The application has been withdrawn. Nobody assesses it any more."))


@router.post("/reopening", name="company.reopening.create")
def reopen(visit: Editing, posted: Posted, application_id: int) -> Response:  # noqa: ARG001
    """A draft again."""
    application, event = applications.for_update(visit.session, visit.scope, application_id)
    services.reopen(visit.session, visit.actor, application, visit.now, phase_at(event.milestones, visit.now))
    return go(
        visit,
        "company.applications.edit",
        application_id=application_id,
        flash=N_("The application is a draft again. Remember to send it before the call closes."),
    )


@router.post("/confirmation", name="company.confirmation.create")
def confirm(visit: Editing, posted: Posted, application_id: int) -> Response:  # noqa: ARG001
    """We come."""
    application, event = applications.for_update(visit.session, visit.scope, application_id)
    invitations.confirm(visit.session, visit.actor, application, event, visit.now)
    return _done(visit, application_id, N_("Thank you: your place is confirmed."))


@router.post("/cancellation", name="company.cancellation.create")
def cancel(visit: Editing, posted: Posted, application_id: int) -> Response:
    """We do not come after all."""
    application, event = applications.for_update(visit.session, visit.scope, application_id)
    question = N_("Cancel your place? It goes to the next company on the reserve list.")
    if asked := unconfirmed(visit, posted, question, N_("Cancel our place"), _back(visit, application_id)):
        return asked
    invitations.cancel(visit.session, visit.actor, application, event, visit.now)
    return _done(visit, application_id, N_("Your place has been cancelled. Thank you for telling us."))


def _back(visit: Writing, application_id: int) -> str:
    return path_for(visit, "company.applications.show", application_id=application_id)


def _done(visit: Writing, application_id: int, flash: str) -> Response:
    return go(visit, "company.applications.show", application_id=application_id, flash=flash)
