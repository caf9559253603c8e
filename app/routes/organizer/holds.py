"""Legal holds on events, applications and cases: placing one, and lifting it, each with a reason."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.refusals import Reason, Refused
from app.domain.retention import HoldOn
from app.models import Hold
from app.queries import holds
from app.queries.holds import Subject
from app.routes.organizer.city_frame import CityFrame, city_frame
from app.services import holds as services
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.pages import city_of, go, show
from app.web.visit import Reading, Writing
from app.web.words import N_

router = Router(prefix="/organizer/{city}/holds")

FORM = "organizer-holds-form"
LONGEST_REASON = 300
TAB = "organizer.retention.edit"

Seeing = Annotated[Reading, reads(Permission.CITY_MANAGE)]
Changing = Annotated[Writing, writes(Permission.CITY_MANAGE)]


@dataclass(frozen=True)
class NewPage:
    """Asks why; `subject` says on what."""

    template: ClassVar[str] = "organizer/holds/new.html"
    frame: CityFrame
    form: Form
    subject: Subject


@dataclass(frozen=True)
class LiftPage:
    """Asks why it may be lifted."""

    template: ClassVar[str] = "organizer/holds/lift.html"
    frame: CityFrame
    form: Form
    hold: Hold
    subject: Subject


@router.get("/new/{held}/{held_id}", name="organizer.holds.new")
def new(visit: Seeing, held: str, held_id: int) -> Response:
    """The form."""
    return show(visit, NewPage(city_frame(visit, TAB), filled(FORM, {}), _subject(visit, held, held_id)))


@router.post("/new/{held}/{held_id}", name="organizer.holds.create")
def create(visit: Changing, posted: Posted, held: str, held_id: int) -> Response:
    """Place it."""
    subject, fields = _subject(visit, held, held_id), Fields(posted, visit.language)
    reason = fields.line("reason", required=True, longest=LONGEST_REASON)
    if fields.errors:
        return show(visit, NewPage(city_frame(visit, TAB), fields.form(FORM), subject), status=422)
    services.place(visit.session, visit.actor, subject.row, reason, visit.now)
    flash = N_("The hold is in place. Nothing of it is removed until the hold is lifted.")
    return go(visit, TAB, city=city_of(visit).slug, flash=flash)


@router.get("/{hold_id}/lifting", name="organizer.holds.edit")
def edit(visit: Seeing, hold_id: int) -> Response:
    """The question."""
    hold = holds.found(visit.session, visit.scope, city_of(visit).id, hold_id)
    return show(visit, LiftPage(city_frame(visit, TAB), filled(FORM, {}), hold, _subject_of(visit, hold)))


@router.post("/{hold_id}/lifting", name="organizer.holds.delete")
def lift(visit: Changing, posted: Posted, hold_id: int) -> Response:
    """Lift it."""
    hold = holds.for_update(visit.session, visit.scope, city_of(visit).id, hold_id)
    fields = Fields(posted, visit.language)
    reason = fields.line("reason", required=True, longest=LONGEST_REASON)
    if fields.errors:
        page = LiftPage(city_frame(visit, TAB), fields.form(FORM), hold, _subject_of(visit, hold))
        return show(visit, page, status=422)
    services.lift(visit.session, visit.actor, hold, reason, visit.now)
    return go(visit, TAB, city=city_of(visit).slug, flash=N_("The hold is lifted."))


def _subject(visit: Reading | Writing, held: str, held_id: int) -> Subject:
    if held not in set(HoldOn):
        raise Refused(Reason.NOT_FOUND)
    return holds.subject(visit.session, visit.scope, city_of(visit).id, HoldOn(held), held_id)


def _subject_of(visit: Reading | Writing, hold: Hold) -> Subject:
    kind, object_id = holds.lies_on(hold)
    return holds.subject(visit.session, visit.scope, city_of(visit).id, kind, object_id)
