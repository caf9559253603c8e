"""The engine: SQLite shipped as a dependency (WAL, FULL, immediate writers) or PostgreSQL."""

import errno
import itertools
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pysqlite3.dbapi2  # type: ignore[import-untyped]
import sqlalchemy as sa
from psycopg.pq import TransactionStatus
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql import visitors
from sqlmodel import Session

from app.domain.access import EVERY_CITY, Cities
from app.models.belonging import BY_COLUMN, OF_A_CITY

SQLITE_FLOOR = (3, 51, 3)
"""Below it a WAL database used over two connections can be corrupted."""

PATIENCE = 4
"""Seconds that one statement of a page may take on PostgreSQL, waiting for locks included."""
PING = 2
"""Seconds in which a connection that has rested shows that it still is one; else all that rest are made anew."""

AS_WRITER = {"kipina_write": True}
"""Execution options of whoever will write: SQLite is told so at the beginning."""

# A peer that vanished without a word is given up within about six seconds, by us and by the server: it would keep the
# locks of a change that nobody will end.
_WATCHED: dict[str, Any] = {
    "connect_timeout": 3, "tcp_user_timeout": 5_000, "keepalives_idle": 3, "keepalives_interval": 1,
    "keepalives_count": 3,
    "options": "-c tcp_user_timeout=5000 -c tcp_keepalives_idle=3 -c tcp_keepalives_interval=1 "
               "-c tcp_keepalives_count=3 -c idle_in_transaction_session_timeout=60000",
}  # fmt: skip


class _Patient(psycopg.Connection[Any]):
    """A connection that does not wait for ever: a server, or a line to it, may freeze and yet not be gone."""

    patience: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:  # no answer: it will never be of use again
                self.pgconn.finish()
            raise


def make_engine(url: str, *, threads: int = 4, patience: float | None = None) -> sa.Engine:
    """An engine for a SQLAlchemy URL; for SQLite the folder is made and the version checked.

    `patience`: seconds for a statement on PostgreSQL; without it, as long as it takes, as for a backup.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        parsed = parsed.set(drivername="postgresql+psycopg")
        engine = sa.create_engine(
            parsed,
            pool_size=threads + 2,
            max_overflow=2,
            pool_timeout=30,
            pool_pre_ping=True,
            connect_args=_WATCHED,
            hide_parameters=True,
            json_deserializer=orjson.loads,
        )
        event.listen(engine, "do_connect", partial(_connect, patience))
        event.listen(engine, "checkin", partial(_be_patient, PING))
        event.listen(engine, "checkout", partial(_be_patient, patience and patience + 1))
        return engine
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


def _connect(patience: float | None, _dialect: Any, _record: Any, place: Any, options: dict[str, Any]) -> Any:
    if patience is None:
        return _Patient.connect(*place, **options)
    # The server gives up first, and the connection is still of use; only when it says nothing, we do, a second later.
    limited = f"{options['options']} -c statement_timeout={patience * 1000:.0f}"
    return _Patient.connect(*place, **{**options, "options": limited})


def _be_patient(seconds: float | None, connection: _Patient | None, *_: object) -> None:
    if connection is not None:
        connection.patience = seconds


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
    writes = connection.get_execution_options().get("kipina_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def above_policies(engine: sa.Engine) -> str:
    """Why the borders between cities would not hold for us in this database; nothing when they do."""
    if engine.dialect.name == "sqlite":
        return ""
    with engine.connect() as connection:
        above = sa.text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        is_superuser, bypasses = connection.execute(above).one()
    if not is_superuser and not bypasses:
        return ""
    return f"the database lets us in as a {'superuser' if is_superuser else 'role with BYPASSRLS'}"


# SQLSTATE: the server stops, has stopped, or starts; it has no connection to spare, or no time. None: not reached.
_GONE = frozenset({None, "57P01", "57P02", "57P03", "53300", "57014", "25P03"})
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


def is_deadlock(error: sa.exc.OperationalError) -> bool:
    """Were two waiting for each other, and this one undone so that the other could go on."""
    return getattr(error.orig, "sqlstate", None) == "40P01"


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


class QueryWithoutCity(RuntimeError):
    """A session that was not told its cities was asked for what belongs to one, or one of them for another's."""


class CitySession(Session):
    """A session that knows the cities whose rows it may touch. Until it is told, it may touch none.

    PostgreSQL enforces the same by row-level security (`migrations/versions/0003_rows_of_a_city.py`), and there also
    leaves out what a query of some cities forgot to leave out.
    """

    cities: Cities | None = None

    def enter(self, cities: Cities) -> None:
        """From now on these cities, and no others."""
        self.cities = cities
        if self.in_transaction():
            _tell_database(self, None, self.connection())

    @contextmanager
    def of_the_installation(self) -> Iterator[None]:
        """For writing what belongs to no city, such as a sign-in link; then the border stands again."""
        border = self.cities
        self.enter(EVERY_CITY)
        yield
        self.flush()
        self.cities = border  # a session that was told none is told none again
        if border is not None:
            self.enter(border)


def _tell_database(session: Session, _transaction: object, connection: sa.Connection) -> None:
    # For this transaction only, so that whoever borrows the connection next begins without a city.
    if not isinstance(session, CitySession) or session.cities is None or connection.dialect.name == "sqlite":
        return
    cities = "every" if session.cities == EVERY_CITY else "{" + ",".join(map(str, sorted(session.cities))) + "}"
    connection.execute(_TELL, {"cities": cities})


_TELL = sa.text("SELECT set_config('kipina.cities', :cities, true)")


def _refuse_without_city(asked: ORMExecuteState) -> None:
    session = asked.session
    if isinstance(session, CitySession) and session.cities is None and (of_city := _tables_of_a_city(asked.statement)):
        raise QueryWithoutCity(f"a query without a city: {', '.join(of_city)}")


@lru_cache(maxsize=64)  # the few statements that run before a city is known
def _tables_of_a_city(statement: Any) -> list[str]:
    if isinstance(statement, sa.TextClause):
        return sorted(OF_A_CITY.intersection(re.findall(r"\w+", statement.text)))
    tables = (one.name for one in visitors.iterate(statement) if isinstance(one, sa.Table))
    return sorted(OF_A_CITY.intersection(tables))


def _refuse_other_city(session: Session, _flush: object, _rows: object) -> None:
    """What is written as a whole row is looked at on SQLite too, where no policy of the database stands."""
    if not isinstance(session, CitySession) or session.cities == EVERY_CITY:
        return
    for row in itertools.chain(session.new, session.dirty, session.deleted):
        table = row.__tablename__
        if table in OF_A_CITY and session.cities is None:
            raise QueryWithoutCity(f"a row without a city: {table}")
        column = BY_COLUMN.get(table, "")
        of_all = column == "chain" and row.__dict__.get(column) == 0
        if column in row.__dict__ and row.__dict__[column] not in (session.cities or ()) and not of_all:
            raise QueryWithoutCity(f"a row of another city: {table}")


event.listen(CitySession, "after_begin", _tell_database)
event.listen(CitySession, "do_orm_execute", _refuse_without_city)
event.listen(CitySession, "before_flush", _refuse_other_city)


class ReadSession(CitySession):
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


class WriteSession(CitySession):
    """A session of one change; `writing` commits it."""


# SQLite has one writer at a time: queueing in the process is fairer and several times faster than in the database.
_writers = threading.Lock()


@contextmanager
def reading(engine: sa.Engine, cities: Cities | None) -> Iterator[ReadSession]:
    """A read session over one consistent snapshot, of these cities; with None it has to be told before it reads."""
    with ReadSession(engine, autoflush=False) as session:
        session.cities = cities
        yield session


@contextmanager
def one_moment(engine: sa.Engine) -> Iterator[ReadSession]:
    """A read session that sees the database of one moment, however long it reads and whoever writes meanwhile."""
    if engine.dialect.name != "sqlite":  # there one statement sees one moment, unless told otherwise
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with reading(engine, EVERY_CITY) as session:
        yield session


@contextmanager
def writing(engine: sa.Engine, cities: Cities | None) -> Iterator[WriteSession]:
    """A write session of these cities that commits at the end, or rolls back when anything is raised."""
    if engine.dialect.name != "sqlite":
        with WriteSession(engine) as session:
            session.cities = cities
            yield session
            session.commit()
        return
    with _writers, WriteSession(engine.execution_options(**AS_WRITER)) as session:
        session.cities = cities
        yield session
        session.commit()
