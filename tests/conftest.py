"""What every test can ask for: a database on either server, a cast of people, and a strict client."""

import gc
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.adapters import clock, migrations
from app.adapters.database import WriteSession, make_engine, writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.main import create_app
from app.models import Person
from app.web import session as web_session
from app.web.remembered import Answers
from tests.bucket import BucketServer
from tests.postgres import Cluster
from tests.strict import StrictClient
from tests.world import NOW, World

BOTH = ("services", "queries")
"""Folders whose tests run on SQLite and on PostgreSQL."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the database half of the suite on both servers, and what says so: `ON_BOTH_DATABASES = True`."""
    if "backend" in metafunc.fixturenames:
        both = metafunc.definition.path.parent.name in BOTH or hasattr(metafunc.module, "ON_BOTH_DATABASES")
        metafunc.parametrize("backend", ["sqlite", "postgresql"] if both else ["sqlite"], scope="session")


def pytest_collection_finish() -> None:
    """What is loaded now stays to the end: the collector need not look at it again and again, as where one serves."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL of our own, started when the first test needs it."""
    cluster = Cluster(tmp_path_factory.mktemp("postgres"))
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = make_engine(f"sqlite:///{path}")
    migrations.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def database_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated, empty database."""
    if backend == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        yield (url := cluster.fresh_database())
        cluster.drop(url)
        return
    path = tmp_path / "kipina.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    yield f"sqlite:///{path}"


@pytest.fixture(scope="session")
def bucket_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketServer]:
    """A server of buckets, started when the first test needs it."""
    server = BucketServer(tmp_path_factory.mktemp("buckets"))
    yield server
    server.stop()


@pytest.fixture
def store() -> str:
    """Where files are kept: in a folder. A module that is to run on both says so: `pytestmark = ON_BOTH_STORES`."""
    return "folder"


@pytest.fixture
def settings(database_url: str, tmp_path: Path, store: str, request: pytest.FixtureRequest) -> Settings:
    """Settings of an installation at a loopback address."""
    bucket = request.getfixturevalue("bucket_server").settings() if store == "bucket" else {}
    return Settings(
        database_url=database_url, files=tmp_path / "files", base_url="http://testserver", secret_key="test-key",
        **bucket,
    )  # fmt: skip


@pytest.fixture
def app(settings: Settings) -> Iterator[FastAPI]:
    """The app over that database."""
    app = create_app(settings)
    yield app
    app.state.engine.dispose()


@pytest.fixture
def engine(app: FastAPI) -> sa.Engine:
    """Its engine."""
    engine: sa.Engine = app.state.engine
    return engine


@pytest.fixture
def queries(app: FastAPI, engine: sa.Engine) -> Callable[[], int]:
    """`queries()` tells how many statements have run since it was last asked, and empties the memory of the app."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().split(maxsplit=1)[0].upper() in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}:
            seen.append(statement)

    def since() -> int:
        many = len(seen)
        seen.clear()
        app.state.answers = Answers()
        return many

    sa.event.listen(engine, "before_cursor_execute", note)
    return since


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[WriteSession]:
    """A write session that is never committed by itself: for services and queries."""
    with WriteSession(engine) as session:
        session.enter(EVERY_CITY)
        yield session


@pytest.fixture
def world(engine: sa.Engine, settings: Settings) -> World:
    """Makes cities, people, events … through the services, each in a transaction of its own."""
    return World(engine, settings)


@pytest.fixture
def now() -> datetime:
    """The moment at which the world's events are made."""
    return NOW


@pytest.fixture
def client(app: FastAPI) -> Iterator[StrictClient]:
    """A browser that nobody has signed in with."""
    with StrictClient(app) as client:
        yield client


@pytest.fixture
def sign_in(app: FastAPI, engine: sa.Engine, settings: Settings) -> Iterator[Callable[[Person], StrictClient]]:
    """`sign_in(person)` gives a browser of that person's own."""
    opened: list[StrictClient] = []

    def open_browser(person: Person) -> StrictClient:
        with writing(engine, EVERY_CITY) as session:
            token = web_session.begin(session, person.id, clock.now())
        client = StrictClient(app)
        client.__enter__()
        client.cookies.set(settings.session_cookie, token)
        opened.append(client)
        return client

    yield open_browser
    for client in opened:
        client.__exit__(None, None, None)
