"""The board's rows, what they are narrowed by, the portfolio, the funnel and the figures for leaders."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.adapters import clock
from app.adapters.database import WriteSession
from app.domain.access import Permission, Role, Scope, scope_of
from app.domain.application import State
from app.domain.followup import EndReason, ExitType, FunnelStep, Missing, Stage, Stall
from app.domain.localized import Localized
from app.domain.task import TaskKind
from app.models import Challenge, City, Event, FollowUpCase, Person
from app.queries import case_tasks, followup, leadership
from app.queries.followup import CaseRow, Narrowing, SortBy
from tests.world import World

ZONE = ZoneInfo("Europe/Helsinki")


@dataclass
class House:
    """A city with a held event and somebody who looks after its cases."""

    city: City
    event: Event
    challenge: Challenge
    agent: Person


@pytest.fixture
def house(world: World) -> House:
    city = world.city()
    world.unit(city, "Kotihoito")
    day = clock.now() - timedelta(days=73)
    dates: dict[str, Any] = {"jury_opens_at": None, "day_starts_at": day, "day_ends_at": day + timedelta(hours=8)}
    event = world.event(city, "follow_up", **dates)
    return House(city, event, world.challenge(event), world.member(city, Role.AGENT, "Kaarina Saloranta"))


def scope(world: World, person: Person, permission: Permission = Permission.CASE_SEE) -> Scope:
    return scope_of(world.actor(person), permission)


def rows(session: WriteSession, world: World, house: House, person: Person | None = None) -> list[CaseRow]:
    today = clock.now().astimezone(ZONE).date()
    return followup.rows(session, scope(world, person or house.agent), house.city.id, today, ZONE)


def test_the_board_takes_three_queries_whatever_the_number_of_cases(
    world: World, session: WriteSession, house: House, queries: Callable[[], int]
) -> None:
    who = scope(world, house.agent)
    for number in (1, 3):
        while len(rows(session, world, house)) < number:
            world.case(house.challenge)
            session.rollback()
        queries()
        followup.rows(session, who, house.city.id, clock.now().date(), ZONE)
        assert queries() == 3


def test_nobody_sees_another_citys_cases_nor_those_of_a_conflict_of_interest(
    world: World, session: WriteSession, house: House
) -> None:
    case, hidden = world.case(house.challenge), world.case(house.challenge)
    stranger = world.member(world.city("vaasa", "Vaasa"), Role.AGENT)
    world.conflict(world.application_of(hidden), house.agent)
    assert [row.id for row in rows(session, world, house)] == [case.id]
    assert rows(session, world, house, stranger) == []
    leader = world.member(house.city, Role.LEADERSHIP)
    assert {row.id for row in rows(session, world, house, leader)} == {case.id, hidden.id}


def test_a_row_says_what_the_case_lacks_and_why_it_stands_still(
    world: World, session: WriteSession, house: House
) -> None:
    long_ago = clock.now() - timedelta(days=70)
    bare = world.case(house.challenge, since=long_ago, next_step="")
    late = world.case(house.challenge, owner=house.agent, next_step_on=clock.now().date() - timedelta(days=2))
    fresh = world.case(house.challenge, owner=house.agent)
    found = {row.id: row for row in rows(session, world, house)}
    assert found[bare.id].lacks == (Missing.OWNER, Missing.NEXT_STEP)
    assert found[bare.id].stalls == (Stall.LONG_IN_STAGE, Stall.UNTOUCHED)
    assert (found[late.id].lacks, found[late.id].stalls) == ((), (Stall.NEXT_STEP_OVERDUE,))
    assert (found[fresh.id].lacks, found[fresh.id].stalls) == ((), ())
    assert found[fresh.id].owner == "Kaarina Saloranta"


def test_cases_are_narrowed_by_everything_that_is_asked(world: World, session: WriteSession, house: House) -> None:
    other_unit = world.unit(house.city, "Kulttuuri")
    mine = world.case(house.challenge, Stage.PILOT, owner=house.agent, company="Hiljavahti Oy", next_step="Äänimittaus")
    other = world.case(house.challenge, company="Kaffeliina Oy", unit=other_unit)
    ended = world.case(house.challenge, Stage.CLOSED, owner=house.agent)
    everything = rows(session, world, house)

    def ids(**by: object) -> list[int]:
        return sorted(row.id for row in followup.narrowed(everything, Narrowing(**by)))  # type: ignore[arg-type]

    assert ids() == sorted([mine.id, other.id, ended.id])
    assert ids(owner=house.agent.id) == [mine.id, ended.id]
    assert ids(owner=0) == [other.id]
    assert ids(unit=other_unit.id) == [other.id]
    assert ids(stage=Stage.CLOSED) == [ended.id]
    assert ids(event=house.event.id + 1) == []
    assert ids(lacking=True) == [other.id]
    assert ids(words="hiljavahti ÄÄNI") == [mine.id]
    assert ids(words="på svenska kulttuuri") == [other.id], "the unit's name in Swedish"
    assert ids(words="hiljavahti kaffeliina") == []


@pytest.mark.parametrize("by", SortBy)
def test_the_list_is_sorted_both_ways_with_the_unknown_last(by: SortBy) -> None:
    name = followup.Ref(1, Localized("A"))
    first = CaseRow(
        1, 1, Stage.TRIAGE, name.name, "Askel", name.name, name, name, 1, "Aino", "x", date(2027, 1, 1), 1,
        date(2027, 1, 1), (), (),
    )  # fmt: skip
    second = replace(
        first, id=2, stage=Stage.PILOT, company="Öljy", owner="Öykkäri", next_step_on=date(2028, 1, 1), value=2,
        unit=followup.Ref(2, Localized("Ö")),
    )  # fmt: skip
    empty = replace(first, id=3, owner="", next_step_on=None, value=None)
    order = [row.id for row in followup.ordered([second, empty, first], by, "fi")]
    back = [row.id for row in followup.ordered([second, empty, first], by, "fi", descending=True)]
    if by in {SortBy.COMPANY, SortBy.STAGE, SortBy.UNIT}:
        assert (sorted(order[:2]), order[2]) == ([1, 3], 2)
        assert back[0] == 2
    else:
        assert (order, back) == ([1, 2, 3], [2, 1, 3])


def test_only_published_cases_are_told_and_nothing_internal_with_them(
    world: World, session: WriteSession, house: House
) -> None:
    other = world.challenge(world.event(house.city, "follow_up", "Toinen"))
    told = world.case(house.challenge, Stage.PILOT, owner=house.agent, published=True, company="Hiljavahti Oy")
    world.case(house.challenge)
    elsewhere = world.case(other, Stage.CLOSED, owner=house.agent, published=True)
    stories = followup.published(session, house.city.id)
    assert {story.id for story in stories} == {told.id, elsewhere.id}
    (story,) = followup.published(session, house.city.id, house.event.id)
    assert (story.id, story.company, story.stage) == (told.id, "Hiljavahti Oy", Stage.PILOT)
    fields = set(type(story).__dataclass_fields__)
    assert not fields & {"next_step", "owner", "funding", "estimated_value", "pilot_result", "end_reason"}


def test_the_funnel_counts_each_application_once_by_how_far_it_came(
    world: World, session: WriteSession, house: House
) -> None:
    for state in (State.DRAFT, State.WITHDRAWN, State.DECLINED, State.SUBMITTED, State.INVITED):
        world.application(house.challenge, state=state)
    pilot = world.case(house.challenge, Stage.PILOT, owner=house.agent)
    world.case(house.challenge, application=world.application_of(pilot), unit=world.unit(house.city), owner=house.agent)
    world.case(house.challenge, Stage.CLOSED, owner=house.agent)
    assert followup.funnel(session, house.event, None) == {
        FunnelStep.APPLICANTS: 5,
        FunnelStep.HEARD: 3,
        FunnelStep.MET: 2,
        FunnelStep.PILOTED: 2,
        FunnelStep.PROCURED: 1,
        FunnelStep.SCALED: 1,
    }


def test_leaders_figures_leave_out_a_conflict_and_events_that_are_not_held(
    world: World, session: WriteSession, house: House
) -> None:
    coming = world.challenge(world.event(house.city, "jury", "Tuleva"))
    world.application(coming, state=State.CONFIRMED)
    hidden = world.case(house.challenge, Stage.CLOSED, owner=house.agent, since=clock.now() - timedelta(days=10))
    world.case(house.challenge, Stage.MEETING, owner=house.agent, since=clock.now() - timedelta(days=20))
    leader = world.member(house.city, Role.LEADERSHIP)
    now = clock.now()

    whole = leadership.figures(session, scope(world, leader), house.city.id, now, ZONE)
    assert (whole.funnel[FunnelStep.APPLICANTS], whole.funnel[FunnelStep.SCALED]) == (2, 1)
    assert (whole.exits, whole.reasons) == ([(ExitType.ENDED, 1)], [(EndReason.NO_OWNER, 1)])
    assert whole.days[Stage.MEETING] == (10, 2), "the median of 0 and 20 days"
    assert Stage.CLOSED not in whole.days

    world.conflict(world.application_of(hidden), leader)
    session.rollback()
    part = leadership.figures(session, scope(world, leader), house.city.id, now, ZONE)
    assert (part.funnel[FunnelStep.APPLICANTS], part.funnel[FunnelStep.SCALED]) == (1, 0)
    assert (part.exits, part.reasons) == ([], [])
    assert part.days[Stage.MEETING] == (20, 1)


def test_tasks_are_my_own_steps_what_lacks_and_cases_to_open(world: World, session: WriteSession, house: House) -> None:
    today = clock.now().astimezone(ZONE).date()
    late = world.case(house.challenge, owner=house.agent, company="Askelkaari Oy", next_step_on=today - timedelta(1))
    world.case(house.challenge, owner=house.agent, company="Kaffeliina Oy", next_step_on=today)
    world.case(house.challenge, owner=house.agent, next_step_on=today + timedelta(days=60))
    world.case(house.challenge)
    world.application(house.challenge, state=State.CONFIRMED)
    organizer = world.organizer(house.city)

    tasks = case_tasks.waiting(session, world.actor(house.agent), clock.now(), "fi")
    assert [(task.kind, task.overdue, task.count) for task in tasks] == [
        (TaskKind.NEXT_STEP, True, 1),
        (TaskKind.NEXT_STEP, False, 1),
        (TaskKind.COMPLETE_CASE, False, 1),
    ]
    assert tasks[0].about == "Askelkaari Oy: Sovitaan tapaaminen"
    assert tasks[0].params == {"city": "tampere", "case_id": late.id}
    assert tasks[1].due is not None
    assert tasks[1].due.astimezone(ZONE).date() == today

    of_organizer = case_tasks.waiting(session, world.actor(organizer), clock.now(), "fi")
    assert [(task.kind, task.count) for task in of_organizer] == [(TaskKind.COMPLETE_CASE, 1), (TaskKind.OPEN_CASES, 1)]
    assert case_tasks.waiting(session, world.actor(world.person()), clock.now(), "fi") == []


def test_a_case_in_which_its_owner_comes_to_have_a_conflict_is_no_task_of_theirs(
    world: World, session: WriteSession, house: House
) -> None:
    case: FollowUpCase = world.case(house.challenge, owner=house.agent, next_step_on=clock.now().date())
    world.conflict(world.application_of(case), house.agent)
    assert case_tasks.waiting(session, world.actor(house.agent), clock.now(), "fi") == []
