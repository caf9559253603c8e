"""Files that no row names: what a crash leaves behind between the writing of a file and the commit of its row."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.adapters import files
from app.adapters.database import reading
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.models.columns import STORED_FILE

AGE = timedelta(days=1)
"""Younger files may still get their row: the change that they belong to may not be committed yet."""


def named_files() -> Any:
    """The names of all files that rows name."""
    columns = (column for table in SQLModel.metadata.sorted_tables for column in table.columns)
    named = [sa.select(column).where(column.is_not(None)) for column in columns if column.info.get(STORED_FILE)]
    return sa.union(*named)


def find(engine: sa.Engine, settings: Settings, now: datetime) -> list[str]:
    """The names of the files that have lain in the store for a day without a row."""
    # The store before the rows: what gets its row meanwhile is seen to have it.
    old = set(files.stored_before(settings, now - AGE))
    with reading(engine, EVERY_CITY) as session:
        old.difference_update(session.execute(named_files()).scalars())
    return sorted(old)


def remove(settings: Settings, names: list[str], now: datetime) -> None:
    """Remove them, and whatever was half written as long ago."""
    for name in names:
        files.remove(settings, name)
    files.remove_half_written(settings, now - AGE)
