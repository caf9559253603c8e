from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.domain.conflict import Ground, Source
from app.models import Application, AuditEvent, City, Conflict, Event, Person
from tests.strict import StrictClient, parse
from tests.world import World

SignIn = Callable[[Person], StrictClient]


@pytest.fixture
def city(world: World) -> City:
    return world.city()


@pytest.fixture
def event(world: World, city: City) -> Event:
    return world.event(city, "jury")


@pytest.fixture
def application(world: World, event: Event) -> Application:
    return world.application(world.challenge(event), world.company("Lumo Oy"))


@pytest.fixture
def organizer(world: World, city: City) -> Person:
    return world.organizer(city, "Marja Mäki")


@pytest.fixture
def path(event: Event) -> str:
    return f"/organizer/tampere/events/{event.id}/panel/conflicts"


def stored(engine: sa.Engine) -> list[Conflict]:
    with reading(engine, EVERY_CITY) as session:
        return list(session.exec(select(Conflict)))


def main_of(html: str) -> str:
    return " ".join("".join(parse(html).find(".//main").itertext()).split())


def test_one_is_recorded_for_a_juror(
    world: World,
    event: Event,
    application: Application,
    organizer: Person,
    path: str,
    sign_in: SignIn,
    engine: sa.Engine,
) -> None:
    juror = world.juror(event, "Bo Ek")
    browser = sign_in(organizer)
    answer = browser.submit(
        path, "/conflicts", person=str(juror.id), application=str(application.id), ground="board", note="Hallituksessa"
    )
    assert answer.status_code == 303
    (conflict,) = stored(engine)
    assert (conflict.person_id, conflict.ground, conflict.source) == (juror.id, Ground.BOARD, Source.ORGANIZER)
    shown = main_of(browser.get(path).text)
    assert "Yhteisöjäävi (5 kohta)" in shown
    assert "Kirjasi Marja Mäki" in shown

    again = browser.submit(
        path, "/conflicts", person=str(juror.id), application=str(application.id), ground="party", note="Toinen kerta"
    )
    assert again.status_code == 422
    assert "Toinen kerta" in again.text


def test_ones_own_closes_the_door_behind_oneself(
    application: Application, organizer: Person, path: str, sign_in: SignIn, engine: sa.Engine
) -> None:
    browser = sign_in(organizer)
    answer = browser.submit(
        path, "/conflicts", person=str(organizer.id), application=str(application.id), ground="party"
    )
    assert answer.status_code == 303
    (conflict,) = stored(engine)
    page = browser.get(path).text
    assert "Lumo Oy" not in main_of(page)
    assert browser.get(f"{path}/{conflict.id}/withdrawal").status_code == 404
    csrf = browser.get("/tasks").text.split('name="csrf" value="')[1].split('"')[0]
    assert browser.post(f"{path}/{conflict.id}/withdrawal", data={"csrf": csrf}).status_code == 404
    assert len(stored(engine)) == 1


def test_a_colleague_takes_a_mistaken_one_back_after_being_asked(
    world: World, city: City, application: Application, organizer: Person, path: str, sign_in: SignIn, engine: sa.Engine
) -> None:
    conflict = world.conflict(application, organizer)
    browser = sign_in(world.organizer(city))
    asked = browser.get(f"{path}/{conflict.id}/withdrawal")
    assert "Marja Mäki näkee hakemuksen taas" in main_of(asked.text)
    assert browser.submit(f"{path}/{conflict.id}/withdrawal").status_code == 303
    assert stored(engine) == []
    with reading(engine, EVERY_CITY) as session:
        actions = session.exec(select(AuditEvent.action).where(AuditEvent.object_type == "conflict")).all()
    assert sorted(actions) == ["declared", "withdrawn"]


def test_a_tie_is_suggested_and_leads_to_the_form_filled_in(
    world: World, event: Event, organizer: Person, path: str, sign_in: SignIn
) -> None:
    owner = world.person("Aino Virtanen")
    application = world.application(world.challenge(event), world.company("Kide Oy", owner))
    juror = world.juror(event, "Aino Virtanen")
    browser = sign_in(organizer)
    page = browser.get(path)
    assert "Samanniminen ihminen edustaa yritystä: Aino Virtanen" in main_of(page.text)
    link = f"{path}?application={application.id}&amp;person={juror.id}&amp;ground=representation"
    assert link in page.text
    filled = browser.get(f"{path}?application={application.id}&person={juror.id}&ground=representation").text
    assert f'<option value="{juror.id}" selected>' in filled
    assert f'<option value="{application.id}" selected>' in filled


@pytest.mark.parametrize("lacking", ["person", "application", "ground"])
def test_nothing_is_recorded_without_all_three(
    application: Application, organizer: Person, path: str, sign_in: SignIn, engine: sa.Engine, lacking: str
) -> None:
    values = {"person": str(organizer.id), "application": str(application.id), "ground": "party"}
    del values[lacking]
    answer = sign_in(organizer).submit(path, "/conflicts", note="Talteen", **values)
    assert answer.status_code == 422
    assert "Talteen" in answer.text
    assert stored(engine) == []


def test_an_application_of_another_event_or_city_cannot_be_named(
    world: World, organizer: Person, application: Application, path: str, sign_in: SignIn, engine: sa.Engine
) -> None:
    foreign = world.application(world.challenge(world.event(world.city("oulu", "Oulu"), "jury")))
    answer = sign_in(organizer).submit(
        path, "/conflicts", person=str(organizer.id), application=str(foreign.id), ground="party"
    )
    assert answer.status_code == 422
    assert stored(engine) == []
