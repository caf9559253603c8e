"""Two towns with something in every table, and somebody to whom no door is closed: what is refused then is refused."""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import SQLModel

from app.adapters import clock
from app.domain.access import CITY_ROLES, Role
from app.models import CompanyMember, Person
from app.services import people
from app.web import session as web_session
from tests.leaks.stage import Stage, addresses, look_at
from tests.leaks.town import Town, build
from tests.postgres import by_hand
from tests.straight import TestClient
from tests.world import SYSTEM, World

Dump = dict[str, list[str]]


@pytest.fixture
def towns(world: World) -> tuple[Town, Town]:
    """The two towns."""
    return build(world)


@pytest.fixture
def everybody(world: World, towns: tuple[Town, Town]) -> Person:
    """One person with every role there is, everywhere."""
    person = world.person("Kaikki Kaikkialla", admin=True)
    for town in towns:
        with world.change() as session:
            for role in CITY_ROLES:
                people.grant(session, SYSTEM, town.city.id, person, role, clock.now())
        world.seat(town.events["jury"], person)
    with world.change() as session:
        for company in session.execute(sa.text("SELECT id FROM company")).scalars().all():
            session.add(CompanyMember(company_id=company, person_id=person.id, role=Role.OWNER))
    for town in towns:
        world.everyone_reads_all(town.events["jury"])
    return person


@pytest.fixture
def stage(engine: sa.Engine, towns: tuple[Town, Town], everybody: Person) -> Stage:
    """All rows."""
    return look_at(engine, towns)


@dataclass
class House:
    """The app with its rows: every address, and a browser of whoever may do everything."""

    app: FastAPI
    stage: Stage
    world: World
    everybody: Person

    def browser(self, *, signed_in: bool) -> TestClient:
        """A browser that follows no redirects."""
        browser = TestClient(self.app, base_url=self.world.settings.base_url, follow_redirects=False)
        if signed_in:
            with self.world.change() as session:
                token = web_session.begin(session, self.everybody.id, clock.now())
            browser.cookies.set(self.world.settings.session_cookie, token)
        return browser

    def addresses(self, method: str = "GET") -> dict[str, str]:
        """Every address with its route."""
        return addresses(self.app, self.stage, crossed=False, method=method)

    def one_of_each(self, method: str = "GET") -> dict[str, str]:
        """One address by route."""
        return {route: address for address, route in reversed(self.addresses(method).items())}

    def dump(self) -> Dump:
        """Every row of every table."""
        with by_hand(self.world.engine) as connection:
            return {
                table.name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
                for table in SQLModel.metadata.sorted_tables
            }


@pytest.fixture
def house(app: FastAPI, stage: Stage, world: World, everybody: Person) -> House:
    """All of it."""
    return House(app, stage, world, everybody)
