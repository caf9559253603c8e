"""The day: places, sessions in the one working version, and what was released."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.localized import Localized
from app.domain.schedule import SessionKind
from app.models.columns import enum_of, key, localized, moment, moment_or_none, ref, ref_or_none, stored_file


class Place(SQLModel, table=True):
    """A stage, room or spot of an event; `map_x` and `map_y` are per cent of the map, from top left."""

    __tablename__ = "place"

    id: int = key()
    event_id: int = ref("event.id")
    name: Localized = localized()
    capacity: int | None = None
    position: int = 0
    map_x: int | None = None
    map_y: int | None = None


class ProgrammeSession(SQLModel, table=True):
    """An item of the day, as it is being worked on; the public sees released versions only."""

    __tablename__ = "programme_session"
    __table_args__: ClassVar = (
        sa.CheckConstraint("starts_at is null or ends_at is null or starts_at < ends_at", name="time_order"),
    )

    id: int = key()
    event_id: int = ref("event.id")
    kind: SessionKind = Field(sa_type=enum_of(SessionKind))
    title: Localized = localized()
    abstract: Localized = localized()
    place_id: int | None = ref_or_none("place.id")
    starts_at: datetime | None = moment_or_none()
    ends_at: datetime | None = moment_or_none()
    application_id: int | None = ref_or_none("application.id")
    challenge_id: int | None = ref_or_none("challenge.id", index=False)
    unit_id: int | None = ref_or_none("unit.id", index=False)
    people: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
    """Names of those who must be there."""
    stand: str = ""
    """The stand's number on the map."""
    map_x: int | None = None
    map_y: int | None = None
    """Where a stand is on the map, per cent from top left."""
    version: int = 1


class ProgrammeRelease(SQLModel, table=True):
    """A released version: the whole programme as it was told to the public, under its own name."""

    __tablename__ = "programme_release"
    __table_args__: ClassVar = (sa.UniqueConstraint("event_id", "name"), sa.UniqueConstraint("event_id", "number"))

    id: int = key()
    event_id: int = ref("event.id")
    number: int
    name: str
    comment: Localized = localized()
    content: dict[str, Any] = Field(sa_type=sa.JSON)
    """`app.domain.release` documents the shape."""
    released_at: datetime = moment()
    released_by: int | None = ref_or_none("person.id", index=False)


class Document(SQLModel, table=True):
    """A PDF made off the request path: one per release and language."""

    __tablename__ = "document"
    __table_args__: ClassVar = (sa.UniqueConstraint("release_id", "locale"),)

    id: int = key()
    release_id: int = ref("programme_release.id")
    locale: str
    stored_as: str = stored_file()
    size: int
    created_at: datetime = moment()
