from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters.database import WriteSession, reading, writing
from app.domain.access import EVERY_CITY, Permission, scope_of
from app.domain.application import State
from app.domain.phase import phase_at
from app.models import Application, AuditEvent, OutgoingMail
from app.queries import applications
from app.services import applications as services
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


def test_the_same_submit_twenty_times_at_once_is_one(world: World, engine: sa.Engine, now: datetime) -> None:
    made = world.application(world.challenge(world.event(world.city())), state=State.DRAFT)
    actor = world.actor(world.person_of(made))
    scope = scope_of(actor, Permission.APPLICATION_EDIT)

    def send(_: int) -> bool:
        with writing(engine, EVERY_CITY) as session:
            application, event = applications.for_update(session, scope, made.id)
            return services.submit(session, actor, application, now, phase_at(event.milestones, now))

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(20))) == [False] * 19 + [True]
    with reading(engine, EVERY_CITY) as session:
        assert len(session.exec(select(OutgoingMail).where(OutgoingMail.kind == "receipt")).all()) == 1


def test_companies_that_send_at_once_get_numbers_of_their_own(world: World, engine: sa.Engine, now: datetime) -> None:
    challenge = world.challenge(world.event(world.city()))
    drafts = [world.application(challenge, state=State.DRAFT) for _ in range(8)]
    actors = {made.id: world.actor(world.person_of(made)) for made in drafts}

    def send(made: Application) -> int | None:
        actor = actors[made.id]
        with writing(engine, EVERY_CITY) as session:
            scope = scope_of(actor, Permission.APPLICATION_EDIT)
            application, event = applications.for_update(session, scope, made.id)
            services.submit(session, actor, application, now, phase_at(event.milestones, now))
            return application.number

    with ThreadPoolExecutor(4) as pool:
        assert sorted(number or 0 for number in pool.map(send, drafts)) == list(range(1, 9))
