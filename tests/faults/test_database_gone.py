"""The database stops and comes back: who asks meanwhile is told so, and nobody has to start anything again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.config import Settings
from app.main import create_app
from tests.faults.figures import reached
from tests.faults.processes import Nursery, environment_of
from tests.faults.sink import sink
from tests.postgres import Cluster, by_hand
from tests.strict import StrictClient, form_of


@pytest.fixture
def on_postgres(cluster: Cluster, tmp_path: Path) -> Iterator[FastAPI]:
    """The app on a PostgreSQL that can be stopped."""
    app = create_app(
        Settings(
            database_url=cluster.fresh_database(), files=tmp_path / "files", base_url="http://testserver",
            secret_key="test-key", metrics_token="watch",
        )
    )  # fmt: skip
    yield app
    app.state.engine.dispose()


@contextmanager
def stopped(cluster: Cluster) -> Iterator[None]:
    """As when a server is restarted: open connections are cut."""
    cluster.stop("fast")
    try:
        yield
    finally:
        cluster.start()


def told(answer: Any) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) <= 5
    assert answer.headers["cache-control"] == "no-store"
    assert "/fi" in answer.text
    assert "Kipinä" in answer.text
    for word in ("psycopg", "SELECT", "127.0.0.1", "Traceback"):
        assert word not in answer.text


def test_while_it_is_gone_every_page_says_so_and_its_return_heals_all(on_postgres: FastAPI, cluster: Cluster) -> None:
    with StrictClient(on_postgres) as client:
        form, _ = form_of(client.get("/sign-in").text)
        assert client.get("/readyz").text == "ok"
        with stopped(cluster):
            told(client.post("/sign-in", data=form | {"email": "maija@example.org"}))
            told(client.get("/tampere"))
            client.cookies.set(on_postgres.state.settings.session_cookie, "whoever")
            told(client.get("/tasks"))
            client.cookies.delete(on_postgres.state.settings.session_cookie)
            assert client.get("/healthz").status_code == 200, "the process is not to be killed for it"
            ready = client.get("/readyz")
            assert (ready.status_code, ready.headers["retry-after"]) == (503, "5")
            figures = client.get("/metrics", headers={"Authorization": "Bearer watch"}).text
            assert "kipina_database_up{" in figures
            assert next(line for line in figures.splitlines() if line.startswith("kipina_database_up")).endswith(" 0")
        back = time.monotonic()
        while (answer := client.post("/sign-in", data=form | {"email": "maija@example.org"})).status_code != 200:
            assert time.monotonic() - back < 5, answer.status_code
        healed = time.monotonic() - back
        reached("database gone", "503 with Retry-After; the pool heals", f"back after {healed:.2f} s (at most 5)")
        assert client.get("/readyz").status_code == 200
        with by_hand(on_postgres.state.engine) as connection:
            sent = connection.execute(sa.text("SELECT count(*) FROM outgoing_mail")).scalar_one()
        assert sent == 1, "what was answered with 503 is not half there"


def test_a_restart_that_nobody_saw_is_seen_by_nobody(on_postgres: FastAPI, cluster: Cluster) -> None:
    """The connections of the pool are dead, and the first who borrows one is not to be told so."""
    with StrictClient(on_postgres) as client:
        form, _ = form_of(client.get("/sign-in").text)
        assert client.post("/sign-in", data=form | {"email": "maija@example.org"}).status_code == 200
        with stopped(cluster):
            pass
        assert client.post("/sign-in", data=form | {"email": "maija@example.org"}).status_code == 200


def test_the_worker_waits_for_it_and_goes_on(on_postgres: FastAPI, cluster: Cluster, nursery: Nursery) -> None:
    back = 0.0
    with sink() as mails, StrictClient(on_postgres) as client:
        nursery.environment = environment_of(on_postgres.state.settings, smtp_url=f"smtp://127.0.0.1:{mails.port}")
        form, _ = form_of(client.get("/sign-in").text)
        nursery.start("worker")
        for email, pause in (("before@example.org", None), ("after@example.org", 3)):
            if pause:
                with stopped(cluster):
                    time.sleep(pause)
            back = time.monotonic()
            assert client.post("/sign-in", data=form | {"email": email}).status_code == 200
            while email not in {to for _, _, to, _ in mails.taken}:
                assert time.monotonic() - back < 30
                time.sleep(0.05)
    reached("database gone: the worker", "the pool heals", f"goes on {time.monotonic() - back:.1f} s after its return")
    assert mails.times.total() == 2


def test_tables_of_an_older_version_are_not_ready_and_newer_ones_are(app: FastAPI, client: StrictClient) -> None:
    assert client.get("/readyz").status_code == 200
    for found, status in (("0000_old", 200), (None, 503)):
        with app.state.engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM alembic_version"))
            if found:
                connection.execute(sa.text("INSERT INTO alembic_version VALUES (:found)"), {"found": found})
        answer = client.get("/readyz")
        assert answer.status_code == status, found
        assert ("retry-after" in answer.headers) == (status == 503)
