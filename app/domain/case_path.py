"""The way of one case: which conditions of its stage are met, and what to do next."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.followup import STAGES, CaseFacts, Condition, Missing, missing


@dataclass(frozen=True, slots=True)
class Evidence:
    """What has been written and attached since the case entered its present stage."""

    meetings: int = 0
    decisions: int = 0
    measurements: int = 0
    files: int = 0
    has_result: bool = False
    """The result of the pilot is written."""
    has_public_summary: bool = False


def exit_conditions(facts: CaseFacts, evidence: Evidence) -> list[tuple[Condition, bool]]:
    """What the present stage asks for before it is left, each with whether the case shows it.

    They guide and do not bind: a person may move the case before all are met.
    """
    met = {
        Condition.OWNER_NAMED_OR_DECLINED: facts.owner is not None,
        Condition.MINUTES_AND_DECISION: evidence.meetings > 0 and evidence.decisions > 0,
        Condition.PUBLIC_SUMMARY: evidence.has_public_summary,
        Condition.PLAN_JUDGED: evidence.decisions > 0,
        Condition.REPORT: evidence.has_result,
        Condition.STOP_EXTEND_OR_BUY: evidence.decisions > 0,
        Condition.CONTRACT: evidence.decisions > 0 and evidence.files > 0,
        Condition.SECOND_SITE_OR_MARKET: evidence.decisions > 0 and evidence.measurements > 0,
    }
    return [(condition, met[condition]) for condition in STAGES[facts.stage].exit]


class NextThing(StrEnum):
    """What a case waits for most; a page offers it as its one button."""

    NAME_OWNER = "name_owner"
    AGREE_NEXT_STEP = "agree_next_step"
    COMPLETE_STAGE = "complete_stage"
    CATCH_UP = "catch_up"
    MOVE_ON = "move_on"
    TELL_STORY = "tell_story"
    PUBLISH = "publish"


def next_thing(facts: CaseFacts, evidence: Evidence, today: date, *, published: bool) -> NextThing | None:
    """Return the next thing to do with a case, the most pressing first; None when a closed case is told to all."""
    if not facts.stage.is_open:
        return None if published else NextThing.PUBLISH
    lacks = missing(facts)
    if Missing.OWNER in lacks:
        return NextThing.NAME_OWNER
    if Missing.NEXT_STEP in lacks or Missing.NEXT_STEP_DATE in lacks:
        return NextThing.AGREE_NEXT_STEP
    if lacks:
        return NextThing.COMPLETE_STAGE
    if facts.next_step_on is not None and facts.next_step_on < today:
        return NextThing.CATCH_UP
    met = all(done for _, done in exit_conditions(facts, evidence))
    return NextThing.MOVE_ON if met else NextThing.TELL_STORY
