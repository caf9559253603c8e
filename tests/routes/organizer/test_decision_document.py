"""The decisions as PDF: for organizers without a conflict of interest, once they are signed and made."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from app.config import Settings
from app.domain.access import Role
from app.domain.conflict import Ground
from app.domain.deciding import Outcome
from app.models import Application, City, Event, Person
from app.services.decision_documents import make_decision_pdf
from tests import paper
from tests.strict import StrictClient
from tests.world import World

SignIn = Callable[[Person], StrictClient]


@pytest.fixture
def city(world: World) -> City:
    return world.city(languages=("fi", "sv"))


@pytest.fixture
def event(world: World, city: City) -> Event:
    return world.event(city, "jury")


@pytest.fixture
def application(world: World, event: Event) -> Application:
    return world.application(world.challenge(event), world.company("Katukunto Oy"))


@pytest.fixture
def path(event: Event) -> str:
    return f"/organizer/tampere/events/{event.id}/decisions"


def test_it_is_there_once_signed_and_made(
    world: World, city: City, event: Event, application: Application, path: str, sign_in: SignIn, engine: sa.Engine,
    settings: Settings, queries: Callable[[], int],
) -> None:  # fmt: skip
    browser = sign_in(world.organizer(city))
    assert browser.get(f"{path}.pdf").status_code == 404, "nothing is signed"
    assert ".pdf" not in browser.get(path).text
    world.decide(event, {application.id: Outcome.INVITE})
    assert f"/fi{path}.pdf" in browser.get(path).text
    given_up = browser.get(f"{path}.pdf")
    assert (given_up.status_code, "ei saatu tehtyä" in given_up.text) == (404, True)
    for language in ("fi", "sv"):
        make_decision_pdf(engine, settings, {"event_id": event.id, "language": language})
    queries()
    answer = browser.get(f"{path}.pdf")
    assert queries() == 6
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "private, no-store"
    assert "Katukunto Oy" in paper.words(answer.content)
    assert "Beslut om" in paper.words(browser.get(f"/sv{path}.pdf").content)
    assert browser.get(f"/en{path}.pdf").content == answer.content, "the city does not publish in English"


def test_while_it_is_made_the_page_looks_again(
    world: World, city: City, event: Event, application: Application, path: str, sign_in: SignIn
) -> None:
    signed = world.decide(event, {application.id: Outcome.INVITE})
    assert signed.decided_at
    with time_machine.travel(signed.decided_at + timedelta(seconds=2)):
        waiting = sign_in(world.organizer(city)).get(f"{path}.pdf")
    assert (waiting.status_code, waiting.headers["refresh"]) == (202, "3")


def test_who_has_a_conflict_of_interest_or_is_no_organizer_gets_none(
    world: World, city: City, event: Event, application: Application, path: str, sign_in: SignIn, engine: sa.Engine,
    settings: Settings, client: StrictClient,
) -> None:  # fmt: skip
    organizer, conflicted = world.organizer(city), world.organizer(city)
    other = world.application(world.challenge(event, "Toinen"), world.company())
    world.conflict(other, conflicted, Ground.PARTY, organizer)
    world.decide(event, {application.id: Outcome.INVITE, other.id: Outcome.INVITE})
    make_decision_pdf(engine, settings, {"event_id": event.id, "language": "fi"})
    assert sign_in(organizer).get(f"{path}.pdf").status_code == 200
    theirs = sign_in(conflicted)
    assert theirs.get(f"{path}.pdf").status_code == 404
    assert f"{path}.pdf" not in theirs.get(path).text
    assert sign_in(world.member(city, Role.LEADERSHIP)).get(f"{path}.pdf").status_code in {403, 404}
    assert sign_in(world.organizer(world.city("vaasa", "Vaasa"))).get(f"{path}.pdf").status_code == 404
    assert client.get(f"{path}.pdf").status_code == 303
