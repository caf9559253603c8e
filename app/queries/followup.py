"""Follow-up cases of a city as a board and as a list; published ones; how far applications came."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from app.domain import followup as rules
from app.domain.access import Scope
from app.domain.application import PITCHING, State
from app.domain.followup import CaseFacts, ExitType, FunnelStep, Missing, Stage, Stall
from app.domain.ids import PersonId
from app.domain.localized import LANGUAGES, Localized
from app.models import Application, Challenge, Company, Conflict, Event, FollowUpCase, Person, Unit


def without_conflict(person: PersonId | None, application_id: Mapped[int]) -> sa.ColumnElement[bool]:
    """Leave out what the person has a conflict of interest in, figures included (434/2003 §28)."""
    if person is None:
        return sa.true()
    return ~sa.exists().where(col(Conflict.application_id) == application_id, col(Conflict.person_id) == person)


def without_conflict_of_owner() -> sa.ColumnElement[bool]:
    """Leave out the cases whose very owner has come to have a conflict of interest in them."""
    return ~sa.exists().where(
        col(Conflict.application_id) == col(FollowUpCase.application_id),
        col(Conflict.person_id) == col(FollowUpCase.owner_person_id),
    )


def visible_to(scope: Scope) -> sa.ColumnElement[bool]:
    """The cases in the person's cities, without those of a conflict of interest."""
    return sa.and_(
        col(FollowUpCase.city_id).in_(scope.cities), without_conflict(scope.person, col(FollowUpCase.application_id))
    )


@dataclass(frozen=True, slots=True)
class Ref:
    """A row to choose or to name."""

    id: int
    name: Localized


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case on the board or in the list."""

    id: int
    version: int
    stage: Stage
    title: Localized
    company: str
    challenge: Localized
    unit: Ref
    event: Ref
    owner_id: int | None
    owner: str
    next_step: str
    next_step_on: date | None
    value: int | None
    stage_since: date
    stalls: tuple[Stall, ...]
    lacks: tuple[Missing, ...]


def rows(session: Session, scope: Scope, city_id: int, today: date, zone: ZoneInfo) -> list[CaseRow]:
    """Every case of the city that the person may see, the earliest next step first. Three queries."""
    found = session.execute(
        sa.select(
            col(FollowUpCase.id),
            col(FollowUpCase.version),
            col(FollowUpCase.stage),
            col(FollowUpCase.title),
            col(FollowUpCase.unit_id),
            col(FollowUpCase.owner_person_id),
            col(FollowUpCase.next_step),
            col(FollowUpCase.next_step_on),
            col(FollowUpCase.estimated_value),
            col(FollowUpCase.stage_since),
            col(FollowUpCase.touched_at),
            col(FollowUpCase.pilot_metric),
            col(FollowUpCase.pilot_baseline),
            col(FollowUpCase.pilot_ends_on),
            col(Company.name).label("company"),
            col(Application.challenge_id),
            col(Person.name).label("owner"),
        )
        .join(Application, col(Application.id) == col(FollowUpCase.application_id))
        .join(Company, col(Company.id) == col(FollowUpCase.company_id))
        .outerjoin(Person, col(Person.id) == col(FollowUpCase.owner_person_id))
        .where(col(FollowUpCase.city_id) == city_id, visible_to(scope))
        .order_by(col(FollowUpCase.next_step_on).asc().nulls_first(), col(FollowUpCase.id))
    ).all()
    units = {
        unit_id: Ref(unit_id, name)
        for unit_id, name in session.execute(
            sa.select(col(Unit.id), col(Unit.name)).where(col(Unit.city_id) == city_id)
        )
    }
    challenges = {
        row.id: (row.title, Ref(row.event_id, row.name))
        for row in session.execute(
            sa.select(col(Challenge.id), col(Challenge.title), col(Challenge.event_id), col(Event.name))
            .join(Event, col(Event.id) == col(Challenge.event_id))
            .where(col(Challenge.city_id) == city_id)
        )
    }
    listed = []
    # Unpacked, as a row's columns are slow to read by name, and there are hundreds of rows.
    for (
        id, version, stage, title, unit_id, owner_id, next_step, next_step_on, value, stage_since, touched_at,
        pilot_metric, pilot_baseline, pilot_ends_on, company, challenge_id, owner,
    ) in found:  # fmt: skip
        challenge, event = challenges[challenge_id]
        facts = CaseFacts(
            stage=stage,
            owner=owner_id,
            next_step=next_step,
            next_step_on=next_step_on,
            pilot_metric=pilot_metric,
            pilot_baseline=pilot_baseline,
            pilot_ends_on=pilot_ends_on,
        )
        since = stage_since.astimezone(zone).date()
        listed.append(
            CaseRow(
                id=id,
                version=version,
                stage=stage,
                title=title,
                company=company,
                challenge=challenge,
                unit=units[unit_id],
                event=event,
                owner_id=owner_id,
                owner=owner or "",
                next_step=next_step,
                next_step_on=next_step_on,
                value=value,
                stage_since=since,
                stalls=tuple(rules.stalled(stage, since, next_step_on, touched_at.astimezone(zone).date(), today)),
                lacks=tuple(rules.missing(facts)) if stage.is_open else (),
            )
        )
    return listed


class SortBy(StrEnum):
    """What the list can be sorted by."""

    NEXT_STEP = "next_step"
    COMPANY = "company"
    STAGE = "stage"
    OWNER = "owner"
    UNIT = "unit"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which of the cases to show. `owner` 0 means those without an owner."""

    words: str = ""
    owner: int | None = None
    unit: int | None = None
    event: int | None = None
    stage: Stage | None = None
    stalled: bool = False
    lacking: bool = False


def narrowed(cases: list[CaseRow], by: Narrowing) -> list[CaseRow]:
    """Only the cases asked for. Every word must stand somewhere in the case, in any language."""
    words = by.words.casefold().split()
    return [
        case
        for case in cases
        if (by.owner is None or (case.owner_id or 0) == by.owner)
        and (by.unit is None or case.unit.id == by.unit)
        and (by.event is None or case.event.id == by.event)
        and (by.stage is None or case.stage is by.stage)
        and (not by.stalled or case.stalls)
        and (not by.lacking or case.lacks)
        and _says(case, words)
    ]


def _says(case: CaseRow, words: list[str]) -> bool:
    if not words:
        return True
    texts = [case.company, case.owner, case.next_step]
    texts += [text[language] for text in (case.title, case.challenge, case.unit.name) for language in LANGUAGES]
    said = " ".join(texts).casefold()
    return all(word in said for word in words)


def ordered(cases: list[CaseRow], by: SortBy, language: str, *, descending: bool = False) -> list[CaseRow]:
    """Sorted for the list; cases that lack the thing sorted by stand last in either order."""
    keys: dict[SortBy, Callable[[CaseRow], Any]] = {
        SortBy.NEXT_STEP: lambda case: case.next_step_on,
        SortBy.COMPANY: lambda case: case.company.casefold(),
        SortBy.STAGE: lambda case: case.stage.order,
        SortBy.OWNER: lambda case: case.owner.casefold() or None,
        SortBy.UNIT: lambda case: case.unit.name.text(language).casefold(),
        SortBy.VALUE: lambda case: case.value,
    }
    key = keys[by]
    known = sorted((case for case in cases if key(case) is not None), key=key, reverse=descending)
    return known + [case for case in cases if key(case) is None]


@dataclass(frozen=True, slots=True)
class Story:
    """A published case: only what the public may read."""

    id: int
    title: Localized
    summary: Localized
    before: Localized
    after: Localized
    lesson: Localized
    company: str
    company_town: str
    company_website: str
    furthest: Stage
    stage: Stage
    exit_type: ExitType | None
    challenge_number: int
    challenge: Localized
    themes: tuple[Localized, ...]
    platform_id: int | None
    unit: Localized
    event_id: int
    event: Localized
    event_slug: str
    published_at: datetime


def published(session: Session, city_id: int, event_id: int | None = None) -> list[Story]:
    """The published cases of a city, or of one event in it, the newest first. One query."""
    wanted = [col(FollowUpCase.city_id) == city_id, col(FollowUpCase.published_at).is_not(None)]
    if event_id is not None:
        wanted.append(col(FollowUpCase.event_id) == event_id)
    found = session.execute(
        sa.select(
            col(FollowUpCase.id),
            col(FollowUpCase.title),
            col(FollowUpCase.public_summary).label("summary"),
            col(FollowUpCase.before),
            col(FollowUpCase.after),
            col(FollowUpCase.lesson),
            col(Company.name).label("company"),
            col(Company.home_town).label("company_town"),
            col(Company.website).label("company_website"),
            col(FollowUpCase.furthest),
            col(FollowUpCase.stage),
            col(FollowUpCase.exit_type),
            col(Challenge.number).label("challenge_number"),
            col(Challenge.title).label("challenge"),
            col(Challenge.themes),
            col(Challenge.platform_id),
            col(Unit.name).label("unit"),
            col(FollowUpCase.event_id),
            col(Event.name).label("event"),
            col(Event.slug).label("event_slug"),
            col(FollowUpCase.published_at),
        )
        .join(Application, col(Application.id) == col(FollowUpCase.application_id))
        .join(Challenge, col(Challenge.id) == col(Application.challenge_id))
        .join(Company, col(Company.id) == col(FollowUpCase.company_id))
        .join(Unit, col(Unit.id) == col(FollowUpCase.unit_id))
        .join(Event, col(Event.id) == col(FollowUpCase.event_id))
        .where(*wanted)
        .order_by(col(FollowUpCase.published_at).desc(), col(FollowUpCase.id).desc())
    ).mappings()
    return [Story(**{**row, "themes": tuple(Localized.of(theme) for theme in row["themes"])}) for row in found]


def funnel(session: Session, event: Event, reader: PersonId | None) -> dict[FunnelStep, int]:
    """How many of an event's applications came how far. Two queries.

    The same for everybody once it is published; before that without what the reader has a conflict of interest in.
    """
    hidden_from = reader if event.results_published_at is None else None
    return funnel_of(session, col(Application.event_id) == event.id, hidden_from)


def funnel_of(
    session: Session, which: sa.ColumnElement[bool], hidden_from: PersonId | None = None
) -> dict[FunnelStep, int]:
    """The same for the applications chosen by `which`, without those in which a person has a conflict of interest."""
    wanted = (which, without_conflict(hidden_from, col(Application.id)))
    not_applied = {State.DRAFT, State.WITHDRAWN}
    counted = session.execute(
        sa.select(col(Application.state), sa.func.count()).where(*wanted).group_by(col(Application.state))
    ).all()
    came = session.execute(
        sa.select(col(FollowUpCase.application_id), col(FollowUpCase.furthest))
        .join(Application, col(Application.id) == col(FollowUpCase.application_id))
        .where(*wanted)
    ).all()
    return rules.funnel(
        applicants=sum(number for state, number in counted if state not in not_applied),
        heard=sum(number for state, number in counted if state in PITCHING),
        cases=[(application, stage) for application, stage in came],
    )
