"""What happens with a company after the pitch."""

from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.case_entry import EntryKind
from app.domain.followup import EndReason, ExitType, Stage
from app.domain.localized import Localized
from app.models.columns import enum_of, key, localized, moment, moment_or_none, ref, ref_or_none


class FollowUpCase(SQLModel, table=True):
    """One pitched company for one interested unit, from triage until it is closed with a reason."""

    __tablename__ = "follow_up_case"
    __table_args__: ClassVar = (
        sa.UniqueConstraint("application_id", "unit_id"),
        sa.CheckConstraint("(stage = 'closed') = (exit_type is not null)", name="exit_when_closed"),
        sa.CheckConstraint(
            "exit_type is null or exit_type != 'ended' or end_reason is not null", name="reason_when_ended"
        ),
        sa.Index("ix_follow_up_case_city_id_stage", "city_id", "stage"),
    )

    id: int = key()
    city_id: int = ref("city.id")
    event_id: int = ref("event.id")
    application_id: int = ref("application.id", index=False)
    company_id: int = ref("company.id")
    unit_id: int = ref("unit.id")
    title: Localized = localized()
    stage: Stage = Field(default=Stage.TRIAGE, sa_type=enum_of(Stage))
    furthest: Stage = Field(default=Stage.TRIAGE, sa_type=enum_of(Stage, "furthest"))
    """The furthest stage ever reached; the funnel counts by it."""
    stage_since: datetime = moment()
    owner_person_id: int | None = ref_or_none("person.id")
    next_step: str = ""
    next_step_on: date | None = None
    estimated_value: int | None = None
    """Euros, without VAT."""
    funding: str = ""
    pilot_metric: str = ""
    pilot_baseline: str = ""
    pilot_target: str = ""
    pilot_result: str = ""
    pilot_ends_on: date | None = None
    exit_type: ExitType | None = Field(default=None, sa_type=enum_of(ExitType), nullable=True)
    end_reason: EndReason | None = Field(default=None, sa_type=enum_of(EndReason), nullable=True)
    lesson: Localized = localized()
    published_at: datetime | None = moment_or_none()
    public_summary: Localized = localized()
    before: Localized = localized()
    """The figure before, in words for the public."""
    after: Localized = localized()
    created_at: datetime = moment()
    touched_at: datetime = moment()
    """The last time a person did something with the case."""
    reminded_at: datetime | None = moment_or_none()
    version: int = 1


class CaseEntry(SQLModel, table=True):
    """One happening in the story of a case: a note, a meeting, a change of stage."""

    __tablename__ = "case_entry"
    __table_args__: ClassVar = (sa.CheckConstraint("(kind = 'stage') = (to_stage is not null)", name="stage_entry"),)

    id: int = key()
    case_id: int = ref("follow_up_case.id")
    kind: EntryKind = Field(sa_type=enum_of(EntryKind))
    happened_at: datetime = moment()
    text: str = ""
    with_whom: str = ""
    from_stage: Stage | None = Field(default=None, sa_type=enum_of(Stage, "from_stage"), nullable=True)
    to_stage: Stage | None = Field(default=None, sa_type=enum_of(Stage, "to_stage"), nullable=True)
    shown_to_company: bool = False
    created_by: int | None = ref_or_none("person.id", index=False)
    created_at: datetime = moment()
