"""A company's own files."""

from typing import Annotated

from starlette.responses import Response

from app.domain.access import Permission
from app.queries import applications
from app.web.downloads import send_stored
from app.web.guard import Router, reads
from app.web.visit import Reading

router = Router(prefix="/company/applications/{application_id}/attachments")


@router.get("/{attachment_id}", name="company.attachments.show")
def show(
    visit: Annotated[Reading, reads(Permission.APPLICATION_SEE_OWN)], application_id: int, attachment_id: int
) -> Response:
    """The file, for those who may see its application."""
    attachment = applications.file(visit.session, visit.scope, application_id, attachment_id)
    return send_stored(visit, attachment)
