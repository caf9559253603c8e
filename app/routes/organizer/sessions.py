"""Items of the programme: written, changed, taken out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.domain.schedule import SessionKind
from app.models import Event, Place, ProgrammeSession, Unit
from app.queries import cities, events, programme
from app.queries.programme import Pitcher
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.services import programme as editing
from app.services.programme import SessionDraft
from app.web.asking import unconfirmed
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.meanwhile import beside
from app.web.pages import city_of, go, path_for, show
from app.web.visit import Reading, Writing
from app.web.wording import Fault
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}/programme/sessions")

Reads = Annotated[Reading, reads(Permission.PROGRAMME_MANAGE)]
Writes = Annotated[Writing, writes(Permission.PROGRAMME_MANAGE)]

FORM = "organizer-sessions-form"
LONGEST_TITLE, LONGEST_ABSTRACT, LONGEST_STAND, MOST_PEOPLE = 200, 1_000, 10, 40


@dataclass(frozen=True)
class EditPage:
    """The form of one item; `session` is None for a new one."""

    template: ClassVar[str] = "organizer/sessions/edit.html"
    frame: EventFrame
    form: Form
    session: ProgrammeSession | None
    places: list[Place]
    pitchers: list[Pitcher]
    challenges: list[tuple[int, int, Localized]]
    units: list[Unit]
    kinds: tuple[SessionKind, ...] = tuple(SessionKind)


def _page(visit: Reading | Writing, event: Event, form: Form, row: ProgrammeSession | None) -> EditPage:
    city = city_of(visit)
    return EditPage(
        frame=frame_of(visit, event, "organizer.programme.index"),
        form=form,
        session=row,
        places=programme.places(visit.session, event.id),
        pitchers=programme.pitchers(visit.session, visit.scope, event.id, also=row.application_id if row else None),
        challenges=programme.challenges(visit.session, event.id),
        units=cities.units(visit.session, city.id),
    )


def _filled(visit: Reading | Writing, event: Event, row: ProgrammeSession | None) -> Form:
    """The form of an item; a new one begins with the day of the event."""
    if row is None:
        day = event.day_starts_at.astimezone(visit.zone).date() if event.day_starts_at else None
        return filled(FORM, {"kind": SessionKind.PITCH.value, "day": day})
    names = ("title", "abstract", "stand", "map_x", "map_y", "version")
    starts, ends = (moment.astimezone(visit.zone) if moment else None for moment in (row.starts_at, row.ends_at))
    return filled(
        FORM,
        {name: getattr(row, name) for name in names}
        | {
            "kind": row.kind.value,
            "place": row.place_id,
            "application": row.application_id,
            "challenge": row.challenge_id,
            "unit": row.unit_id,
            "people": "\n".join(row.people),
            "day": starts.date() if starts else None,
            "starts": f"{starts:%H.%M}" if starts else "",
            "ends": f"{ends:%H.%M}" if ends else "",
        },
    )


def _draft(visit: Writing, event: Event, form: Fields, row: ProgrammeSession | None) -> SessionDraft:
    """What was written. Only what the person may choose from is understood."""
    starts_at, ends_at = _span(visit, form)
    also = row.application_id if row else None
    applications = [pitcher.id for pitcher in programme.pitchers(visit.session, visit.scope, event.id, also=also)]
    x, y = (form.integer(name, high=100) for name in ("map_x", "map_y"))
    if (x is None) != (y is None):
        form.fault("map_y" if y is None else "map_x", Fault.MISSING)
    people = [" ".join(line.split()) for line in form.text("people").splitlines() if line.strip()]
    return SessionDraft(
        kind=form.choice("kind", SessionKind) or SessionKind.PANEL,
        title=form.localized("title", longest=LONGEST_TITLE),
        abstract=form.localized("abstract", longest=LONGEST_ABSTRACT),
        place_id=form.one_of("place", [place.id for place in programme.places(visit.session, event.id)]),
        starts_at=starts_at,
        ends_at=ends_at,
        application_id=form.one_of("application", applications),
        challenge_id=form.one_of("challenge", [row[0] for row in programme.challenges(visit.session, event.id)]),
        unit_id=form.one_of("unit", [unit.id for unit in cities.units(visit.session, city_of(visit).id)]),
        people=tuple(people[:MOST_PEOPLE]),
        stand=form.line("stand", longest=LONGEST_STAND),
        at=None if x is None or y is None else (x, y),
    )


def _span(visit: Writing, form: Fields) -> tuple[datetime | None, datetime | None]:
    """Beginning and end from a day and two times. An end after midnight belongs to the next day."""
    starts, ends = form.clock_time("starts"), form.clock_time("ends")
    day = form.day("day", required=starts is not None or ends is not None)
    if (starts is None) != (ends is None):
        form.fault("ends" if ends is None else "starts", Fault.MISSING)
    if day is None or starts is None or ends is None:
        return None, None
    starts_at = datetime.combine(day, starts, tzinfo=visit.zone)
    night = starts.hour >= 18 and ends.hour < 6  # noqa: PLR2004
    ends_at = datetime.combine(day + timedelta(days=night), ends, tzinfo=visit.zone)
    return starts_at, ends_at


@router.get("/new", name="organizer.sessions.new")
def new(visit: Reads, event_id: int) -> Response:
    """The form of a new item."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    return show(visit, _page(visit, event, _filled(visit, event, None), None))


@router.post("", name="organizer.sessions.create")
def create(visit: Writes, posted: Posted, event_id: int) -> Response:
    """Add it."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    form = Fields(posted, visit.language, visit.zone)
    draft = _draft(visit, event, form, None)
    if not form.errors:
        try:
            editing.add_session(visit.session, visit.actor, event, draft, visit.now)
            return _back(visit, event_id, N_("Added to the programme."))
        except Refused as refusal:
            form.refuse(refusal)
    return show(visit, _page(visit, event, form.form(FORM), None), status=422)


@router.get("/{session_id}", name="organizer.sessions.edit")
def edit(visit: Reads, event_id: int, session_id: int) -> Response:
    """The form of an item."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    row = programme.one_session(visit.session, visit.scope, event_id, session_id)
    return show(visit, _page(visit, event, _filled(visit, event, row), row))


@router.post("/{session_id}", name="organizer.sessions.update")
def update(visit: Writes, posted: Posted, event_id: int, session_id: int) -> Response:
    """Change it."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    row = programme.session_for_update(visit.session, visit.scope, event_id, session_id)
    form = Fields(posted, visit.language, visit.zone)
    draft = _draft(visit, event, form, row)
    if not form.errors:
        try:
            editing.edit_session(visit.session, visit.actor, event, row, draft, form.version(), visit.now)
            return _back(visit, event_id, N_("Saved."))
        except Refused as refusal:
            if refusal.reason is Reason.CHANGED_MEANWHILE:
                return show(visit, _page(visit, event, beside(form, _filled(visit, event, row)), row), status=409)
            form.refuse(refusal)
    return show(visit, _page(visit, event, form.form(FORM), row), status=422)


@router.post("/{session_id}/removal", name="organizer.sessions.delete")
def delete(visit: Writes, posted: Posted, event_id: int, session_id: int) -> Response:
    """Take it out, when the question was answered."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    row = programme.session_for_update(visit.session, visit.scope, event_id, session_id)
    city = city_of(visit).slug
    back = path_for(visit, "organizer.sessions.edit", city=city, event_id=event_id, session_id=session_id)
    if asked := unconfirmed(visit, posted, N_("Take this out of the programme?"), N_("Take it out"), back):
        return asked
    editing.remove_session(visit.session, visit.actor, event, row, visit.now)
    return _back(visit, event_id, N_("Taken out of the programme."))


def _back(visit: Writing, event_id: int, flash: str) -> Response:
    return go(visit, "organizer.programme.index", city=city_of(visit).slug, event_id=event_id, flash=flash)
