"""Jurors, what they may not judge, and what they scored."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.conflict import Ground, Source
from app.models.columns import enum_of, key, moment, moment_or_none, ref, ref_or_none


class JurySeat(SQLModel, table=True):
    """A place on the panel of an event, or of one challenge only."""

    __tablename__ = "jury_seat"
    __table_args__: ClassVar = (sa.UniqueConstraint("event_id", "person_id", "challenge_id"),)

    id: int = key()
    event_id: int = ref("event.id")
    person_id: int = ref("person.id")
    challenge_id: int | None = ref_or_none("challenge.id")
    created_at: datetime = moment()


class Assignment(SQLModel, table=True):
    """This juror reads this application."""

    __tablename__ = "assignment"
    __table_args__: ClassVar = (sa.UniqueConstraint("application_id", "person_id"),)

    id: int = key()
    application_id: int = ref("application.id", index=False)
    person_id: int = ref("person.id")
    created_at: datetime = moment()


class Conflict(SQLModel, table=True):
    """A conflict of interest of a juror or official in one application (434/2003 §28)."""

    __tablename__ = "conflict"
    __table_args__: ClassVar = (sa.UniqueConstraint("application_id", "person_id"),)

    id: int = key()
    application_id: int = ref("application.id", index=False)
    person_id: int = ref("person.id")
    ground: Ground = Field(sa_type=enum_of(Ground))
    note: str = ""
    source: Source = Field(sa_type=enum_of(Source))
    declared_by: int | None = ref_or_none("person.id", index=False)
    declared_at: datetime = moment()


class ScoreSheet(SQLModel, table=True):
    """One juror on one application. A private note (621/1999 §5) until `submitted_at`."""

    __tablename__ = "score_sheet"
    __table_args__: ClassVar = (sa.UniqueConstraint("application_id", "person_id"),)

    id: int = key()
    application_id: int = ref("application.id", index=False)
    person_id: int = ref("person.id")
    application_version: int = 1
    """The revision that was read."""
    comment_jury: str = ""
    comment_company: str = ""
    submitted_at: datetime | None = moment_or_none()
    updated_at: datetime = moment()
    version: int = 1


class Score(SQLModel, table=True):
    """One figure on a sheet; a criterion without a row was not scored."""

    __tablename__ = "score"
    __table_args__: ClassVar = (sa.CheckConstraint("value >= 0", name="value_positive"),)

    sheet_id: int = Field(primary_key=True, foreign_key="score_sheet.id", ondelete="CASCADE")
    criterion_id: int = Field(primary_key=True, foreign_key="criterion.id")
    value: int
