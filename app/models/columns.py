"""Column types shared by the tables, and the naming convention that gives every constraint a stable name."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.localized import Localized

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

STORED_FILE = "stored_file"
"""The mark of a column that names files in the store."""


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware moment, stored as UTC. A naive value is a programming error."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """To the database: SQLite keeps no zone, so the UTC value goes in without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a moment needs a time zone"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """From the database: always aware, always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class LocalizedText(sa.TypeDecorator[Localized]):
    """A `Localized` kept as a JSON object of its written languages."""

    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: Localized | None, dialect: sa.Dialect) -> dict[str, str]:  # noqa: ARG002
        """To the database."""
        return (value or Localized()).as_dict()

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Localized:  # noqa: ARG002
        """From the database."""
        return Localized.of(value)


def enum_of(kind: type[StrEnum], name: str | None = None) -> sa.Enum:
    """A column of an enum's values with a CHECK, so that the database refuses an unknown one.

    `name` tells the constraints of two such columns of one table apart.
    """
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=name or kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def key() -> Any:
    """An integer primary key; the database gives its value at the first flush."""
    return Field(default=None, primary_key=True)


def ref(target: str, *, index: bool = True, on_delete: str | None = None) -> Any:
    """A required foreign key."""
    return Field(foreign_key=target, index=index, ondelete=on_delete)  # type: ignore[call-overload]


def ref_or_none(target: str, *, index: bool = True) -> Any:
    """An optional foreign key."""
    return Field(default=None, foreign_key=target, index=index)


def stored_file(*, unique: bool = False) -> Any:
    """The name of a file in the store. So marked, its file is backed up, and no sweep takes it for a stray."""
    return Field(unique=unique, sa_column_kwargs={"info": {STORED_FILE: True}})


def stored_file_or_none() -> Any:
    """The same where there may be no file."""
    return Field(default=None, sa_column_kwargs={"info": {STORED_FILE: True}})


def localized() -> Any:
    """A text in the city's languages; empty when nothing is written yet."""
    return Field(default_factory=Localized, sa_type=LocalizedText, nullable=False)


def moment() -> Any:
    """A required moment."""
    return Field(sa_type=UtcDateTime, nullable=False)


def moment_or_none() -> Any:
    """A moment that may be unset."""
    return Field(default=None, sa_type=UtcDateTime, nullable=True)
