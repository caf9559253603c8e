"""Brings a database to the newest tables."""

import random
import time
from pathlib import Path

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.adapters.database import AS_WRITER

MIGRATIONS_DIR = Path(__file__).parent.parent.parent / "migrations"
LOCK_PATIENCE = 500
"""Milliseconds to wait for a table; the pages that ask for it meanwhile wait, too."""
ATTEMPTS = 60


def config(connection: sa.Connection | None = None) -> Config:
    """Alembic's settings, over a connection of ours."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS_DIR))
    settings.set_main_option("path_separator", "os")
    if connection is not None:
        settings.attributes["connection"] = connection
    return settings


def lacking(engine: sa.Engine) -> str:
    """Why the database cannot be worked with; nothing when it can.

    A newer database is no fault: the old version serves on while the new one is being put in its place.
    """
    scripts = ScriptDirectory.from_config(config())
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_heads()
    except sa.exc.SQLAlchemyError:
        return "the database does not answer"
    known = {script.revision for script in scripts.walk_revisions("base", "heads")}
    newer = found and not known.issuperset(found)
    return "" if newer or set(found) == set(scripts.get_heads()) else "the tables are not those of this version"


def upgrade(engine: sa.Engine) -> list[str]:
    """Run what is missing; returns the revisions that were run, oldest first.

    Others are at work meanwhile: a table that somebody holds is not waited for with everybody queueing behind, but let
    go and tried again a little later. Of several who start at once one does it.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _upgrade(engine)
        except sa.exc.OperationalError as failure:
            if not isinstance(failure.orig, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
                raise
            time.sleep(1 + random.random())  # noqa: S311  nobody gains by guessing it
    return _upgrade(engine)


def _upgrade(engine: sa.Engine) -> list[str]:
    with engine.execution_options(**AS_WRITER).begin() as connection:
        if connection.dialect.name != "sqlite":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('kipina migrate'))"))
            connection.execute(sa.text("SELECT set_config('kipina.cities', 'every', true)"))
            connection.execute(sa.text(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE}ms'"))
        scripts = ScriptDirectory.from_config(config())
        before = MigrationContext.configure(connection).get_current_revision()
        wanted = [script.revision for script in scripts.walk_revisions("base", "heads")][::-1]
        missing = wanted[wanted.index(before) + 1 :] if before else wanted
        if missing:
            command.upgrade(config(connection), "head")
    return missing
