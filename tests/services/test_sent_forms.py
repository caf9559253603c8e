"""The same press fifty times at once, on SQLite and on PostgreSQL: one row, one mail, and every answer is the same."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import Session, SQLModel, select

from app.adapters import clock
from app.adapters.database import reading, writing
from app.domain.access import EVERY_CITY, Role
from app.domain.application import State
from app.models import City, Person, SentForm
from app.services import sent_forms
from tests.strict import StrictClient, form_of
from tests.world import World

MANY = 50
Case = tuple[Person, str, str, dict[str, str]]
"""Who opens which page, where its form leads, and what is filled in."""


def apply(world: World) -> Case:
    challenge = world.challenge(world.event(world.city()))
    owner = world.owner_of(world.company())
    return owner, f"/company/applications/new?challenge={challenge.id}", "/company/applications", {}


def submit(world: World) -> Case:
    made = world.application(world.challenge(world.event(world.city())), state=State.DRAFT)
    path = f"/company/applications/{made.id}/submission"
    return world.person_of(made), f"{path}/new", path, {}


def score(world: World) -> Case:
    event = world.event(world.city(), "jury")
    criteria = world.criteria(event, (1, 1))
    made, juror = world.application(world.challenge(event)), world.juror(event)
    world.everyone_reads_all(event)
    values = {f"score_{one.id}": "5" for one in criteria}
    path = f"/jury/applications/{made.id}"
    return juror, path, path, {**values, "step": "save"}


def decision(world: World) -> Case:
    city = world.city()
    event = world.event(city, "jury")
    made = world.application(world.challenge(event))
    path = f"/organizer/tampere/events/{event.id}/decisions/{made.id}"
    return world.organizer(city), path, path, {"outcome": "decline", "reasons": "Tarve on toinen."}


def case_entry(world: World) -> Case:
    case = world.case()
    with world.change() as session:
        city = session.get_one(City, case.city_id)
    path = f"/procurement/{city.slug}/cases/{case.id}"
    return world.member(city, Role.PROCUREMENT), path, f"{path}/entries", {"text": "Soitettiin."}


def invitation(world: World) -> Case:
    city = world.city()
    path = f"/organizer/{city.slug}/people"
    return world.organizer(city), path, path, {"email": "uusi@example.org", "name": "Uusi", "role": "organizer"}


def rows(session: Session) -> dict[str, int]:
    counts = {
        table.name: session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in SQLModel.metadata.sorted_tables
    }
    return {name: count for name, count in counts.items() if name not in {"web_session", "sent_form"}}


@pytest.mark.parametrize("case", [apply, submit, score, decision, case_entry, invitation])
def test_fifty_presses_at_once_are_one(
    world: World, app: FastAPI, engine: sa.Engine, sign_in: Callable[[Person], StrictClient],
    case: Callable[[World], Case],
) -> None:  # fmt: skip
    person, page, action, values = case(world)
    browser = sign_in(person)
    data, target = form_of(browser.get(page).text, action)
    with reading(engine, EVERY_CITY) as session:
        before = rows(session)
    answers = asyncio.run(_at_once(app, browser, target, data | values))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    with reading(engine, EVERY_CITY) as session:
        many = {name: count - before[name] for name, count in rows(session).items() if count != before[name]}
        assert len(session.exec(select(SentForm)).all()) == 1
    assert many.pop("score", 2) == 2, "one for each criterion"
    assert many.pop("audit_event", 1) <= 2, "who is invited is a new person with a new role"
    assert set(many.values()) <= {1}, many
    assert browser.post(target, data=data | values).headers["location"] == answers[0].headers["location"]


async def _at_once(app: FastAPI, browser: StrictClient, target: str, data: dict[str, Any]) -> list[httpx2.Response]:
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://testserver") as many,
    ):
        for name, value in browser.cookies.items():
            many.cookies.set(name, value)
        return await asyncio.wait_for(asyncio.gather(*(many.post(target, data=data) for _ in range(MANY))), 60)


def test_a_press_is_forgotten_after_a_day(engine: sa.Engine) -> None:
    now = clock.now()
    for hours in (1, 25):
        with writing(engine, EVERY_CITY) as session:
            session.add(SentForm(key=f"{hours}", status=303, headers=[], created_at=now - timedelta(hours=hours)))
    with writing(engine, EVERY_CITY) as session:
        sent_forms.forget(session, now)
    with reading(engine, EVERY_CITY) as session:
        assert [one.key for one in session.exec(select(SentForm))] == ["1"]
