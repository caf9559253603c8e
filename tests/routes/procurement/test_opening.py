"""Opening cases after the day: proposed, looked over, opened all at once."""

from collections.abc import Callable

from sqlmodel import col, select

from app.domain.application import State
from app.domain.schedule import SessionKind
from app.models import FollowUpCase, Person, ProgrammeSession
from tests.routes.procurement.conftest import House
from tests.strict import StrictClient, form_of, parse
from tests.world import World


def page_of(house: House) -> str:
    return f"/en/procurement/tampere/events/{house.event.id}/opening"


def ticked(page: str) -> set[tuple[str, str]]:
    boxes = [field for field in parse(page).iter("input") if field.get("type") == "checkbox"]
    return {(box.get("name"), box.get("value")) for box in boxes if box.get("checked") is not None}


def cases(world: World) -> set[tuple[int, int]]:
    with world.change() as session:
        pairs = select(FollowUpCase.application_id, FollowUpCase.unit_id).order_by(col(FollowUpCase.id))
        return {(application, unit) for application, unit in session.exec(pairs)}


def test_the_owners_unit_and_those_that_met_the_company_are_ticked_already(
    world: World, house: House, agent: StrictClient
) -> None:
    met, other = world.unit(house.city, "Kulttuuri"), world.unit(house.city, "Kaavoitus")
    challenge = world.challenge(house.event, owner_unit_id=house.unit.id)
    application = world.application(challenge, state=State.CONFIRMED)
    with world.change() as session:
        session.add(
            ProgrammeSession(
                event_id=house.event.id, kind=SessionKind.INTERVIEW, application_id=application.id, unit_id=met.id
            )
        )
    name = f"units_{application.id}"
    page = agent.get(page_of(house)).text
    assert ticked(page) == {(name, str(house.unit.id)), (name, str(met.id))}
    assert f'value="{other.id}"' in page


def test_cases_are_named_first_then_opened_all_at_once_and_again_without_harm(
    world: World, house: House, agent: StrictClient
) -> None:
    challenge = world.challenge(house.event, owner_unit_id=house.unit.id, owner_person_id=house.teammate.id)
    names = ("Hiljavahti Oy", "Kaffeliina Oy")
    first, second = (world.application(challenge, world.company(name), State.CONFIRMED) for name in names)
    world.application(challenge, world.company("Varalla Oy"), State.RESERVED)

    asked = agent.submit(page_of(house), next_step="Soita ensin")
    assert asked.status_code == 200
    assert cases(world) == set(), "nothing is opened before it is looked over"
    text = " ".join("".join(parse(asked.text).find(".//main").itertext()).split())
    assert "Open 2 cases?" in text
    assert all(name in text for name in names)
    assert "Varalla" not in text
    assert "Soita ensin" in text

    data, target = form_of(asked.text)
    assert agent.post(target, data=data).headers["location"] == f"/en/procurement/tampere/cases?event={house.event.id}"
    assert cases(world) == {(first.id, house.unit.id), (second.id, house.unit.id)}
    assert agent.post(target, data=data).status_code == 303, "pressed twice"
    assert len(cases(world)) == 2
    with world.change() as session:
        assert {case.next_step for case in session.exec(select(FollowUpCase))} == {"Soita ensin"}
        assert {case.owner_person_id for case in session.exec(select(FollowUpCase))} == {house.teammate.id}


def test_a_case_that_nobody_owns_yet_is_not_said_to_have_an_owner(
    world: World, house: House, agent: StrictClient
) -> None:
    world.application(world.challenge(house.event, owner_unit_id=house.unit.id), state=State.CONFIRMED)
    data, target = form_of(agent.submit(page_of(house), next_step="Soita ensin").text)
    shown = agent.get(agent.post(target, data=data).headers["location"]).text
    assert "Name an owner for those that have none yet" in shown
    assert "told by mail" not in shown


def test_one_more_unit_is_opened_later(world: World, house: House, agent: StrictClient) -> None:
    case = world.case(house.challenge)
    late = world.unit(house.city, "Kulttuuri")
    page = agent.get(page_of(house)).text
    assert "open already" in page
    assert f'name="units_{case.application_id}" value="{case.unit_id}"' not in page
    asked = agent.submit(page_of(house), **{f"units_{case.application_id}": str(late.id)})
    agent.post(form_of(asked.text)[1], data=form_of(asked.text)[0])
    assert cases(world) == {(case.application_id, case.unit_id), (case.application_id, late.id)}


def test_nothing_ticked_is_told_and_a_wrong_date_keeps_the_ticks(
    world: World, house: House, agent: StrictClient
) -> None:
    application = world.application(house.challenge, state=State.CONFIRMED)
    answer = agent.submit(page_of(house))
    assert answer.status_code == 422
    assert "Tick at least one unit." in answer.text
    name = f"units_{application.id}"
    answer = agent.submit(page_of(house), **{name: str(house.unit.id), "next_step_on": "pian"})
    assert answer.status_code == 422
    assert ticked(answer.text) == {(name, str(house.unit.id))}
    assert cases(world) == set()


def test_not_before_the_day_nor_by_others(
    world: World, house: House, sign_in: Callable[[Person], StrictClient]
) -> None:
    early = world.event(house.city, "jury", "Tuleva")
    browser = sign_in(house.organizer)
    assert browser.get(f"/en/procurement/tampere/events/{early.id}/opening").status_code == 409
    went = browser.get("/en/procurement/tampere/opening")
    assert went.headers["location"] == page_of(house), "the only event that has been held"
    assert sign_in(house.leader).get(page_of(house)).status_code == 403
    assert sign_in(house.stranger).get(page_of(house)).status_code == 404
    assert sign_in(house.stranger).get(f"/procurement/vaasa/events/{house.event.id}/opening").status_code == 404


def test_a_company_in_which_one_has_a_conflict_is_not_there(
    world: World, house: House, sign_in: Callable[[Person], StrictClient]
) -> None:
    application = world.application(house.challenge, world.company("Hiljavahti Oy"), State.CONFIRMED)
    world.conflict(application, house.organizer)
    assert "Hiljavahti" not in sign_in(house.organizer).get(page_of(house)).text


def test_the_page_takes_the_same_queries_for_one_company_and_for_three(
    world: World, house: House, agent: StrictClient, queries: Callable[[], int]
) -> None:
    for more in (1, 2):
        for _ in range(more):
            world.application(house.challenge, state=State.CONFIRMED)
        queries()
        assert agent.get(page_of(house)).status_code == 200
        assert queries() == 8
