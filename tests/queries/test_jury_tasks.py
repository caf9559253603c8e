from datetime import datetime

from app.adapters.database import WriteSession
from app.domain.task import Task, TaskKind
from app.queries import tasks
from tests.world import World


def test_a_juror_is_asked_for_what_is_left_and_for_nothing_closed(
    world: World, session: WriteSession, now: datetime
) -> None:
    event = world.event(world.city(), "jury")
    world.criteria(event)
    challenge, juror = world.challenge(event), world.juror(event)
    made = [world.application(challenge) for _ in range(4)]
    world.everyone_reads_all(event)
    world.sheet(juror, made[0], [5, 5, 5, 5])
    world.sheet(juror, made[1], [5], send=False)
    world.conflict(made[2], juror)

    asked = tasks.of(session, world.actor(juror), now, "fi")
    assert asked == [Task(TaskKind.SCORE, "Kipinä", "jury.queue.index", due=event.day_starts_at, count=2)]
    session.rollback()
    for application in (made[1], made[3]):
        world.sheet(juror, application, [5, 5, 5, 5])
    session.expire_all()
    assert tasks.of(session, world.actor(juror), now, "fi") == []
    assert tasks.of(session, world.actor(world.person()), now, "fi") == []


def test_after_signing_nothing_is_asked(world: World, session: WriteSession, now: datetime) -> None:
    event = world.event(world.city(), "jury")
    world.application(world.challenge(event))
    juror = world.juror(event)
    world.everyone_reads_all(event)
    world.sign(event)
    assert tasks.of(session, world.actor(juror), now, "fi") == []
