"""The one clock that decides. Domain and services are given the moment; only the edges ask for it.

On PostgreSQL it is the clock of the database: servers and workers on several machines then agree about a deadline and
about whose turn it is, however wrong their own clocks are. SQLite lies on this very machine.
"""

import time
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

AGAIN = 60
"""Seconds after which the database is asked anew."""
SLOW = 0.5
"""Seconds: an answer that took longer is too uncertain to go by, unless there is none before it."""

_known: list[tuple[datetime, float]] = []
"""What the database said last, and the reading of our own stop-watch at that moment."""


def now() -> datetime:
    """The present moment, aware, UTC."""
    if not _known:
        return datetime.now(UTC)
    moment, at = _known[-1]
    return moment + timedelta(seconds=time.monotonic() - at)


def follow(engine: sa.Engine) -> None:
    """Ask the database what time it is; to be done at the start and every `AGAIN` seconds."""
    if engine.dialect.name == "sqlite":
        return
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))  # what opens the transaction is not measured
        asked = time.monotonic()
        moment = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
        answered = time.monotonic()
    if answered - asked < SLOW or not _known:
        _known[:] = [(moment.astimezone(UTC), (asked + answered) / 2)]


def ahead() -> float:
    """By how many seconds the clock of this machine is ahead of the one that decides."""
    return (datetime.now(UTC) - now()).total_seconds()
