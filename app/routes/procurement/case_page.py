"""The page of one case, shown by whatever was done on it."""

from dataclasses import dataclass
from typing import Any, ClassVar

from app.domain.case_path import NextThing, exit_conditions, next_thing
from app.domain.followup import STAGES, Condition, Missing, Stage, Stall, missing, next_stage, stalled
from app.models import Attachment, FollowUpCase
from app.queries import case as case_queries
from app.queries import holds
from app.queries.case import Around, Happening, Proposal
from app.routes.procurement.case_frame import CaseFrame, find
from app.web.answers import Answered, answered
from app.web.forms import Form, filled
from app.web.visit import Visit

ENTRY_FORM = "procurement-entries-form"
FILE_FORM = "procurement-attachments-form"


@dataclass(frozen=True, slots=True)
class PathStep:
    """A stage on the way of the case: past, now, coming or skipped."""

    stage: Stage
    state: str


@dataclass(frozen=True)
class CasePage:
    """Everything about one case. `form` is the one that adds to the story; `writing` opens it.

    `proposal` is for those who work on the case: what the company wrote, without what it marked confidential.
    """

    template: ClassVar[str] = "procurement/cases/show.html"
    frame: CaseFrame
    case: FollowUpCase
    around: Around
    proposal: Proposal | None
    answers: list[Answered]
    story: list[Happening]
    files: list[Attachment]
    path: list[PathStep]
    conditions: list[tuple[Condition, bool]]
    typical_days: tuple[int, int] | None
    stage_days: int
    lacks: list[Missing]
    stalls: list[Stall]
    next_thing: NextThing | None
    next_stage: Stage | None
    overdue: bool
    held: bool
    form: Form
    file_form: Form
    writing: bool


def case_page(visit: Visit[Any], case_id: int, form: Form | None = None, file_form: Form | None = None) -> CasePage:
    """The page of a case that the visitor may see, with a form to show again when something was wrong in it."""
    case, around, frame = find(visit, case_id)
    story = case_queries.story(visit.session, case.id)
    files = case_queries.files(visit.session, case.id)
    proposal = case_queries.proposal(visit.session, around.application_id) if frame.may_edit else None
    facts = case_queries.facts_of(case)
    evidence = case_queries.evidence_of(case, story, files)
    today = visit.now.astimezone(visit.zone).date()
    since = case.stage_since.astimezone(visit.zone).date()
    touched = case.touched_at.astimezone(visit.zone).date()
    overdue = case.stage.is_open and case.next_step_on is not None and case.next_step_on < today
    values = {
        "kind": "meeting",
        "happened_on": today,
        "next_step": case.next_step,
        "next_step_on": case.next_step_on,
        "version": case.version,
    }
    return CasePage(
        frame=frame,
        case=case,
        around=around,
        proposal=proposal,
        answers=answered(proposal.answers, visit.language) if proposal else [],
        story=story,
        files=files,
        path=_path(case, story),
        conditions=exit_conditions(facts, evidence),
        typical_days=STAGES[case.stage].typical_days,
        stage_days=(today - since).days,
        lacks=missing(facts),
        stalls=stalled(case.stage, since, case.next_step_on, touched, today),
        next_thing=next_thing(facts, evidence, today, published=case.published_at is not None),
        next_stage=next_stage(case.stage),
        overdue=overdue,
        held=holds.is_held(visit.session, case),
        form=form or filled(ENTRY_FORM, values),
        file_form=file_form or Form(FILE_FORM),
        writing=form is not None or "write" in visit.request.query_params,
    )


def _path(case: FollowUpCase, story: list[Happening]) -> list[PathStep]:
    """Every stage: those that the case has been in are past, those it went by are skipped."""
    been = {entry.to_stage for entry in story if entry.to_stage is not None}
    reached = max((stage.order for stage in been if stage.is_open), default=0)
    steps = []
    for stage in Stage:
        if stage is case.stage:
            state = "now"
        elif stage in been and stage.is_open:
            state = "past"
        elif stage.is_open and (stage.order < reached or not case.stage.is_open):
            state = "skipped"
        else:
            state = "coming"
        steps.append(PathStep(stage, state))
    return steps
