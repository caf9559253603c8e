"""What an event asks of its organizers, on both databases; nothing across a conflict of interest."""

from datetime import datetime, timedelta

import pytest

from app.adapters.database import WriteSession
from app.domain.deciding import UNWRITTEN, Outcome
from app.domain.task import Task, TaskKind
from app.models import Application, City, Event, Person
from app.queries import event_tasks
from app.services import invitations, outbox
from tests.world import SYSTEM, ZONE, World


@pytest.fixture
def city(world: World) -> City:
    return world.city()


@pytest.fixture
def organizer(world: World, city: City) -> Person:
    return world.organizer(city)


def asked(session: WriteSession, world: World, person: Person, now: datetime) -> list[tuple[TaskKind, str, int]]:
    session.rollback()  # a new look at the database
    found = event_tasks.waiting(session, world.actor(person), now, "fi")
    return [(task.kind, task.about, task.count) for task in found]


def test_from_deciding_to_signing(
    world: World, session: WriteSession, city: City, organizer: Person, now: datetime
) -> None:
    event = world.event(city, "jury")
    challenge = world.challenge(event)
    one, two, gone = (
        world.application(challenge),
        world.application(challenge),
        world.application(challenge, state="withdrawn"),
    )
    assert asked(session, world, organizer, now) == [(TaskKind.PREPARE_DECISIONS, "Kipinä", 2)]
    world.decide(event, {one.id: Outcome.INVITE}, reasons="", sign=False)
    assert asked(session, world, organizer, now) == [(TaskKind.PREPARE_DECISIONS, "Kipinä", 1)]
    for unfinished in ("", " ", f"Arvostimme {UNWRITTEN}"):
        world.decide(event, {two.id: Outcome.DECLINE}, reasons=unfinished, sign=False)
        assert asked(session, world, organizer, now) == [(TaskKind.PREPARE_DECISIONS, "Kipinä", 1)]
    world.decide(event, {two.id: Outcome.DECLINE}, reasons="Tarve oli toinen.", sign=False)
    assert asked(session, world, organizer, now) == [(TaskKind.SIGN_DECISIONS, "Kipinä", 1)]
    assert gone.id not in (one.id, two.id)
    world.decide(event, {})
    assert asked(session, world, organizer, now) == [(TaskKind.RELEASE_PROGRAMME, "Kipinä", 1)]


def test_whoever_has_a_conflict_is_asked_for_the_others_only_and_never_to_sign(
    world: World, session: WriteSession, city: City, now: datetime
) -> None:
    event, conflicted = world.event(city, "jury"), world.organizer(city)
    challenge = world.challenge(event)
    one, hidden = world.application(challenge), world.application(challenge)
    world.conflict(hidden, conflicted)
    assert asked(session, world, conflicted, now) == [(TaskKind.PREPARE_DECISIONS, "Kipinä", 1)]
    world.decide(event, {one.id: Outcome.INVITE}, sign=False)
    assert asked(session, world, conflicted, now) == []


def test_an_empty_reserve_with_free_places_is_told(
    world: World, session: WriteSession, city: City, organizer: Person, now: datetime
) -> None:
    event = world.event(city, "jury")
    challenge = world.challenge(event)
    made = [world.application(challenge) for _ in range(3)]
    world.decide(event, {made[0].id: Outcome.INVITE, made[1].id: Outcome.INVITE, made[2].id: Outcome.RESERVE})
    release = (TaskKind.RELEASE_PROGRAMME, "Kipinä", 1)

    def cancel(application: Application) -> None:
        with world.change() as change:
            row, of = change.get_one(Application, application.id), change.get_one(Event, event.id)
            invitations.cancel(change, SYSTEM, row, of, now)

    cancel(made[0])
    assert asked(session, world, organizer, now) == [release], "the reserve took the place"
    cancel(made[1])
    assert asked(session, world, organizer, now) == [release, (TaskKind.RESERVE_EMPTY, "Kipinä", 1)]
    cancel(made[2])
    assert asked(session, world, organizer, now) == [release, (TaskKind.RESERVE_EMPTY, "Kipinä", 2)]


def test_the_life_of_an_event(
    world: World, session: WriteSession, city: City, organizer: Person, now: datetime
) -> None:
    world.event(city, "draft", name="Luonnos")
    closes = now + timedelta(days=7)
    world.event(city, "call_open", name="Pian", call_closes_at=closes, jury_opens_at=closes)
    world.event(city, "call_open", name="Ei vielä", call_closes_at=closes + timedelta(minutes=1), jury_opens_at=None)
    world.event(city, "jury", name="Tyhjä")
    world.event(city, "follow_up", name="Pidetty")
    world.event(world.city("lahti", "Lahti"), "draft", name="Muualla")
    assert asked(session, world, organizer, now) == [
        (TaskKind.PUBLISH_EVENT, "Luonnos", 1),
        (TaskKind.CALL_CLOSES, "Pian", 1),
        (TaskKind.PUBLISH_RESULTS, "Pidetty", 1),
    ]


def test_mail_that_waits_or_failed(
    world: World, session: WriteSession, city: City, organizer: Person, now: datetime
) -> None:
    event, conflicted = world.event(city, "jury"), world.organizer(city)
    application = world.application(world.challenge(event))
    world.conflict(application, conflicted)
    with world.change() as change:
        for held, secret, about in ((True, False, None), (True, True, None), (False, False, application.id)):
            mail = outbox.queue(
                change, "company_invitation", to_email="a@example.org", to_name="", language="fi", now=now, zone=ZONE,
                context={"company": "Anturi Oy", "inviter": "Aino", "company_id": 1}, city_id=city.id,
                event_id=event.id, application_id=about, held=held, secret=secret,
            )  # fmt: skip
            if not held:
                mail.attempts = outbox.MAX_ATTEMPTS
                outbox.not_sent(mail, "550", now)
    world.decide(event, {application.id: Outcome.INVITE}, sign=False)
    mails = {TaskKind.CHECK_MAIL, TaskKind.MAIL_FAILED}
    found = [one for one in asked(session, world, organizer, now) if one[0] in mails]
    assert found == [(TaskKind.CHECK_MAIL, "Kipinä", 1), (TaskKind.MAIL_FAILED, "Kipinä", 1)]
    found = [one for one in asked(session, world, conflicted, now) if one[0] in mails]
    assert found == [(TaskKind.CHECK_MAIL, "Kipinä", 1)]
    tasks: list[Task] = list(event_tasks.waiting(session, world.actor(organizer), now, "fi"))
    late = {task.kind: task.overdue for task in tasks}
    assert late[TaskKind.MAIL_FAILED]
    assert not late[TaskKind.CHECK_MAIL]
