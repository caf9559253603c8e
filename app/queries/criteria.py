"""What a jury scores: the criteria of an event, and those that one challenge has in addition."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.refusals import Reason, Refused
from app.models import Application, Criterion, Score, ScoreSheet

ORDER = (col(Criterion.challenge_id).nulls_first(), col(Criterion.position), col(Criterion.id))


def of_event(session: Session, event_id: int) -> list[Criterion]:
    """All criteria of an event: first the common ones, then those of each challenge."""
    return list(session.exec(select(Criterion).where(Criterion.event_id == event_id).order_by(*ORDER)))


def of_challenge(session: Session, event_id: int, challenge_id: int) -> list[Criterion]:
    """What an application to this challenge is scored by: the common criteria, then the challenge's own."""
    return list(session.exec(select(Criterion).where(applies_to(event_id, challenge_id)).order_by(*ORDER)))


def applies_to(event_id: int, challenge_id: int | None) -> sa.ColumnElement[bool]:
    """The criteria of an application to this challenge: the common ones and the challenge's own; None: the common."""
    wanted = sa.or_(col(Criterion.challenge_id).is_(None), col(Criterion.challenge_id) == challenge_id)
    return sa.and_(col(Criterion.event_id) == event_id, wanted)


def by_id(session: Session, event_id: int, criterion_id: int) -> Criterion:
    """One criterion of an event, to be read. Refused when the event has none such."""
    found = select(Criterion).where(Criterion.event_id == event_id, Criterion.id == criterion_id)
    return _found(session.exec(found).one_or_none())


def for_update(session: Session, event_id: int, criterion_id: int) -> Criterion:
    """One criterion of an event, to be changed."""
    found = select(Criterion).where(Criterion.event_id == event_id, Criterion.id == criterion_id).with_for_update()
    return _found(session.exec(found).one_or_none())


def _found(criterion: Criterion | None) -> Criterion:
    if criterion is None:
        raise Refused(Reason.NOT_FOUND)
    return criterion


def scored_challenges(session: Session, event_id: int) -> set[int]:
    """The challenges to which an application has got a figure from any juror, on a sheet sent in or not."""
    rows = session.execute(
        sa.select(col(Application.challenge_id))
        .join(ScoreSheet, col(ScoreSheet.application_id) == Application.id)
        .where(col(Application.event_id) == event_id, sa.exists().where(col(Score.sheet_id) == ScoreSheet.id))
        .distinct()
    )
    return {row[0] for row in rows}


def scoring_begun(session: Session, event_id: int, challenge_id: int | None = None) -> bool:
    """Has any juror given a figure to an application of the event, or of one challenge."""
    scored = scored_challenges(session, event_id)
    return bool(scored) if challenge_id is None else challenge_id in scored
