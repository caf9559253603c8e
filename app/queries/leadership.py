"""What came of the events of a city, in figures for its leaders."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col

from app.domain.access import Scope
from app.domain.case_entry import EntryKind
from app.domain.followup import EndReason, ExitType, FunnelStep, Stage, days_per_stage
from app.models import Application, CaseEntry, Event, FollowUpCase
from app.queries.followup import funnel_of, visible_to


@dataclass(frozen=True, slots=True)
class Figures:
    """How far, how long, and what things ended in. `days` is the median length of stay by stage, with its cases."""

    funnel: dict[FunnelStep, int]
    days: dict[Stage, tuple[float, int]]
    exits: list[tuple[ExitType, int]]
    reasons: list[tuple[EndReason, int]]


def figures(
    session: Session, scope: Scope, city_id: int, now: datetime, zone: ZoneInfo, event_id: int | None = None
) -> Figures:
    """The figures of a city, or of one of its events, as far as the person may see the cases. Four queries.

    Only events whose day has begun are counted: nobody has been heard before.
    """
    held = sa.select(col(Event.id)).where(col(Event.city_id) == city_id, col(Event.day_starts_at) <= now)
    if event_id is not None:
        held = held.where(col(Event.id) == event_id)
    seen = (col(FollowUpCase.event_id).in_(held), visible_to(scope))
    ended = session.execute(
        sa.select(col(FollowUpCase.exit_type), col(FollowUpCase.end_reason), sa.func.count())
        .where(*seen, col(FollowUpCase.exit_type).is_not(None))
        .group_by(col(FollowUpCase.exit_type), col(FollowUpCase.end_reason))
    ).all()
    exits: Counter[ExitType] = Counter()
    reasons: Counter[EndReason] = Counter()
    for exit_type, end_reason, number in ended:
        exits[exit_type] += number
        if end_reason is not None:
            reasons[end_reason] += number
    return Figures(
        funnel=funnel_of(session, col(Application.event_id).in_(held), scope.person),
        days=_days(session, seen, now.astimezone(zone).date(), zone),
        exits=exits.most_common(),
        reasons=reasons.most_common(),
    )


def _days(
    session: Session, seen: tuple[sa.ColumnElement[bool], ...], today: date, zone: ZoneInfo
) -> dict[Stage, tuple[float, int]]:
    entered = session.execute(
        sa.select(col(CaseEntry.case_id), col(CaseEntry.happened_at), col(CaseEntry.to_stage))
        .join(FollowUpCase, col(FollowUpCase.id) == col(CaseEntry.case_id))
        .where(col(CaseEntry.kind) == EntryKind.STAGE, *seen)
        .order_by(col(CaseEntry.case_id), col(CaseEntry.happened_at), col(CaseEntry.id))
    )
    changes: dict[int, list[tuple[date, Stage]]] = {}
    for case_id, at, stage in entered:
        changes.setdefault(case_id, []).append((at.astimezone(zone).date(), stage))
    stays: dict[Stage, list[int]] = {}
    for known in changes.values():
        for stage, days in days_per_stage(known, today).items():
            stays.setdefault(stage, []).append(days)
    return {stage: (median(stays[stage]), len(stays[stage])) for stage in Stage if stage in stays}
