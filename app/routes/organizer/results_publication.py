"""Publishing what came of an event, after a page that shows what becomes public."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.followup import FunnelStep
from app.domain.phase import Phase
from app.queries import events, followup, public
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.services import results_publication as services
from app.web.forms import Posted
from app.web.guard import Router, reads, writes
from app.web.pages import city_of, go, show
from app.web.visit import Reading, Writing
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}/results-publication")


@dataclass(frozen=True)
class PublicationPage:
    """What everybody will be able to read. `ready`: the pitch day is over."""

    template: ClassVar[str] = "organizer/results_publication/new.html"
    frame: EventFrame
    funnel: list[tuple[FunnelStep, int]]
    pitched: list[public.Pitched]
    stories: list[followup.Story]
    ready: bool
    published_at: datetime | None


@router.get("", name="organizer.results_publication.new")
def new(visit: Annotated[Reading, reads(Permission.EVENT_MANAGE)], event_id: int) -> Response:
    """The page to look at first."""
    city = city_of(visit)
    event = events.by_id(visit.session, city.id, event_id)
    frame = frame_of(visit, event, "organizer.events.show")
    page = PublicationPage(
        frame=frame,
        funnel=list(followup.funnel(visit.session, event, visit.actor.person).items()),
        pitched=public.pitched(visit.session, event.id),
        stories=followup.published(visit.session, city.id, event.id),
        ready=frame.phase.reached(Phase.FOLLOW_UP),
        published_at=event.results_published_at,
    )
    return show(visit, page)


@router.post("", name="organizer.results_publication.create")
def create(visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)], posted: Posted, event_id: int) -> Response:  # noqa: ARG001
    """Publish."""
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    services.publish(visit.session, visit.actor, event, visit.now)
    flash = N_("The results are public.")
    return go(visit, "public.results.show", city=city_of(visit).slug, event=event.slug, flash=flash)
