from datetime import datetime

import pytest
from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.application import State
from app.models import Application, AuditEvent, OutgoingMail
from tests.world import World


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_reached_by_legal_steps(world: World, session: WriteSession, state: State) -> None:
    event = world.event(world.city(), "jury")
    made = world.application(world.challenge(event), state=state)

    kept = session.get_one(Application, made.id)
    assert kept.state is state
    assert (kept.number is None) == (state is State.DRAFT)
    trail = session.exec(
        select(AuditEvent.action)
        .where(AuditEvent.object_type == "application", AuditEvent.object_id == made.id)
        .order_by(col(AuditEvent.id))
    )
    expected = {State.DRAFT: "started", State.SUBMITTED: "submitted"}
    assert list(trail)[-1] == expected.get(state, state.value)


def test_numbers_run_from_one_in_each_event(world: World) -> None:
    city = world.city()
    first, second = world.challenge(world.event(city, name="2016")), world.challenge(world.event(city, name="2017"))
    numbers = [world.application(challenge).number for challenge in (first, first, second, first, second)]
    assert numbers == [1, 2, 1, 3, 2]


def test_a_cancelled_place_goes_to_the_first_in_reserve(world: World, session: WriteSession, now: datetime) -> None:
    challenge = world.challenge(world.event(world.city(), "jury"))
    second = world.application(challenge, state=State.RESERVED, reserve_rank=2)
    first = world.application(challenge, state=State.RESERVED, reserve_rank=1)
    world.application(challenge, state=State.CANCELLED)

    states = dict(session.exec(select(Application.id, Application.state)).all())
    assert states[first.id] is State.INVITED
    assert states[second.id] is State.RESERVED
    told = session.exec(select(OutgoingMail.application_id).where(OutgoingMail.kind == "promoted"))
    assert list(told) == [first.id]
