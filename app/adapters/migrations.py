"""Brings a database to the newest tables."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

MIGRATIONS_DIR = Path(__file__).parent.parent.parent / "migrations"


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
    """Run what is missing; returns the revisions that were run, oldest first."""
    scripts = ScriptDirectory.from_config(config())
    with engine.connect() as connection:
        before = MigrationContext.configure(connection).get_current_revision()
    wanted = [script.revision for script in scripts.walk_revisions("base", "heads")][::-1]
    missing = wanted[wanted.index(before) + 1 :] if before else wanted
    if missing:
        with engine.begin() as connection:
            if connection.dialect.name != "sqlite":
                connection.execute(sa.text("SELECT set_config('kipina.cities', 'every', true)"))
            command.upgrade(config(connection), "head")
    return missing
