"""All pitches laid out one after another: first as a preview, then for good."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.running_order import Pace, Slot, running_order
from app.models import Event, Place
from app.queries import events, programme
from app.queries.programme import Pitcher
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.services import programme as editing
from app.web.forms import Fields, Form, Posted, filled, filled_moment
from app.web.guard import Router, reads, writes
from app.web.pages import city_of, go, show
from app.web.visit import Reading, Writing
from app.web.wording import Fault
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}/programme/pitches")

Reads = Annotated[Reading, reads(Permission.PROGRAMME_MANAGE)]
Writes = Annotated[Writing, writes(Permission.PROGRAMME_MANAGE)]

FORM = "organizer-pitches-form"
LONGEST, MOST = 240, 100
"""Minutes of one length; pitches before a break."""


@dataclass(frozen=True)
class Laid:
    """One line of the preview; a break has no pitcher."""

    slot: Slot
    pitcher: Pitcher | None


@dataclass(frozen=True)
class NewPage:
    """The few figures it takes, and what comes of them."""

    template: ClassVar[str] = "organizer/pitches/new.html"
    frame: EventFrame
    form: Form
    pitchers: list[Pitcher]
    places: list[Place]
    preview: list[Laid]
    day_ends_at: datetime | None


def _page(visit: Reading | Writing, event: Event, form: Form, preview: list[Laid]) -> NewPage:
    return NewPage(
        frame=frame_of(visit, event, "organizer.programme.index"),
        form=form,
        pitchers=programme.pitchers(visit.session, visit.scope, event.id),
        places=programme.places(visit.session, event.id),
        preview=preview,
        day_ends_at=event.day_ends_at,
    )


@router.get("", name="organizer.pitches.new")
def new(visit: Reads, event_id: int) -> Response:
    """The form, filled in as most days go: those without a pitch, from the beginning of the day, on the first place."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    pitchers = programme.pitchers(visit.session, visit.scope, event_id)
    places = programme.places(visit.session, event_id)
    waiting = [pitcher for pitcher in pitchers if pitcher.session is None] or pitchers
    figures = {"place": places[0].id if places else "", "length": 8, "pause": 2, "break_after": 6, "break_length": 20}
    form = filled(
        FORM,
        {**figures, **filled_moment("starts", event.day_starts_at, visit.zone)},
        {"applications": [pitcher.id for pitcher in waiting]},
    )
    return show(visit, _page(visit, event, form, []))


@router.post("", name="organizer.pitches.create")
def create(visit: Writes, posted: Posted, event_id: int) -> Response:
    """Show what comes of it; with the second button, do it."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    fields = Fields(posted, visit.language, visit.zone)
    by_id = {pitcher.id: pitcher for pitcher in programme.pitchers(visit.session, visit.scope, event_id)}
    chosen = fields.several_of("applications", by_id)
    place = fields.one_of("place", [row.id for row in programme.places(visit.session, event_id)])
    starts_at = fields.moment("starts", required=True)
    length = fields.integer("length", required=True, low=1, high=LONGEST)
    pause = fields.integer("pause", high=LONGEST) or 0
    after = fields.integer("break_after", high=MOST) or 0
    rest = fields.integer("break_length", high=LONGEST) or 0
    if not chosen:
        fields.fault("applications", Fault.NOT_A_CHOICE)
    if fields.errors or starts_at is None or length is None:
        return show(visit, _page(visit, event, fields.form(FORM), []), status=422)
    slots = running_order(len(chosen), starts_at, Pace(length, pause, after, rest))
    if not fields.ticked("apply"):
        waiting = iter(chosen)
        preview = [Laid(slot, None if slot.is_break else by_id[next(waiting)]) for slot in slots]
        return show(visit, _page(visit, event, fields.form(FORM), preview))
    editing.lay_out_pitches(visit.session, visit.actor, event, chosen, slots, place, visit.now)
    message = N_("The pitches are in the programme.")
    return go(visit, "organizer.programme.index", city=city_of(visit).slug, event_id=event_id, flash=message)
