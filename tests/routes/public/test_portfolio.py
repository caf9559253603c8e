"""The open portfolio."""

from collections.abc import Callable
from urllib.parse import quote

import pytest

from app.domain.access import Role
from app.domain.followup import Stage
from app.models import Challenge, City, FollowUpCase, Person
from tests.strict import StrictClient, parse
from tests.world import World, texts


def text_of(page: str) -> str:
    return " ".join("".join(parse(page).find(".//main").itertext()).split())


@pytest.fixture
def city(world: World) -> City:
    return world.city()


@pytest.fixture
def owner(world: World, city: City) -> Person:
    return world.member(city, Role.AGENT)


@pytest.fixture
def challenge(world: World, city: City) -> Challenge:
    event = world.event(city, "follow_up")
    return world.challenge(event, themes=[texts("kotihoito", "hemvård", "home care").as_dict()])


def test_an_empty_portfolio_says_that_it_grows(city: City, client: StrictClient) -> None:
    assert "The first stories are still growing" in client.get("/en/tampere/portfolio").text


def test_published_stories_are_told_with_their_figures_and_failures_among_them(
    world: World, challenge: Challenge, owner: Person, client: StrictClient
) -> None:
    told = world.case(challenge, Stage.PILOT, owner=owner, company="Hiljavahti Oy", published=True)
    ended = world.case(challenge, Stage.CLOSED, owner=owner, company="Uniluotain Oy", published=True)
    hidden = world.case(challenge, company="Salainen Oy")
    page = client.get("/en/tampere/portfolio")
    numbers = ["".join(one.itertext()) for one in parse(page.text).findall(".//span[@class='figures-number']")]
    assert numbers == ["51", "14"] * 2
    text = text_of(page.text)
    assert "Ended, and what we learnt" in text
    assert "Salainen" not in text
    assert client.get(f"/en/tampere/portfolio/{hidden.id}").status_code == 404

    story = text_of(client.get(f"/en/tampere/portfolio/{ended.id}").text)
    assert "Sovi alussa, kuka katsoo tuloksia in English" in story
    for internal in ("Sovitaan tapaaminen", owner.name, "Nobody to own it", "Minuutit"):
        assert internal not in story
    assert "More stories" in story
    assert "Hiljavahti Oy" in text_of(client.get(f"/en/tampere/portfolio/{told.id}").text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("reached=pilot", {"Hiljavahti Oy"}),
        ("outcome=ended", {"Uniluotain Oy"}),
        ("theme=kotihoito", {"Hiljavahti Oy", "Uniluotain Oy"}),
        ("theme=" + quote("jokin muu"), set()),
        ("platform=7", set()),
        ("reached=" + quote("<b>"), set()),
        ("theme=", {"Hiljavahti Oy", "Uniluotain Oy"}),
    ],
)
def test_stories_are_narrowed(
    world: World, challenge: Challenge, owner: Person, client: StrictClient, query: str, found: set[str]
) -> None:
    world.case(challenge, Stage.PILOT, owner=owner, company="Hiljavahti Oy", published=True)
    world.case(challenge, Stage.CLOSED, owner=owner, company="Uniluotain Oy", published=True)
    text = text_of(client.get(f"/en/tampere/portfolio?{query}").text)
    assert {name for name in ("Hiljavahti Oy", "Uniluotain Oy") if name in text} == found
    assert ("No story like that yet" in text) == (not found)


def test_another_citys_story_is_not_found(
    world: World, challenge: Challenge, owner: Person, client: StrictClient
) -> None:
    case: FollowUpCase = world.case(challenge, Stage.PILOT, owner=owner, published=True)
    world.city("vaasa", "Vaasa")
    assert client.get(f"/en/vaasa/portfolio/{case.id}").status_code == 404
    assert client.get("/vaasa/portfolio").status_code == 200


def test_the_pages_take_the_same_queries_for_one_story_and_for_three(
    world: World, challenge: Challenge, owner: Person, client: StrictClient, queries: Callable[[], int]
) -> None:
    for more in (1, 2):
        case = [world.case(challenge, Stage.PILOT, owner=owner, published=True) for _ in range(more)][-1]
        for path, number in (("/en/tampere/portfolio", 3), (f"/en/tampere/portfolio/{case.id}", 3)):
            queries()
            assert client.get(path).status_code == 200
            assert queries() == number, path
