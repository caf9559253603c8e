"""Whoever signed in a while ago shows once more who they are before decisions become final."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters import clock
from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.domain.deciding import Outcome
from app.models import Application, City, Event, Person
from tests.routes.account.test_sign_in import link_of
from tests.strict import StrictClient, form_of, parse
from tests.world import World

SignIn = Callable[[Person], StrictClient]
LATER = timedelta(minutes=31)


@pytest.fixture
def city(world: World) -> City:
    return world.city()


@pytest.fixture
def event(world: World, city: City) -> Event:
    event = world.event(city, "jury", places_to_pitch=1)
    challenge = world.challenge(event)
    made = [world.application(challenge, world.company(f"Yritys {letter} Oy")) for letter in "AB"]
    world.decide(event, {application.id: Outcome.INVITE for application in made}, sign=False)
    return event


@pytest.fixture
def browser(world: World, city: City, sign_in: SignIn) -> StrictClient:
    return sign_in(world.organizer(city))


@pytest.fixture
def page(event: Event, browser: StrictClient) -> str:
    """The page where one signs, with its mails written."""
    browser.submit(f"/organizer/tampere/events/{event.id}/decisions", "/application-of-decisions")
    return f"/organizer/tampere/events/{event.id}/application-of-decisions"


def pass_time(monkeypatch: pytest.MonkeyPatch, by: timedelta = LATER) -> None:
    then = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: then)


def states(engine: sa.Engine) -> set[State]:
    with reading(engine, EVERY_CITY) as session:
        return {row.state for row in session.exec(select(Application))}


def test_a_fresh_sign_in_signs_at_once(browser: StrictClient, page: str, engine: sa.Engine) -> None:
    answer = browser.submit(page, "/signature", more_than_places="on")
    assert answer.headers["location"].endswith("/decisions")
    assert states(engine) == {State.INVITED}


def test_an_older_one_is_confirmed_by_mail_and_what_was_ticked_is_still_there(
    browser: StrictClient, page: str, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    pass_time(monkeypatch)
    shown = browser.get(page).text
    assert "Allekirjoita päätökset" not in shown
    assert "Sinähän se olet?" in shown
    to_ways = browser.submit(page, "/signature", more_than_places="on", confirm="yes")
    assert to_ways.status_code == 303
    asked = browser.submit(to_ways.headers["location"], "/account/confirmation")
    assert asked.status_code == 200
    assert states(engine) == {State.SUBMITTED}

    came_in = browser.submit(link_of(engine))
    assert came_in.headers["location"] == f"/fi{page}?more_than_places=on"
    back = browser.get(came_in.headers["location"]).text
    assert "Sinähän se olet?" not in back
    data, target = form_of(back, "/signature")
    assert data["more_than_places"] == "on"
    assert browser.post(target, data=data).headers["location"].endswith("/decisions")
    assert states(engine) == {State.INVITED}


def test_the_page_that_was_open_too_long_signs_nothing_and_says_so(
    browser: StrictClient, page: str, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, target = form_of(browser.get(page).text, "/signature")
    pass_time(monkeypatch)
    answer = browser.post(target, data=data | {"more_than_places": "on"})
    assert answer.status_code == 303
    assert states(engine) == {State.SUBMITTED}
    again = browser.get(answer.headers["location"]).text
    assert "Mitään ei ole vielä allekirjoitettu." in " ".join(parse(again).find(".//main").itertext())
    assert form_of(again, "/signature")[0]["more_than_places"] == "on"


def test_reading_on_does_not_make_a_sign_in_fresh(
    browser: StrictClient, page: str, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        pass_time(monkeypatch, timedelta(minutes=11))
        assert browser.get(page).status_code == 200
    browser.submit(page, "/signature", more_than_places="on")
    assert states(engine) == {State.SUBMITTED}


def test_the_link_goes_to_ones_own_address_alone(
    world: World, browser: StrictClient, page: str, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    pass_time(monkeypatch)
    to_ways = browser.submit(page, "/signature", confirm="yes").headers["location"]
    asked = browser.submit(to_ways, "/account/confirmation", email="joku.muu@example.org")
    assert "joku.muu" not in asked.text
    with reading(engine, EVERY_CITY) as session:
        to = session.execute(sa.text("SELECT to_email FROM outgoing_mail WHERE kind = 'confirmation'")).scalars().all()
        owner = session.execute(
            sa.text("SELECT p.email FROM person p JOIN city_member m ON m.person_id = p.id")
        ).scalar_one()
    assert to == [owner]
