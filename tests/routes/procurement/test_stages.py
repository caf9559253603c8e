"""Moving a case: by the form, by the board, and what each is told when the stage needs more."""

import pytest

from app.domain.followup import Stage
from app.models import FollowUpCase
from tests.routes.procurement.conftest import House
from tests.strict import StrictClient, form_of, parse
from tests.world import World

BOARD = "/en/procurement/tampere/cases"


def kept(world: World, case: FollowUpCase) -> FollowUpCase:
    with world.change() as session:
        return session.get_one(FollowUpCase, case.id)


def faults(page: str) -> set[str]:
    links = {link.get("href") or "" for link in parse(page).iter("a")}
    start = "#procurement-stages-form-"
    return {href.removeprefix(start) for href in links if href.startswith(start)}


def test_the_form_offers_every_other_stage_the_usual_one_first(world: World, house: House, agent: StrictClient) -> None:
    case = world.case(house.challenge, Stage.MEETING, owner=house.owner)
    page = agent.get(f"{BOARD}/{case.id}/stage")
    rows = [
        link.get("href") for link in parse(page.text).find(".//main").iter("a") if "?to=" in (link.get("href") or "")
    ]
    assert [row.rpartition("=")[2] for row in rows] == [
        "market_dialogue", "triage", "exploration", "pilot", "procurement", "scaling", "closed",
    ]  # fmt: skip


def test_a_stage_asks_for_what_it_needs_and_keeps_what_was_typed(
    world: World, house: House, agent: StrictClient
) -> None:
    case = world.case(house.challenge, company="Hiljavahti Oy")
    form = f"{BOARD}/{case.id}/stage?to=pilot"
    answer = agent.submit(form, pilot_metric="Minuutit kaatumisesta apuun", pilot_ends_on="joskus")
    assert answer.status_code == 422
    assert faults(answer.text) == {"owner_person_id", "pilot_baseline", "pilot_ends_on"}
    assert "Minuutit kaatumisesta apuun" in answer.text

    moved = agent.submit(
        form,
        owner_person_id=str(house.owner.id),
        pilot_metric="Minuutit",
        pilot_baseline="51",
        pilot_ends_on="31.1.2031",
        next_step="Aloituspalaveri",
        note="Sopimus on tehty",
    )
    assert moved.status_code == 303
    now = kept(world, case)
    assert (now.stage, now.owner_person_id, now.pilot_baseline) == (Stage.PILOT, house.owner.id, "51")
    assert now.next_step == "Aloituspalaveri"
    page = agent.get(f"{BOARD}/{case.id}").text
    assert "Now in the stage: Pilot" in page
    assert "Sopimus on tehty" in page


def test_to_the_end_leads_through_the_form_that_asks_what_was_learnt(
    world: World, house: House, agent: StrictClient
) -> None:
    case = world.case(house.challenge)
    closing = f"{BOARD}/{case.id}/closing"
    assert agent.get(f"{BOARD}/{case.id}/stage?to=closed").headers["location"] == closing
    data, target = form_of(agent.get(f"{BOARD}/{case.id}/stage?to=meeting").text)
    assert agent.post(target, data=data | {"stage": "closed"}).headers["location"] == closing
    assert kept(world, case).stage is Stage.TRIAGE


def drop(agent: StrictClient, case: FollowUpCase, stage: str, version: int | str | None = None) -> tuple[int, str, str]:
    """What the board's script does when a card is dropped."""
    board = agent.get(BOARD).text
    (token,) = {field.get("value") for field in parse(board).iter("input") if field.get("name") == "csrf"}
    body = {"stage": stage, "version": str(version or case.version), "csrf": token}
    answer = agent.post(f"{BOARD}/{case.id}/stage", data=body, headers={"Kipina-Board": "1"})
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.status_code, answer.headers.get("Kipina-Form", ""), answer.headers.get("Kipina-Version", "")


@pytest.mark.parametrize("to", [stage for stage in Stage if stage not in {Stage.PILOT, Stage.CLOSED, Stage.MEETING}])
def test_a_card_is_dropped_on_any_stage_that_needs_nothing_more(
    world: World, house: House, agent: StrictClient, to: Stage
) -> None:
    case = world.case(house.challenge, Stage.MEETING, owner=house.owner)
    assert drop(agent, case, to.value) == (200, "", str(case.version + 1))
    assert kept(world, case).stage is to


def test_a_card_on_a_stage_that_needs_more_is_sent_to_the_form_that_asks(
    world: World, house: House, agent: StrictClient
) -> None:
    case = world.case(house.challenge, Stage.MEETING, owner=house.owner)
    one = f"{BOARD}/{case.id}"
    assert drop(agent, case, "pilot") == (422, f"{one}/stage?to=pilot", "")
    assert drop(agent, case, "closed") == (422, f"{one}/closing", "")
    assert drop(agent, case, "nonsense") == (422, f"{one}/stage", "")
    assert kept(world, case).stage is Stage.MEETING


def test_a_card_that_somebody_else_moved_goes_back(world: World, house: House, agent: StrictClient) -> None:
    case = world.case(house.challenge, Stage.MEETING, owner=house.owner)
    assert drop(agent, case, "exploration")[0] == 200
    assert drop(agent, case, "procurement")[0] == 409, "the version on the card is old"
    assert drop(agent, case, "exploration", version=case.version + 1)[0] == 409, "it is there already"
    assert kept(world, case).stage is Stage.EXPLORATION


def test_a_closed_case_is_taken_up_again(world: World, house: House, agent: StrictClient) -> None:
    case = world.case(house.challenge, Stage.CLOSED, owner=house.owner)
    assert "Take it up again" in agent.get(f"{BOARD}/{case.id}").text
    assert agent.submit(f"{BOARD}/{case.id}/stage?to=meeting", next_step="Soita").status_code == 303
    now = kept(world, case)
    assert (now.stage, now.exit_type, now.furthest) == (Stage.MEETING, None, Stage.SCALING)
    assert now.lesson == case.lesson
