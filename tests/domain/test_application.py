import pytest

from app.domain.application import TRANSITIONS, Action, PublicStatus, State, may, next_state, public_status
from app.domain.phase import Phase
from app.domain.refusals import Reason, Refused


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("state", State)
def test_every_step_is_legal_or_refused_as_the_table_says(state: State, action: Action, phase: Phase) -> None:
    step = TRANSITIONS.get((state, action))
    if step is not None and phase in step.phases:
        assert next_state(state, action, phase) is step.to
        assert may(state, action, phase)
        return
    assert not may(state, action, phase)
    with pytest.raises(Refused) as refusal:
        next_state(state, action, phase)
    assert (refusal.value.reason is Reason.WRONG_STATE) == (step is None)


@pytest.mark.parametrize(
    ("state", "action", "phase", "reason"),
    [
        (State.DRAFT, Action.SUBMIT, Phase.PUBLISHED, Reason.CALL_NOT_OPEN),
        (State.DRAFT, Action.SUBMIT, Phase.CALL_CLOSED, Reason.CALL_CLOSED),
        (State.SUBMITTED, Action.SAVE, Phase.JURY, Reason.CALL_CLOSED),
        (State.SUBMITTED, Action.INVITE, Phase.DECIDED, Reason.DECISIONS_SIGNED),
        (State.SUBMITTED, Action.INVITE, Phase.CALL_OPEN, Reason.CALL_STILL_OPEN),
        (State.RESERVED, Action.PROMOTE, Phase.JURY, Reason.DECISIONS_NOT_SIGNED),
        (State.INVITED, Action.CANCEL, Phase.FOLLOW_UP, Reason.EVENT_CLOSED),
    ],
)
def test_the_reason_tells_too_early_from_too_late(state: State, action: Action, phase: Phase, reason: Reason) -> None:
    with pytest.raises(Refused) as refusal:
        next_state(state, action, phase)
    assert refusal.value.reason is reason


def test_every_state_can_be_reached_from_a_draft() -> None:
    reached, frontier = {State.DRAFT}, {State.DRAFT}
    while frontier:
        frontier = {step.to for (state, _), step in TRANSITIONS.items() if state in frontier} - reached
        reached |= frontier
    assert reached == set(State)


@pytest.mark.parametrize("state", [State.SUBMITTED, State.INVITED, State.RESERVED, State.DECLINED, State.CONFIRMED])
@pytest.mark.parametrize("phase", [Phase.CALL_OPEN, Phase.CALL_CLOSED, Phase.JURY])
def test_a_company_never_learns_an_outcome_before_it_is_signed(state: State, phase: Phase) -> None:
    assert public_status(state, phase) in {PublicStatus.RECEIVED, PublicStatus.IN_REVIEW}
    assert public_status(state, phase) is public_status(State.SUBMITTED, phase)
