"""Server and worker are killed with signal 9, again and again, while people send applications in and save scores."""

import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest
import sqlalchemy as sa

from app.adapters.database import make_engine, reading
from app.adapters.strays import named_files
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.main import create_app
from app.worker import MAILERS
from benchmarks.seed import Seeded, Size, seed
from tests.faults.figures import FULL, reached
from tests.faults.load import Acknowledged, Load
from tests.faults.processes import Nursery, environment_of, free_port, wait_for
from tests.faults.sink import Sink, sink
from tests.postgres import by_hand

KILLS = 260 if FULL else 7
SIZE = Size(applications=340 if FULL else 40, jurors=2, cases=0, drafts=2_700 if FULL else 300)
WORKER_TOO = 0.4
"""How often it is the worker that is killed."""


@dataclass(frozen=True)
class House:
    engine: sa.Engine
    seeded: Seeded
    folder: Path
    port: int
    mails: Sink


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def house(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path, nursery: Nursery) -> Iterator[House]:
    url = f"sqlite:///{tmp_path}/kipina.db"
    if request.param == "SQLite":
        (tmp_path / "kipina.db").write_bytes(sqlite_template.read_bytes())
    else:
        url = request.getfixturevalue("durable_cluster").fresh_database()
    port = free_port()
    with sink() as mails:
        settings = Settings(
            database_url=url, files=tmp_path / "files", base_url=f"http://127.0.0.1:{port}", secret_key="test-key",
            smtp_url=f"smtp://127.0.0.1:{mails.port}",
        )  # fmt: skip
        nursery.environment = environment_of(settings)
        create_app(settings).state.engine.dispose()  # mails that are written beforehand need its addresses
        engine = make_engine(url)
        yield House(engine, seed(engine, SIZE), tmp_path, port, mails)
    engine.dispose()


def test_what_was_acknowledged_is_there_once(house: House, nursery: Nursery, request: pytest.FixtureRequest) -> None:
    load = Load(house.port, house.seeded)
    began = time.monotonic()
    killed, back = kill_again_and_again(nursery, house.port, load)
    said, seconds = load.end(), time.monotonic() - began
    mails_go_out(house, nursery)
    assert nursery.run("verify-audit") == 0, nursery.log.read_text()[-2000:]
    lost, doubled = compare(house, said)
    strays = whole(house, nursery)
    duplicates = sum(house.mails.times.values()) - len(house.mails.times)
    name = str(request.node.callspec.params["house"])
    reached(
        f"kill -9 of server and worker under load, {name}",
        "what was acknowledged exists; row and outgoing mail together",
        f"{sum(killed)} kills ({killed[0]} server, {killed[1]} worker) in {seconds:.0f} s; acknowledged: "
        f"{len(said.submitted)} applications, {said.files.total()} files, {said.sheets.total()} sheets; "
        f"{said.repeats} forms sent again; lost {lost}, doubled {doubled}; {len(house.mails.times)} mails, "
        f"{duplicates} of them twice, after SMTP's OK; {strays} stray files removed; "
        f"serves again after {median(back):.2f} s",
    )
    assert sum(killed) >= KILLS
    assert (lost, doubled) == (0, 0)
    assert duplicates <= killed[1] * MAILERS, "a mail leaves twice only when the worker was killed after SMTP's OK"


def kill_again_and_again(started: Nursery, port: int, load: Load) -> tuple[list[int], list[float]]:
    """At random moments, but each time after some work: as (of the server, of the worker), and how long it is away."""
    moments, killed, back = random.Random(9), [0, 0], list[float]()
    serve, work = ("serve", "--port", str(port)), ("worker",)
    server, worker = started.start(*serve), started.start(*work)
    wait_for(port)
    load.begin()
    while sum(killed) < KILLS:
        done = load.said.many + moments.randrange(1, 6)
        while load.said.many < done and not load.faults:
            time.sleep(0.02)
        time.sleep(moments.uniform(0, 0.1))
        if moments.random() < WORKER_TOO:
            started.kill(worker)
            worker = started.start(*work)
            killed[1] += 1
        else:
            started.kill(server)
            server = started.start(*serve)
            killed[0] += 1
            back.append(wait_for(port))
    time.sleep(0.5)
    return killed, back


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
