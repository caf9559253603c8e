"""The board, the list and the page of one case."""

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from app.adapters import clock
from app.domain.access import Role
from app.domain.application import State
from app.domain.followup import Stage
from app.models import FollowUpCase, Person, WebSession
from app.services import followup, opening
from tests.routes.procurement.conftest import House
from tests.strict import StrictClient, form_of, parse
from tests.world import SYSTEM, World

SignIn = Callable[[Person], StrictClient]
BOARD = "/en/procurement/tampere/cases"


def text_of(page: str) -> str:
    return " ".join("".join(parse(page).find(".//main").itertext()).split())


def companies_on(page: str) -> list[str]:
    return re.findall(r'(?:card-title"|scope="row")><a href="[^"]+">([^<]+)', page)


def test_a_board_without_cases_says_when_they_come(agent: StrictClient) -> None:
    page = agent.get(BOARD)
    assert page.status_code == 200
    assert "No cases yet" in page.text
    assert "data-board" not in page.text


def test_the_board_counts_and_sums_each_stage(world: World, house: House, agent: StrictClient) -> None:
    world.case(house.challenge, Stage.PILOT, owner=house.owner, company="Hiljavahti Oy")
    world.case(house.challenge, Stage.PILOT, owner=house.owner, company="Liikelanka Oy")
    with world.change() as session:
        session.execute(sa.update(FollowUpCase).values(estimated_value=12_000))
    columns = parse(agent.get(BOARD).text).findall(".//section[@class='board-column']")
    heads = [" ".join("".join(column.find("./div").itertext()).split()) for column in columns]
    assert len(heads) == len(Stage)
    assert "Pilot 2 · €24,000" in heads
    assert "Meetings 0" in heads
    pilots = columns[Stage.PILOT.order]
    assert [card.get("data-version") for card in pilots.iter("li")] == ["6", "6"]
    assert "KS" in "".join(pilots.itertext()), "the owner's initials"


def test_a_case_that_stands_still_says_why_in_words(world: World, house: House, agent: StrictClient) -> None:
    yesterday = clock.now().date() - timedelta(days=1)
    late = world.case(house.challenge, owner=house.owner, company="Myöhä Oy", next_step_on=yesterday)
    world.case(house.challenge, owner=house.owner, company="Ajallaan Oy")
    board = agent.get(BOARD)
    (card,) = [li for li in parse(board.text).iter("li") if "board-stalled" in (li.get("class") or "")]
    assert "The next step is late" in "".join(card.itertext())
    assert companies_on(agent.get(f"{BOARD}?stalled=1").text) == ["Myöhä Oy"]
    page = text_of(agent.get(f"{BOARD}/{late.id}").text)
    assert "This case stands still" in page
    assert "The next step is late" in page
    assert "Tell what happened" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Hiljavahti Oy", "Kaffeliina Oy"]),
        ("&words=hilja", ["Hiljavahti Oy"]),
        ("&words=" + quote("ÄÄNI"), ["Hiljavahti Oy"]),
        ("&owner=0", ["Kaffeliina Oy"]),
        ("&stage=meeting", ["Hiljavahti Oy"]),
        ("&stage=nonsense&owner=x&unit=99999999999&page=-4&sort=colour", ["Hiljavahti Oy", "Kaffeliina Oy"]),
        ("&words=nobody", []),
        ("&sort=company&descending=1", ["Kaffeliina Oy", "Hiljavahti Oy"]),
    ],
)
def test_the_list_finds_and_sorts(
    world: World, house: House, agent: StrictClient, query: str, expected: list[str]
) -> None:
    world.case(house.challenge, Stage.MEETING, owner=house.owner, company="Hiljavahti Oy", next_step="Äänitä")
    world.case(house.challenge, company="Kaffeliina Oy")
    page = agent.get(f"{BOARD}?view=list{query}")
    assert page.status_code == 200
    assert companies_on(page.text) == expected


def test_cases_that_lack_something_are_listed_until_they_do_not(
    world: World, house: House, agent: StrictClient
) -> None:
    case = world.case(house.challenge, company="Taitosilmu Oy", next_step="")
    assert companies_on(agent.get(f"{BOARD}?view=lacking").text) == ["Taitosilmu Oy"]
    page = text_of(agent.get(f"{BOARD}/{case.id}").text)
    assert "This case lacks something" in page
    assert "Name an owner" in page

    agent.submit(f"{BOARD}/{case.id}/owner", owner_person_id=str(house.owner.id))
    agent.submit(f"{BOARD}/{case.id}/edit", next_step="Soita", next_step_on="30.6.2031")
    listed = agent.get(f"{BOARD}?view=lacking")
    assert companies_on(listed.text) == []
    assert "Nothing is lacking" in listed.text


def test_who_sees_what(world: World, house: House, sign_in: SignIn) -> None:
    case = world.case(house.challenge, owner=house.owner, company="Hiljavahti Oy")
    one = f"{BOARD}/{case.id}"
    pages = [one, f"{one}/edit", f"{one}/stage", f"{one}/owner", f"{one}/closing", f"{one}/publication"]
    expected = {
        house.owner.name: (200, 200, 200, 200, 200, 403),
        house.teammate.name: (200, 200, 200, 200, 200, 200),
        house.organizer.name: (200, 200, 200, 200, 200, 200),
        house.leader.name: (200, 403, 403, 403, 403, 403),
        house.stranger.name: (404, 404, 404, 404, 404, 403),
    }
    for person in (house.owner, house.teammate, house.organizer, house.leader, house.stranger):
        browser = sign_in(person)
        assert tuple(browser.get(page).status_code for page in pages) == expected[person.name], person.name
    company = sign_in(world.owner_of(world.company_of(case)))
    assert [company.get(page).status_code for page in pages] == [403] * 6
    leader = sign_in(house.leader).get(one)
    assert "Edit the case" not in leader.text
    assert 'action="/en/procurement' not in leader.text
    assert "data-board" not in sign_in(house.leader).get(BOARD).text


def test_a_conflict_of_interest_hides_the_case_everywhere(world: World, house: House, sign_in: SignIn) -> None:
    case = world.case(house.challenge, company="Hiljavahti Oy")
    world.conflict(world.application_of(case), house.organizer)
    browser = sign_in(house.organizer)
    assert browser.get(f"{BOARD}/{case.id}").status_code == 404
    for page in (BOARD, f"{BOARD}?view=list", f"{BOARD}?view=lacking", "/procurement/tampere/leadership"):
        assert "Hiljavahti" not in browser.get(page).text
    assert "No cases yet" in browser.get(BOARD).text, "not even in a count"


def test_a_case_of_another_city_is_not_found_under_ones_own(world: World, house: House, sign_in: SignIn) -> None:
    case = world.case(house.challenge)
    assert sign_in(house.stranger).get(f"/procurement/vaasa/cases/{case.id}").status_code == 404


def test_whoever_works_on_a_case_reads_what_the_company_proposed_but_not_its_confidential_part(
    world: World, house: House, agent: StrictClient, sign_in: SignIn
) -> None:
    proposed = world.application(
        house.challenge,
        state=State.CONFIRMED,
        solution="Anturi kertoo, milloin katu on liukas.",
        confidential="Seos on 40 osaa hartsia.",
        confidential_ground="business_secret",
    )
    case = world.case(house.challenge, application=proposed)
    page = agent.get(f"{BOARD}/{case.id}")
    assert "Anturi kertoo, milloin katu on liukas." in page.text
    assert world.person_of(proposed).email in page.text, "whom to ask"
    assert "hartsia" not in page.text
    leader = sign_in(world.member(house.city, Role.LEADERSHIP)).get(f"{BOARD}/{case.id}")
    assert leader.status_code == 200
    assert "Anturi kertoo" not in leader.text


def test_bad_input_is_told_at_the_field_and_kept(world: World, house: House, agent: StrictClient) -> None:
    case = world.case(house.challenge, owner=house.owner)
    edit = f"{BOARD}/{case.id}/edit"
    answer = agent.submit(
        edit, next_step="Soita 📞 العربية", next_step_on="31.2.2027", estimated_value="paljon", funding="x" * 501
    )
    assert answer.status_code == 422
    form = parse(answer.text)
    errors = {item.get("href") for item in form.iter("a") if (item.get("href") or "").startswith("#procurement-cases")}
    prefix = "#procurement-cases-form-"
    assert errors == {f"{prefix}next_step_on", f"{prefix}estimated_value", f"{prefix}funding"}
    assert "Soita 📞 العربية" in answer.text
    assert "31.2.2027" in answer.text
    assert agent.submit(edit, title_fi="", title_sv="", title_en="").status_code == 422


def test_what_was_typed_when_the_sign_in_ran_out_comes_back_to_its_own_case(
    world: World, house: House, agent: StrictClient, sign_in: SignIn
) -> None:
    case, other = (world.case(house.challenge, owner=house.owner) for _ in range(2))
    edit = f"{BOARD}/{case.id}/edit"
    data, target = form_of(agent.get(edit).text)
    with world.change() as session:
        session.execute(sa.update(WebSession).values(expires_at=clock.now() - timedelta(days=1)))
    referer = {"Referer": f"http://testserver{target}"}  # as after a fault was shown
    asked = agent.post(target, data=data | {"next_step": "Soita 📞 uudelleen"}, headers=referer)
    assert "/sign-in" in asked.headers["location"]
    with world.change() as session:
        session.execute(sa.update(WebSession).values(expires_at=clock.now() + timedelta(days=1)))
    assert "Soita 📞 uudelleen" not in agent.get(f"{BOARD}/{other.id}/edit").text
    assert "Soita 📞 uudelleen" in agent.get(edit).text


def test_of_two_who_edit_at_once_the_second_sees_both_texts(world: World, house: House, sign_in: SignIn) -> None:
    case = world.case(house.challenge, owner=house.owner)
    edit = f"{BOARD}/{case.id}/edit"
    first, second = sign_in(house.owner), sign_in(house.teammate)
    assert first.submit(edit, next_step="Ensimmäisen askel").status_code == 303
    answer = second.submit(edit, next_step="Toisen askel", version=str(case.version))
    assert answer.status_code == 409
    assert "Ensimmäisen askel" in text_of(answer.text)
    assert 'value="Toisen askel"' in answer.text
    data, target = form_of(answer.text)
    assert second.post(target, data=data).status_code == 303
    assert "Toisen askel" in second.get(f"{BOARD}/{case.id}").text


def test_pages_take_the_same_queries_for_one_case_and_for_three(
    world: World, house: House, agent: StrictClient, queries: Callable[[], int]
) -> None:
    for _ in (1, 2):
        case = world.case(house.challenge, owner=house.owner)
        for path, number in ((BOARD, 6), (f"{BOARD}?view=list", 6), (f"{BOARD}/{case.id}", 8)):
            queries()
            assert agent.get(path).status_code == 200
            assert queries() == number, path
        world.case(house.challenge)


def test_five_hundred_cases_are_six_queries_and_less_than_a_hundred_kilobytes(
    world: World, house: House, agent: StrictClient, queries: Callable[[], int]
) -> None:
    units = [world.unit(house.city, f"Yksikkö numero {number} ja sen pitkä nimi") for number in range(50)]
    applications = [world.application(house.challenge, state=State.CONFIRMED) for _ in range(10)]
    with world.change() as session:
        event = session.get_one(type(house.event), house.event.id)
        wanted = [(application.id, unit.id) for application in applications for unit in units]
        step = followup.NextStep(
            "Sovitaan tapaaminen yksikön ja yrityksen kesken, kun kevään mittaukset on tehty. " * 4
        )
        cases = opening.open_cases(session, SYSTEM, event, wanted, step, clock.now())
        assert len(cases) == 500
    with world.change() as session:
        # A figure of size only: the stages are spread without their steps.
        stages = [stage for stage in Stage if stage.is_open]
        for number, case in enumerate(cases):
            values = {"stage": stages[number % 7], "estimated_value": 9_000, "owner_person_id": house.owner.id}
            session.execute(sa.update(FollowUpCase).where(FollowUpCase.id == case.id).values(**values))  # type: ignore[arg-type]
    for path, number in ((BOARD, 6), (f"{BOARD}?view=list", 6), (f"{BOARD}?view=lacking&page=7", 6)):
        queries()
        page = agent.get(path)
        assert queries() == number, path
        assert len(page.text.encode()) < 100_000, path
    board = agent.get(BOARD).text
    assert len(companies_on(board)) == 12 * 7
    assert "Show all 72" in board
    assert "Page 2 of 10" in text_of(agent.get(f"{BOARD}?view=list&page=2").text)
