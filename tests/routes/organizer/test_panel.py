from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY, Role
from app.models import Application, Assignment, City, Event, JurySeat, OutgoingMail, Person
from tests.strict import StrictClient, form_of, parse
from tests.world import World

SignIn = Callable[[Person], StrictClient]


@pytest.fixture
def city(world: World) -> City:
    return world.city()


@pytest.fixture
def event(world: World, city: City) -> Event:
    event = world.event(city, "jury")
    world.criteria(event)
    return event


@pytest.fixture
def organizer(world: World, city: City) -> Person:
    return world.organizer(city, "Marja Mäki")


@pytest.fixture
def browser(organizer: Person, sign_in: SignIn) -> StrictClient:
    return sign_in(organizer)


@pytest.fixture
def path(event: Event) -> str:
    return f"/organizer/tampere/events/{event.id}/panel"


def words(html: str) -> str:
    return " ".join("".join(parse(html).find(".//main").itertext()).split())


def seats(engine: sa.Engine) -> list[tuple[str, int | None]]:
    with reading(engine, EVERY_CITY) as session:
        chosen = select(Person.email, JurySeat.challenge_id).join(JurySeat, JurySeat.person_id == Person.id)  # type: ignore[arg-type]
        return list(session.exec(chosen.order_by(JurySeat.id)).all())  # type: ignore[arg-type]


def pairs(engine: sa.Engine) -> set[tuple[int, int]]:
    with reading(engine, EVERY_CITY) as session:
        return set(session.exec(select(Assignment.person_id, Assignment.application_id)).all())


def test_an_empty_panel_says_what_to_do(browser: StrictClient, path: str) -> None:
    page = browser.get(path)
    assert "Raadissa ei ole vielä ketään" in words(page.text)
    assert "Kaikki lukevat kaiken" not in words(page.text)


def test_a_new_person_is_seated_by_mail(browser: StrictClient, path: str, engine: sa.Engine) -> None:
    answer = browser.submit(path, "/seats", email="Uusi@Example.org", name="Uusi Jäsen")
    assert answer.status_code == 303
    assert seats(engine) == [("uusi@example.org", None)]
    with reading(engine, EVERY_CITY) as session:
        mail = session.exec(select(OutgoingMail)).one()
    assert (mail.to_email, mail.kind) == ("uusi@example.org", "jury_invitation")
    assert "http://testserver/fi/jury" in mail.body
    assert "Uusi Jäsen" in words(browser.get(path).text)


def test_one_of_the_citys_people_is_seated_for_one_challenge(
    world: World, city: City, event: Event, browser: StrictClient, path: str, engine: sa.Engine
) -> None:
    one, _ = world.challenge(event, "Kaavat"), world.challenge(event, "Energia")
    agent = world.member(city, Role.AGENT, "Ilona Agentti")
    answer = browser.submit(path, "/seats", person=str(agent.id), challenge=str(one.id))
    assert answer.status_code == 303
    assert seats(engine) == [(agent.email, one.id)]
    assert "Kaavat" in words(browser.get(path).text)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({}, "Täytä tämä kohta."),
        ({"email": "ei osoite"}, "maija@example.org"),
        ({"email": "uusi@example.org", "challenge": "999"}, "Valitse jokin vaihtoehdoista."),
        ({"person": "999", "email": "uusi@example.org"}, "Valitse jokin vaihtoehdoista."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    world: World, event: Event, browser: StrictClient, path: str, engine: sa.Engine, typed: dict[str, str], fault: str
) -> None:
    world.challenge(event)
    world.challenge(event)
    world.member(world.city("oulu", "Oulu"), Role.AGENT)
    answer = browser.submit(path, "/seats", name="Nimi <jäi>", **typed)
    assert answer.status_code == 422
    assert fault in words(answer.text)
    assert "Nimi &lt;jäi&gt;" in answer.text
    assert seats(engine) == []


def test_nobody_is_seated_twice(world: World, event: Event, browser: StrictClient, path: str) -> None:
    juror = world.juror(event)
    answer = browser.submit(path, "/seats", email=juror.email)
    assert answer.status_code == 422
    assert juror.email in answer.text


def test_removing_tells_first_what_stays(
    world: World, event: Event, browser: StrictClient, path: str, engine: sa.Engine
) -> None:
    challenge, juror = world.challenge(event), world.juror(event, "Aino Virtanen")
    world.sheet(juror, world.application(challenge), [5, 5, 5, 5])
    world.sheet(juror, world.application(challenge), [5], send=False)
    with reading(engine, EVERY_CITY) as session:
        seat = session.exec(select(JurySeat)).one()
    asked = browser.get(f"{path}/seats/{seat.id}/removal")
    assert "1 lähetetty arviointilomake säilyy ja lasketaan." in words(asked.text)
    assert "1 keskeneräinen lomake säilyy, mutta sitä ei lasketa." in words(asked.text)
    assert browser.submit(f"{path}/seats/{seat.id}/removal").status_code == 303
    assert (seats(engine), pairs(engine)) == ([], set())
    assert browser.get(f"{path}/seats/{seat.id}/removal").status_code == 404


def test_everyone_reads_all_in_one_press(
    world: World, event: Event, browser: StrictClient, path: str, engine: sa.Engine
) -> None:
    challenge = world.challenge(event)
    jurors = [world.juror(event) for _ in range(2)]
    made = [world.application(challenge) for _ in range(2)]
    assert "2 hakemuksella ei ole lukijaa" in words(browser.get(path).text)
    assert browser.submit(path, "/assignments/all").status_code == 303
    assert pairs(engine) == {(juror.id, application.id) for juror in jurors for application in made}
    page = words(browser.get(path).text)
    assert "ei ole lukijaa" not in page
    assert page.count("0/2") == 2


def test_boxes_are_saved_as_what_changed_so_that_two_can_work_at_once(
    world: World, event: Event, browser: StrictClient, path: str, engine: sa.Engine
) -> None:
    challenge = world.challenge(event)
    aino, bo = world.juror(event, "Aino"), world.juror(event, "Bo")
    first, second = world.application(challenge), world.application(challenge)
    mine, target = form_of(browser.get(f"{path}/assignments").text)
    theirs = dict(mine)

    def tick(form: dict[str, object], *boxes: tuple[Application, Person]) -> dict[str, object]:
        read: dict[str, list[str]] = {}
        for application, juror in boxes:
            read.setdefault(f"read_{application.id}", []).append(str(juror.id))
        return form | read

    assert browser.post(target, data=tick(theirs, (first, aino), (second, bo))).status_code == 303
    assert browser.post(target, data=tick(mine, (first, bo))).status_code == 303
    assert pairs(engine) == {(aino.id, first.id), (bo.id, second.id), (bo.id, first.id)}

    now, target = form_of(browser.get(f"{path}/assignments").text)
    assert browser.post(target, data={k: v for k, v in now.items() if not k.startswith("read_")}).status_code == 303
    assert pairs(engine) == set()


def test_what_is_scored_or_closed_has_no_box(
    world: World, event: Event, browser: StrictClient, path: str, engine: sa.Engine
) -> None:
    challenge, other = world.challenge(event), world.challenge(event)
    aino, bo, cia = world.juror(event), world.juror(event), world.juror(event, challenge=other)
    application = world.application(challenge)
    world.sheet(aino, application, [5, 5, 5, 5])
    world.conflict(application, bo)
    page = browser.get(f"{path}/assignments").text
    assert "checkbox" not in page
    assert "esteellinen" in page
    form, target = form_of(page)
    browser.post(target, data={**form, f"read_{application.id}": [str(p.id) for p in (aino, bo, cia)]})
    assert pairs(engine) == {(aino.id, application.id)}


def test_the_grid_of_300_by_20_stays_small_page_by_page(
    world: World, event: Event, browser: StrictClient, path: str
) -> None:
    challenge = world.challenge(event)
    for n in range(20):
        world.juror(event, f"Raadin jäsen {n}")
    for _ in range(26):
        world.application(challenge, title="Katuja, jotka kertovat kunnostaan itse, ennen kuin kukaan soittaa")
    page = browser.get(f"{path}/assignments").text
    assert page.count("checkbox") == 500
    assert len(page.encode()) < 100_000
    assert browser.get(f"{path}/assignments?page=2").text.count("checkbox") == 20
    for odd in ("0", "-3", "99"):
        assert browser.get(f"{path}/assignments?page={odd}").status_code == 200


def test_after_signing_the_panel_only_shows(world: World, event: Event, browser: StrictClient, path: str) -> None:
    world.juror(event)
    world.application(world.challenge(event))
    world.sign(event)
    page = browser.get(path)
    assert "/seats" not in page.text
    assert "raadin työ on tehty" in words(page.text)
    assert "disabled" in browser.get(f"{path}/assignments").text


def test_it_is_the_organizers_page(world: World, event: Event, city: City, path: str, sign_in: SignIn) -> None:
    for role in (Role.LEADERSHIP, Role.AGENT, Role.PROCUREMENT):
        assert sign_in(world.member(city, role)).get(path).status_code == 403
    stranger = sign_in(world.organizer(world.city("oulu", "Oulu")))
    assert stranger.get(path).status_code == 404
    assert stranger.get(f"/organizer/oulu/events/{event.id}/panel").status_code == 404
    assert sign_in(world.juror(event)).get(path).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_same_few_queries_whatever_the_number_of_rows(
    world: World, event: Event, browser: StrictClient, path: str, queries: Callable[[], int], rows: int
) -> None:
    challenge = world.challenge(event)
    for _ in range(rows):
        world.juror(event)
        world.application(challenge)
    world.everyone_reads_all(event)
    queries()
    for page, expected in (("", 9), ("/assignments", 9), ("/conflicts", 11)):
        assert browser.get(path + page).status_code == 200
        assert (page, queries()) == (page, expected)
