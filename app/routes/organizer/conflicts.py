"""Conflicts of interest on record, and signs that suggest one."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.conflict import ACT, SECTION, Ground
from app.domain.refusals import Reason, Refused
from app.models import Event
from app.queries import conflicts as declared
from app.queries import events
from app.queries.conflicts import Declared, Official, Party, Suspected
from app.queries.panel import conflict_pairs
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.services import conflicts
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.pages import city_of, go, show
from app.web.visit import Reading, Visit, Writing
from app.web.wording import ground_choices
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}/panel/conflicts")

TAB = "organizer.panel.show"
FORM = "organizer-conflicts-form"
LONGEST_NOTE = 500
SUGGESTED = 12
"""Suggestions shown at once, the strongest first."""


@dataclass(frozen=True)
class ConflictsPage:
    """What is on record, what to look at, and a form to record one."""

    template: ClassVar[str] = "organizer/conflicts/index.html"
    frame: EventFrame
    declared: list[Declared]
    suggested: list[Suspected]
    applications: list[Party]
    people: list[Official]
    grounds: list[tuple[str, str, str]]
    form: Form
    me: int
    act: str = ACT
    section: int = SECTION


@dataclass(frozen=True)
class WithdrawalPage:
    """Before a conflict is taken back: what that opens again."""

    template: ClassVar[str] = "organizer/conflicts/withdrawal.html"
    frame: EventFrame
    conflict: Declared


@router.get("", name="organizer.conflicts.index")
def index(
    visit: Annotated[Reading, reads(Permission.PANEL_MANAGE)],
    event_id: int,
    application: str = "",
    person: str = "",
    ground: str = "",
) -> Response:
    """The record. The parameters fill in the form, as the links beside suggestions do."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    return show(
        visit, _page(visit, event, filled(FORM, {"application": application, "person": person, "ground": ground}))
    )


@router.post("", name="organizer.conflicts.create")
def create(visit: Annotated[Writing, writes(Permission.PANEL_MANAGE)], posted: Posted, event_id: int) -> Response:
    """Record one, for a juror or an official; oneself is an official too."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    fields = Fields(posted, visit.language)
    parties = declared.parties(visit.session, visit.scope, event.id)
    application = fields.one_of("application", (party.id for party in parties), required=True)
    officials = declared.officials(visit.session, event.city_id, event.id)
    person = fields.one_of("person", (official.id for official in officials), required=True)
    ground = fields.choice("ground", Ground)
    note = fields.text("note", longest=LONGEST_NOTE)
    if not fields.errors and application and person and ground:
        about = declared.application(visit.session, visit.scope, event.id, application)
        try:
            conflicts.declare(visit.session, visit.actor, about, person, ground, note, visit.now)
            return _back(visit, event, N_("The conflict of interest is on record."))
        except Refused as refusal:
            fields.refuse(refusal)
    return show(visit, _page(visit, event, fields.form(FORM)), status=422)


@router.get("/{conflict_id}/withdrawal", name="organizer.conflicts.withdrawal")
def ask(visit: Annotated[Reading, reads(Permission.PANEL_MANAGE)], event_id: int, conflict_id: int) -> Response:
    """What happens when it is taken back."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    seen = declared.declared(visit.session, visit.scope, event.id)
    found = next((one for one in seen if one.id == conflict_id), None)
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    return show(visit, WithdrawalPage(frame_of(visit, event, TAB), found))


@router.post("/{conflict_id}/withdrawal", name="organizer.conflicts.delete")
def withdraw(
    visit: Annotated[Writing, writes(Permission.PANEL_MANAGE)],
    posted: Posted,  # noqa: ARG001
    event_id: int,
    conflict_id: int,
) -> Response:
    """Take back one that was recorded by mistake."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    conflict = declared.for_update(visit.session, visit.scope, event.id, conflict_id)
    conflicts.withdraw(visit.session, visit.actor, event.city_id, conflict, visit.now)
    return _back(visit, event, N_("The conflict of interest is taken back."))


def _page(visit: Visit[Any], event: Event, form: Form) -> ConflictsPage:
    session = visit.session
    parties = declared.parties(session, visit.scope, event.id)
    officials = declared.officials(session, event.city_id, event.id)
    known = conflict_pairs(session, event.id)
    suggested = declared.suggestions(session, officials, parties, known)
    return ConflictsPage(
        frame=frame_of(visit, event, TAB),
        declared=declared.declared(session, visit.scope, event.id),
        suggested=suggested[:SUGGESTED],
        applications=parties,
        people=officials,
        grounds=ground_choices(visit.language),
        form=form,
        me=int(visit.actor.person or 0),
    )


def _back(visit: Writing, event: Event, flash: str) -> Response:
    return go(visit, "organizer.conflicts.index", flash=flash, city=city_of(visit).slug, event_id=event.id)
