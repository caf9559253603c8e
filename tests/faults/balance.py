"""What was acknowledged, held against what the database, the files and the mail server have in the end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.adapters.database import make_engine, reading
from app.adapters.strays import named_files
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.main import create_app
from benchmarks.seed import Seeded, Size, seed
from tests.faults.load import Acknowledged
from tests.faults.processes import Nursery, environment_of, free_port
from tests.faults.sink import Sink, sink
from tests.postgres import by_hand


@dataclass(frozen=True)
class House:
    """An installation with people at work."""

    engine: sa.Engine
    settings: Settings
    seeded: Seeded
    folder: Path
    port: int
    mails: Sink


@contextmanager
def opened(request: pytest.FixtureRequest, folder: Path, nursery: Nursery, size: Size) -> Iterator[House]:
    """On the database that the parameter of the fixture names, on a disk that is waited for."""
    url = f"sqlite:///{folder}/kipina.db"
    if request.param == "SQLite":
        (folder / "kipina.db").write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
    else:
        url = request.getfixturevalue("durable_cluster").fresh_database()
    port = free_port()
    with sink() as mails:
        settings = Settings(
            database_url=url, files=folder / "files", base_url=f"http://127.0.0.1:{port}", secret_key="test-key",
            smtp_url=f"smtp://127.0.0.1:{mails.port}",
        )  # fmt: skip
        nursery.environment = environment_of(settings)
        create_app(settings).state.engine.dispose()  # mails that are written beforehand need its addresses
        engine = make_engine(url)
        yield House(engine, settings, seed(engine, size), folder, port, mails)
    engine.dispose()


def mails_go_out(house: House, started: Nursery) -> None:
    """What a killed worker had taken up is left alone for five minutes: here they pass at once."""
    started.kill_all()
    with by_hand(house.engine) as connection:
        connection.execute(sa.text("UPDATE outgoing_mail SET due_at = created_at WHERE state = 'queued'"))
    assert started.run("worker", "--once") == 0, started.log.read_text()[-2000:]


def compare(house: House, said: Acknowledged) -> tuple[int, int]:
    """How many of those acknowledged are lost, and how many things are there more than once."""
    with by_hand(house.engine) as connection:

        def counted(sql: str) -> dict[int, int]:
            return {one: many for one, many in connection.execute(sa.text(sql))}  # noqa: C416  rows of two, to mypy

        drafts = {draft for draft, _ in house.seeded.drafts}
        numbers = counted("SELECT id, number FROM application WHERE number > 0")
        sent = {one: number for one, number in numbers.items() if one in drafts}
        trail = counted("SELECT object_id, count(*) FROM audit_event WHERE action = 'submitted' GROUP BY object_id")
        mails = counted("SELECT application_id, count(*) FROM outgoing_mail WHERE kind = 'receipt' GROUP BY 1")
        files = counted("SELECT application_id, count(*) FROM attachment GROUP BY application_id")
        written = set(connection.scalars(sa.text("SELECT message_id FROM outgoing_mail")))
        waiting = connection.scalar(sa.text("SELECT count(*) FROM outgoing_mail WHERE state != 'sent'"))
        sheets = compare_sheets(connection, said)
    assert sorted(sent.values()) == list(range(1, len(sent) + 1)), "numbers run from 1 without a gap"
    assert trail.keys() == mails.keys() == sent.keys(), "row, mail and event together or not at all"
    assert not house.mails.times.keys() - written, "a mail keeps its Message-ID however often it is tried"
    assert waiting == 0
    lost = len(said.submitted - sent.keys()) + len(written - house.mails.times.keys()) + sheets[0]
    lost += sum(max(0, many - files.get(one, 0)) for one, many in said.files.items())
    doubled = len(sent.keys() - said.begun) + sheets[1]
    doubled += sum(max(0, files.get(one, 0) - said.files[one]) for one in said.submitted)
    return lost, doubled + sum(many - 1 for found in (trail, mails) for many in found.values())


def compare_sheets(connection: sa.Connection, said: Acknowledged) -> tuple[int, int]:
    """Each acknowledged save is one version of the sheet and one event."""
    lost = doubled = 0
    found = connection.execute(
        sa.text("""SELECT email, application_id, version,
        (SELECT count(*) FROM audit_event WHERE object_type = 'score_sheet' AND object_id = score_sheet.id)
        FROM score_sheet JOIN person ON person.id = person_id""")
    )
    events = {}
    for email, application, version, many in found:
        assert version == many + 1, "a version is one save with its event"
        events[int(email.removeprefix("juror").partition("@")[0]), application] = many
    for sheet, saves in said.sheets.items():
        lost += max(0, saves - events[sheet])
        doubled += max(0, events[sheet] - saves - (sheet in said.unanswered))
    return lost, doubled


def whole(house: House, nursery: Nursery) -> int:
    """The database is sound, and rows and files match but for strays; returns how many of these were removed."""
    with by_hand(house.engine) as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    with reading(house.engine, EVERY_CITY) as session:
        named = set(session.execute(named_files()).scalars())
    files = [path for path in (house.folder / "files").rglob("*") if path.is_file()]
    for path in files:
        os.utime(path, (0, 0))  # long ago, as for a file that nobody is writing any more
    assert nursery.run("strays", "--remove") == 0
    assert {path.name for path in files if path.exists()} == named
    return len(files) - len(named)
