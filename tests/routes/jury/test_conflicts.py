from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.domain.conflict import Ground, Source
from app.models import Application, Conflict, Event, Person
from tests.strict import StrictClient
from tests.world import World

SignIn = Callable[[Person], StrictClient]


@pytest.fixture
def event(world: World) -> Event:
    event = world.event(world.city(), "jury")
    world.criteria(event)
    return event


@pytest.fixture
def juror(world: World, event: Event) -> Person:
    return world.juror(event)


@pytest.fixture
def applications(world: World, event: Event, juror: Person) -> list[Application]:
    challenge = world.challenge(event)
    made = [world.application(challenge, title=f"Ajatus {n}", solution="Sisältö on salainen") for n in (1, 2)]
    world.everyone_reads_all(event)
    return made


def test_whose_it_is_stands_there_and_nothing_of_the_content(
    juror: Person, applications: list[Application], sign_in: SignIn
) -> None:
    page = sign_in(juror).get(f"/jury/applications/{applications[0].id}/conflict")
    assert page.status_code == 200
    for shown in ("Ajatus 1", "Sujuva kaavoitus", f"/fi/jury/applications/{applications[0].id}", "Y-tunnus"):
        assert shown in page.text
    assert "Sisältö on salainen" not in page.text
    for ground in Ground:
        assert f'value="{ground.value}"' in page.text
        assert f"28 §, {ground.item} kohta" in page.text


def test_declaring_closes_the_application_and_goes_on(
    juror: Person, applications: list[Application], sign_in: SignIn, engine: sa.Engine
) -> None:
    browser = sign_in(juror)
    closed, other = applications
    path = f"/jury/applications/{closed.id}/conflict"
    answer = browser.submit(path, "/conflict", ground="employment", note="Työskentelin siellä.")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/fi/jury/applications/{other.id}/conflict"
    with reading(engine, EVERY_CITY) as session:
        conflict = session.exec(select(Conflict)).one()
    assert (conflict.ground, conflict.source, conflict.note) == (
        Ground.EMPLOYMENT,
        Source.JUROR,
        "Työskentelin siellä.",
    )
    for gone in (path, f"/jury/applications/{closed.id}"):
        assert browser.get(gone).status_code == 404
    assert "Ajatus 1" not in browser.get("/jury").text


def test_without_a_ground_nothing_is_declared_and_the_words_stay(
    juror: Person, applications: list[Application], sign_in: SignIn, engine: sa.Engine
) -> None:
    path = f"/jury/applications/{applications[0].id}/conflict"
    answer = sign_in(juror).submit(path, "/conflict", note="Tuttu <b>firma</b>")
    assert answer.status_code == 422
    assert "Tuttu &lt;b&gt;firma&lt;/b&gt;" in answer.text
    assert '<details class="more-details" open>' in answer.text
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(Conflict)).all() == []


def test_it_is_not_declared_for_what_is_not_ones_own_to_read(
    world: World, event: Event, juror: Person, applications: list[Application], sign_in: SignIn
) -> None:
    outsider = world.juror(world.event(world.city("oulu", "Oulu"), "jury"))
    late = world.juror(event)
    for person in (outsider, late):
        browser = sign_in(person)
        assert browser.get(f"/jury/applications/{applications[0].id}/conflict").status_code == 404
        form = {"csrf": csrf_of(browser), "ground": "party"}
        assert browser.post(f"/jury/applications/{applications[0].id}/conflict", data=form).status_code == 404


def csrf_of(browser: StrictClient) -> str:
    text = browser.get("/jury").text
    return str(text.split('name="csrf" value="')[1].split('"')[0])
