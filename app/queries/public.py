"""What anybody may see of a city: published events, their challenges, and who pitched once the programme is out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.application import PITCHING
from app.domain.localized import Localized
from app.domain.phase import Milestones, Phase, phase_at
from app.domain.refusals import Reason, Refused
from app.models import (
    Application,
    Challenge,
    City,
    Company,
    Cpv,
    Criterion,
    Event,
    FollowUpCase,
    Person,
    Platform,
    Unit,
)
from app.queries.criteria import ORDER, applies_to


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event in a list."""

    id: int
    city_slug: str
    city_name: Localized
    slug: str
    name: Localized
    summary: Localized
    place: Localized
    milestones: Milestones
    phase: Phase


@dataclass(frozen=True, slots=True)
class ChallengeCard:
    """A challenge in a list."""

    number: int
    title: Localized
    need: Localized
    unit: Localized
    owner: str
    city_slug: str
    event_slug: str
    event_name: Localized
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pitched:
    """A company that was invited to pitch."""

    company: str
    website: str
    title: str
    locale: str
    challenge_number: int
    challenge_title: Localized


_MILESTONES = (
    Event.published_at, Event.call_opens_at, Event.call_closes_at, Event.jury_opens_at, Event.decided_at,
    Event.released_at, Event.day_starts_at, Event.day_ends_at, Event.closed_at,
)  # fmt: skip


def events(session: Session, now: datetime, city_id: int | None = None) -> list[EventLine]:
    """The published events of a city, or of all cities: the latest day first, those without one before them."""
    conditions = [col(Event.published_at) <= now]
    if city_id is not None:
        conditions.append(col(Event.city_id) == city_id)
    rows: Sequence[Any] = session.execute(
        sa.select(
            col(Event.id), col(Event.slug), col(Event.name), col(Event.summary), col(Event.place),
            col(City.slug).label("city_slug"), col(City.name).label("city_name"), *map(col, _MILESTONES),
        )
        .join(City, col(City.id) == Event.city_id)
        .where(*conditions)
        .order_by(col(Event.day_starts_at).desc().nulls_first(), col(Event.id).desc())
    ).all()  # fmt: skip
    lines = []
    for row in rows:
        milestones = Milestones(*row[7:])
        lines.append(
            EventLine(
                row.id, row.city_slug, row.city_name, row.slug, row.name, row.summary, row.place, milestones,
                phase_at(milestones, now),
            )
        )  # fmt: skip
    return lines


def with_results(session: Session) -> set[int]:
    """The events whose results are public."""
    return set(session.exec(select(Event.id).where(col(Event.results_published_at).is_not(None))))


def stories(session: Session) -> list[tuple[str, int]]:
    """The published cases of all cities: the city's slug and the case's id."""
    rows = session.execute(
        sa.select(col(City.slug), col(FollowUpCase.id))
        .join(City, col(City.id) == FollowUpCase.city_id)
        .where(col(FollowUpCase.published_at).is_not(None))
        .order_by(col(FollowUpCase.id))
    )
    return [(slug, case_id) for slug, case_id in rows]


def challenges(session: Session, event_ids: Iterable[int]) -> list[ChallengeCard]:
    """The challenges of these events in the order of their numbers."""
    rows = session.execute(
        sa.select(
            col(Challenge.number), col(Challenge.title), col(Challenge.need), col(Unit.name).label("unit"),
            col(Person.name).label("owner"), col(City.slug).label("city_slug"), col(Event.slug).label("event_slug"),
            col(Event.name).label("event_name"), col(Event.call_closes_at).label("closes_at"),
        )
        .join(Event, col(Event.id) == Challenge.event_id)
        .join(City, col(City.id) == Event.city_id)
        .outerjoin(Unit, col(Unit.id) == Challenge.owner_unit_id)
        .outerjoin(Person, col(Person.id) == Challenge.owner_person_id)
        .where(col(Challenge.event_id).in_(list(event_ids)))
        .order_by(col(Event.call_closes_at), col(Event.id), col(Challenge.number))
    )  # fmt: skip
    return [
        ChallengeCard(
            row.number, row.title, row.need, row.unit or Localized(), row.owner or "", row.city_slug, row.event_slug,
            row.event_name, row.closes_at,
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChallengeFacts:
    """Everything the public sees of a challenge."""

    challenge: Challenge
    unit: Localized
    owner: str
    owner_title: str
    platform: Localized
    cpv_label: Localized
    themes: list[Localized]


def challenge(session: Session, event_id: int, number: int) -> ChallengeFacts:
    """One challenge with the names it refers to. Refused when there is none."""
    row = session.execute(
        sa.select(
            Challenge, col(Unit.name).label("unit"), col(Person.name).label("owner"), col(Person.title).label("title"),
            col(Platform.name).label("platform"), col(Cpv.label).label("cpv"),
        )
        .outerjoin(Unit, col(Unit.id) == Challenge.owner_unit_id)
        .outerjoin(Person, col(Person.id) == Challenge.owner_person_id)
        .outerjoin(Platform, col(Platform.id) == Challenge.platform_id)
        .outerjoin(Cpv, col(Cpv.code) == Challenge.cpv_code)
        .where(col(Challenge.event_id) == event_id, col(Challenge.number) == number)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    return ChallengeFacts(
        row.Challenge, row.unit or Localized(), row.owner or "", row.title or "", row.platform or Localized(),
        row.cpv or Localized(), [Localized.of(theme) for theme in row.Challenge.themes],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CriterionFacts:
    """How applications are judged, as told beforehand."""

    name: Localized
    help: Localized
    weight: int
    share: float
    informational: bool


def criteria(session: Session, event_id: int, challenge_id: int | None = None) -> list[CriterionFacts]:
    """The criteria of an event, and for a challenge its own after them. `share` is of the total, 0–1."""
    rows = session.execute(
        sa.select(
            col(Criterion.name), col(Criterion.help), col(Criterion.weight), col(Criterion.informational),
        )
        .where(applies_to(event_id, challenge_id))
        .order_by(*ORDER)
    ).all()  # fmt: skip
    total = sum(row.weight for row in rows if not row.informational) or 1
    return [
        CriterionFacts(
            row.name, row.help, row.weight, 0 if row.informational else row.weight / total, row.informational
        )
        for row in rows
    ]


def pitched(session: Session, event_id: int) -> list[Pitched]:
    """Who was invited to pitch, by challenge and name. For events whose programme is out."""
    rows = session.execute(
        sa.select(
            col(Company.name), col(Company.website), col(Application.title), col(Application.locale),
            col(Challenge.number), col(Challenge.title).label("challenge_title"),
        )
        .join(Company, col(Company.id) == Application.company_id)
        .join(Challenge, col(Challenge.id) == Application.challenge_id)
        .where(col(Application.event_id) == event_id, col(Application.state).in_(PITCHING))
        .order_by(col(Challenge.number), col(Company.name), col(Application.id))
    )  # fmt: skip
    return [Pitched(row.name, row.website, row.title, row.locale, row.number, row.challenge_title) for row in rows]


def city_slugs(session: Session) -> list[str]:
    """The addresses of all cities."""
    return list(session.execute(sa.select(col(City.slug)).order_by(col(City.slug))).scalars())


def newest_version(session: Session) -> int:
    """The sum of all cities' public versions: it rises with every public change anywhere."""
    return int(session.execute(sa.select(sa.func.sum(col(City.public_version)))).scalar_one() or 0)
