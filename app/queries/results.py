"""The jury's results. The database adds up each sheet, the rules make of it places and figures.

Left out for everybody: sheets not sent in, and those of jurors with a conflict of interest in the application. Left out
for the one who asks: every application in which they have one themselves, so that no place and no count tells of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.domain.access import Scope
from app.domain.application import State
from app.domain.deciding import Outcome
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.domain.scoring import (
    Aggregate,
    ResultRow,
    aggregate,
    by_disagreement,
    ranked,
    rule_applied,
    standard_deviation,
    total_of,
    weighted_total,
)
from app.domain.scoring import Criterion as Scored
from app.models import Application, Challenge, Company, Conflict, Criterion, Decision, Person, Score, ScoreSheet
from app.queries.applications import no_conflict
from app.queries.criteria import ORDER, applies_to
from app.queries.panel import in_review


@dataclass(frozen=True, slots=True)
class Subject:
    """The application that a row is about."""

    id: int
    number: int | None
    title: str
    company: str
    challenge_id: int
    challenge_number: int
    challenge: Localized
    state: State
    outcome: Outcome | None
    reserve_rank: int | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """One application with its figures."""

    about: Subject
    figures: ResultRow[int, int]


@dataclass(frozen=True, slots=True)
class Results:
    """All rows of an event, best first, and the jurors behind them by name. `hides_some`: the person has a conflict."""

    rows: list[Ranked]
    jurors: dict[int, str]
    hides_some: bool


@dataclass(frozen=True, slots=True)
class CriterionFigures:
    """What the jury thought of one criterion: each juror's value, and the aggregate with its rule, on the own scale."""

    id: int
    name: Localized
    weight: int
    scale_max: int
    informational: bool
    values: Mapping[int, int]
    rule: Aggregate
    figure: float | None
    deviation: float | None


@dataclass(frozen=True, slots=True)
class CountedSheet:
    """A sheet that was sent in and counts."""

    person_id: int
    juror: str
    comment_jury: str
    comment_company: str
    submitted_at: datetime
    application_version: int
    total: float | None


@dataclass(frozen=True, slots=True)
class Detail:
    """One application: jurors by name, criteria in order."""

    about: Subject
    version: int
    sheets: list[CountedSheet]
    criteria: list[CriterionFigures]


def of_event(session: Session, scope: Scope, event_id: int, how: Aggregate) -> Results:
    """The results of an event: two queries, however many rows there are."""
    rows = session.execute(
        _subjects().add_columns(_own_conflict(scope, event_id)).where(in_review(scope, event_id))
    ).all()
    subjects = {row[0]: Subject(*row[:-1]) for row in rows}
    totals: dict[int, dict[int, float]] = {application: {} for application in subjects}
    jurors: dict[int, str] = {}
    sums = _sums(scope, event_id).subquery()
    by_juror = (
        sa.select(sums, col(Person.name))
        .join(Person, col(Person.id) == sums.c.person_id)
        .order_by(col(Person.name), col(Person.id))
    )
    # Six thousand rows: straight from the connection they cost a third of what they do through the session.
    for application_id, person_id, weighed, weights, name in session.connection().execute(by_juror):
        total = total_of(weighed, weights)
        if total is not None:
            totals[application_id][person_id] = total
            jurors[person_id] = name
    return Results(
        [Ranked(subjects[figures.application], figures) for figures in ranked(totals, how)],
        jurors,
        hides_some=any(row[-1] for row in rows[:1]),
    )


def _sums(scope: Scope, event_id: int) -> sa.Select[*tuple[Any, ...]]:
    """For each sheet that counts the two sums that its total is made of (`app.domain.scoring.total_of`)."""
    applications = sa.select(col(Application.id)).where(in_review(scope, event_id))
    return (
        sa.select(
            col(ScoreSheet.application_id),
            col(ScoreSheet.person_id),
            sa.func.sum(sa.cast(col(Score.value) * col(Criterion.weight), sa.Float) / col(Criterion.scale_max)),
            sa.func.sum(col(Criterion.weight)),
        )
        .select_from(ScoreSheet)
        .join(Score, col(Score.sheet_id) == ScoreSheet.id)
        .join(Criterion, col(Criterion.id) == Score.criterion_id)
        .where(col(ScoreSheet.application_id).in_(applications), counts(), col(Criterion.informational).is_(False))
        .group_by(col(ScoreSheet.application_id), col(ScoreSheet.person_id))
    )


def _subjects() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            col(Application.id),
            col(Application.number),
            col(Application.title),
            col(Company.name),
            col(Application.challenge_id),
            col(Challenge.number),
            col(Challenge.title),
            col(Application.state),
            col(Decision.outcome),
            col(Decision.reserve_rank),
        )
        .select_from(Application)
        .join(Company, col(Company.id) == Application.company_id)
        .join(Challenge, col(Challenge.id) == Application.challenge_id)
        .outerjoin(Decision, col(Decision.application_id) == Application.id)
        .order_by(col(Application.number), col(Application.id))
    )


def _own_conflict(scope: Scope, event_id: int) -> sa.ColumnElement[bool]:
    """Has the person a conflict of interest anywhere in the event."""
    closed = sa.alias(Application.__table__)  # type: ignore[attr-defined]
    return sa.exists().where(
        col(Conflict.person_id) == scope.person,
        closed.c.id == Conflict.application_id,
        closed.c.event_id == event_id,
    )


def counts() -> sa.ColumnElement[bool]:
    """A sheet that was sent in, by a juror without a conflict of interest."""
    return sa.and_(
        col(ScoreSheet.submitted_at).is_not(None),
        no_conflict(col(ScoreSheet.application_id), col(ScoreSheet.person_id)),
    )


def other_rule(how: Aggregate, count: int) -> Aggregate | None:
    """The aggregate in fact applied to so many sheets, when it is not the event's own; pages name it."""
    rule = rule_applied(how, count)
    return None if rule is how else rule


def disagreed_on(rows: list[Ranked]) -> list[Ranked]:
    """The same rows, what the jurors disagree on most at the top."""
    return sorted(rows, key=lambda row: by_disagreement(row.figures))


def detail(session: Session, scope: Scope, event_id: int, application_id: int, how: Aggregate) -> Detail:
    """One application with every sheet that counts. Refused as not found when it is not for the person to see."""
    row = session.execute(
        _subjects()
        .add_columns(col(Application.version))
        .where(col(Application.id) == application_id, in_review(scope, event_id))
    ).one_or_none()
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    about = Subject(*row[:-1])
    criteria = session.execute(
        sa.select(
            col(Criterion.id),
            col(Criterion.name),
            col(Criterion.weight),
            col(Criterion.scale_max),
            col(Criterion.informational),
        )
        .where(applies_to(event_id, about.challenge_id))
        .order_by(*ORDER)
    ).all()
    written = session.execute(
        sa.select(
            col(ScoreSheet.id),
            col(ScoreSheet.person_id),
            col(Person.name),
            col(ScoreSheet.comment_jury),
            col(ScoreSheet.comment_company),
            col(ScoreSheet.submitted_at),
            col(ScoreSheet.application_version),
        )
        .join(Person, col(Person.id) == ScoreSheet.person_id)
        .where(col(ScoreSheet.application_id) == application_id, counts())
        .order_by(col(Person.name), col(Person.id))
    ).all()
    values: dict[int, dict[int, int]] = {sheet.id: {} for sheet in written}
    given = sa.select(col(Score.sheet_id), col(Score.criterion_id), col(Score.value)).where(
        col(Score.sheet_id).in_(values)
    )
    for sheet_id, criterion_id, value in session.execute(given):
        values[sheet_id][criterion_id] = value
    scored = {c.id: Scored(c.weight, c.scale_max, c.informational) for c in criteria}
    sheets = [
        CountedSheet(
            sheet.person_id,
            sheet.name,
            sheet.comment_jury,
            sheet.comment_company,
            sheet.submitted_at,
            sheet.application_version,
            weighted_total(scored, dict(values[sheet.id])),
        )
        for sheet in written
    ]
    figures = [
        _figures(c, {s.person_id: values[s.id][c.id] for s in written if c.id in values[s.id]}, how) for c in criteria
    ]
    return Detail(about, row[-1], sheets, figures)


def _figures(criterion: Any, values: Mapping[int, int], how: Aggregate) -> CriterionFigures:
    return CriterionFigures(
        criterion.id,
        criterion.name,
        criterion.weight,
        criterion.scale_max,
        criterion.informational,
        values,
        rule_applied(how, len(values)),
        aggregate(values.values(), how),
        standard_deviation(values.values()),
    )
