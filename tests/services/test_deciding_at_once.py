"""Several people at the same moment, each in a transaction of their own, on either database."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from sqlmodel import select

from app.adapters.database import WriteSession
from app.domain.application import State
from app.domain.deciding import Outcome
from app.domain.refusals import Reason, Refused
from app.models import Application, OutgoingMail
from app.queries import deciding as deciding_queries
from app.queries import events
from app.queries import mail as mail_queries
from app.services import deciding, invitations
from tests.world import SYSTEM, World


def at_once(world: World, *acts: Callable[[WriteSession], None]) -> list[Reason | None]:
    """Do all of them together; for each None, or why it was refused."""
    ready = threading.Barrier(len(acts))
    answers: list[Reason | None] = [None] * len(acts)

    def do(number: int) -> None:
        ready.wait()
        try:
            with world.change() as session:
                acts[number](session)
        except Refused as refusal:
            answers[number] = refusal.reason

    threads = [threading.Thread(target=do, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_many_who_sign_exactly_one_does(world: World, now: datetime) -> None:
    event = world.event(world.city(), "jury")
    challenge = world.challenge(event)
    made = [world.application(challenge) for _ in range(3)]
    outcomes = (Outcome.INVITE, Outcome.RESERVE, Outcome.DECLINE)
    world.decide(event, {a.id: outcome for a, outcome in zip(made, outcomes, strict=True)}, sign=False)
    with world.change() as session:
        deciding.write_mails(session, SYSTEM, events.for_update(session, event.city_id, event.id), now)
        session.flush()
        chosen = [decision for _, decision in deciding_queries.to_sign(session, event.id) if decision]
        read = deciding_queries.revision_to_sign(
            [(d.application_id, d.outcome, d.reserve_rank, d.reasons) for d in chosen],
            mail_queries.of_decisions_for_update(session, event.id),
        )

    def sign(session: WriteSession) -> None:
        row = events.for_update(session, event.city_id, event.id)
        deciding.sign(session, SYSTEM, row, read, now)

    assert Counter(at_once(world, sign, sign, sign)) == {None: 1, Reason.DECISIONS_SIGNED: 2}


def test_companies_that_cancel_together_each_let_one_move_up(world: World, now: datetime) -> None:
    event = world.event(world.city(), "jury")
    challenge = world.challenge(event)
    coming = [world.application(challenge) for _ in range(3)]
    waiting = [world.application(challenge) for _ in range(4)]
    invited = dict.fromkeys((a.id for a in coming), Outcome.INVITE)
    world.decide(event, invited | dict.fromkeys((a.id for a in waiting), Outcome.RESERVE))

    def cancel(application_id: int) -> Callable[[WriteSession], None]:
        def do(session: WriteSession) -> None:
            application = session.get_one(Application, application_id, with_for_update=True)
            of = events.by_id(session, event.city_id, event.id)
            invitations.cancel(session, SYSTEM, application, of, now)

        return do

    assert at_once(world, *(cancel(a.id) for a in coming)) == [None, None, None]
    with world.change() as session:
        states = {a.id: a.state for a in session.exec(select(Application))}
        told = session.exec(select(OutgoingMail.application_id).where(OutgoingMail.kind == "promoted")).all()
    assert [states[a.id] for a in coming] == [State.CANCELLED] * 3
    assert [states[a.id] for a in waiting] == [State.INVITED] * 3 + [State.RESERVED]
    assert Counter(told) == Counter(a.id for a in waiting[:3])
