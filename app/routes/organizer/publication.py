"""Publishing an event: what is still missing, and the button when nothing is; and closing it when its day is over."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.phase import Phase
from app.domain.refusals import Reason, Refused
from app.models import Event
from app.queries import events, readiness
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.routes.organizer.gaps import GapLine, gap_lines
from app.services import events as service
from app.web.asking import unconfirmed
from app.web.forms import Posted
from app.web.guard import Router, reads, writes
from app.web.pages import city_of, go, path_for, show
from app.web.visit import Reading, Visit, Writing
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}")


@dataclass(frozen=True)
class PublicationPage:
    """What the public will see, or what is missing first; `opens_now`: the call begins with publishing.

    `is_over`: the end of the call has passed already.
    """

    template: ClassVar[str] = "organizer/events/publication.html"
    frame: EventFrame
    event: Event
    gaps: list[GapLine]
    opens_now: bool
    is_over: bool


@router.get("/publication", name="organizer.publication.new")
def new(visit: Annotated[Reading, reads(Permission.EVENT_MANAGE)], event_id: int) -> Response:
    """The list."""
    return show(visit, _page(visit, events.by_id(visit.session, city_of(visit).id, event_id)))


@router.post("/publication", name="organizer.publication.create")
def create(visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)], posted: Posted, event_id: int) -> Response:  # noqa: ARG001
    """Publish."""
    city = city_of(visit)
    event = events.for_update(visit.session, city.id, event_id)
    try:
        service.publish(visit.session, visit.actor, event, visit.now)
    except Refused as refusal:
        if refusal.reason is not Reason.EVENT_NOT_READY:
            raise
        return show(visit, _page(visit, event), status=409)
    flash = N_("The event is published. From now on everybody can read it.")
    return go(visit, "organizer.events.show", city=city.slug, event_id=event.id, flash=flash)


@router.post("/closing", name="organizer.closing.create")
def close(visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)], posted: Posted, event_id: int) -> Response:
    """Close, after a question."""
    city = city_of(visit)
    event = events.for_update(visit.session, city.id, event_id)
    if events.phase_of(event, visit.now) is not Phase.FOLLOW_UP:
        raise Refused(Reason.EVENT_NOT_OVER)
    back = path_for(visit, "organizer.events.show", city=city.slug, event_id=event.id)
    question = N_("Close the event for good? Its pages stay readable, and the follow-up cases go on.")
    if asked := unconfirmed(visit, posted, question, N_("Close the event"), back):
        return asked
    service.close(visit.session, visit.actor, event, visit.now)
    return go(visit, "organizer.events.show", city=city.slug, event_id=event.id, flash=N_("The event is closed."))


def _page(visit: Visit[Any], event: Event) -> PublicationPage:
    if event.published_at is not None:
        raise Refused(Reason.WRONG_STATE)
    gaps = gap_lines(visit, city_of(visit), event.id, readiness.gaps_of(visit.session, event))
    opens_now = event.call_opens_at is not None and event.call_opens_at <= visit.now
    is_over = event.call_closes_at is not None and event.call_closes_at <= visit.now
    return PublicationPage(frame_of(visit, event, "organizer.events.show"), event, gaps, opens_now, is_over)
