"""The engine: SQLite shipped as a dependency (WAL, FULL, immediate writers) or PostgreSQL."""

import errno
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pysqlite3.dbapi2  # type: ignore[import-untyped]
import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session

SQLITE_FLOOR = (3, 51, 3)
"""Below it a WAL database used over two connections can be corrupted."""

_WRITE = "kipina_write"


def make_engine(url: str, *, threads: int = 4) -> sa.Engine:
    """An engine for a SQLAlchemy URL; for SQLite the folder is made and the version checked."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        parsed = parsed.set(drivername="postgresql+psycopg")
        return sa.create_engine(
            parsed,
            pool_size=threads + 2,
            max_overflow=2,
            pool_timeout=30,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 3},
            hide_parameters=True,
            json_deserializer=orjson.loads,
        )
    if pysqlite3.dbapi2.sqlite_version_info < SQLITE_FLOOR:
        message = f"SQLite {pysqlite3.dbapi2.sqlite_version} is too old"
        raise RuntimeError(message)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        parsed.set(drivername="sqlite+pysqlite"),
        module=pysqlite3.dbapi2,
        pool_size=threads + 2,
        hide_parameters=True,
        json_deserializer=orjson.loads,  # most texts are JSON: a third of the time of a list went into reading them
        connect_args={"timeout": 15, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "reset", _end_transaction)
    return engine


def _prepare_connection(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")


def _end_transaction(connection: sqlite3.Connection, _record: object, _state: object) -> None:
    # A COMMIT that fails leaves its transaction open, and nobody rolls it back: the next to borrow would be inside it.
    if connection.in_transaction:
        connection.rollback()


def _begin(connection: sa.Connection) -> None:
    # A writer that starts deferred meets SQLITE_BUSY when it upgrades; an immediate one waits its turn.
    writes = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


# SQLSTATE: the server stops, has stopped, or starts; it has no connection to spare. None: it was not reached.
_GONE = frozenset({None, "57P01", "57P02", "57P03", "53300"})
_GONE_SQLITE = frozenset({"unable to open database file", "database is locked"})


def is_gone(error: BaseException) -> bool:
    """Is it because the database does not answer."""
    if isinstance(error, sa.exc.TimeoutError):
        return True  # no connection of ours became free
    if not isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError):
        return False
    state = getattr(error.orig, "sqlstate", "sqlite")
    if state == "sqlite":
        return str(error.orig) in _GONE_SQLITE
    return error.connection_invalidated or state in _GONE or str(state).startswith("08")


def is_full(error: BaseException) -> bool:
    """Is it because a disk is full, that of the database or of the files."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    orig = getattr(error, "orig", None)
    return getattr(orig, "sqlstate", None) == "53100" or str(orig) == "database or disk is full"


def change_mark(engine: sa.Engine) -> Callable[[], object]:
    """A quick look whether anything may have been written since: the mark it gives differs then.

    SQLite says so itself, in microseconds. For PostgreSQL the mark is the second, so what a page remembers is asked
    after again once a second.
    """
    if engine.dialect.name != "sqlite":
        return lambda: int(time.monotonic())
    path = str(engine.url.database)
    lock = threading.Lock()
    kept: list[Any] = []

    def mark() -> object:
        with lock:
            if not kept:
                kept.append(pysqlite3.dbapi2.connect(path, isolation_level=None, check_same_thread=False))
            return kept[0].execute("PRAGMA data_version").fetchone()[0]

    return mark


class ReadSession(Session):
    """A session that cannot write: pages that only show something get no other."""

    def flush(self, objects: Any = None) -> None:
        """Refuse when anything was changed."""
        if self.new or self.dirty or self.deleted:
            message = "a read session was asked to write"
            raise RuntimeError(message)
        super().flush(objects)

    def commit(self) -> None:
        """Refuse."""
        message = "a read session was asked to commit"
        raise RuntimeError(message)


def snapshot_mark(session: Session) -> object:
    """For PostgreSQL what the session sees now: the mark is the same as long as no change was begun or ended.

    None for SQLite, where `change_mark` tells as much without a question to the database.
    """
    if session.get_bind().dialect.name == "sqlite":
        return None
    return session.execute(sa.text("SELECT CAST(pg_current_snapshot() AS text)")).scalar_one()


class WriteSession(Session):
    """A session of one change; `writing` commits it."""


# SQLite has one writer at a time: queueing in the process is fairer and several times faster than in the database.
_writers = threading.Lock()


@contextmanager
def reading(engine: sa.Engine) -> Iterator[ReadSession]:
    """A read session over one consistent snapshot."""
    with ReadSession(engine, autoflush=False) as session:
        yield session


@contextmanager
def one_moment(engine: sa.Engine) -> Iterator[ReadSession]:
    """A read session that sees the database of one moment, however long it reads and whoever writes meanwhile."""
    if engine.dialect.name != "sqlite":  # there one statement sees one moment, unless told otherwise
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with reading(engine) as session:
        yield session


@contextmanager
def writing(engine: sa.Engine) -> Iterator[WriteSession]:
    """A write session that commits at the end, or rolls back when anything is raised."""
    if engine.dialect.name != "sqlite":
        with WriteSession(engine) as session:
            yield session
            session.commit()
        return
    with _writers, WriteSession(engine.execution_options(**{_WRITE: True})) as session:
        yield session
        session.commit()
