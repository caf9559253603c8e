from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.domain.deciding import Outcome
from app.models import Application, City, Decision, Event, Person
from tests.strict import StrictClient, form_of, parse
from tests.world import World

SignIn = Callable[[Person], StrictClient]


@pytest.fixture
def event(world: World) -> Event:
    return world.event(world.city(), "jury")


@pytest.fixture
def applications(world: World, event: Event) -> list[Application]:
    challenge = world.challenge(event)
    return [world.application(challenge, world.company(f"Yritys {letter} Oy")) for letter in "ABC"]


@pytest.fixture
def organizer(world: World, event: Event) -> Person:
    with reading(world.engine, EVERY_CITY) as session:
        return world.organizer(session.get_one(City, event.city_id))


@pytest.fixture
def path(event: Event) -> str:
    return f"/organizer/tampere/events/{event.id}/meeting"


def words(html: str) -> str:
    return " ".join("".join(parse(html).find(".//main").itertext()).split())


def test_the_meeting_goes_through_all_in_order(
    applications: list[Application], organizer: Person, path: str, sign_in: SignIn, engine: sa.Engine
) -> None:
    browser = sign_in(organizer)
    one, two, three = (application.id for application in applications)
    assert f'href="/fi{path}/{one}"' in browser.get(path).text

    def save(application: int, outcome: str) -> str:
        answer = browser.submit(f"{path}/{application}", f"/{application}", outcome=outcome, reasons="Puhuttiin.")
        assert answer.status_code == 303
        return str(answer.headers["location"]).rpartition(path)[2]

    assert save(one, "invite") == f"/{two}"
    assert save(two, "reserve") == f"/{three}"
    assert browser.submit(f"{path}/{three}", f"/{three}").status_code == 422
    assert browser.submit(f"{path}/{three}", f"/{three}", outcome="decline").headers["location"].endswith("/decisions")
    with reading(engine, EVERY_CITY) as session:
        made = {decision.application_id: decision.outcome for decision in session.exec(select(Decision))}
    assert made == {one: Outcome.INVITE, two: Outcome.RESERVE, three: Outcome.DECLINE}


def test_who_must_leave_is_told_before_the_application_is_shown(
    world: World, event: Event, applications: list[Application], organizer: Person, path: str, sign_in: SignIn
) -> None:
    juror, colleague = world.juror(event, "Mikko Mäkinen"), world.juror(event, "Sari Salo")
    world.conflict(applications[1], juror)
    world.conflict(applications[1], colleague)
    world.conflict(applications[2], colleague)
    browser = sign_in(organizer)
    one, two, three = (application.id for application in applications)
    agenda = words(browser.get(path).text)
    assert "Yritys B Oy Vastaus: title Poistuu huoneesta: Mikko Mäkinen, Sari Salo" in agenda

    assert "Yritys A Oy" in words(browser.get(f"{path}/{one}").text)
    asked = browser.get(f"{path}/{two}")
    assert "Mikko Mäkinen" in words(asked.text)
    assert "Sari Salo" in words(asked.text)
    assert "Yritys B" not in asked.text, "they are still in the room"
    assert "Yritys B Oy" in words(browser.get(f"{path}/{two}?left=yes").text)

    assert "Mikko" not in words(browser.get(f"{path}/{three}").text)
    shown = words(browser.get(f"{path}/{three}?left=yes").text)
    assert "Takaisin huoneeseen: Mikko Mäkinen" in shown, "Sari Salo stays outside"
    assert "Sari Salo" not in shown


def test_two_secretaries_do_not_write_over_each_other(
    world: World, applications: list[Application], organizer: Person, path: str, sign_in: SignIn
) -> None:
    browser, one = sign_in(organizer), applications[0].id
    data, target = form_of(browser.get(f"{path}/{one}").text, f"/{one}")
    browser.submit(f"{path}/{one}", f"/{one}", outcome="invite", reasons="Ensimmäinen.")
    answer = browser.post(target, data=data | {"outcome": "decline", "reasons": "Toinen."})
    assert answer.status_code == 409
    assert "Ensimmäinen." in words(answer.text)
    assert form_of(answer.text, f"/{one}")[0]["reasons"] == "Toinen."


def test_after_the_signature_there_is_no_meeting(
    world: World, event: Event, applications: list[Application], organizer: Person, path: str, sign_in: SignIn
) -> None:
    world.decide(event, {a.id: Outcome.DECLINE for a in applications})
    assert sign_in(organizer).get(f"{path}/{applications[0].id}").headers["location"].endswith("/decisions")
