"""The decision meeting: one application at a time on the room's screen; who must leave is told before it is shown."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.responses import Response

from app.domain.refusals import Reason, Refused
from app.models import Event
from app.queries import deciding, events
from app.queries.deciding import Item, Leaver
from app.routes.organizer.decision_form import One, form_of, look_at, save_one
from app.routes.organizer.decisions import ROWS, Deciding, Seeing, overview_of
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.web.forms import Fields, Form, Posted
from app.web.guard import Router
from app.web.pages import city_of, go, show
from app.web.visit import Visit

router = Router(prefix="/organizer/{city}/events/{event_id}/meeting")


@dataclass(frozen=True, slots=True)
class Turn:
    """Where the meeting stands: the item's place among all, and what comes before and after it."""

    number: int
    total: int
    previous: int | None
    next: int | None


@dataclass(frozen=True)
class AgendaPage:
    """What will be decided on, in order, and who leaves the room when."""

    template: ClassVar[str] = "organizer/meeting/show.html"
    frame: EventFrame
    items: list[Item]
    leavers: dict[int, list[Leaver]]
    first: int | None
    number: int
    pages: int

    @property
    def begins(self) -> int:
        """The place of the first item shown."""
        return (self.number - 1) * ROWS + 1


@dataclass(frozen=True)
class LeavePage:
    """Who leaves before the next item. The item itself is not told: they are still in the room."""

    template: ClassVar[str] = "organizer/meeting/leave.html"
    frame: EventFrame
    turn: Turn
    application_id: int
    leavers: list[Leaver]


@dataclass(frozen=True)
class MeetingPage:
    """One application, large. `returning`: who left for the item before and may come back."""

    template: ClassVar[str] = "organizer/meeting/edit.html"
    frame: EventFrame
    turn: Turn
    one: One
    form: Form
    returning: list[Leaver]


@router.get("", name="organizer.meeting.show")
def show_agenda(visit: Seeing, event_id: int, page: int = 1) -> Response:
    """The agenda, before the meeting begins."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    items = overview_of(visit, event).items
    undecided = [item.id for item in items if item.outcome is None]
    pages = max(1, math.ceil(len(items) / ROWS))
    number = min(max(1, page), pages)
    agenda = AgendaPage(
        frame_of(visit, event, "organizer.decisions.index"),
        items[(number - 1) * ROWS : number * ROWS],
        deciding.leavers(visit.session, visit.scope, event.id),
        next(iter([*undecided, *(item.id for item in items)]), None),
        number,
        pages,
    )
    return show(visit, agenda)


@router.get("/{application_id}", name="organizer.meeting.edit")
def edit(visit: Seeing, event_id: int, application_id: int, left: str = "") -> Response:
    """First who leaves, if anybody must; then the item."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    if event.decided_at is not None:
        return go(visit, "organizer.decisions.index", city=city_of(visit).slug, event_id=event_id)
    turn = _turn(visit, event, application_id)
    leavers = deciding.leavers(visit.session, visit.scope, event.id)
    leaving = leavers.get(application_id, [])
    frame = frame_of(visit, event, "organizer.decisions.index")
    if leaving and not left:
        return show(visit, LeavePage(frame, turn, application_id, leaving))
    returning = [one for one in leavers.get(turn.previous or 0, []) if one not in leaving]
    one = look_at(visit, event, application_id)
    return show(visit, MeetingPage(frame, turn, one, form_of(one), returning))


@router.post("/{application_id}", name="organizer.meeting.update")
def update(visit: Deciding, posted: Posted, event_id: int, application_id: int) -> Response:
    """Save, and on to the next item."""
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    fields = Fields(posted, visit.language, visit.zone)
    refused = save_one(visit, event, application_id, fields)
    turn = _turn(visit, event, application_id)
    if refused is not None:
        one, form, status = refused
        page = MeetingPage(frame_of(visit, event, "organizer.decisions.index"), turn, one, form, [])
        return show(visit, page, status=status)
    at: dict[str, Any] = {"city": city_of(visit).slug, "event_id": event_id}
    if turn.next is None:
        return go(visit, "organizer.decisions.index", **at)
    return go(visit, "organizer.meeting.edit", **at, application_id=turn.next)


def _turn(visit: Visit[Any], event: Event, application_id: int) -> Turn:
    order = [item.id for item in overview_of(visit, event).items]
    if application_id not in order:
        raise Refused(Reason.NOT_FOUND)
    at = order.index(application_id)
    return Turn(
        number=at + 1,
        total=len(order),
        previous=order[at - 1] if at else None,
        next=order[at + 1] if at + 1 < len(order) else None,
    )
