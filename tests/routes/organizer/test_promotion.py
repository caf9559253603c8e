from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.domain.deciding import Outcome
from app.models import Application, AuditEvent, City, Event, OutgoingMail, Person
from tests.strict import StrictClient, form_of
from tests.world import World

SignIn = Callable[[Person], StrictClient]


@pytest.fixture
def city(world: World) -> City:
    return world.city()


@pytest.fixture
def event(world: World, city: City) -> Event:
    return world.event(city, "jury", places_to_pitch=1)


@pytest.fixture
def applications(world: World, event: Event) -> list[Application]:
    """One is invited, two are in reserve, one is not invited."""
    challenge = world.challenge(event)
    made = [world.application(challenge, world.company(f"Yritys {letter} Oy")) for letter in "ABCD"]
    outcomes = (Outcome.INVITE, Outcome.RESERVE, Outcome.RESERVE, Outcome.DECLINE)
    world.decide(event, {a.id: outcome for a, outcome in zip(made, outcomes, strict=True)})
    return made


@pytest.fixture
def path(event: Event) -> str:
    return f"/organizer/tampere/events/{event.id}/promotion"


def states(engine: sa.Engine) -> list[State]:
    with reading(engine, EVERY_CITY) as session:
        return [row.state for row in session.exec(select(Application).order_by(col(Application.id)))]


def test_an_organizer_invites_from_the_reserve_list(
    world: World, city: City, applications: list[Application], path: str, sign_in: SignIn, engine: sa.Engine
) -> None:
    organizer = world.organizer(city)
    browser = sign_in(organizer)
    _, first, second, declined = (application.id for application in applications)
    assert "Joku muu on listalla ensimmäisenä" not in browser.get(f"{path}?application={first}").text
    assert "Joku muu on listalla ensimmäisenä" in browser.get(f"{path}?application={second}").text

    assert browser.submit(f"{path}?application={second}", "/promotion").status_code == 303
    assert states(engine) == [State.INVITED, State.RESERVED, State.INVITED, State.DECLINED]
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(OutgoingMail.application_id).where(OutgoingMail.kind == "promoted")).all() == [
            second
        ]
        who = session.exec(select(AuditEvent.person_id).where(AuditEvent.action == "promoted")).one()
    assert who == organizer.id
    for gone in (second, declined):
        assert browser.get(f"{path}?application={gone}").status_code == 409
    assert browser.get(f"{path}?application=999").status_code == 404


def test_the_next_moves_up_by_itself_when_a_company_cancels(
    world: World, applications: list[Application], sign_in: SignIn, engine: sa.Engine
) -> None:
    with reading(engine, EVERY_CITY) as session:
        owner = session.exec(select(Person).where(Person.id == applications[0].contact_person_id)).one()
    browser = sign_in(owner)
    show = f"/company/applications/{applications[0].id}"
    data, target = form_of(browser.submit(show, "/cancellation").text)
    browser.post(target, data=data)
    assert states(engine) == [State.CANCELLED, State.INVITED, State.RESERVED, State.DECLINED]
    with reading(engine, EVERY_CITY) as session:
        moved = session.exec(select(AuditEvent).where(AuditEvent.action == "promoted")).one()
        told = session.exec(select(OutgoingMail.application_id).where(OutgoingMail.kind == "promoted")).all()
    assert (moved.person_id, moved.object_id) == (None, applications[1].id)
    assert told == [applications[1].id]


def test_only_the_citys_organizers_invite(
    world: World, city: City, applications: list[Application], path: str, sign_in: SignIn, engine: sa.Engine
) -> None:
    elsewhere = world.organizer(world.city("lahti", "Lahti"))
    conflicted = world.organizer(city)
    world.conflict(applications[1], conflicted)
    for person, status in ((elsewhere, 404), (conflicted, 404), (world.person(), 403)):
        assert sign_in(person).get(f"{path}?application={applications[1].id}").status_code == status
    assert states(engine)[1] is State.RESERVED
