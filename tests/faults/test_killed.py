"""Server and worker are killed with signal 9, again and again, while people send applications in and save scores."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from app.worker import MAILERS
from benchmarks.seed import Size
from tests.faults.balance import House, compare, mails_go_out, opened, whole
from tests.faults.figures import FULL, reached
from tests.faults.load import Load
from tests.faults.processes import Nursery, wait_for

KILLS = 260 if FULL else 7
SIZE = Size(applications=340 if FULL else 40, jurors=2, cases=0, drafts=2_700 if FULL else 300)
WORKER_TOO = 0.4
"""How often it is the worker that is killed."""


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def house(request: pytest.FixtureRequest, tmp_path: Path, nursery: Nursery) -> Iterator[House]:
    with opened(request, tmp_path, nursery, SIZE) as house:
        yield house


def test_what_was_acknowledged_is_there_once(house: House, nursery: Nursery, request: pytest.FixtureRequest) -> None:
    load = Load([house.port], house.seeded)
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
