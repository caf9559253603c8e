"""What an event has so far, in figures: one question for any number of events.

Whatever the person who asks has a conflict of interest in is in no figure.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.domain.access import Scope
from app.domain.application import IN_REVIEW, PITCHING, State
from app.domain.deciding import Outcome
from app.domain.followup import Stage
from app.domain.localized import Localized
from app.models import (
    Application,
    Assignment,
    Challenge,
    Criterion,
    Decision,
    Event,
    FollowUpCase,
    JurySeat,
    MailState,
    OutgoingMail,
    ProgrammeRelease,
    ProgrammeSession,
    ScoreSheet,
)
from app.queries.applications import no_conflict, not_conflicted


@dataclass
class Figures:
    """How far one event has come."""

    states: Counter[State] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    stages: Counter[Stage] = field(default_factory=Counter)
    challenges: int = 0
    criteria: int = 0
    jurors: int = 0
    assigned: int = 0
    """Score sheets that are expected, and those sent in."""
    sheets: int = 0
    sessions: int = 0
    releases: int = 0
    held_mails: int = 0

    @property
    def sent(self) -> int:
        """Applications that were sent in, those withdrawn later left out."""
        return sum(n for state, n in self.states.items() if state not in {State.DRAFT, State.WITHDRAWN})

    @property
    def to_judge(self) -> int:
        """Applications that the jury may read."""
        return sum(self.states[state] for state in IN_REVIEW)

    @property
    def unfinished(self) -> int:
        """Applications that companies are still writing."""
        return self.states[State.DRAFT]

    @property
    def invited(self) -> int:
        """Applications to be invited, or invited; those who moved up from the reserve list, too."""
        return max(self.outcomes[Outcome.INVITE], self.pitching)

    @property
    def reserved(self) -> int:
        """Applications to be placed on reserve; once that is signed, those still there."""
        return self.states[State.RESERVED] if self._signed else self.outcomes[Outcome.RESERVE]

    @property
    def declined(self) -> int:
        """Applications that are not invited."""
        return self.outcomes[Outcome.DECLINE]

    @property
    def _signed(self) -> bool:
        """Have the outcomes become states: signing gives every application one of these."""
        return any(self.states[state] for state in (*PITCHING, State.RESERVED, State.DECLINED, State.CANCELLED))

    @property
    def ended_cases(self) -> int:
        """Follow-up cases that are closed."""
        return self.stages[Stage.CLOSED]

    @property
    def pitching(self) -> int:
        """Applications invited to the day."""
        return sum(self.states[state] for state in PITCHING)

    @property
    def decided(self) -> int:
        """Applications with a decision, prepared or signed."""
        return sum(self.outcomes.values())

    @property
    def cases(self) -> int:
        """Follow-up cases."""
        return sum(self.stages.values())


def of_events(session: Session, scope: Scope, event_ids: Collection[int], *, prepared: bool) -> dict[int, Figures]:
    """The figures of each event; `prepared`: with the decisions that are not signed yet, for those who prepare them."""
    mine = not_conflicted(scope)
    told = sa.true() if prepared else col(Decision.applied_at).is_not(None)
    parts = [
        _count(Application.event_id, "state", Application.state).where(mine),
        _count(Challenge.event_id, "challenges"),
        _count(Criterion.event_id, "criteria"),
        _count(JurySeat.event_id, "jurors", n=sa.func.count(sa.distinct(col(JurySeat.person_id)))),
        _reading("assigned").where(mine),
        _reading("sheets")
        .join(
            ScoreSheet,
            sa.and_(
                col(ScoreSheet.application_id) == Assignment.application_id,
                col(ScoreSheet.person_id) == Assignment.person_id,
                col(ScoreSheet.submitted_at).is_not(None),
            ),
        )
        .where(mine),
        _count(Decision.event_id, "outcome", Decision.outcome)
        .join(Application, col(Application.id) == Decision.application_id)
        .where(mine, told),
        _count(ProgrammeSession.event_id, "sessions"),
        _count(ProgrammeRelease.event_id, "releases"),
        _count(FollowUpCase.event_id, "stage", FollowUpCase.stage)
        .join(Application, col(Application.id) == FollowUpCase.application_id)
        .where(mine),
        _count(OutgoingMail.event_id, "held_mails")
        .outerjoin(Application, col(Application.id) == OutgoingMail.application_id)
        .where(col(OutgoingMail.state) == MailState.HELD, sa.or_(col(OutgoingMail.application_id).is_(None), mine)),
    ]
    found = {event_id: Figures() for event_id in event_ids}
    events = [part.where(part.selected_columns[0].in_(event_ids)) for part in parts]
    for event_id, what, key, n in session.execute(sa.union_all(*events)):
        figures = found[event_id]
        if what == "state":
            figures.states[State(key)] = n
        elif what == "outcome":
            figures.outcomes[Outcome(key)] = n
        elif what == "stage":
            figures.stages[Stage(key)] = n
        else:
            setattr(figures, what, n)
    return found


def _count(event_id: Any, what: str, key: Any = None, n: Any = None) -> sa.Select[*tuple[Any, ...]]:
    """Rows by event, and by the key when there is one."""
    by = [col(event_id)] if key is None else [col(event_id), col(key)]
    named = sa.literal("") if key is None else sa.cast(key, sa.String)
    return sa.select(col(event_id), sa.literal(what), named, sa.func.count() if n is None else n).group_by(*by)


def _reading(what: str) -> sa.Select[*tuple[Any, ...]]:
    """What jurors are to read, without what they have a conflict of interest in."""
    return (
        sa.select(col(Application.event_id), sa.literal(what), sa.literal(""), sa.func.count())
        .select_from(Assignment)
        .join(Application, col(Application.id) == Assignment.application_id)
        .where(
            col(Application.state).in_(IN_REVIEW),
            no_conflict(col(Assignment.application_id), col(Assignment.person_id)),
        )
        .group_by(col(Application.event_id))
    )


def reached(session: Session, scope: Scope, event_id: int) -> list[tuple[int, Stage]]:
    """(application, the furthest stage it reached) of each follow-up case of an event, for `followup.funnel`."""
    rows = session.execute(
        sa.select(col(FollowUpCase.application_id), col(FollowUpCase.furthest))
        .join(Application, col(Application.id) == FollowUpCase.application_id)
        .where(col(FollowUpCase.event_id) == event_id, not_conflicted(scope))
    )
    return [(application_id, stage) for application_id, stage in rows]


@dataclass(frozen=True, slots=True)
class Edition:
    """An event in the row of its editions."""

    id: int
    previous_id: int | None
    name: Localized
    day_starts_at: datetime | None


def editions(session: Session, event: Event) -> list[Edition]:
    """The other editions of the event's series, the newest first."""
    rows = session.execute(
        sa.select(col(Event.id), col(Event.previous_id), col(Event.name), col(Event.day_starts_at))
        .where(col(Event.city_id) == event.city_id)
        .order_by(col(Event.day_starts_at).desc().nulls_first(), col(Event.id).desc())
    )
    all_events = [Edition(*row) for row in rows]
    series = {event.id}
    grown = True
    while grown:
        linked = {one.id for one in all_events if one.previous_id in series}
        linked |= {one.previous_id for one in all_events if one.id in series and one.previous_id is not None}
        grown = not linked <= series
        series |= linked
    return [one for one in all_events if one.id in series and one.id != event.id]
