"""Follow-up cases: stages and their needs, what stands still, the funnel, days per stage."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.followup import (
    STAGES,
    CaseFacts,
    Condition,
    EndReason,
    ExitType,
    FunnelStep,
    Missing,
    Stage,
    Stall,
    days_per_stage,
    funnel,
    furthest,
    missing,
    missing_to_enter,
    moves_from,
    next_stage,
    stalled,
)

TODAY = date(2027, 5, 3)
COMPLETE = CaseFacts(
    Stage.PILOT,
    owner=1,
    next_step="Ask the unit for its figures",
    next_step_on=TODAY,
    pilot_metric="Minutes per visit",
    pilot_baseline="14",
    pilot_ends_on=TODAY + timedelta(days=90),
)


def days_ago(number: int) -> date:
    return TODAY - timedelta(days=number)


# --- stages


def test_the_stages_are_those_of_practice_in_order() -> None:
    assert [stage.value for stage in Stage] == [
        "triage",
        "meeting",
        "market_dialogue",
        "exploration",
        "pilot",
        "procurement",
        "scaling",
        "closed",
    ]
    assert [stage.order for stage in Stage] == list(range(8))


def test_every_stage_says_what_it_asks_for_and_how_long_it_takes() -> None:
    assert list(STAGES) == list(Stage)
    for stage, rule in STAGES.items():
        assert rule.entry
        if stage.is_open:
            assert rule.exit
            assert rule.typical_days
            assert 0 < rule.typical_days[0] <= rule.typical_days[1]
    used = [condition for rule in STAGES.values() for condition in (*rule.entry, *rule.exit)]
    assert sorted(used) == sorted(Condition)
    assert STAGES[Stage.CLOSED].typical_days is None


def test_each_stage_leads_to_the_next_until_closed() -> None:
    walked = [Stage.TRIAGE]
    while (following := next_stage(walked[-1])) is not None:
        walked.append(following)
    assert walked == list(Stage)


@pytest.mark.parametrize("stage", Stage)
def test_a_case_may_go_anywhere_but_where_it_is(stage: Stage) -> None:
    assert set(moves_from(stage)) == set(Stage) - {stage}
    assert len(moves_from(stage)) == 7


# --- what is missing


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage.is_open])
def test_every_open_case_needs_owner_next_step_and_date(stage: Stage) -> None:
    bare = replace(COMPLETE, stage=stage, owner=None, next_step="  ", next_step_on=None)
    assert missing(bare) == [Missing.OWNER, Missing.NEXT_STEP, Missing.NEXT_STEP_DATE]
    assert missing(replace(COMPLETE, stage=stage)) == []


def test_a_pilot_needs_metric_baseline_and_end_date() -> None:
    bare = replace(COMPLETE, stage=Stage.MEETING, pilot_metric="", pilot_baseline=" ", pilot_ends_on=None)
    assert missing(bare) == []
    assert missing_to_enter(Stage.PILOT, bare) == [Missing.METRIC, Missing.BASELINE, Missing.END_DATE]
    assert missing(replace(bare, stage=Stage.PILOT)) == [Missing.METRIC, Missing.BASELINE, Missing.END_DATE]
    assert missing_to_enter(Stage.PILOT, COMPLETE) == []
    assert missing_to_enter(Stage.PROCUREMENT, bare) == []


def test_nothing_leaves_triage_without_an_owner_except_to_be_closed() -> None:
    orphan = CaseFacts(Stage.TRIAGE, exit_type=ExitType.MARKET)
    assert missing_to_enter(Stage.TRIAGE, orphan) == []
    assert missing_to_enter(Stage.CLOSED, orphan) == []
    for stage in Stage:
        if stage not in {Stage.TRIAGE, Stage.CLOSED}:
            assert Missing.OWNER in missing_to_enter(stage, orphan)


def test_closing_needs_an_exit_type_and_an_end_its_reason_and_lesson() -> None:
    assert missing_to_enter(Stage.CLOSED, COMPLETE) == [Missing.EXIT_TYPE]
    for used in (ExitType.CITY_USE, ExitType.MARKET, ExitType.OTHER_CITY):
        assert missing_to_enter(Stage.CLOSED, replace(COMPLETE, exit_type=used)) == []
    ended = replace(COMPLETE, exit_type=ExitType.ENDED)
    assert missing_to_enter(Stage.CLOSED, ended) == [Missing.END_REASON, Missing.LESSON]
    told = replace(ended, end_reason=EndReason.NO_FUNDING, has_lesson=True)
    assert missing_to_enter(Stage.CLOSED, told) == []


def test_a_closed_case_is_not_asked_for_a_next_step() -> None:
    closed = CaseFacts(Stage.CLOSED, exit_type=ExitType.CITY_USE)
    assert missing(closed) == []
    assert missing(CaseFacts(Stage.CLOSED)) == [Missing.EXIT_TYPE]


@given(
    st.builds(
        CaseFacts,
        stage=st.sampled_from(Stage),
        owner=st.none() | st.integers(1),
        next_step=st.sampled_from(["", "Call"]),
        next_step_on=st.none() | st.dates(),
        pilot_metric=st.sampled_from(["", "Visits"]),
        pilot_ends_on=st.none() | st.dates(),
        exit_type=st.none() | st.sampled_from(ExitType),
        has_lesson=st.booleans(),
    )
)
def test_nothing_is_asked_for_twice_and_what_keeps_a_case_out_is_also_asked_for_inside(facts: CaseFacts) -> None:
    asked = missing(facts)
    assert len(asked) == len(set(asked))
    assert set(missing_to_enter(facts.stage, facts)) <= set(asked)


# --- standing still


def test_a_case_that_moves_is_not_stalled() -> None:
    assert stalled(Stage.MEETING, days_ago(120), TODAY, days_ago(59), TODAY) == []


def test_each_way_of_standing_still_is_named() -> None:
    assert stalled(Stage.MEETING, TODAY, days_ago(1), TODAY, TODAY) == [Stall.NEXT_STEP_OVERDUE]
    assert stalled(Stage.MEETING, days_ago(121), TODAY, TODAY, TODAY) == [Stall.LONG_IN_STAGE]
    assert stalled(Stage.MEETING, TODAY, None, days_ago(60), TODAY) == [Stall.UNTOUCHED]
    assert stalled(Stage.TRIAGE, days_ago(99), days_ago(9), days_ago(99), TODAY) == list(Stall)


def test_each_stage_has_its_own_patience() -> None:
    assert stalled(Stage.TRIAGE, days_ago(29), None, TODAY, TODAY) == [Stall.LONG_IN_STAGE]
    assert stalled(Stage.PILOT, days_ago(360), None, TODAY, TODAY) == []
    assert stalled(Stage.PILOT, days_ago(361), None, TODAY, TODAY) == [Stall.LONG_IN_STAGE]


def test_a_closed_case_rests_in_peace() -> None:
    assert stalled(Stage.CLOSED, days_ago(4000), days_ago(4000), days_ago(4000), TODAY) == []


# --- how far cases came


def test_closing_and_going_back_do_not_change_how_far_a_case_came() -> None:
    reached = Stage.TRIAGE
    for entered in (Stage.MEETING, Stage.PILOT, Stage.EXPLORATION, Stage.CLOSED):
        reached = furthest(reached, entered)
    assert reached is Stage.PILOT


def test_the_furthest_stage_counts_for_all_before_it() -> None:
    counts = funnel(40, 15, [(1, Stage.SCALING), (2, Stage.PILOT), (3, Stage.EXPLORATION), (4, Stage.TRIAGE)])
    assert counts == {
        FunnelStep.APPLICANTS: 40,
        FunnelStep.HEARD: 15,
        FunnelStep.MET: 3,
        FunnelStep.PILOTED: 2,
        FunnelStep.PROCURED: 1,
        FunnelStep.SCALED: 1,
    }
    assert list(counts) == list(FunnelStep)


def test_an_application_with_cases_in_several_units_counts_once_by_its_best() -> None:
    counts = funnel(1, 1, [(1, Stage.PROCUREMENT), (1, Stage.MEETING), (1, Stage.CLOSED)])
    assert (counts[FunnelStep.MET], counts[FunnelStep.PROCURED], counts[FunnelStep.SCALED]) == (1, 1, 0)


@given(st.lists(st.tuples(st.integers(1, 15), st.sampled_from(Stage))))
def test_the_funnel_never_widens(cases: list[tuple[int, Stage]]) -> None:
    counts = list(funnel(40, 15, cases).values())
    assert counts == sorted(counts, reverse=True)


def test_days_are_added_up_over_several_stays_and_run_on_until_today() -> None:
    changes = [
        (days_ago(100), Stage.TRIAGE),
        (days_ago(90), Stage.MEETING),
        (days_ago(60), Stage.PILOT),
        (days_ago(50), Stage.MEETING),
    ]
    assert days_per_stage(changes, TODAY) == {Stage.TRIAGE: 10, Stage.MEETING: 80, Stage.PILOT: 10}


def test_days_while_closed_count_nowhere() -> None:
    changes = [(days_ago(30), Stage.TRIAGE), (days_ago(20), Stage.CLOSED), (days_ago(5), Stage.MEETING)]
    assert days_per_stage(changes, TODAY) == {Stage.TRIAGE: 10, Stage.MEETING: 5}
    assert days_per_stage([], TODAY) == {}
