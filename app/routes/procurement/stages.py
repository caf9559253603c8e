"""Moving a case to another stage: from the board, or by a form that asks for what the new stage needs."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from starlette.responses import PlainTextResponse, Response

from app.domain.access import Permission
from app.domain.followup import STAGES, Condition, Stage, moves_from, next_stage
from app.domain.refusals import Reason, Refused
from app.models import FollowUpCase
from app.queries import case as case_queries
from app.routes.procurement.case_frame import CaseFrame, find
from app.services import followup as service
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.meanwhile import beside
from app.web.pages import city_of, go, path_for, show
from app.web.visit import Reading, Visit, Writing
from app.web.wording import Fault, say_refusal
from app.web.words import N_

router = Router(prefix="/procurement/{city}/cases/{case_id}/stage")

FORM = "procurement-stages-form"


@dataclass(frozen=True)
class MovePage:
    """Where to, and what the stage there asks for. `to` is None until a stage is chosen."""

    template: ClassVar[str] = "procurement/stages/new.html"
    frame: CaseFrame
    form: Form
    to: Stage | None
    choices: list[Stage]
    asks: tuple[Condition, ...]
    owners: list[tuple[int, str]]


@router.get("", name="procurement.stages.new")
def new(visit: Annotated[Reading, reads(Permission.CASE_EDIT)], case_id: int, to: str = "") -> Response:
    """The form; with `to` for that stage, else with a choice of stages first."""
    case, _, _ = find(visit, case_id)
    if to == Stage.CLOSED.value:
        return go(visit, "procurement.closing.new", city=city_of(visit).slug, case_id=case_id)
    stage = Stage(to) if to in set(Stage) and to != case.stage.value else None
    return show(visit, _page(visit, case, _stored(case), stage))


def _stored(case: FollowUpCase) -> Form:
    names = ("next_step", "next_step_on", "pilot_metric", "pilot_baseline", "pilot_target", "pilot_ends_on", "version")
    return filled(FORM, {name: getattr(case, name) for name in names})


def _page(visit: Visit[Any], case: FollowUpCase, form: Form, to: Stage | None) -> MovePage:
    _, _, frame = find(visit, case.id)
    owners = []
    if case.owner_person_id is None and to is not None:
        people = case_queries.possible_owners(visit.session, case.city_id, case.application_id)
        owners = [(person.id, person.name) for person in people]
    usual = next_stage(case.stage)
    choices = sorted(moves_from(case.stage), key=lambda stage: (stage is not usual, stage.order))
    return MovePage(frame, form, to, choices, STAGES[to].entry if to else (), owners)


@router.post("", name="procurement.stages.create")
def create(visit: Annotated[Writing, writes(Permission.CASE_EDIT)], posted: Posted, case_id: int) -> Response:
    """Move the case. The board gets a short answer in plain text, a form its page."""
    case = case_queries.for_update(visit.session, visit.scope, city_of(visit).id, case_id)
    fields = Fields(posted, visit.language, visit.zone)
    to = fields.choice("stage", Stage)
    move = _read(visit, fields, case, to) if to is not None and to.is_open else None
    if visit.request.headers.get("Kipina-Board") == "1":
        return _answer_board(visit, fields, case, to, move)
    return _answer_form(visit, fields, case, to, move)


def _read(visit: Writing, fields: Fields, case: FollowUpCase, to: Stage) -> service.Move:
    owners = case_queries.possible_owners(visit.session, case.city_id, case.application_id)
    move = service.Move(
        to=to,
        note=fields.text("note", longest=4_000),
        owner_person_id=fields.one_of("owner_person_id", [person.id for person in owners]),
        next_step=fields.line("next_step", longest=500),
        next_step_on=fields.day("next_step_on"),
        pilot_metric=fields.line("pilot_metric", longest=500),
        pilot_baseline=fields.line("pilot_baseline", longest=500),
        pilot_target=fields.line("pilot_target", longest=500),
        pilot_ends_on=fields.day("pilot_ends_on"),
    )
    for name in service.lacking(case, move):
        fields.fault(name, Fault.MISSING)
    return move


def _answer_form(
    visit: Writing, fields: Fields, case: FollowUpCase, to: Stage | None, move: service.Move | None
) -> Response:
    where: dict[str, Any] = {"city": city_of(visit).slug, "case_id": case.id}
    if to is Stage.CLOSED:
        return go(visit, "procurement.closing.new", **where)
    if move is None or fields.errors:
        return show(visit, _page(visit, case, fields.form(FORM), to), status=422)
    try:
        service.move(visit.session, visit.actor, case, move, fields.version(), visit.now)
    except Refused as refusal:
        if refusal.reason is not Reason.CHANGED_MEANWHILE:
            raise
        return show(visit, _page(visit, case, beside(fields, _stored(case)), to), status=409)
    return go(visit, "procurement.cases.show", flash=N_("Moved."), **where)


def _answer_board(
    visit: Writing, fields: Fields, case: FollowUpCase, to: Stage | None, move: service.Move | None
) -> Response:
    """200 with the new version, or why not; where the stage needs more, with the form that asks for it."""
    if move is None or fields.errors:
        route = "procurement.closing.new" if to is Stage.CLOSED else "procurement.stages.new"
        query = {"q_to": to.value} if to is not None and to.is_open else {}
        form = path_for(visit, route, city=city_of(visit).slug, case_id=case.id, **query)
        words = say_refusal(Reason.STAGE_NEEDS_MORE, visit.language)
        return PlainTextResponse(words, 422, headers={"Kipina-Form": form})
    try:
        service.move(visit.session, visit.actor, case, move, fields.version(), visit.now)
    except Refused as refusal:
        return PlainTextResponse(say_refusal(refusal.reason, visit.language), 409)
    return PlainTextResponse("", headers={"Kipina-Version": str(case.version)})
