"""The places of the day."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.refusals import Refused
from app.domain.release import ReleasedPlace
from app.models import Event, Place
from app.queries import events, programme
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.services import programme as editing
from app.services.programme import PlaceDraft
from app.web.asking import unconfirmed
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.meanwhile import beside, changed_meanwhile, with_revision
from app.web.pages import city_of, go, path_for, show
from app.web.visit import Reading, Writing
from app.web.wording import Fault
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}/programme/places")

Reads = Annotated[Reading, reads(Permission.PROGRAMME_MANAGE)]
Writes = Annotated[Writing, writes(Permission.PROGRAMME_MANAGE)]

FORM = "organizer-places-form"
LONGEST_NAME = 80


@dataclass(frozen=True)
class EditPage:
    """The form of one place; None for a new one. The others stand on the map beside it."""

    template: ClassVar[str] = "organizer/places/edit.html"
    frame: EventFrame
    form: Form
    place: Place | None
    others: tuple[ReleasedPlace, ...]


def _page(visit: Reading | Writing, event: Event, form: Form, place: Place | None) -> EditPage:
    others = programme.places_on_map(visit.session, event.id)
    return EditPage(frame_of(visit, event, "organizer.programme.index"), form, place, others)


def _stored(place: Place) -> Form:
    return with_revision(filled(FORM, {name: getattr(place, name) for name in ("name", "capacity", "map_x", "map_y")}))


def _draft(form: Fields) -> PlaceDraft:
    x, y = (form.integer(name, high=100) for name in ("map_x", "map_y"))
    if (x is None) != (y is None):
        form.fault("map_y" if y is None else "map_x", Fault.MISSING)
    return PlaceDraft(
        name=form.localized("name", required=True, longest=LONGEST_NAME),
        capacity=form.integer("capacity", low=1, high=100_000),
        at=None if x is None or y is None else (x, y),
    )


@router.get("/new", name="organizer.places.new")
def new(visit: Reads, event_id: int) -> Response:
    """The form of a new place."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    return show(visit, _page(visit, event, filled(FORM, {}), None))


@router.post("", name="organizer.places.create")
def create(visit: Writes, posted: Posted, event_id: int) -> Response:
    """Add it."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    form = Fields(posted, visit.language, visit.zone)
    draft = _draft(form)
    if form.errors:
        return show(visit, _page(visit, event, form.form(FORM), None), status=422)
    editing.add_place(visit.session, visit.actor, event, draft, visit.now)
    return _back(visit, event_id, N_("Place added."))


@router.get("/{place_id}", name="organizer.places.edit")
def edit(visit: Reads, event_id: int, place_id: int) -> Response:
    """The form of a place."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    place = programme.one_place(visit.session, event_id, place_id)
    return show(visit, _page(visit, event, _stored(place), place))


@router.post("/{place_id}", name="organizer.places.update")
def update(visit: Writes, posted: Posted, event_id: int, place_id: int) -> Response:
    """Change it."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    place = programme.one_place(visit.session, event_id, place_id, lock=True)
    form = Fields(posted, visit.language, visit.zone)
    draft = _draft(form)
    if form.errors:
        return show(visit, _page(visit, event, form.form(FORM), place), status=422)
    if changed_meanwhile(form, _stored(place)):
        return show(visit, _page(visit, event, beside(form, _stored(place)), place), status=409)
    editing.edit_place(visit.session, visit.actor, event, place, draft, visit.now)
    return _back(visit, event_id, N_("Saved."))


@router.post("/{place_id}/removal", name="organizer.places.delete")
def delete(visit: Writes, posted: Posted, event_id: int, place_id: int) -> Response:
    """Take it away, when the question was answered and nothing is in it."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    place = programme.one_place(visit.session, event_id, place_id, lock=True)
    city = city_of(visit).slug
    back = path_for(visit, "organizer.places.edit", city=city, event_id=event_id, place_id=place_id)
    if asked := unconfirmed(visit, posted, N_("Remove this place?"), N_("Remove"), back):
        return asked
    try:
        editing.remove_place(visit.session, visit.actor, event, place, visit.now)
    except Refused:
        message = N_("Something is still in this place. Move it elsewhere first.")
        return go(visit, "organizer.programme.index", city=city, event_id=event_id, flash=message, kind="warning")
    return _back(visit, event_id, N_("Place removed."))


def _back(visit: Writing, event_id: int, flash: str) -> Response:
    return go(visit, "organizer.programme.index", city=city_of(visit).slug, event_id=event_id, flash=flash)
