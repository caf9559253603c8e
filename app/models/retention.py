"""What may not go, and what is about to go."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.retention import Kind
from app.models.columns import enum_of, key, moment, moment_or_none, ref, ref_or_none


class Hold(SQLModel, table=True):
    """A legal hold: nothing of an event, of an application or of a case goes until it is lifted.

    With `application_id` it lies on that application of the event, with `case_id` on that case of the application.
    """

    __tablename__ = "hold"
    __table_args__: ClassVar = (
        sa.CheckConstraint("case_id is null or application_id is not null", name="case_of_application"),
        sa.CheckConstraint("reason != ''", name="reason"),
        sa.CheckConstraint("(lifted_at is null) = (lift_reason = '')", name="lifted_with_reason"),
    )

    id: int = key()
    city_id: int = ref("city.id")
    event_id: int = ref("event.id")
    application_id: int | None = ref_or_none("application.id")
    case_id: int | None = ref_or_none("follow_up_case.id")
    reason: str
    placed_at: datetime = moment()
    placed_by: int | None = ref_or_none("person.id", index=False)
    lifted_at: datetime | None = moment_or_none()
    lifted_by: int | None = ref_or_none("person.id", index=False)
    lift_reason: str = ""


class Removal(SQLModel, table=True):
    """One kind of data of one event will go, and its city's organizers have been told; later, that it has gone.

    It ends without removing anything when nothing is due any more: a hold was placed, or the period made longer.
    """

    __tablename__ = "removal"
    __table_args__: ClassVar = (
        sa.Index(
            "uq_removal_open",
            "event_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: int = key()
    city_id: int = ref("city.id")
    event_id: int = ref("event.id")
    kind: Kind = Field(sa_type=enum_of(Kind))
    announced_at: datetime = moment()
    due_at: datetime = moment()
    ended_at: datetime | None = moment_or_none()
    removed: int = 0
    """How many rows went."""
