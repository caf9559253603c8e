import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.domain.access import Role
from app.domain.application import State
from app.domain.deciding import Outcome
from app.models import Person
from tests.strict import StrictClient, parse
from tests.world import NOW, World

SignIn = Callable[[Person], StrictClient]


def groups(html: str) -> dict[str, list[str]]:
    """The tasks by the words of their group."""
    found: dict[str, list[str]] = {}
    for section in parse(html).iter("section"):
        if "task-span" in (section.get("class") or ""):
            name = "".join(section.find("h2").itertext()).strip()
            found[name] = ["".join(title.itertext()).strip() for title in section.iter("h3")]
    return found


def links(html: str) -> list[str]:
    return [
        link.get("href").removeprefix("/fi")
        for title in parse(html).iter("h3")
        if title.get("class") == "task-title"
        for link in title.iter("a")
    ]


def words(html: str) -> str:
    return " ".join("".join(parse(html).find(".//main").itertext()).split())


def test_a_newcomer_is_told_where_to_begin(world: World, sign_in: SignIn) -> None:
    newcomer = world.person("Noora Nuori")
    page = sign_in(newcomer).get("/tasks")
    shown = words(page.text)
    assert "Tervetuloa, Noora." in shown
    assert newcomer.email in shown
    assert 'href="/fi/company/companies/new"' in page.text
    assert 'href="/fi/admin"' not in page.text
    assert sign_in(world.person(" ")).get("/tasks").status_code == 200
    admin = sign_in(world.person("Anni", admin=True)).get("/tasks")
    assert 'href="/fi/admin">Ylläpidän tätä palvelua' in admin.text, "an empty installation begins with a city"


def test_an_organizer_sees_what_is_next_by_when(world: World, sign_in: SignIn) -> None:
    city = world.city()
    organizer = world.organizer(city)
    world.event(city, "draft", name="Luonnos")
    closes = NOW + timedelta(days=2)
    closing = world.event(city, "call_open", name="Auki", call_closes_at=closes, jury_opens_at=closes)
    undecided = world.event(city, "jury", name="Päättämättä")
    ready = world.event(city, "jury", name="Valmis")
    world.application(world.challenge(undecided))
    one = world.application(world.challenge(ready))
    world.decide(ready, {one.id: Outcome.INVITE}, sign=False)

    page = sign_in(organizer).get("/tasks").text
    assert groups(page) == {
        "Tällä viikolla": ["Haku sulkeutuu pian", "Julkaise tapahtuma"],
        "Myöhemmin": ["Tee päätös 1 hakemuksesta", "Allekirjoita päätökset"],
    }
    browser = sign_in(organizer)
    assert f"/organizer/tampere/events/{closing.id}/applications" in links(page)
    assert [browser.get(link).status_code for link in links(page)] == [200] * 4
    assert "Tampere" in words(page)


def test_each_role_sees_its_own(world: World, sign_in: SignIn) -> None:
    city = world.city()
    open_call, jury = world.event(city, "call_open", name="Auki"), world.event(city, "jury", name="Raadissa")
    company = world.company("Sensoriverkko Oy")
    world.application(world.challenge(open_call), company, State.DRAFT, title="Luonnos lämmöstä")
    juror = world.juror(jury)
    world.application(world.challenge(jury))
    world.everyone_reads_all(jury)
    owner, viewer = world.owner_of(company), world.company_member(company, Role.VIEWER)

    page = sign_in(owner).get("/tasks").text
    assert [title for titles in groups(page).values() for title in titles] == ["Viimeistele ja lähetä hakemuksesi"]
    assert "Luonnos lämmöstä – Auki" in words(page)
    assert "Sensoriverkko Oy" in words(page)
    assert [sign_in(owner).get(link).status_code for link in links(page)] == [200]

    page = sign_in(juror).get("/tasks").text
    assert [title for titles in groups(page).values() for title in titles] == ["Arvioi 1 hakemus"]
    assert "Raadissa" in words(page)

    page = sign_in(viewer).get("/tasks").text
    assert groups(page) == {}
    assert "Mikään ei odota sinua" in words(page)
    assert "Sensoriverkko Oy" in words(page)
    assert "Mikään ei odota sinua" in words(sign_in(world.member(city, Role.LEADERSHIP)).get("/tasks").text)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_the_same_queries_whatever_waits(
    world: World, sign_in: SignIn, queries: Callable[[], int], rows: int
) -> None:
    """Somebody with every role."""
    city = world.city()
    organizer = world.organizer(city)
    for number in range(rows):
        event = world.event(city, "jury", name=f"Kipinä {number}")
        challenge = world.challenge(event)
        for company in (world.company(), world.company(owner=organizer)):
            world.application(challenge, company)
        world.seat(event, organizer)
        world.everyone_reads_all(event)
        world.event(city, "draft")
    browser = sign_in(organizer)
    queries()
    assert browser.get("/tasks").status_code == 200
    assert queries() == 15
    newcomer = sign_in(world.person())
    queries()
    newcomer.get("/tasks")
    assert queries() == 2


def test_many_tasks_are_shown_in_part_and_then_in_pages(world: World, sign_in: SignIn) -> None:
    city = world.city()
    owner = world.member(city, Role.PROCUREMENT)
    challenge = world.challenge(world.event(city, "follow_up"))
    for _ in range(60):
        world.case(challenge, owner=owner)
    browser = sign_in(owner)
    page = browser.get("/tasks").text
    ((heading, first),) = groups(page).items()
    assert len(first) == 15
    assert heading.endswith(" 60")
    (address,) = re.findall(r'href="/fi(/tasks\?span=[a-z_]+)"', page)
    pages = [links(browser.get(f"{address}&page={number}").text) for number in (1, 2, 3)]
    assert [len(shown) for shown in pages] == [50, 10, 10]
    assert len(set(pages[0]) | set(pages[1])) == 60
    assert links(browser.get("/tasks?span=nothing").text) == links(page)
