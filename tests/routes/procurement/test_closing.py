"""Closing a case with what was learnt."""

from app.domain.followup import EndReason, ExitType, Stage
from app.models import FollowUpCase
from tests.routes.procurement.conftest import House
from tests.strict import StrictClient
from tests.world import World

BOARD = "/en/procurement/tampere/cases"


def test_one_that_came_to_nothing_says_why_and_what_was_learnt(world: World, house: House, agent: StrictClient) -> None:
    case = world.case(house.challenge, Stage.PILOT, owner=house.owner)
    form = f"{BOARD}/{case.id}/closing"
    answer = agent.submit(form, exit_type="ended", note="Kiitos kaikille")
    assert answer.status_code == 422
    for field in ("end_reason", "lesson_fi"):
        assert f'href="#procurement-closing-form-{field}"' in answer.text
    assert "Kiitos kaikille" in answer.text
    assert agent.submit(form).status_code == 422, "no way of ending chosen"

    lesson = "Sovi jo aloituskokouksessa, kuka katsoo listan."
    assert agent.submit(form, exit_type="ended", end_reason="no_owner", lesson_fi=lesson).status_code == 303
    with world.change() as session:
        now = session.get_one(FollowUpCase, case.id)
    assert (now.stage, now.exit_type, now.end_reason) == (Stage.CLOSED, ExitType.ENDED, EndReason.NO_OWNER)
    page = agent.get(f"{BOARD}/{case.id}").text
    assert lesson in page
    assert "Ended, and what we learnt" in page
    assert agent.get(form).status_code == 409, "it is closed already"


def test_one_in_use_may_close_without_a_lesson(world: World, house: House, agent: StrictClient) -> None:
    case = world.case(house.challenge, owner=house.owner)
    assert agent.submit(f"{BOARD}/{case.id}/closing", exit_type="city_use").status_code == 303
