"""The signed decisions as a PDF for the city's records."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.adapters import files
from app.domain.access import Permission
from app.domain.refusals import Reason, Refused
from app.queries import deciding, events
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.web.downloads import disposition
from app.web.guard import Router, reads
from app.web.pages import city_of, show
from app.web.visit import Reading

router = Router(prefix="/organizer/{city}/events/{event_id}/decisions.pdf")

SOON = timedelta(minutes=10)
"""After that much time it should have been made."""


@dataclass(frozen=True)
class WaitPage:
    """It is being made; `failed` when it should have been there long ago."""

    template: ClassVar[str] = "organizer/decision_document/wait.html"
    frame: EventFrame
    failed: bool


@router.get("", name="organizer.decision_document.show")
def show_document(visit: Annotated[Reading, reads(Permission.DECISION_MANAGE)], event_id: int) -> Response:
    """In the language of the address, or the city's first. It holds all decisions: one with a conflict gets none."""
    city = city_of(visit)
    event = events.by_id(visit.session, city.id, event_id)
    if event.decided_at is None:
        raise Refused(Reason.NOT_FOUND)
    if deciding.has_conflict(visit.session, event.id, visit.actor.person):
        raise Refused(Reason.CONFLICT_OF_INTEREST)
    language = visit.language if visit.language in city.languages else city.languages[0]
    stored = deciding.document(visit.session, event.id, language)
    if stored is None:
        failed = visit.now - event.decided_at > SOON
        page = WaitPage(frame_of(visit, event, "organizer.decisions.index"), failed)
        response = show(visit, page, status=404 if failed else 202)
        if not failed:
            response.headers["Refresh"] = "3"  # no script needed
        return response
    headers = {
        "Content-Disposition": disposition("inline", f"{event.slug}-decisions-{language}.pdf"),
        "Cache-Control": "private, no-store",
        "Vary": "Cookie",
    }
    return Response(files.get(visit.settings, stored), media_type="application/pdf", headers=headers)
