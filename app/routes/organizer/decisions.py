"""The decisions of an event while they are prepared: all of them together, several at once, one by one."""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.application import PITCHING, State
from app.domain.deciding import Outcome, Problem, ProblemKind, problems
from app.domain.localized import Localized
from app.domain.phase import Phase
from app.domain.refusals import Reason, Refused
from app.domain.scoring import ResultRow, by_place
from app.models import Event
from app.queries import deciding, events, results
from app.queries.deciding import Item
from app.routes.organizer.decision_form import One, form_of, look_at, save_one
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.services import deciding as services
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.pages import city_of, go, go_to, path_for, show
from app.web.remembered import remembered
from app.web.visit import Reading, Visit, Writing
from app.web.wording import Fault, say_refusal
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}/decisions")

Seeing = Annotated[Reading, reads(Permission.DECISION_MANAGE)]
Deciding = Annotated[Writing, writes(Permission.DECISION_MANAGE)]

SEVERAL = "decisions"
ROWS = 50
"""Applications on one page."""


@dataclass(frozen=True, slots=True)
class Row:
    """An application with what the jury thought of it; `figures` is None when it is not the jury's any more."""

    item: Item
    figures: ResultRow[int, int] | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that is decided on in an event, best first, as far as the person may know of it."""

    rows: list[Row]
    problems: list[Problem]
    hides_some: bool

    @property
    def items(self) -> list[Item]:
        """The applications in the order of the rows."""
        return [row.item for row in self.rows]

    @property
    def outcomes(self) -> Counter[Outcome | None]:
        """How many of each outcome are prepared; under None those that lack one."""
        return Counter(item.outcome for item in self.items)

    @property
    def reserves(self) -> list[Item]:
        """Who is, or still is, on the reserve list, the first to move up at the top."""
        waiting = [i for i in self.items if i.reserve_rank is not None and i.state in {State.SUBMITTED, State.RESERVED}]
        return sorted(waiting, key=lambda item: item.reserve_rank or 0)

    @property
    def challenges(self) -> list[tuple[int, int, Localized]]:
        """The challenges there are applications to: id, number, title."""
        found = {item.challenge_id: (item.challenge_id, item.challenge_number, item.challenge) for item in self.items}
        return sorted(found.values(), key=lambda challenge: challenge[1])

    @property
    def incomplete(self) -> bool:
        """Does anything but the number of places stand in the way of signing."""
        return any(problem.kind is not ProblemKind.TOO_MANY_INVITED for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Signed:
    """When the decisions were signed, and by whom."""

    at: datetime
    by: str


@dataclass(frozen=True)
class DecisionsPage:
    """All decisions of an event; `rows` are those that the filters leave."""

    template: ClassVar[str] = "organizer/decisions/index.html"
    frame: EventFrame
    overview: Overview
    rows: list[Row]
    form: Form
    challenge: int | None
    only: str
    number: int
    pages: int
    places: int
    too_early: str
    signed: Signed | None

    @property
    def filters(self) -> dict[str, str | int]:
        """What has been chosen to be shown, for addresses; the page is not among it."""
        chosen = {"q_challenge": self.challenge, "q_only": self.only}
        return {name: value for name, value in chosen.items() if value}

    @property
    def offered(self) -> list[Outcome]:
        """What can be chosen."""
        return list(Outcome)

    @property
    def missing(self) -> list[tuple[ProblemKind, list[Item]]]:
        """What stands in the way, by kind, with the applications it concerns."""
        items = {item.id: item for item in self.overview.items}
        found: dict[ProblemKind, list[Item]] = {}
        for problem in self.overview.problems:
            of_kind = found.setdefault(problem.kind, [])
            if problem.application is not None:
                of_kind.append(items[problem.application])
        return list(found.items())

    @property
    def counts(self) -> dict[str, int]:
        """The figures at the top."""
        states = Counter(item.state for item in self.overview.items)
        outcomes = self.overview.outcomes
        return {
            "invited": outcomes[Outcome.INVITE],
            "reserve": outcomes[Outcome.RESERVE],
            "declined": outcomes[Outcome.DECLINE],
            "undecided": outcomes[None],
            "pitching": sum(states[state] for state in PITCHING),
            "confirmed": states[State.CONFIRMED],
            "cancelled": states[State.CANCELLED],
            "waiting": states[State.RESERVED],
        }


@dataclass(frozen=True)
class DecisionPage:
    """One decision, with what it rests on."""

    template: ClassVar[str] = "organizer/decisions/edit.html"
    frame: EventFrame
    one: One
    form: Form


def overview_of(visit: Visit[Any], event: Event) -> Overview:
    """All that the visitor may decide on: four queries, however many rows there are."""
    found = deciding.items(visit.session, visit.scope, event.id)
    jury = remembered(visit, results.of_event, visit.scope, event.id, event.aggregate)
    figures = {ranked.about.id: ranked.figures for ranked in jury.rows}
    rows = [Row(item, figures.get(item.id)) for item in found]
    rows.sort(key=_by_place)
    hides_some = deciding.has_conflict(visit.session, event.id, visit.actor.person)
    open_items = [] if event.decided_at else [row.item.prepared for row in rows]
    return Overview(rows, problems(open_items, event.places_to_pitch), hides_some)


def _by_place(row: Row) -> float:
    return by_place(row.figures) if row.figures else math.inf


@router.get("", name="organizer.decisions.index")
def index(visit: Seeing, event_id: int, challenge: str = "", only: str = "", page: int = 1) -> Response:
    """Everything, ranked as the jury left it."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    return show(visit, _page(visit, event, filled(SEVERAL, {}), challenge, only, page))


def _page(visit: Visit[Any], event: Event, form: Form, challenge: str, only: str, number: int) -> DecisionsPage:
    overview = overview_of(visit, event)
    chosen = next((key for key, _, _ in overview.challenges if str(key) == challenge), None)
    faulty = {problem.application for problem in overview.problems}
    rows = [
        row
        for row in overview.rows
        if chosen in {None, row.item.challenge_id} and (only != "missing" or row.item.id in faulty)
    ]
    pages = max(1, math.ceil(len(rows) / ROWS))
    number = min(max(1, number), pages)
    frame = frame_of(visit, event, "organizer.decisions.index")
    signed = Signed(event.decided_at, deciding.signer(visit.session, event)) if event.decided_at else None
    early = not frame.phase.reached(Phase.CALL_CLOSED)
    return DecisionsPage(
        frame=frame,
        overview=overview,
        rows=rows[(number - 1) * ROWS : number * ROWS],
        form=form,
        challenge=chosen,
        only=only if only == "missing" else "",
        number=number,
        pages=pages,
        places=event.places_to_pitch,
        too_early=say_refusal(Reason.CALL_STILL_OPEN, visit.language) if early else "",
        signed=signed,
    )


@router.post("", name="organizer.decisions.update")
def update_several(visit: Deciding, posted: Posted, event_id: int) -> Response:
    """One outcome for all that are ticked; their reasons stay as they are."""
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    fields = Fields(posted, visit.language, visit.zone)
    outcome = fields.choice("outcome", Outcome)
    allowed = [item.id for item in deciding.items(visit.session, visit.scope, event.id)]
    ticked = fields.several_of("application", allowed)
    if not ticked:
        fields.fault("application", Fault.NONE_TICKED)
    if fields.errors or outcome is None:
        number = fields.integer("page") or 1
        page = _page(visit, event, fields.form(SEVERAL), fields.raw("challenge"), fields.raw("only"), number)
        return show(visit, page, status=422)
    for application, decision in deciding.for_update(visit.session, visit.scope, event.id, ticked):
        services.prepare(visit.session, visit.actor, event, application, decision, outcome, visit.now)
    filters = {f"q_{name}": fields.raw(name) for name in ("challenge", "only", "page") if fields.raw(name)}
    return go(visit, "organizer.decisions.index", **_at(visit, event_id), **filters, flash=SAVED)


SAVED = N_("Saved. Nobody outside the city sees it yet.")


@router.get("/{application_id}", name="organizer.decisions.edit")
def edit(visit: Seeing, event_id: int, application_id: int) -> Response:
    """One application: what it is, what the jury thought, what is decided and why."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    one = look_at(visit, event, application_id)
    if event.decided_at is not None:
        return go(visit, "organizer.decisions.index", **_at(visit, event_id))
    return show(visit, DecisionPage(frame_of(visit, event, "organizer.decisions.index"), one, form_of(one)))


@router.post("/{application_id}", name="organizer.decisions.save")
def save(visit: Deciding, posted: Posted, event_id: int, application_id: int) -> Response:
    """Choose the outcome and write the reasons."""
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    fields = Fields(posted, visit.language, visit.zone)
    refused = save_one(visit, event, application_id, fields)
    if refused is not None:
        one, form, status = refused
        page = DecisionPage(frame_of(visit, event, "organizer.decisions.index"), one, form)
        return show(visit, page, status=status)
    return go(visit, "organizer.decisions.index", **_at(visit, event_id), flash=SAVED)


@router.post("/{application_id}/order", name="organizer.reserve_order.create")
def change_order(visit: Deciding, posted: Posted, event_id: int, application_id: int) -> Response:
    """One step up or down on the reserve list."""
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    step = -1 if posted.get("to") == "up" else 1
    items = deciding.items(visit.session, visit.scope, event.id)
    ranked = [item.id for item in Overview([Row(item, None) for item in items], [], hides_some=False).reserves]
    if application_id not in ranked:
        raise Refused(Reason.NOT_FOUND)
    at = ranked.index(application_id)
    if 0 <= at + step < len(ranked):
        pair = deciding.for_update(visit.session, visit.scope, event.id, [application_id, ranked[at + step]])
        one, other = [decision for _, decision in pair if decision is not None]
        services.move_reserve(visit.session, visit.actor, event, one, other, visit.now)
    return go_to(visit, path_for(visit, "organizer.decisions.index", **_at(visit, event_id)) + "#reserve")


def _at(visit: Visit[Any], event_id: int) -> dict[str, Any]:
    return {"city": city_of(visit).slug, "event_id": event_id}
