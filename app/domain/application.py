"""The states of an application and every legal step between them: one table, read by services, pages and tests."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.phase import Phase
from app.domain.refusals import Reason, Refused


class State(StrEnum):
    """Where an application stands, as staff see it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    RESERVED = "reserved"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Action(StrEnum):
    """What may be done to an application."""

    SAVE = "save"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    INVITE = "invite"
    RESERVE = "reserve"
    DECLINE = "decline"
    PROMOTE = "promote"
    CONFIRM = "confirm"
    CANCEL = "cancel"


class PublicStatus(StrEnum):
    """What the company is told: never more than has been decided and signed."""

    DRAFT = "draft"
    RECEIVED = "received"
    IN_REVIEW = "in_review"
    WITHDRAWN = "withdrawn"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    PITCHED = "pitched"
    ON_RESERVE = "on_reserve"
    NOT_INVITED = "not_invited"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Step:
    """A legal step: the state it leads to and the phases of the event in which it may be taken."""

    to: State
    phases: frozenset[Phase]


_OPEN = frozenset({Phase.CALL_OPEN})
_DECIDING = frozenset({Phase.CALL_CLOSED, Phase.JURY})
_BEFORE_DAY_ENDS = frozenset({Phase.DECIDED, Phase.PROGRAMME_RELEASED, Phase.HELD})

TRANSITIONS: dict[tuple[State, Action], Step] = {
    (State.DRAFT, Action.SAVE): Step(State.DRAFT, _OPEN),
    (State.DRAFT, Action.SUBMIT): Step(State.SUBMITTED, _OPEN),
    (State.SUBMITTED, Action.SAVE): Step(State.SUBMITTED, _OPEN),
    (State.SUBMITTED, Action.WITHDRAW): Step(State.WITHDRAWN, _OPEN | _DECIDING),
    (State.WITHDRAWN, Action.REOPEN): Step(State.DRAFT, _OPEN),
    (State.SUBMITTED, Action.INVITE): Step(State.INVITED, _DECIDING),
    (State.SUBMITTED, Action.RESERVE): Step(State.RESERVED, _DECIDING),
    (State.SUBMITTED, Action.DECLINE): Step(State.DECLINED, _DECIDING),
    (State.RESERVED, Action.PROMOTE): Step(State.INVITED, _BEFORE_DAY_ENDS),
    (State.INVITED, Action.CONFIRM): Step(State.CONFIRMED, _BEFORE_DAY_ENDS),
    (State.INVITED, Action.CANCEL): Step(State.CANCELLED, _BEFORE_DAY_ENDS),
    (State.CONFIRMED, Action.CANCEL): Step(State.CANCELLED, _BEFORE_DAY_ENDS),
    (State.RESERVED, Action.CANCEL): Step(State.CANCELLED, _BEFORE_DAY_ENDS),
}

IN_REVIEW = frozenset({State.SUBMITTED, State.INVITED, State.CONFIRMED, State.RESERVED, State.DECLINED})
"""States whose content a jury may read."""

PITCHING = frozenset({State.INVITED, State.CONFIRMED})
"""States in which the company is expected on the pitch day."""


def next_state(state: State, action: Action, phase: Phase) -> State:
    """The state after an action; raises Refused with the reason when the step is not legal now."""
    step = TRANSITIONS.get((state, action))
    if step is None:
        raise Refused(Reason.WRONG_STATE)
    if phase not in step.phases:
        raise Refused(_too_early_or_late(step, phase))
    return step.to


def _too_early_or_late(step: Step, phase: Phase) -> Reason:
    if Phase.CALL_OPEN in step.phases:
        return Reason.CALL_CLOSED if phase.reached(Phase.CALL_CLOSED) else Reason.CALL_NOT_OPEN
    if step.phases == _DECIDING:
        return Reason.DECISIONS_SIGNED if phase.reached(Phase.DECIDED) else Reason.CALL_STILL_OPEN
    return Reason.EVENT_CLOSED if phase.reached(Phase.FOLLOW_UP) else Reason.DECISIONS_NOT_SIGNED


def may(state: State, action: Action, phase: Phase) -> bool:
    """Would `next_state` allow it; for showing or explaining a button."""
    step = TRANSITIONS.get((state, action))
    return step is not None and phase in step.phases


def public_status(state: State, phase: Phase) -> PublicStatus:
    """The company's own label. Outcomes are told only once the decisions are signed (Phase.DECIDED)."""
    if state in {State.DRAFT, State.WITHDRAWN, State.CANCELLED}:
        return PublicStatus(state.value)
    if not phase.reached(Phase.DECIDED):
        return PublicStatus.IN_REVIEW if phase.reached(Phase.CALL_CLOSED) else PublicStatus.RECEIVED
    told = {
        State.INVITED: PublicStatus.INVITED,
        State.CONFIRMED: PublicStatus.PITCHED if phase.reached(Phase.HELD) else PublicStatus.CONFIRMED,
        State.RESERVED: PublicStatus.ON_RESERVE,
        State.DECLINED: PublicStatus.NOT_INVITED,
    }
    return told.get(state, PublicStatus.IN_REVIEW)
