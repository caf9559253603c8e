"""The border around a city's rows, whoever asks and whatever a query forgets."""

import re
from collections.abc import Iterator
from contextlib import nullcontext

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, col, select

from app.adapters.database import QueryWithoutCity, above_policies, make_engine, reading, writing
from app.config import Settings
from app.domain.access import EVERY_CITY, Cities, Role
from app.domain.ids import CityId
from app.models import (
    Application,
    AuditEvent,
    City,
    DecisionDocument,
    Document,
    Event,
    FollowUpCase,
    OutgoingMail,
    Place,
    ProgrammeRelease,
    Unit,
)
from app.models.belonging import BY_COLUMN, BY_PARENT, OF_A_CITY, OF_NO_CITY
from app.queries import cities as city_queries
from app.services import people, signing_in
from tests.leaks.town import Town, build
from tests.postgres import Cluster, by_hand
from tests.world import NOW, SYSTEM, World

ASKED: tuple[sa.Executable, ...] = (
    select(Application),
    sa.select(sa.func.count()).select_from(Application),
    sa.select(col(City.slug)).join(Event, col(Event.city_id) == City.id),
    select(City).where(sa.exists().where(col(Unit.city_id) == City.id)),
    sa.text("SELECT title FROM application"),
    sa.update(Application).values(title="?"),
    sa.delete(Unit),
)


def only(*cities: City) -> Cities:
    """These cities and no others."""
    return frozenset(CityId(city.id) for city in cities)


def test_every_table_says_which_city_a_row_is_of() -> None:
    tables = SQLModel.metadata.tables
    assert OF_A_CITY | set(OF_NO_CITY) == set(tables), "say in models/belonging.py which city its rows are of"
    assert not OF_A_CITY & set(OF_NO_CITY)
    for table, parents in BY_PARENT.items():
        for column, parent in parents.items():
            assert {key.target_fullname for key in tables[table].columns[column].foreign_keys} == {f"{parent}.id"}
    with_a_city = {name for name, table in tables.items() if "city_id" in table.columns}
    assert with_a_city - set(BY_COLUMN) == {"city_member"}


@pytest.mark.parametrize("asked", ASKED)
def test_a_query_without_a_city_raises(engine: sa.Engine, asked: sa.Executable) -> None:
    with reading(engine, None) as session, pytest.raises(QueryWithoutCity, match="a query without a city"):
        session.execute(asked)


def test_the_cities_themselves_are_everybodys(engine: sa.Engine, world: World) -> None:
    city = world.city()
    with reading(engine, None) as session:
        assert session.exec(select(City.slug)).all() == [city.slug]


def test_a_row_without_its_city_or_of_another_is_not_written(engine: sa.Engine, world: World) -> None:
    ours, theirs = world.city(), world.city("vaasa", "Vaasa")
    for cities in (None, only(ours)):
        with pytest.raises(QueryWithoutCity), writing(engine, cities) as session:
            session.add(Unit(city_id=theirs.id))
    with writing(engine, only(ours)) as session:
        session.add(Unit(city_id=ours.id))
    with reading(engine, EVERY_CITY) as session:
        assert [unit.city_id for unit in session.exec(select(Unit))] == [ours.id]


@pytest.fixture
def postgres(cluster: Cluster) -> Iterator[sa.Engine]:
    """A database with policies; SQLite has none."""
    engine = make_engine(cluster.fresh_database())
    yield engine
    engine.dispose()


@pytest.fixture
def towns(postgres: sa.Engine, settings: Settings) -> tuple[Town, Town]:
    """Two cities with something in every table but that of finished documents."""
    world = World(postgres, settings)
    towns = build(world)
    with world.change() as session:
        for release in session.exec(select(ProgrammeRelease)):
            name = f"{release.id}"
            document = Document(release_id=release.id, locale="fi", stored_as=name, size=1, created_at=NOW)
            session.add(document)
            event_id = release.event_id
            session.add(DecisionDocument(event_id=event_id, locale="fi", stored_as=name, size=1, created_at=NOW))
    return towns


_OF_CITIES = dict.fromkeys(["audit_event", "audit_head"], " WHERE chain <> 0")


def counted(engine: sa.Engine, cities: Cities) -> dict[str, int]:
    """The rows of each table that a forgetful query finds."""
    with reading(engine, cities) as session:
        return {
            table: session.execute(sa.text(f"SELECT count(*) FROM {table}{_OF_CITIES.get(table, '')}")).scalar_one()  # noqa: S608
            for table in sorted(OF_A_CITY)
        }


def test_a_forgetful_query_finds_the_rows_of_its_city_only(postgres: sa.Engine, towns: tuple[Town, Town]) -> None:
    first, second = (counted(postgres, only(town.city)) for town in towns)
    both = counted(postgres, only(*(town.city for town in towns)))
    every = counted(postgres, EVERY_CITY)
    for table in sorted(OF_A_CITY):
        assert first[table] > 0, table
        assert second[table] > 0, table
        assert first[table] + second[table] == both[table], table
        assert table == "outgoing_mail" or both[table] == every[table], table  # there are mails of no city, too
    assert counted(postgres, frozenset()) == dict.fromkeys(sorted(OF_A_CITY), 0)


def test_neither_does_it_change_or_take_away_another_citys(postgres: sa.Engine, towns: tuple[Town, Town]) -> None:
    before = counted(postgres, only(towns[1].city))
    with writing(postgres, only(towns[0].city)) as session:
        for table in ("score", "case_entry"):
            session.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608
        session.execute(sa.update(Application).values(title="Muutettu"))
    with reading(postgres, EVERY_CITY) as session:
        changed = select(Application.city_id).where(Application.title == "Muutettu").distinct()
        assert session.exec(changed).all() == [towns[0].city.id]
    assert counted(postgres, only(towns[1].city)) == before


def test_nor_puts_it_a_row_there(postgres: sa.Engine, towns: tuple[Town, Town]) -> None:
    with reading(postgres, only(towns[1].city)) as session:
        place, case = session.exec(select(Place.id)).first(), session.exec(select(FollowUpCase.id)).first()
    note = "case_entry (case_id, kind, happened_at, text, with_whom, shown_to_company, created_at)"
    for statement in (
        f"UPDATE place SET position = 7 WHERE id = {place}",  # noqa: S608
        f"INSERT INTO {note} SELECT {case}, 'note', now(), '', '', false, now()",
        f"INSERT INTO unit (city_id, name) VALUES ({towns[1].city.id}, '{{}}')",  # noqa: S608
    ):
        with (
            reading(postgres, only(towns[0].city)) as session,
            pytest.raises(sa.exc.ProgrammingError, match="row-level security")
            if statement.startswith("INSERT")
            else nullcontext(),
        ):
            assert session.execute(sa.text(statement)).rowcount == 0  # type: ignore[attr-defined]


def test_the_database_itself_refuses_without_a_city(postgres: sa.Engine, settings: Settings) -> None:
    world = World(postgres, settings)
    world.unit(world.city())
    for _ in range(2):  # what an earlier transaction said is forgotten with it
        with postgres.connect() as connection, pytest.raises(sa.exc.ProgrammingError, match="a query without a city"):
            connection.execute(select(Unit))
        with by_hand(postgres) as connection:
            assert len(connection.execute(select(Unit)).all()) == 1


def test_every_table_of_a_city_has_its_policy(postgres: sa.Engine) -> None:
    with postgres.connect() as connection:
        forced = connection.exec_driver_sql(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        ).scalars()
        assert set(forced) == OF_A_CITY
        policies = connection.exec_driver_sql("SELECT tablename, qual, with_check, cmd FROM pg_policies").all()
        assert {table for table, *_ in policies} == OF_A_CITY
        for table, qual, with_check, cmd in policies:
            assert (qual, cmd) == (with_check, "ALL")
            wanted = {BY_COLUMN[table]} if table in BY_COLUMN else {*BY_PARENT[table], *BY_PARENT[table].values()}
            assert wanted <= set(re.findall(r"\w+", qual)), table


def test_a_role_above_the_policies_is_refused(cluster: Cluster) -> None:
    for user, told in (("kipina", ""), ("postgres", "superuser")):
        engine = make_engine(cluster.url("template_kipina", user))
        assert told in above_policies(engine)
        assert bool(above_policies(engine)) == bool(told)
        engine.dispose()


def test_a_person_whom_a_city_invites_is_told_to_the_installation(engine: sa.Engine, world: World) -> None:
    city = world.city()
    with writing(engine, only(city)) as session:
        facts = city_queries.facts(session, city.slug)
        assert facts is not None
        people.invite(session, SYSTEM, facts, "uusi@example.org", "Uusi", Role.AGENT, "fi", NOW)
    with reading(engine, EVERY_CITY) as session:
        told = select(AuditEvent.action, AuditEvent.chain).where(AuditEvent.object_type == "person")
        assert ("created", 0) in session.exec(told).all()


def test_a_sign_in_link_asked_for_on_a_citys_page_belongs_to_no_city(engine: sa.Engine, world: World) -> None:
    city = world.city()
    with writing(engine, only(city)) as session:
        signing_in.send_link(session, "a@example.org", "/tasks", "fi", NOW, kind="confirmation")
        assert session.exec(select(Unit)).all() == [], "the border stands again"
        assert session.cities == only(city)
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(OutgoingMail.city_id)).all() == [None]
    with writing(engine, None) as session:
        signing_in.send_link(session, "b@example.org", "/tasks", "fi", NOW)
        with pytest.raises(QueryWithoutCity):
            session.exec(select(Unit))
