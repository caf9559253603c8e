from collections.abc import Callable
from datetime import timedelta

import pytest

from app.models import Application, Event, Person
from tests.strict import StrictClient, parse
from tests.world import NOW, World

SignIn = Callable[[Person], StrictClient]
Panel = tuple[Event, Person, list[Application]]


def words(html: str) -> str:
    return " ".join("".join(parse(html).find(".//main").itertext()).split())


@pytest.fixture
def panel(world: World) -> Panel:
    """An event at work, a juror, and three applications that everyone reads."""
    event = world.event(world.city(), "jury")
    world.criteria(event)
    challenge = world.challenge(event)
    juror = world.juror(event)
    applications = [world.application(challenge, world.company(f"Yritys {n} Oy")) for n in range(1, 4)]
    world.everyone_reads_all(event)
    return event, juror, applications


def test_the_queue_says_how_far_one_has_come_and_leads_on(panel: Panel, world: World, sign_in: SignIn) -> None:
    _, juror, applications = panel
    page = sign_in(juror).get("/jury")
    assert page.status_code == 200
    assert "0/3 arvioitu" in words(page.text)
    assert "Aloita lukeminen" in words(page.text)
    for application in applications:
        assert f"/fi/jury/applications/{application.id}/conflict" in page.text

    world.sheet(juror, applications[0], [5, 5, 5, 5])
    world.sheet(juror, applications[1], [5], send=False)
    page = sign_in(juror).get("/jury")
    assert "1/3 arvioitu" in words(page.text)
    assert "Jatka lukemista" in words(page.text)
    assert f'href="/fi/jury/applications/{applications[1].id}"' in page.text


def test_when_all_is_scored_it_says_thank_you(panel: Panel, world: World, sign_in: SignIn) -> None:
    _, juror, applications = panel
    for application in applications:
        world.sheet(juror, application, [5, 5, 5, 5])
    assert "Kaikki on arvioitu. Kiitos!" in words(sign_in(juror).get("/jury").text)


def test_what_is_closed_by_a_conflict_is_in_no_row_and_no_count(panel: Panel, world: World, sign_in: SignIn) -> None:
    _, juror, applications = panel
    world.sheet(juror, applications[0], [5, 5, 5, 5])
    world.conflict(applications[0], juror)
    page = sign_in(juror).get("/jury")
    assert "0/2 arvioitu" in words(page.text)
    assert "Yritys 1 Oy" not in page.text


def test_before_the_jury_begins_it_says_when(world: World, sign_in: SignIn) -> None:
    event = world.event(world.city(), "call_open", jury_opens_at=NOW + timedelta(days=12))
    world.application(world.challenge(event), world.company("Salainen Oy"))
    juror = world.juror(event)
    world.everyone_reads_all(event)
    page = sign_in(juror).get("/jury")
    assert "Arviointi alkaa" in words(page.text)
    assert "12 päivän päästä" in words(page.text)
    assert "Salainen Oy" not in page.text


def test_after_signing_nothing_is_left(panel: Panel, world: World, sign_in: SignIn) -> None:
    event, juror, applications = panel
    world.sign(event)
    browser = sign_in(juror)
    page = browser.get("/jury")
    assert "Nyt ei ole arvioitavaa" in words(page.text)
    assert "Yritys" not in words(page.text)
    for path in (f"/jury/applications/{applications[0].id}", f"/jury/applications/{applications[0].id}/conflict"):
        assert browser.get(path).status_code == 404


def test_others_stay_outside(panel: Panel, world: World, sign_in: SignIn, client: StrictClient) -> None:
    _, _, applications = panel
    assert client.get("/jury").headers["location"].startswith("/fi/sign-in")
    assert sign_in(world.person()).get("/jury").status_code == 403
    organizer = world.organizer(world.city("turku", "Turku"))
    assert sign_in(organizer).get("/jury").status_code == 403
    other_event = world.event(world.city("oulu", "Oulu"), "jury")
    stranger = world.juror(other_event)
    assert sign_in(stranger).get(f"/jury/applications/{applications[0].id}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_four_queries_whatever_the_number_of_rows(
    world: World, sign_in: SignIn, queries: Callable[[], int], rows: int
) -> None:
    event = world.event(world.city(), "jury")
    challenge, juror = world.challenge(event), world.juror(event)
    for _ in range(rows):
        world.application(challenge)
    world.everyone_reads_all(event)
    browser = sign_in(juror)
    queries()
    assert browser.get("/jury").status_code == 200
    assert queries() == 4


def test_a_long_list_is_turned_page_by_page(world: World, sign_in: SignIn) -> None:
    event = world.event(world.city(), "jury")
    challenge, juror = world.challenge(event), world.juror(event)
    for _ in range(51):
        world.application(challenge)
    world.everyone_reads_all(event)
    browser = sign_in(juror)
    first = browser.get("/jury").text
    second = browser.get(f"/jury?event={event.id}&page=2").text
    assert first.count('class="row"') == 50
    assert second.count('class="row"') == 1
    assert len(first.encode()) < 100_000
