"""What came of it, on one page."""

from collections.abc import Callable
from datetime import timedelta

from app.adapters import clock
from app.domain.followup import Stage
from app.models import Person
from tests.routes.procurement.conftest import House
from tests.strict import StrictClient, parse
from tests.world import World

PAGE = "/en/procurement/tampere/leadership"


def text_of(page: str) -> str:
    return " ".join(" ".join(parse(page).find(".//main").itertext()).split())


def test_leaders_see_figures_stories_obstacles_and_what_is_asked_of_them(
    world: World, house: House, sign_in: Callable[[Person], StrictClient]
) -> None:
    late = clock.now().date() - timedelta(days=1)
    world.case(house.challenge, Stage.PILOT, owner=house.owner, published=True)
    world.case(house.challenge, Stage.CLOSED, owner=house.owner)
    world.case(house.challenge, company="Taitosilmu Oy")
    world.case(house.challenge, Stage.MEETING, owner=house.owner, company="Myöhä Oy", next_step_on=late)
    page = sign_in(house.leader).get(PAGE).text
    text = text_of(page)
    assert "Of 4 applications, 2 came to a pilot and 1 to a purchase" in text
    assert "Apu perille nopeammin" in text
    assert "1 Nobody to own it" in text
    assert "One case has no owner" in text
    assert "One case stands still" in text
    assert "Myöhä Oy The next step is late" in text
    assert page.count("<figure") == page.count('<details class="more-details chart-table"') == 3


def test_before_the_first_day_there_is_nothing_to_tell(
    world: World, house: House, sign_in: Callable[[Person], StrictClient]
) -> None:
    assert "Nothing to tell yet" in text_of(sign_in(house.leader).get(PAGE).text)
    assert sign_in(house.stranger).get(PAGE).status_code == 404


def test_one_event_alone(world: World, house: House, sign_in: Callable[[Person], StrictClient]) -> None:
    other = world.challenge(world.event(house.city, "follow_up", "Toinen"))
    world.case(house.challenge, company="Ensimmäinen Oy")
    world.case(other, company="Toinen Oy")
    browser = sign_in(house.leader)
    assert "Of 2 applications" in text_of(browser.get(PAGE).text)
    assert "Of 1 applications" in text_of(browser.get(f"{PAGE}?event={house.event.id}").text)
    assert "Of 2 applications" in text_of(browser.get(f"{PAGE}?event=nonsense").text)


def test_the_page_takes_the_same_queries_for_one_case_and_for_three(
    world: World, house: House, agent: StrictClient, queries: Callable[[], int]
) -> None:
    for more in (1, 2):
        for _ in range(more):
            world.case(house.challenge, Stage.CLOSED, owner=house.owner, published=True)
        queries()
        assert agent.get(PAGE).status_code == 200
        assert queries() == 12
