"""By hand: a company on the reserve list is invited after all."""

from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.responses import Response

from app.domain.application import State
from app.domain.refusals import Reason, Refused
from app.queries import deciding, events
from app.queries.deciding import Item
from app.routes.organizer.decisions import Deciding, Seeing
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.services import deciding as services
from app.web.forms import Fields, Posted
from app.web.guard import Router
from app.web.pages import city_of, go, show
from app.web.visit import Visit
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}/promotion")


@dataclass(frozen=True)
class PromotionPage:
    """Who is about to be invited. `first`: is the company the next on the list."""

    template: ClassVar[str] = "organizer/promotion/new.html"
    frame: EventFrame
    item: Item
    first: bool


@router.get("", name="organizer.promotion.new")
def new(visit: Seeing, event_id: int, application: int) -> Response:
    """What happens when it is done."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    item, first = _waiting(visit, event_id, application)
    return show(visit, PromotionPage(frame_of(visit, event, "organizer.decisions.index"), item, first))


@router.post("", name="organizer.promotion.create")
def create(visit: Deciding, posted: Posted, event_id: int) -> Response:
    """Invite the company and tell it."""
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    application_id = Fields(posted, visit.language).integer("application") or 0
    _waiting(visit, event_id, application_id)
    ((application, decision),) = deciding.for_update(visit.session, visit.scope, event.id, [application_id])
    if decision is None:
        raise Refused(Reason.WRONG_STATE)
    services.promote(visit.session, visit.actor, event, application, decision, visit.now)
    flash = N_("The company is invited, and a mail is on its way to it.")
    return go(visit, "organizer.decisions.index", city=city_of(visit).slug, event_id=event_id, flash=flash)


def _waiting(visit: Visit[Any], event_id: int, application_id: int) -> tuple[Item, bool]:
    items = deciding.items(visit.session, visit.scope, event_id)
    on_list = sorted((i for i in items if i.state is State.RESERVED), key=lambda item: item.reserve_rank or 0)
    item = next((item for item in items if item.id == application_id), None)
    if item is None:
        raise Refused(Reason.NOT_FOUND)
    if item not in on_list:
        raise Refused(Reason.WRONG_STATE)
    return item, item is on_list[0]
