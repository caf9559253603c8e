"""A company's answer to one challenge, the files with it, and what was decided."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.application import State
from app.domain.deciding import Outcome
from app.models.columns import enum_of, key, moment, moment_or_none, ref, ref_or_none, stored_file


class Application(SQLModel, table=True):
    """One company, one challenge. `number` is given at the first submit and runs from 1 in each event."""

    __tablename__ = "application"
    __table_args__: ClassVar = (
        sa.UniqueConstraint("challenge_id", "company_id"),
        sa.UniqueConstraint("event_id", "number"),
        sa.CheckConstraint("(state = 'draft') or (submitted_at is not null)", name="submitted_when"),
        sa.CheckConstraint(
            "(confidential = '') or (confidential_ground != '') or state = 'draft'", name="secret_ground"
        ),
        sa.Index("ix_application_event_id_state", "event_id", "state"),
    )

    id: int = key()
    city_id: int = ref("city.id")
    event_id: int = ref("event.id")
    challenge_id: int = ref("challenge.id")
    company_id: int = ref("company.id")
    number: int | None = None
    state: State = Field(default=State.DRAFT, sa_type=enum_of(State))
    locale: str = "fi"
    title: str = ""
    solution: str = ""
    fit: str = ""
    """How it meets the need."""
    evidence: str = ""
    """What is proven already."""
    pilot: str = ""
    """What would be piloted, and how it is measured."""
    from_city: str = ""
    """What is needed from the city."""
    price: str = ""
    team: str = ""
    confidential: str = ""
    confidential_ground: str = ""
    contact_person_id: int | None = ref_or_none("person.id", index=False)
    created_at: datetime = moment()
    created_by: int | None = ref_or_none("person.id", index=False)
    updated_at: datetime = moment()
    submitted_at: datetime | None = moment_or_none()
    receipt_at: datetime | None = moment_or_none()
    """When the first submit was received; later edits leave it."""
    version: int = 1


class Attachment(SQLModel, table=True):
    """A file of an application or of a case. `stored_as` is its random name in the store."""

    __tablename__ = "attachment"
    __table_args__: ClassVar = (sa.CheckConstraint("(application_id is null) != (case_id is null)", name="one_parent"),)

    id: int = key()
    application_id: int | None = ref_or_none("application.id")
    case_id: int | None = ref_or_none("follow_up_case.id")
    file_name: str
    content_type: str = "application/pdf"
    size: int
    pages: int | None = None
    sha256: str
    stored_as: str = stored_file(unique=True)
    created_at: datetime = moment()
    created_by: int | None = ref_or_none("person.id", index=False)


class Decision(SQLModel, table=True):
    """What becomes of one application. Prepared until the event's decisions are signed together."""

    __tablename__ = "decision"
    __table_args__: ClassVar = (
        sa.UniqueConstraint("event_id", "reserve_rank"),
        sa.CheckConstraint("(outcome = 'reserve') = (reserve_rank is not null)", name="reserve_rank"),
    )

    application_id: int = Field(primary_key=True, foreign_key="application.id")
    event_id: int = ref("event.id")
    outcome: Outcome = Field(sa_type=enum_of(Outcome))
    reserve_rank: int | None = None
    reasons: str = ""
    """Told to the company, in its language."""
    notes: str = ""
    """For the city only."""
    prepared_by: int | None = ref_or_none("person.id", index=False)
    prepared_at: datetime = moment()
    applied_at: datetime | None = moment_or_none()
    promoted_at: datetime | None = moment_or_none()
    """When a reserve moved up."""


class DecisionDocument(SQLModel, table=True):
    """The signed decisions of an event as a PDF: one per language, made off the request path."""

    __tablename__ = "decision_document"
    __table_args__: ClassVar = (sa.UniqueConstraint("event_id", "locale"),)

    id: int = key()
    event_id: int = ref("event.id")
    locale: str
    stored_as: str = stored_file()
    size: int
    created_at: datetime = moment()
