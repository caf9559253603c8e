"""What leaves the house and what is remembered: outgoing mail, jobs for the worker, the audit trail."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.columns import UtcDateTime, enum_of, key, moment, moment_or_none, ref_or_none


class MailState(StrEnum):
    """HELD mails wait for a person to look at them, QUEUED ones for the worker."""

    HELD = "held"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class OutgoingMail(SQLModel, table=True):
    """A mail to exactly one person, written in the same transaction as what it tells of."""

    __tablename__ = "outgoing_mail"
    __table_args__: ClassVar = (sa.Index("ix_outgoing_mail_state_due_at", "state", "due_at"),)

    id: int = key()
    message_id: str = Field(unique=True)
    city_id: int | None = ref_or_none("city.id")
    event_id: int | None = ref_or_none("event.id", index=False)
    application_id: int | None = ref_or_none("application.id")
    kind: str
    """The template it was written from, such as `receipt`."""
    to_email: str = Field(index=True)
    to_name: str = ""
    locale: str
    subject: str
    body: str
    calendar: str = ""
    """An iCalendar attachment, when there is one."""
    state: MailState = Field(default=MailState.QUEUED, sa_type=enum_of(MailState))
    secret: bool = False
    """Carries a sign-in link: never shown to anybody but in demo mode."""
    created_at: datetime = moment()
    due_at: datetime = moment()
    attempts: int = 0
    sent_at: datetime | None = moment_or_none()
    last_error: str = ""


class RateCount(SQLModel, table=True):
    """How often something was done in one stretch of time. `key` is a keyed hash of what and by whom."""

    __tablename__ = "rate_count"

    key: str = Field(primary_key=True)
    ends_at: datetime = Field(sa_type=UtcDateTime, primary_key=True)
    count: int


class JobState(StrEnum):
    """FAILED is given up after the last attempt and shown to an admin."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Job(SQLModel, table=True):
    """Work for `kipina worker`, written in the same transaction as what asks for it."""

    __tablename__ = "job"
    __table_args__: ClassVar = (sa.Index("ix_job_state_due_at", "state", "due_at"),)

    id: int = key()
    kind: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    state: JobState = Field(default=JobState.WAITING, sa_type=enum_of(JobState))
    due_at: datetime = moment()
    attempts: int = 0
    last_error: str = ""
    created_at: datetime = moment()


class AuditEvent(SQLModel, table=True):
    """Who did what to which object, on whose behalf, with the values before and after. Only ever added to.

    The rows of a city are a chain: the place and the hashes are set once, when the transaction ends. Triggers refuse
    every other change but one: the erasure of the salt with the values it commits to.
    """

    __tablename__ = "audit_event"
    __table_args__: ClassVar = (
        sa.Index("ix_audit_event_object", "object_type", "object_id"),
        sa.UniqueConstraint("chain", "sequence"),
        sa.CheckConstraint("chain = coalesce(city_id, 0)", name="chain_of_city"),
    )

    id: int = key()
    at: datetime = moment()
    city_id: int | None = ref_or_none("city.id")
    person_id: int | None = ref_or_none("person.id")
    on_behalf_of: str = ""
    """The company or person for whom it was done, in words, when it is another than the actor."""
    action: str
    object_type: str
    object_id: int
    before: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    salt: str | None = None
    """Random; None when the values were erased."""
    commitment: str
    """SHA-256 over the salt and the values."""
    chain: int
    """The city, or 0."""
    sequence: int | None = None
    """The place in the chain, from 1."""
    previous: str | None = None
    hash: str | None = None


class AuditHead(SQLModel, table=True):
    """The last row of a chain: locked while rows are added, so that rows cut from the end are missed."""

    __tablename__ = "audit_head"

    chain: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """The city, or 0."""
    sequence: int
    hash: str
