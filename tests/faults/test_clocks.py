"""Clocks that are wrong, and the nights on which the clocks of people change: real processes under a shifted clock."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from app.adapters import clock
from app.adapters.database import make_engine, writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.main import create_app
from app.models import Application, Event
from app.services import outbox
from app.services.jobs import LEASE
from app.web import session as web_session
from tests.faults.figures import reached
from tests.faults.processes import ROOT, environment_of, free_port, running, wait_for
from tests.faults.sink import sink
from tests.postgres import Cluster, by_hand
from tests.world import ZONE, World

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


@contextmanager
def serving(settings: Settings, wrong: str) -> Iterator[int]:
    """`kipina serve` under a clock that is shifted ("+10m") or set ("@2026-10-25 00:40:00", UTC)."""
    port = free_port()
    settings = settings.model_copy(update={"base_url": f"http://127.0.0.1:{port}"})
    with running(shifted(settings, wrong), "serve", "--port", str(port)):
        yield port


def shifted(settings: Settings, wrong: str) -> dict[str, str]:
    return environment_of(settings) | {
        "LD_PRELOAD": str(LIBRARY), "FAKETIME": wrong, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"
    }  # fmt: skip


@dataclass(frozen=True)
class Draft:
    application: Application
    token: str

    def is_sent_in(self, port: int) -> int:
        """The status of the answer to the button, pressed on this server."""
        place = f"/fi/company/applications/{self.application.id}/submission"
        csrf = re.findall(r'name="csrf" value="([^"]+)"', page_of(port, "/fi/profile", self.token))[0]
        headers = {"Cookie": f"kipina={self.token}", "Content-Type": "application/x-www-form-urlencoded"}
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as line:
            line.request("POST", place, urlencode({"csrf": csrf}), headers)
            return line.getresponse().status


def page_of(port: int, path: str, token: str = "") -> str:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        line.request("GET", path, headers={"Cookie": f"kipina={token}"} if token else {})
        return line.getresponse().read().decode()


def draft(world: World, event: Event, now: datetime) -> Draft:
    application = world.application(world.challenge(event, f"Haaste {now}"), state=State.DRAFT)
    with writing(world.engine, EVERY_CITY) as session:
        return Draft(application, web_session.begin(session, world.person_of(application).id, now))


def call_closing(world: World, at: datetime) -> Event:
    event = world.event(
        world.city(f"tampere{at:%d%H%M}"), call_opens_at=at - 5 * DAY, call_closes_at=at, jury_opens_at=at + DAY,
        day_starts_at=at + 30 * DAY, day_ends_at=at + 30 * DAY + 8 * HOUR,
    )  # fmt: skip
    with world.change() as session:
        event = session.get_one(Event, event.id)
        event.published_at = at - 6 * DAY
        return event


@pytest.fixture
def shared(cluster: Cluster, tmp_path: Path) -> Iterator[tuple[Settings, World]]:
    """A PostgreSQL for several servers and workers. Its clock is right."""
    with sink() as mails:
        settings = Settings(
            database_url=cluster.fresh_database(), files=tmp_path, secret_key="test-key",
            smtp_url=f"smtp://127.0.0.1:{mails.port}",
        )  # fmt: skip
        app = create_app(settings)
        yield settings, World(app.state.engine, settings)
        app.state.engine.dispose()


def test_however_wrong_the_clocks_of_servers_are_there_is_one_verdict(shared: tuple[Settings, World]) -> None:
    settings, world = shared
    now = datetime.now(UTC)
    still_open, closed = call_closing(world, now + 5 * MINUTE), call_closing(world, now - 5 * MINUTE)
    with serving(settings, "+10m") as ahead, serving(settings, "-10m") as behind:
        for port in (ahead, behind):
            wait_for(port)
        verdicts = [
            (draft(world, still_open, now).is_sent_in(port), draft(world, closed, now).is_sent_in(port))
            for port in (ahead, behind)
        ]
    assert verdicts == [(303, 409), (303, 409)]
    with by_hand(world.engine) as connection:
        receipts = connection.scalars(sa.text("SELECT receipt_at FROM application WHERE receipt_at IS NOT NULL")).all()
    assert len(receipts) == 2
    assert all(timedelta(0) < receipt - now < MINUTE for receipt in receipts)
    reached(
        "two servers, ten minutes ahead and behind",
        "one clock decides",
        f"{len(verdicts) * 2} verdicts about two deadlines, all as the database's clock says",
    )


def test_a_worker_that_is_behind_sends_at_once_and_one_that_is_ahead_takes_nothing_over(
    shared: tuple[Settings, World],
) -> None:
    settings, world = shared
    now = datetime.now(UTC)
    with sink() as mails:
        told = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{mails.port}"})
        with world.change() as session:
            for name, claimed in (("waits", timedelta(0)), ("claimed", LEASE)):
                mail = outbox.queue(
                    session, "sign_in", to_email=f"{name}@example.org", to_name="", language="fi", now=now, zone=ZONE,
                    context={"token": name, "minutes": 10},
                )  # fmt: skip
                mail.due_at = now + claimed
        for wrong in ("-10m", "+10m"):
            once = [sys.executable, "-m", "app.cli", "worker", "--once"]
            subprocess.run(once, cwd=ROOT, env={**os.environ, **shifted(told, wrong)}, check=True, timeout=60)
    assert [to for _, _, to, _ in mails.taken] == ["waits@example.org"]


# In Helsinki 3.59 is followed by 3.00 on the one night, 2.59 by 4.00 on the other.
NIGHTS = {
    "the hour that comes twice, before the second 3.30": ("@2026-10-25 00:40:00", 25, "01:30", 303, "3.30 (UTC+0200)"),
    "the hour that comes twice, after it": ("@2026-10-25 01:31:00", 25, "01:30", 409, "3.30 (UTC+0200)"),
    "the hour that does not come, a minute before it": ("@2026-03-29 00:55:00", 29, "01:10", 303, "4.10"),
    "the hour that does not come, after it": ("@2026-03-29 01:11:00", 29, "01:10", 409, "4.10"),
}


@pytest.mark.parametrize("night", NIGHTS)
def test_on_the_nights_when_clocks_change_the_moment_decides(
    night: str, settings: Settings, world: World, engine: sa.Engine
) -> None:
    start, day, closes, verdict, shown = NIGHTS[night]
    at = datetime.fromisoformat(f"2026-{'10' if day == 25 else '03'}-{day}T{closes}:00+00:00")
    event = call_closing(world, at)
    now = datetime.fromisoformat(f"{start[1:]}+00:00")
    sent = draft(world, event, now)
    with serving(settings, start) as port:
        wait_for(port)
        page = page_of(port, f"/fi/company/applications/{sent.application.id}", sent.token)
        assert shown in page.replace("\xa0", " ")
        assert sent.is_sent_in(port) == verdict
    reached(f"{night}: the deadline is {shown}", "the moment decides", "taken" if verdict == 303 else "too late")


def test_the_database_says_what_time_it_is(cluster: Cluster) -> None:
    engine = make_engine(cluster.fresh_database())
    clock.follow(engine)
    assert abs(clock.ahead()) < 1
    engine.dispose()
