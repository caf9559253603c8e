"""An edition: its dates and acts, challenges and criteria."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.localized import Localized
from app.domain.phase import Milestones
from app.domain.scoring import Aggregate
from app.models.columns import enum_of, key, localized, moment, moment_or_none, ref, ref_or_none


class Event(SQLModel, table=True):
    """One edition. Its phase follows from its milestones (`app.domain.phase`) and is not stored."""

    __tablename__ = "event"
    __table_args__: ClassVar = (
        sa.UniqueConstraint("city_id", "slug"),
        sa.CheckConstraint(
            "call_opens_at is null or call_closes_at is null or call_opens_at < call_closes_at", name="call_order"
        ),
        sa.CheckConstraint(
            "day_starts_at is null or day_ends_at is null or day_starts_at < day_ends_at", name="day_order"
        ),
    )

    id: int = key()
    city_id: int = ref("city.id")
    previous_id: int | None = ref_or_none("event.id")
    """The edition before this one in the same series."""
    slug: str
    name: Localized = localized()
    summary: Localized = localized()
    description: Localized = localized()
    practical: Localized = localized()
    """What companies get, what is asked of them, how long it takes, what it costs."""
    place: Localized = localized()
    places_to_pitch: int = 15
    """How many companies can be invited."""
    aggregate: Aggregate = Field(default=Aggregate.MEAN, sa_type=enum_of(Aggregate))
    show_others_scores: bool = False
    """May a juror see others' totals after sending in their own."""
    published_at: datetime | None = moment_or_none()
    call_opens_at: datetime | None = moment_or_none()
    call_closes_at: datetime | None = moment_or_none()
    jury_opens_at: datetime | None = moment_or_none()
    decided_at: datetime | None = moment_or_none()
    decided_by: int | None = ref_or_none("person.id", index=False)
    released_at: datetime | None = moment_or_none()
    day_starts_at: datetime | None = moment_or_none()
    day_ends_at: datetime | None = moment_or_none()
    closed_at: datetime | None = moment_or_none()
    results_published_at: datetime | None = moment_or_none()
    created_at: datetime = moment()
    version: int = 1

    @property
    def milestones(self) -> Milestones:
        """What the phase follows from."""
        return Milestones(
            published_at=self.published_at,
            call_opens_at=self.call_opens_at,
            call_closes_at=self.call_closes_at,
            jury_opens_at=self.jury_opens_at,
            decided_at=self.decided_at,
            released_at=self.released_at,
            day_starts_at=self.day_starts_at,
            day_ends_at=self.day_ends_at,
            closed_at=self.closed_at,
        )


class Challenge(SQLModel, table=True):
    """A need with an owner, described beforehand."""

    __tablename__ = "challenge"
    __table_args__: ClassVar = (
        sa.UniqueConstraint("event_id", "number"),
        sa.CheckConstraint("budget_min is null or budget_max is null or budget_min <= budget_max", name="budget_order"),
    )

    id: int = key()
    city_id: int = ref("city.id")
    event_id: int = ref("event.id")
    number: int
    title: Localized = localized()
    need: Localized = localized()
    """The need, described beforehand; Markdown."""
    present: Localized = localized()
    """The present process and its baseline; Markdown."""
    effect_economic: Localized = localized()
    effect_social: Localized = localized()
    effect_environmental: Localized = localized()
    questions: Localized = localized()
    """Questions for the market; Markdown."""
    strategy_goal: Localized = localized()
    themes: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
    """[{"fi": …, "sv": …, "en": …}, …]: a few words each."""
    platform_id: int | None = ref_or_none("platform.id")
    cpv_code: str | None = ref_or_none("cpv.code")
    owner_person_id: int | None = ref_or_none("person.id")
    owner_unit_id: int | None = ref_or_none("unit.id")
    budget_min: int | None = None
    budget_max: int | None = None
    """Euros, without VAT."""
    version: int = 1


class Criterion(SQLModel, table=True):
    """What is scored, of a whole event or of one challenge. Informational ones stay outside the total."""

    __tablename__ = "criterion"
    __table_args__: ClassVar = (
        sa.CheckConstraint("weight >= 0", name="weight_positive"),
        sa.CheckConstraint("scale_max between 1 and 100", name="scale"),
    )

    id: int = key()
    event_id: int = ref("event.id")
    challenge_id: int | None = ref_or_none("challenge.id")
    position: int = 0
    name: Localized = localized()
    help: Localized = localized()
    weight: int = 0
    scale_max: int = 10
    informational: bool = False
    anchors: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
    """[{"low": 0, "high": 3, "text": {"fi": …, "sv": …, "en": …}}, …] in rising order."""
