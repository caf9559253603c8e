"""The next edition of an event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.adapters.language import translations
from app.domain.access import Permission
from app.domain.edition import next_milestones
from app.models import Event
from app.queries import events
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.routes.organizer.events import LABELS
from app.routes.organizer.texts import text_of
from app.services import events as service
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.pages import city_of, go, show
from app.web.visit import Reading, Visit, Writing
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}/clone")

FORM = "organizer-clone-form"


@dataclass(frozen=True)
class ClonePage:
    """What comes along, and when it would be; `dates`: (label, moment now, moment of the next edition)."""

    template: ClassVar[str] = "organizer/events/clone.html"
    frame: EventFrame
    form: Form
    dates: list[tuple[str, datetime, datetime]]


@router.get("", name="organizer.clone.new")
def new(visit: Annotated[Reading, reads(Permission.EVENT_MANAGE)], event_id: int) -> Response:
    """The form."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    form = filled(FORM, {"name": service.name_of_next(event), "with_challenges": True})
    return show(visit, _page(visit, event, form))


@router.post("", name="organizer.clone.create")
def create(visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)], posted: Posted, event_id: int) -> Response:
    """Make it."""
    city = city_of(visit)
    event = events.by_id(visit.session, city.id, event_id)
    fields = Fields(posted, visit.language, visit.zone)
    name = text_of(fields, "name", city.languages, required=True)
    if fields.errors:
        return show(visit, _page(visit, event, fields.form(FORM)), status=422)
    copy = service.clone(
        visit.session, visit.actor, city, event, name, visit.now, with_challenges=fields.ticked("with_challenges")
    )
    flash = N_("The next edition is begun. Check its dates first.")
    return go(visit, "organizer.events.edit", city=city.slug, event_id=copy.id, flash=flash)


def _page(visit: Visit[Any], event: Event, form: Form) -> ClonePage:
    later = next_milestones(event.milestones, visit.zone)
    gettext = translations(visit.language).gettext
    dates = [
        (gettext(LABELS[f"{name}_date"]), moment, getattr(later, name))
        for name in service.DATES
        if (moment := getattr(event, name)) is not None
    ]
    return ClonePage(frame_of(visit, event, "organizer.events.show"), form, dates)
