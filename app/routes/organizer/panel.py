"""The jury of an event: who sits on it, and who reads what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.localized import Localized
from app.domain.phase import Phase
from app.domain.refusals import Refused
from app.models import Event, Person
from app.queries import challenges, events
from app.queries import panel as panels
from app.queries.panel import GridRow, Mark, Progress, Seat
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.services import panel, people
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.pages import city_of, go, show
from app.web.visit import Reading, Visit, Writing
from app.web.wording import Fault
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}/panel")

TAB = "organizer.panel.show"
FORM = "organizer-seats-form"
GRID = "organizer-assignments-form"
ROWS = 25
"""Applications on one page of the grid: with twenty jurors that is five hundred boxes."""


@dataclass(frozen=True)
class PanelPage:
    """Everybody with a seat, how far they have come, and a form for one more."""

    template: ClassVar[str] = "organizer/panel/show.html"
    frame: EventFrame
    seats: list[Seat]
    progress: Mapping[int, Progress]
    applications: int
    unread: int
    form: Form
    people: list[tuple[int, str]]
    challenges: list[tuple[int, Localized]]
    open: bool
    nothing: Progress = field(default_factory=Progress)


@dataclass(frozen=True)
class LeavingPage:
    """Before a seat is taken away: what becomes of what the juror has written."""

    template: ClassVar[str] = "organizer/panel/leaving.html"
    frame: EventFrame
    seat: Seat
    sent: int
    unfinished: int


@dataclass(frozen=True)
class GridPage:
    """Applications by jurors, box by box."""

    template: ClassVar[str] = "organizer/panel/grid.html"
    frame: EventFrame
    jurors: list[Seat]
    covers: frozenset[tuple[int, int | None]]
    rows: list[GridRow]
    marks: Mapping[tuple[int, int], Mark]
    progress: Mapping[int, Progress]
    page: int
    pages: int
    open: bool
    form: Form = field(default_factory=lambda: Form(GRID))
    no_mark: Mark = field(default_factory=Mark)
    nothing: Progress = field(default_factory=Progress)


@router.get("", name="organizer.panel.show")
def show_panel(visit: Annotated[Reading, reads(Permission.PANEL_MANAGE)], event_id: int) -> Response:
    """The panel."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    return show(visit, _panel(visit, event, filled(FORM, {})))


@router.post("/seats", name="organizer.seats.create")
def seat(visit: Annotated[Writing, writes(Permission.PANEL_MANAGE)], posted: Posted, event_id: int) -> Response:
    """Give somebody a seat: one of the city's people, or anybody by mail."""
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    fields = Fields(posted, visit.language)
    known = fields.one_of("person", (row[0] for row in panels.candidates(visit.session, event.city_id, event.id)))
    email = "" if known else fields.email("email", required=False)
    name = fields.line("name")
    if not known and not email and not fields.errors:
        fields.fault("email", Fault.MISSING)
    challenge = fields.one_of("challenge", (c.id for c in challenges.of_event(visit.session, event.id)))
    if not fields.errors:
        try:
            if known:
                person = visit.session.get_one(Person, known)
            else:
                person = people.known_or_new(visit.session, visit.actor, email, name, visit.language, visit.now)
                visit.session.flush()
            panel.seat(visit.session, visit.actor, city_of(visit), event, person, challenge, visit.now)
            return _back(visit, event, N_("The seat is given, and the invitation is on its way."))
        except Refused as refusal:
            fields.refuse(refusal)
    return show(visit, _panel(visit, event, fields.form(FORM)), status=422)


@router.get("/seats/{seat_id}/removal", name="organizer.seats.removal")
def leaving(visit: Annotated[Reading, reads(Permission.PANEL_MANAGE)], event_id: int, seat_id: int) -> Response:
    """What happens when the seat is taken away."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    row = panels.seat(visit.session, event.id, seat_id)
    seat = next(each for each in panels.seats(visit.session, event.id) if each.id == seat_id)
    sent, unfinished = panels.kept_sheets(visit.session, visit.scope, row)
    return show(visit, LeavingPage(frame_of(visit, event, TAB), seat, sent, unfinished))


@router.post("/seats/{seat_id}/removal", name="organizer.seats.delete")
def remove(
    visit: Annotated[Writing, writes(Permission.PANEL_MANAGE)],
    posted: Posted,  # noqa: ARG001
    event_id: int,
    seat_id: int,
) -> Response:
    """Take a seat away."""
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    seat = panels.seat(visit.session, event.id, seat_id)
    panel.unseat(visit.session, visit.actor, event.city_id, seat, visit.now)
    return _back(visit, event, N_("The seat is empty again."))


@router.post("/assignments/all", name="organizer.assignments.create")
def everyone_reads_all(
    visit: Annotated[Writing, writes(Permission.PANEL_MANAGE)],
    posted: Posted,  # noqa: ARG001
    event_id: int,
) -> Response:
    """Everyone reads all that their seat covers."""
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    added = panel.let_everyone_read_all(visit.session, visit.actor, visit.scope, event, visit.now)
    return _back(visit, event, N_("Everyone now reads all.") if added else N_("Everyone was reading all already."))


@router.get("/assignments", name="organizer.assignments.index")
def grid(visit: Annotated[Reading, reads(Permission.PANEL_MANAGE)], event_id: int, page: int = 1) -> Response:
    """Who reads what."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    seats = panels.seats(visit.session, event.id)
    count, _ = panels.counts(visit.session, visit.scope, event.id)
    pages = max(1, -(-count // ROWS))
    page = min(max(page, 1), pages)
    rows = panels.grid_rows(visit.session, visit.scope, event.id, offset=(page - 1) * ROWS, limit=ROWS)
    return show(
        visit,
        GridPage(
            frame=frame_of(visit, event, TAB),
            jurors=list({each.person_id: each for each in seats}.values()),
            covers=frozenset((each.person_id, each.challenge_id) for each in seats),
            rows=rows,
            marks=panels.marks(visit.session, [row.application_id for row in rows]),
            progress=panels.progress(visit.session, visit.scope, event.id),
            page=page,
            pages=pages,
            open=_open(visit, event),
        ),
    )


@router.post("/assignments", name="organizer.assignments.update")
def assign(visit: Annotated[Writing, writes(Permission.PANEL_MANAGE)], posted: Posted, event_id: int) -> Response:
    """Save the boxes of one page: only what differs from what the page showed, so two people can work at once."""
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    fields = Fields(posted, visit.language)
    before: set[tuple[int, int]] = set()
    after: set[tuple[int, int]] = set()
    for name, value in posted.multi_items():
        kind, _, number = name.partition("_")
        if kind not in {"had", "read"} or not isinstance(value, str) or not _is_id(number):
            continue
        jurors = [int(juror) for juror in value.split(",") if _is_id(juror)]
        (before if kind == "had" else after).update((juror, int(number)) for juror in jurors)
    changed = panel.assign(visit.session, visit.actor, visit.scope, event, after - before, before - after, visit.now)
    return go(
        visit,
        "organizer.assignments.index",
        flash=N_("Saved.") if changed else N_("Nothing had changed."),
        city=city_of(visit).slug,
        event_id=event.id,
        q_page=fields.integer("page", low=1, high=10_000) or 1,
    )


def _panel(visit: Visit[Any], event: Event, form: Form) -> PanelPage:
    applications, unread = panels.counts(visit.session, visit.scope, event.id)
    return PanelPage(
        frame=frame_of(visit, event, TAB),
        seats=panels.seats(visit.session, event.id),
        progress=panels.progress(visit.session, visit.scope, event.id),
        applications=applications,
        unread=unread,
        form=form,
        people=panels.candidates(visit.session, event.city_id, event.id),
        challenges=[(c.id, c.title) for c in challenges.of_event(visit.session, event.id)],
        open=_open(visit, event),
    )


def _open(visit: Visit[Any], event: Event) -> bool:
    return not events.phase_of(event, visit.now).reached(Phase.DECIDED)


def _back(visit: Writing, event: Event, flash: str) -> Response:
    return go(visit, "organizer.panel.show", flash=flash, city=city_of(visit).slug, event_id=event.id)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10  # noqa: PLR2004
