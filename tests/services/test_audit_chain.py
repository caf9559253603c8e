"""The audit trail is only added to, and whoever gets past that is found by `kipina verify-audit` (T19)."""

import threading
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select
from typer.testing import CliRunner

from app.adapters.database import one_moment, reading
from app.cli import cli
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.domain.audit_chain import Fault, hash_of
from app.models import AuditEvent, AuditHead, City, Person, Unit
from app.queries import audit_chain
from app.queries.audit_chain import Checked
from app.services import audit, cities
from tests.postgres import by_hand
from tests.world import NOW, SYSTEM, World, texts


def walk(engine: sa.Engine) -> dict[str, Checked]:
    """Every chain by its city."""
    with one_moment(engine) as session:
        return {chain.city: chain for chain in audit_chain.checked(session, lambda: None)}


def trail(engine: sa.Engine, city: City) -> list[AuditEvent]:
    """The rows of a city in their order."""
    with reading(engine, EVERY_CITY) as session:
        return list(session.exec(select(AuditEvent).where(AuditEvent.city_id == city.id).order_by(col(AuditEvent.id))))


def meddle(engine: sa.Engine, *statements: str) -> None:
    """What someone with the keys to the database can do: switch the triggers off, then change what they like."""
    with by_hand(engine) as connection:
        for table in ("audit_event", "audit_head"):
            for verb in ("update", "delete"):
                where = f" ON {table}" if engine.dialect.name == "postgresql" else ""
                connection.exec_driver_sql(f"DROP TRIGGER {table}_keep_{verb}{where}")
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.fixture
def city(world: World) -> City:
    """A city with ten changes and more, and another beside it."""
    city = world.city()
    with world.change() as session:
        for number in range(10):
            cities.add_unit(session, SYSTEM, city.id, texts(f"Yksikkö {number}"), NOW)
    world.unit(world.city("vaasa", "Vaasa"))
    return city


def test_each_city_has_a_chain_of_its_own(engine: sa.Engine, world: World, city: City) -> None:
    world.person("Anni", admin=True)
    rows = trail(engine, city)
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0].previous == ""
    assert all(row.previous == before.hash for before, row in pairwise(rows))
    chains = walk(engine)
    assert {"tampere", "vaasa"} <= chains.keys()
    assert not any(chain.broken for chain in chains.values())
    assert chains["tampere"].hash == rows[-1].hash


def test_what_a_savepoint_undid_has_no_place(engine: sa.Engine, world: World, city: City) -> None:
    before = walk(engine)["tampere"].sequence
    with world.change() as session:
        row = session.get_one(City, city.id)
        undone = session.begin_nested()
        audit.record(session, SYSTEM, "edited", row, NOW, city_id=city.id, after={"theme": "undone"})
        undone.rollback()
        audit.record(session, SYSTEM, "edited", row, NOW, city_id=city.id, after={"theme": "kept"})
    after = walk(engine)["tampere"]
    assert (after.sequence, after.broken) == (before + 1, None)


def test_writers_at_once_make_one_chain(engine: sa.Engine, world: World, city: City) -> None:
    """In one city and in two at a time in either order, with a city that has no head yet: nobody waits for ever."""
    other, anni = world.city("turku", "Turku"), world.person("Anni")
    with world.change() as session:
        new = City(slug="oulu", name=texts("Oulu"))
        session.add(new)
    failures: list[BaseException] = []
    ready = threading.Barrier(6)

    def write(number: int) -> None:
        ready.wait()
        try:
            for _ in range(10):
                with world.change() as session:
                    row = session.get_one(Person, anni.id)
                    for place in (new, other) if number % 2 else (other, new):
                        audit.record(session, SYSTEM, "edited", row, NOW, city_id=place.id)
        except BaseException as failure:  # noqa: BLE001  told below
            failures.append(failure)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    chains = walk(engine)
    assert not any(chain.broken for chain in chains.values())
    assert chains["oulu"].sequence == 60


REFUSED = (
    "DELETE FROM audit_event WHERE id = {id}",
    "UPDATE audit_event SET action = 'edited too' WHERE id = {id}",
    'UPDATE audit_event SET after = \'{{"name": "other"}}\' WHERE id = {id}',
    "UPDATE audit_event SET sequence = 99 WHERE id = {id}",
    "UPDATE audit_event SET commitment = 'other' WHERE id = {id}",
    "UPDATE audit_event SET salt = NULL WHERE id = {id}",
    "UPDATE audit_event SET sequence = NULL, previous = NULL, hash = NULL WHERE id = {id}",
    "DELETE FROM audit_head WHERE chain = {chain}",
    "UPDATE audit_head SET sequence = sequence - 1 WHERE chain = {chain}",
)


def test_the_database_refuses_to_change_what_was_written(engine: sa.Engine, city: City) -> None:
    row = trail(engine, city)[3]
    for statement in REFUSED:
        with pytest.raises(sa.exc.IntegrityError, match="only added to"), by_hand(engine) as connection:
            connection.exec_driver_sql(statement.format(id=row.id, chain=city.id))
    assert walk(engine)["tampere"].broken is None


def test_values_can_be_erased_and_the_chain_still_holds(engine: sa.Engine, city: City) -> None:
    row = trail(engine, city)[3]
    erase = "UPDATE audit_event SET salt = NULL, on_behalf_of = '', before = '{}', after = '{}' WHERE id = %d"
    with by_hand(engine) as connection:
        connection.exec_driver_sql(erase % row.id)
    assert trail(engine, city)[3].after == {}
    chain = walk(engine)["tampere"]
    assert (chain.broken, chain.erased) == (None, 1)


TAMPERED: dict[str, tuple[str, Fault, int | None, int | None]] = {
    # what is done: statements, the fault, the place, and which row is named
    "who": ("UPDATE audit_event SET person_id = {anni} WHERE id = {row[4]}", Fault.ALTERED, 4, 4),
    "when": ("UPDATE audit_event SET at = '2020-01-01 00:00:00' WHERE id = {row[4]}", Fault.ALTERED, 4, 4),
    "values": ("UPDATE audit_event SET after = '{{}}' WHERE id = {row[4]}", Fault.VALUES, 4, 4),
    "for whom": ("UPDATE audit_event SET on_behalf_of = 'Oy' WHERE id = {row[4]}", Fault.VALUES, 4, 4),
    "erased by half": ("UPDATE audit_event SET salt = NULL WHERE id = {row[4]}", Fault.VALUES, 4, 4),
    "deleted": ("DELETE FROM audit_event WHERE id = {row[4]}", Fault.MISSING, 4, None),
    "first deleted": ("DELETE FROM audit_event WHERE id = {row[1]}", Fault.MISSING, 1, None),
    "deleted and moved up": (
        "DELETE FROM audit_event WHERE id = {row[4]}; UPDATE audit_event SET sequence = 4 WHERE id = {row[5]}",
        Fault.REORDERED, 4, 5,
    ),
    "reordered": (
        """UPDATE audit_event SET sequence = -1 WHERE id = {row[4]};
        UPDATE audit_event SET sequence = 4 WHERE id = {row[5]};
        UPDATE audit_event SET sequence = 5 WHERE id = {row[4]}""",
        Fault.REORDERED, 4, 5,
    ),
    "truncated": ("DELETE FROM audit_event WHERE chain = {chain} AND sequence > 9", Fault.TRUNCATED, 10, None),
    "all gone": ("DELETE FROM audit_event WHERE chain = {chain}", Fault.TRUNCATED, 1, None),
    "head pulled back": (
        "UPDATE audit_head SET sequence = 3, hash = '{hash[3]}' WHERE chain = {chain}", Fault.HEAD, 4, 4,
    ),
    "head altered": ("UPDATE audit_head SET hash = 'x' WHERE chain = {chain}", Fault.HEAD, 11, 11),
    "head gone": ("DELETE FROM audit_head WHERE chain = {chain}", Fault.HEAD, None, None),
    "slipped in": (
        """INSERT INTO audit_event
        (at, city_id, on_behalf_of, action, object_type, object_id, before, after, commitment, chain)
        SELECT at, city_id, '', action, object_type, object_id, before, after, 'x', chain
        FROM audit_event WHERE id = {row[4]}""",
        Fault.OUTSIDE, None, None,
    ),
    "taken from a city": (
        "UPDATE audit_event SET city_id = 2, chain = 2, sequence = 3 WHERE id = {row[4]}", Fault.MISSING, 4, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERED)
def test_the_verifier_names_the_row(
    engine: sa.Engine, settings: Settings, world: World, city: City, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    anni = world.person("Anni").id
    rows = trail(engine, city)
    tamper, fault, sequence, named = TAMPERED[how]
    row, hashes = {one.sequence: one.id for one in rows}, {one.sequence: one.hash for one in rows}
    monkeypatch.setenv("KIPINA_DATABASE_URL", settings.database_url)
    whole = CliRunner().invoke(cli, ["verify-audit"])
    assert whole.exit_code == 0
    assert f"tampere: intact, 11 rows, head {rows[-1].hash}" in " ".join(whole.output.split())

    meddle(engine, *tamper.format(row=row, hash=hashes, chain=city.id, anni=anni).split(";"))
    chain = walk(engine)["tampere"]
    assert chain.broken
    assert (chain.broken.fault, chain.broken.sequence) == (fault, sequence)
    if named is not None:
        assert chain.broken.row == row[named]
    told: Any = CliRunner().invoke(cli, ["verify-audit"])
    assert told.exit_code == 1
    assert chain.broken.words in " ".join(told.output.split())
    if how != "taken from a city":
        assert "vaasa: intact" in told.output


def test_a_head_is_as_far_as_the_last_row(engine: sa.Engine, city: City) -> None:
    with reading(engine, EVERY_CITY) as session:
        head = session.get_one(AuditHead, city.id)
        units = len(session.exec(select(Unit.id).where(Unit.city_id == city.id)).all())
    assert head.sequence == units + 1


def test_a_seal_that_was_noted_is_found_again(
    settings: Settings, engine: sa.Engine, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = trail(engine, city)[3]
    monkeypatch.setenv("KIPINA_DATABASE_URL", settings.database_url)
    found = CliRunner().invoke(cli, ["verify-audit", "--seal", str(row.hash)[:16]])
    assert (found.exit_code, f"row {row.id}, number 4," in found.output) == (0, True)
    assert CliRunner().invoke(cli, ["verify-audit", "--seal", "0123456789abcdef"]).exit_code == 1


def test_a_row_rewritten_together_with_its_hash_breaks_the_next_one(engine: sa.Engine, city: City) -> None:
    rows = trail(engine, city)
    rows[3].action = "approved"
    forged = hash_of(rows[3])
    meddle(engine)
    with by_hand(engine) as connection:
        rewritten = sa.update(AuditEvent).where(col(AuditEvent.id) == rows[3].id)
        connection.execute(rewritten.values(action="approved", hash=forged))
    broken = walk(engine)["tampere"].broken
    assert broken
    assert (broken.fault, broken.row) == (Fault.REORDERED, rows[4].id)
    assert f"does not follow row {rows[3].id}" in broken.words
