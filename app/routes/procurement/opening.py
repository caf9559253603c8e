"""Opening cases after a pitch day: choose companies and units, see them named, open them all at once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.adapters.language import translations
from app.domain.access import Permission
from app.domain.localized import Localized
from app.domain.phase import Phase
from app.domain.refusals import Reason, Refused
from app.models import Event, Unit
from app.queries import cities, events
from app.queries import opening as queries
from app.queries.opening import Pitched
from app.services import opening as service
from app.services.followup import NextStep
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.pages import city_of, go, show
from app.web.visit import Reading, Visit, Writing
from app.web.words import N_

router = Router(prefix="/procurement/{city}")

FORM = "procurement-opening-form"
FIRST_STEP = timedelta(days=14)
"""How soon the first step is proposed: as long as triage usually takes."""


@dataclass(frozen=True)
class EventsPage:
    """The events whose day has come."""

    template: ClassVar[str] = "procurement/opening/index.html"
    city_slug: str
    events: list[Event]


@dataclass(frozen=True)
class OpeningPage:
    """Every company that pitched, with the units to tick."""

    template: ClassVar[str] = "procurement/opening/new.html"
    city_slug: str
    event_id: int
    event: Localized
    form: Form
    pitched: list[Pitched]
    units: list[Unit]


@dataclass(frozen=True)
class ConfirmPage:
    """The cases about to be opened, by name."""

    template: ClassVar[str] = "procurement/opening/confirm.html"
    city_slug: str
    event_id: int
    event: Localized
    form: Form
    chosen: list[tuple[Pitched, list[Unit]]]
    count: int


@router.get("/opening", name="procurement.opening.index")
def index(visit: Annotated[Reading, reads(Permission.CASE_EDIT)]) -> Response:
    """Of which event; straight on when there is only one."""
    city = city_of(visit)
    held = [
        event
        for event in events.of_city(visit.session, city.id)
        if events.phase_of(event, visit.now).reached(Phase.HELD)
    ]
    if len(held) == 1:
        return go(visit, "procurement.opening.new", city=city.slug, event_id=held[0].id)
    return show(visit, EventsPage(city.slug, held))


@router.get("/events/{event_id}/opening", name="procurement.opening.new")
def new(visit: Annotated[Reading, reads(Permission.CASE_EDIT)], event_id: int) -> Response:
    """The choice, with the units that showed interest ticked."""
    event = _held_event(visit, event_id)
    pitched = queries.pitched(visit.session, visit.scope, event.id)
    lists = {f"units_{one.application_id}": one.proposed - one.opened for one in pitched}
    first = translations(visit.language).gettext(N_("Agree on a first meeting"))
    values = {"next_step": first, "next_step_on": visit.now.astimezone(visit.zone).date() + FIRST_STEP}
    return show(visit, _choice(visit, event, pitched, filled(FORM, values, lists)))


def _held_event(visit: Visit[Any], event_id: int) -> Event:
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    if not events.phase_of(event, visit.now).reached(Phase.HELD):
        raise Refused(Reason.DAY_NOT_HELD)
    return event


def _choice(visit: Visit[Any], event: Event, pitched: list[Pitched], form: Form) -> OpeningPage:
    city = city_of(visit)
    return OpeningPage(city.slug, event.id, event.name, form, pitched, cities.units(visit.session, city.id))


@router.post("/events/{event_id}/opening", name="procurement.opening.create")
def create(visit: Annotated[Writing, writes(Permission.CASE_EDIT)], posted: Posted, event_id: int) -> Response:
    """First name the cases, then open them. Those that are open already stay as they are."""
    city = city_of(visit)
    event = events.for_update(visit.session, city.id, event_id)
    pitched = queries.pitched(visit.session, visit.scope, event.id)
    units = cities.units(visit.session, city.id)
    fields = Fields(posted, visit.language, visit.zone)
    step = NextStep(fields.line("next_step", longest=500), fields.day("next_step_on"))
    chosen = []
    for one in pitched:
        ticked = set(fields.several_of(f"units_{one.application_id}", [unit.id for unit in units])) - one.opened
        if ticked:
            chosen.append((one, [unit for unit in units if unit.id in ticked]))
    wanted = [(one.application_id, unit.id) for one, ticked_units in chosen for unit in ticked_units]
    confirmed = fields.ticked("confirmed")
    if not wanted and not confirmed:
        fields.errors[""] = translations(visit.language).gettext(N_("Tick at least one unit."))
    if fields.errors:
        return show(visit, _choice(visit, event, pitched, fields.form(FORM)), status=422)
    if not confirmed:
        page = ConfirmPage(city.slug, event.id, event.name, fields.form(FORM), chosen, len(wanted))
        return show(visit, page)
    opened = service.open_cases(visit.session, visit.actor, event, wanted, step, visit.now)
    if not wanted:
        flash = N_("These cases were open already.")
    elif all(case.owner_person_id is not None for case in opened):
        flash = N_("The cases are open. Their owners have been told by mail.")
    else:
        flash = N_("The cases are open. Name an owner for those that have none yet.")
    return go(visit, "procurement.cases.index", flash=flash, city=city.slug, q_event=event.id)
