"""The line to PostgreSQL is cut in the midst of a change, freezes, or is dead without a word."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.config import Settings
from app.main import create_app
from tests.faults.figures import reached
from tests.faults.proxy import Line, Proxy, proxy
from tests.postgres import Cluster, by_hand
from tests.strict import StrictClient, form_of

HEALED = 5
"""Seconds within which all is as before, once there is a line again."""


@dataclass
class Wired:
    app: FastAPI
    client: StrictClient
    line: Proxy
    form: dict[str, Any]

    def asks_for_link(self, name: str) -> int:
        status: int = self.client.post("/sign-in", data=self.form | {"email": f"{name}@example.org"}).status_code
        return status

    def links(self) -> tuple[int, int]:
        """Mails and links: each is there with the other."""
        for line in self.line.lines:
            line.cut()
        self.line.behave = lambda _line, _up, data: data
        self.app.state.engine.dispose()
        with by_hand(self.app.state.engine) as connection:
            mails, links = (
                connection.scalar(sa.text(sql)) or 0
                for sql in ("SELECT count(*) FROM outgoing_mail", "SELECT count(*) FROM sign_in_link")
            )
            return mails, links


@pytest.fixture
def wired(cluster: Cluster, tmp_path: Path) -> Iterator[Wired]:
    url = cluster.fresh_database()
    with proxy(cluster.port) as line:
        through = url.replace(f":{cluster.port}/", f":{line.port}/")
        app = create_app(
            Settings(database_url=through, files=tmp_path, base_url="http://testserver", secret_key="test-key")
        )
        with StrictClient(app) as client:
            wired = Wired(app, client, line, form_of(client.get("/sign-in").text)[0])
            assert wired.asks_for_link("first") == 200
            yield wired
        app.state.engine.dispose()


@pytest.mark.parametrize(("passes_on", "there"), [(False, 1), (True, 2)])
def test_cut_at_the_commit_it_is_there_whole_or_not_at_all(wired: Wired, passes_on: bool, there: int) -> None:
    """When the line breaks after COMMIT was passed on, nobody can know: it is there, and said not to be sure."""
    committed: set[int] = set()

    def behave(line: Line, up: bool, data: bytes) -> bytes | None:
        if up and b"COMMIT" in data:
            committed.add(line.number)
            return data if passes_on else None
        return None if not up and line.number in committed else data

    wired.line.behave = behave
    assert wired.asks_for_link("second") == 503
    assert committed
    time.sleep(0.2)
    assert wired.links() == (there, there)
    assert wired.asks_for_link("third") == 200
    assert wired.links() == (there + 1, there + 1)


def test_a_line_that_is_dead_without_a_word_is_given_up_and_another_taken(wired: Wired) -> None:
    """As when a firewall has forgotten it: what is sent into it is never answered, and new ones work."""
    with ThreadPoolExecutor(6) as people:
        assert set(people.map(wired.asks_for_link, [f"warm{number}" for number in range(6)])) == {200}
        dead = len(wired.line.lines)

        def behave(line: Line, _up: bool, data: bytes) -> bytes | None:
            if line.number <= dead:
                line.over.wait()
                return None
            return data

        wired.line.behave = behave
        began = time.monotonic()
        statuses = list(people.map(wired.asks_for_link, [f"person{number}" for number in range(6)]))
        took = time.monotonic() - began
    assert set(statuses) == {200}, "nobody is told: the next line does it"
    assert took < HEALED + 1
    assert wired.asks_for_link("after") == 200
    mails, links = wired.links()
    assert mails == links == 14
    reached("every connection to the database dead without a word", "the pool heals", f"all answered in {took:.1f} s")


def test_a_frozen_database_is_told_and_its_thaw_heals_all(wired: Wired) -> None:
    frozen = True

    def behave(line: Line, _up: bool, data: bytes) -> bytes | None:
        if frozen:
            line.over.wait()
            return None
        return data

    wired.line.behave = behave
    with ThreadPoolExecutor(6) as people:
        began = time.monotonic()
        waiting = [people.submit(wired.asks_for_link, f"person{number}") for number in range(6)]
        while wired.client.get("/healthz").status_code == 200 and not any(one.done() for one in waiting):
            time.sleep(0.1)
        told = time.monotonic() - began
        frozen = False
        thawed = time.monotonic()
        while wired.asks_for_link("after") != 200:
            assert time.monotonic() - thawed < HEALED
        healed = time.monotonic() - thawed
        assert {one.result() for one in waiting} <= {200, 503}
    assert 503 in {one.result() for one in waiting}
    assert told < 10
    assert healed < HEALED
    mails, links = wired.links()
    assert mails == links
    reached("database frozen", "503, then the pool heals", f"told after {told:.1f} s, back after {healed:.1f} s")


def test_what_waits_too_long_for_another_is_told_to_come_back(wired: Wired, cluster: Cluster) -> None:
    """Somebody holds a lock: the statement ends by itself, and its connection is still of use."""
    with by_hand(wired.app.state.engine) as connection:
        connection.execute(sa.text("LOCK TABLE outgoing_mail IN ACCESS EXCLUSIVE MODE"))
        assert wired.asks_for_link("second") == 503
    lines = len(wired.line.lines)
    assert wired.asks_for_link("third") == 200
    assert len(wired.line.lines) == lines
    assert wired.links() == (2, 2)
