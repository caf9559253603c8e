from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.domain.case_path import Evidence, NextThing, exit_conditions, next_thing
from app.domain.followup import STAGES, CaseFacts, Condition, ExitType, Stage

TODAY = date(2027, 5, 3)
WELL_KEPT = CaseFacts(Stage.MEETING, owner=1, next_step="Call the unit", next_step_on=TODAY + timedelta(days=5))
DONE = Evidence(meetings=1, decisions=1, measurements=1, files=1, has_result=True, has_public_summary=True)


@pytest.mark.parametrize("stage", Stage)
def test_every_exit_condition_can_be_seen_in_the_case_and_none_in_an_empty_one(stage: Stage) -> None:
    named = exit_conditions(replace(WELL_KEPT, stage=stage), DONE)
    assert [condition for condition, _ in named] == list(STAGES[stage].exit)
    assert all(met for _, met in named)
    assert not any(met for _, met in exit_conditions(CaseFacts(stage), Evidence()))


@pytest.mark.parametrize(
    ("stage", "evidence", "met"),
    [
        (Stage.MEETING, Evidence(meetings=1), False),
        (Stage.MEETING, Evidence(decisions=1), False),
        (Stage.MEETING, Evidence(meetings=1, decisions=1), True),
        (Stage.PROCUREMENT, Evidence(decisions=1), False),
        (Stage.PROCUREMENT, Evidence(decisions=1, files=1), True),
        (Stage.SCALING, Evidence(decisions=1), False),
        (Stage.SCALING, Evidence(decisions=1, measurements=1), True),
    ],
)
def test_a_condition_of_two_parts_needs_both(stage: Stage, evidence: Evidence, met: bool) -> None:
    assert [done for _, done in exit_conditions(CaseFacts(stage), evidence)] == [met]


def test_a_pilot_ends_with_a_result_and_a_decision() -> None:
    conditions = dict(exit_conditions(CaseFacts(Stage.PILOT), Evidence(has_result=True)))
    assert conditions == {Condition.REPORT: True, Condition.STOP_EXTEND_OR_BUY: False}


def test_what_presses_most_comes_first() -> None:
    late = TODAY - timedelta(days=1)
    pilot = replace(WELL_KEPT, stage=Stage.PILOT, next_step_on=late)
    things = [
        next_thing(CaseFacts(Stage.TRIAGE), DONE, TODAY, published=False),
        next_thing(CaseFacts(Stage.MEETING, owner=1), DONE, TODAY, published=False),
        next_thing(CaseFacts(Stage.MEETING, owner=1, next_step="Call"), DONE, TODAY, published=False),
        next_thing(pilot, DONE, TODAY, published=False),
        next_thing(replace(WELL_KEPT, next_step_on=late), DONE, TODAY, published=False),
        next_thing(WELL_KEPT, DONE, TODAY, published=False),
        next_thing(WELL_KEPT, Evidence(), TODAY, published=False),
    ]
    assert things == [
        NextThing.NAME_OWNER,
        NextThing.AGREE_NEXT_STEP,
        NextThing.AGREE_NEXT_STEP,
        NextThing.COMPLETE_STAGE,
        NextThing.CATCH_UP,
        NextThing.MOVE_ON,
        NextThing.TELL_STORY,
    ]


def test_a_step_due_today_is_not_late() -> None:
    assert next_thing(replace(WELL_KEPT, next_step_on=TODAY), DONE, TODAY, published=False) is NextThing.MOVE_ON


def test_a_closed_case_waits_only_to_be_told() -> None:
    closed = CaseFacts(Stage.CLOSED, exit_type=ExitType.CITY_USE)
    assert next_thing(closed, Evidence(), TODAY, published=False) is NextThing.PUBLISH
    assert next_thing(closed, Evidence(), TODAY, published=True) is None
