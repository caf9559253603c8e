"""The files of an application, for those who may read it."""

from typing import Annotated

from starlette.responses import Response

from app.domain.access import Permission
from app.queries import scoring
from app.web.downloads import send_stored
from app.web.guard import Router, reads
from app.web.visit import Reading

router = Router(prefix="/jury/attachments")


@router.get("/{attachment_id}", name="jury.attachments.show")
def show(visit: Annotated[Reading, reads(Permission.APPLICATION_JUDGE)], attachment_id: int) -> Response:
    """A deck, opened in the page."""
    return send_stored(visit, scoring.deck(visit.session, visit.scope, attachment_id, visit.now), inline=True)
