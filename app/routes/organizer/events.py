"""The city's events: the list, each one's hub, and writing them."""

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Annotated, Any, ClassVar

from starlette.datastructures import FormData
from starlette.responses import Response

from app.adapters.language import show_date, show_time, translations
from app.domain import followup
from app.domain.access import Permission, holds_in_city
from app.domain.application import State
from app.domain.followup import FunnelStep
from app.domain.localized import Localized
from app.domain.phase import Phase, Station, date_faults, life_line
from app.domain.refusals import Reason, Refused
from app.domain.scoring import Aggregate
from app.models import Event
from app.queries import events, overview, readiness
from app.queries.cities import CityFacts
from app.queries.overview import Edition, Figures
from app.routes.organizer.city_frame import CityFrame, city_frame
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.routes.organizer.gaps import GapLine, gap_lines
from app.routes.organizer.next_step import facts_of, step_link
from app.routes.organizer.texts import ask_for_translations, text_of
from app.services import events as service
from app.web.asking import unconfirmed
from app.web.forms import Fields, Form, Posted, filled, filled_moment
from app.web.guard import Router, reads, writes
from app.web.meanwhile import beside
from app.web.pages import Link, city_of, go, path_for, show
from app.web.remembered import remembered
from app.web.visit import Reading, Visit, Writing
from app.web.wording import Fault
from app.web.words import N_, word

router = Router(prefix="/organizer/{city}/events")

NEW_FORM = "organizer-events-new"
EDIT_FORM = "organizer-events-edit"

LABELS = {
    "name": N_("Name"),
    "summary": N_("In one sentence"),
    "place": N_("Place"),
    "description": N_("The day"),
    "practical": N_("For companies"),
    "call_opens_at_date": N_("Call opens"),
    "call_opens_at_time": N_("Call opens"),
    "call_closes_at_date": N_("Call closes"),
    "call_closes_at_time": N_("Call closes"),
    "jury_opens_at_date": N_("Jury begins"),
    "jury_opens_at_time": N_("Jury begins"),
    "day_starts_at_date": N_("Pitch day begins"),
    "day_starts_at_time": N_("Pitch day begins"),
    "day_ends_at_date": N_("Pitch day ends"),
    "day_ends_at_time": N_("Pitch day ends"),
    "places_to_pitch": N_("How many companies can be invited"),
}
USUAL_TIMES = {
    "call_opens_at": time(9),
    "call_closes_at": time(16),
    "jury_opens_at": time(9),
    "day_starts_at": time(9),
    "day_ends_at": time(16),
}
"""The time of day when somebody writes the date alone."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event in the list. `next_step` is None when nothing is the visitor's to do."""

    id: int
    name: Localized
    place: Localized
    phase: Phase
    life: list[Station]
    figures: Figures
    next_step: Link | None


@dataclass(frozen=True)
class EventsPage:
    """The events of a city: those under way, those being prepared, and what has been."""

    template: ClassVar[str] = "organizer/events/index.html"
    frame: CityFrame
    under_way: list[EventLine]
    drafts: list[EventLine]
    past: list[EventLine]
    may_manage: bool


@dataclass(frozen=True)
class NewPage:
    """Asks for a name, which is enough to begin."""

    template: ClassVar[str] = "organizer/events/new.html"
    frame: CityFrame
    form: Form
    earlier: list[Event]


@dataclass(frozen=True, slots=True)
class Funnel:
    """From many to few; the title says the finding."""

    title: str
    steps: list[tuple[str, int]]


@dataclass(frozen=True)
class EventPage:
    """The hub of an event: its life, how far it has come, and the next thing to do."""

    template: ClassVar[str] = "organizer/events/show.html"
    frame: EventFrame
    event: Event
    life: list[Station]
    figures: Figures
    funnel: Funnel | None
    gaps: list[GapLine]
    next_step: Link | None
    editions: list[Edition]


@dataclass(frozen=True)
class EditPage:
    """Everything that is written about an event."""

    template: ClassVar[str] = "organizer/events/edit.html"
    frame: EventFrame
    form: Form


@router.get("", name="organizer.events.index")
def index(visit: Annotated[Reading, reads(Permission.EVENT_SEE)]) -> Response:
    """The list."""
    city = city_of(visit)
    found = events.of_city(visit.session, city.id)
    figures = _figures(visit, *found)
    lines = [_line(visit, city, event, figures[event.id]) for event in found]
    over = {Phase.FOLLOW_UP, Phase.CLOSED}
    page = EventsPage(
        frame=city_frame(visit, "organizer.events.index"),
        under_way=[line for line in lines if line.phase is not Phase.DRAFT and line.phase not in over][::-1],
        drafts=[line for line in lines if line.phase is Phase.DRAFT],
        past=[line for line in lines if line.phase in over],
        may_manage=holds_in_city(visit.actor, Permission.EVENT_MANAGE, city.id),
    )
    return show(visit, page)


@router.get("/new", name="organizer.events.new")
def new(visit: Annotated[Reading, reads(Permission.EVENT_MANAGE)]) -> Response:
    """The form."""
    return show(visit, _new_page(visit, Form(NEW_FORM)))


@router.post("", name="organizer.events.create")
def create(visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)], posted: Posted) -> Response:
    """Begin an event."""
    city = city_of(visit)
    fields = Fields(posted, visit.language, visit.zone)
    name = text_of(fields, "name", city.languages, required=True)
    if fields.errors:
        return show(visit, _new_page(visit, fields.form(NEW_FORM)), status=422)
    event = service.create(visit.session, visit.actor, city, service.EventDraft(name), visit.now)
    return go(
        visit,
        "organizer.events.show",
        city=city.slug,
        event_id=event.id,
        flash=N_("The event is begun. Only your city sees it until it is published."),
    )


@router.get("/{event_id}", name="organizer.events.show")
def show_event(visit: Annotated[Reading, reads(Permission.EVENT_SEE)], event_id: int) -> Response:
    """The hub."""
    city = city_of(visit)
    event = events.by_id(visit.session, city.id, event_id)
    frame = frame_of(visit, event, "organizer.events.show")
    figures = _figures(visit, event)[event.id]
    found = readiness.gaps_of(visit.session, event) if frame.phase is Phase.DRAFT else []
    gaps = gap_lines(visit, city, event.id, found)
    next_step = step_link(visit, city, event.id, frame.phase, facts_of(figures, len(gaps)))
    if next_step and gaps:
        next_step = replace(next_step, href=gaps[0].href)  # the list stands on this very page
    page = EventPage(
        frame=frame,
        event=event,
        life=life_line(event.milestones, visit.now),
        figures=figures,
        funnel=_funnel(visit, event, figures),
        gaps=gaps,
        next_step=next_step,
        editions=overview.editions(visit.session, event),
    )
    return show(visit, page)


@router.get("/{event_id}/edit", name="organizer.events.edit")
def edit(visit: Annotated[Reading, reads(Permission.EVENT_MANAGE)], event_id: int) -> Response:
    """The form."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    return show(visit, _edit_page(visit, event, _stored(visit, event)))


@router.post("/{event_id}", name="organizer.events.update")
def update(visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)], posted: Posted, event_id: int) -> Response:
    """Save; the dates of a call that has opened are changed only after a question."""
    city = city_of(visit)
    event = events.for_update(visit.session, city.id, event_id)
    fields = Fields(posted, visit.language, visit.zone)
    draft = _draft(fields, city, event)
    if event.published_at is not None:
        ask_for_translations(fields, draft.texts, city.languages)
    if not fields.errors:
        if fields.version() == event.version and (asked := _ask_about_dates(visit, posted, event, draft)):
            return asked
        try:
            service.edit(visit.session, visit.actor, event, draft, fields.version(), visit.now)
        except Refused as refusal:
            if refusal.reason is Reason.CHANGED_MEANWHILE:
                return show(visit, _edit_page(visit, event, beside(fields, _stored(visit, event))), status=409)
            fields.refuse(refusal)
    if fields.errors:
        return show(visit, _edit_page(visit, event, fields.form(EDIT_FORM)), status=422)
    return go(visit, "organizer.events.show", city=city.slug, event_id=event.id, flash=N_("Saved."))


def _line(visit: Reading, city: CityFacts, event: Event, figures: Figures) -> EventLine:
    phase = events.phase_of(event, visit.now)
    # Whether anything is lacking is told on the event's own page; here a draft is simply to be continued.
    facts = facts_of(figures, gaps=1) if phase is Phase.DRAFT else facts_of(figures, gaps=0)
    return EventLine(
        id=event.id,
        name=event.name,
        place=event.place,
        phase=phase,
        life=life_line(event.milestones, visit.now),
        figures=figures,
        next_step=step_link(visit, city, event.id, phase, facts),
    )


def _figures(visit: Visit[Any], *found: Event) -> dict[int, Figures]:
    prepared = holds_in_city(visit.actor, Permission.DECISION_MANAGE, city_of(visit).id)
    return remembered(visit, overview.of_events, visit.scope, tuple(event.id for event in found), prepared=prepared)


def _funnel(visit: Reading, event: Event, figures: Figures) -> Funnel | None:
    """Nothing to draw before the decisions; after the day the follow-up is in it."""
    gettext = translations(visit.language).gettext
    if figures.cases:
        reached = overview.reached(visit.session, visit.scope, event.id)
        counts = followup.funnel(figures.sent, figures.pitching, reached)
        title = gettext("%(applied)s applied, %(heard)s were heard, %(piloted)s came to a pilot") % {
            "applied": figures.sent, "heard": figures.pitching, "piloted": counts[FunnelStep.PILOTED],
        }  # fmt: skip
        return Funnel(title, [(word(step, visit.language), count) for step, count in counts.items()])
    if not figures.decided:
        return None
    title = gettext("%(invited)s of %(applied)s applications were invited") % {
        "invited": figures.invited, "applied": figures.sent,
    }  # fmt: skip
    steps = [(gettext("Applied"), figures.sent), (gettext("Invited"), figures.invited)]
    return Funnel(title, [*steps, (gettext("Coming"), figures.states[State.CONFIRMED])])


def _new_page(visit: Visit[Any], form: Form) -> NewPage:
    earlier = [event for event in events.of_city(visit.session, city_of(visit).id) if event.published_at is not None]
    return NewPage(city_frame(visit, "organizer.events.index"), form, earlier[:3])


def _edit_page(visit: Visit[Any], event: Event, form: Form) -> EditPage:
    return EditPage(frame_of(visit, event, "organizer.events.show"), form)


def _stored(visit: Visit[Any], event: Event) -> Form:
    draft = service.draft_of(event)
    values = {name: getattr(draft, name) for name in draft.__dataclass_fields__ if name not in service.DATES}
    form = filled(EDIT_FORM, values | {"version": event.version})
    moments: dict[str, str] = {}
    for name in service.DATES:
        moments |= filled_moment(name, getattr(draft, name), visit.zone)
    return replace(form, typed={**form.typed, **moments})


def _draft(fields: Fields, city: CityFacts, event: Event) -> service.EventDraft:
    dates = {name: _moment(fields, event, name) for name in service.DATES}
    draft = service.EventDraft(
        name=text_of(fields, "name", city.languages, event.name, required=True),
        summary=text_of(fields, "summary", city.languages, event.summary),
        place=text_of(fields, "place", city.languages, event.place),
        description=text_of(fields, "description", city.languages, event.description, markdown=True),
        practical=text_of(fields, "practical", city.languages, event.practical, markdown=True),
        places_to_pitch=fields.integer("places_to_pitch", required=True, low=1, high=500) or 1,
        aggregate=fields.choice("aggregate", Aggregate) or event.aggregate,
        show_others_scores=fields.ticked("show_others_scores"),
        **dates,
    )
    for fault in date_faults(draft.milestones):
        fields.errors.setdefault(service.DATE_AT_FAULT[fault], word(fault, fields.language))
    if event.published_at is not None:
        for name in service.DATES:
            if name != "jury_opens_at" and dates[name] is None and not _told(fields, name):
                fields.fault(f"{name}_date", Fault.MISSING)
    return draft


def _moment(fields: Fields, event: Event, name: str) -> datetime | None:
    """The moment from its two fields; untouched fields leave it as it is, to the second."""
    stored: datetime | None = getattr(event, name)
    shown = filled_moment(name, stored, fields.zone)
    if all(fields.raw(field) == value for field, value in shown.items()):
        return stored
    return fields.moment(name, default=USUAL_TIMES[name])


def _told(fields: Fields, name: str) -> bool:
    return bool({f"{name}_date", f"{name}_time"} & fields.errors.keys())


def _ask_about_dates(visit: Writing, posted: FormData, event: Event, draft: service.EventDraft) -> Response | None:
    """Once companies have had the call before them its dates do not change silently."""
    changed = [name for name in service.DATES if getattr(draft, name) != getattr(event, name)]
    if not changed or not events.phase_of(event, visit.now).reached(Phase.CALL_OPEN):
        return None
    gettext = translations(visit.language).gettext
    sentences = [
        f"{gettext(LABELS[f'{name}_date'])}: {_told_moment(visit, event, name)} → {_told_moment(visit, draft, name)}"
        for name in changed
    ]
    figures = _figures(visit, event)[event.id]
    if applied := sum(figures.states.values()):
        sentence = translations(visit.language).ngettext(
            "%(num)s application has been begun or sent. The company is not told of the change by itself: write to it.",
            "%(num)s applications have been begun or sent. The companies are not told of the change by themselves: "
            "write to them.",
            applied,
        )
        sentences.append(sentence % {"num": applied})
    back = path_for(visit, "organizer.events.edit", city=city_of(visit).slug, event_id=event.id)
    question = N_("Change the dates of an event that is under way?")
    return unconfirmed(visit, posted, question, N_("Change the dates"), back, sentences)


def _told_moment(visit: Writing, row: Event | service.EventDraft, name: str) -> str:
    moment = getattr(row, name)
    if moment is None:
        return translations(visit.language).gettext("not set yet")
    return f"{show_date(moment, visit.language, visit.zone)} {show_time(moment, visit.language, visit.zone)}"
