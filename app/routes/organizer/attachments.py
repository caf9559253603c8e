"""Files of applications, for the organizer."""

from typing import Annotated

from starlette.responses import Response

from app.domain.access import Permission
from app.queries import applications
from app.routes.organizer.applications import scope_in_city
from app.web.downloads import send_stored
from app.web.guard import Router, reads
from app.web.visit import Reading

router = Router(prefix="/organizer/{city}/applications/{application_id}/attachments")


@router.get("/{attachment_id}", name="organizer.attachments.show")
def show(
    visit: Annotated[Reading, reads(Permission.APPLICATION_SEE)], application_id: int, attachment_id: int
) -> Response:
    """A file through its application's door."""
    attachment = applications.file(visit.session, scope_in_city(visit), application_id, attachment_id)
    return send_stored(visit, attachment, inline=True)
