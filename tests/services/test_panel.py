"""Seating and unseating jurors, and giving them their reading."""

from datetime import datetime

import pytest
from sqlmodel import col, func, select

from app.adapters.database import WriteSession
from app.domain.access import Permission, Scope, scope_of
from app.domain.refusals import Reason, Refused
from app.models import Assignment, AuditEvent, Conflict, Event, JurySeat, OutgoingMail, Person, ScoreSheet
from app.queries import panel as panels
from app.services import panel
from tests.world import SYSTEM, World


def scope(world: World, person: Person) -> Scope:
    return scope_of(world.actor(person), Permission.PANEL_MANAGE)


def pairs(session: WriteSession) -> set[tuple[int, int]]:
    return set(session.exec(select(Assignment.person_id, Assignment.application_id)).all())


def test_a_seat_is_told_by_mail_and_stands_in_the_trail(world: World, session: WriteSession) -> None:
    event = world.event(world.city(), "call_open")
    person = world.person("Aino Virtanen")
    seat = world.seat(event, person)

    mail = session.exec(select(OutgoingMail).where(OutgoingMail.to_email == person.email)).one()
    assert mail.kind == "jury_invitation"
    assert "Kipinä" in mail.subject
    trail = session.exec(select(AuditEvent).where(AuditEvent.object_type == "jury_seat")).one()
    assert (trail.action, trail.object_id, trail.after["person_id"]) == ("seated", seat.id, person.id)
    assert world.actor(person).jury_of == {event.id}


def test_nobody_sits_twice_and_a_seat_of_the_whole_event_takes_the_narrower_in(
    world: World, session: WriteSession
) -> None:
    event = world.event(world.city(), "call_open")
    challenge = world.challenge(event)
    person = world.person()
    world.seat(event, person, challenge)
    with pytest.raises(Refused) as again:
        world.seat(event, person, challenge)
    assert (again.value.reason, again.value.field) == (Reason.ALREADY_EXISTS, "email")
    world.seat(event, person)
    assert [seat.challenge_id for seat in session.exec(select(JurySeat))] == [None]
    with pytest.raises(Refused):
        world.seat(event, person, challenge)


def test_everyone_reads_all_that_their_seat_covers_except_across_a_conflict(
    world: World, session: WriteSession
) -> None:
    event = world.event(world.city(), "jury")
    one, other = world.challenge(event), world.challenge(event)
    whole, narrow = world.juror(event), world.juror(event, challenge=one)
    first, second, third = world.application(one), world.application(one), world.application(other)
    world.application(one, state="draft")
    world.application(one, state="withdrawn")
    world.conflict(second, whole, by=world.person())

    assert world.everyone_reads_all(event) == 4
    everything = {(whole.id, first.id), (whole.id, third.id), (narrow.id, first.id), (narrow.id, second.id)}
    assert pairs(session) == everything
    assert world.everyone_reads_all(event) == 0


def test_what_comes_after_the_press_is_told_and_given_by_the_next_press(world: World, session: WriteSession) -> None:
    city = world.city()
    event = world.event(city, "jury")
    challenge = world.challenge(event)
    world.juror(event)
    world.application(challenge)
    world.everyone_reads_all(event)
    world.application(challenge)
    organizer = world.organizer(city)

    assert panels.counts(session, scope(world, organizer), event.id) == (2, 1)
    session.rollback()
    assert world.everyone_reads_all(event) == 1


def test_a_conflicted_organizer_assigns_nothing_of_what_is_closed_to_them(
    world: World, session: WriteSession, now: datetime
) -> None:
    city = world.city()
    event = world.event(city, "jury")
    challenge, juror, organizer = world.challenge(event), world.juror(event), world.organizer(city)
    seen, hidden = world.application(challenge), world.application(challenge)
    world.conflict(hidden, organizer)
    actor = world.actor(organizer)
    mine = session.get_one(Event, event.id)

    wanted = {(juror.id, hidden.id), (juror.id, seen.id)}
    assert panel.assign(session, actor, scope(world, organizer), mine, wanted, (), now) == 1
    assert panel.let_everyone_read_all(session, actor, scope(world, organizer), mine, now) == 0
    assert pairs(session) == {(juror.id, seen.id)}


def test_by_hand_only_what_may_be_is_added_and_nothing_sent_in_is_taken_away(
    world: World, session: WriteSession, now: datetime
) -> None:
    city = world.city()
    event = world.event(city, "jury")
    world.criteria(event)
    one, other = world.challenge(event), world.challenge(event)
    juror, stranger = world.juror(event, challenge=one), world.person()
    first, second, third = world.application(one), world.application(one), world.application(other)
    world.sheet(juror, first, [5, 5, 5, 5])
    world.sheet(juror, second, [5], send=False)
    organizer = world.organizer(city)
    mine = session.get_one(Event, event.id)

    wanted = {(juror.id, third.id), (stranger.id, first.id)}
    unwanted = {(juror.id, first.id), (juror.id, second.id)}
    changed = panel.assign(session, world.actor(organizer), scope(world, organizer), mine, wanted, unwanted, now)
    assert changed == 1
    assert pairs(session) == {(juror.id, first.id)}


def test_a_juror_who_leaves_loses_the_reading_and_the_sheets_stay(
    world: World, session: WriteSession, now: datetime
) -> None:
    city = world.city()
    event = world.event(city, "jury")
    world.criteria(event)
    challenge = world.challenge(event)
    juror, organizer = world.juror(event), world.organizer(city)
    world.sheet(juror, world.application(challenge), [5, 5, 5, 5])
    world.sheet(juror, world.application(challenge), [5], send=False)
    hidden = world.application(challenge)
    world.sheet(juror, hidden, [1, 1, 1, 1])
    world.conflict(hidden, organizer)
    seat = session.exec(select(JurySeat)).one()

    assert panels.kept_sheets(session, scope(world, organizer), seat) == (1, 1)
    panel.unseat(session, world.actor(organizer), city.id, seat, now)
    assert pairs(session) == set()
    assert session.exec(select(func.count()).select_from(ScoreSheet)).one() == 3
    session.commit()
    assert world.actor(juror).jury_of == frozenset()


def test_a_seat_of_one_challenge_takes_only_its_own_reading_along(
    world: World, session: WriteSession, now: datetime
) -> None:
    event = world.event(world.city(), "jury")
    one, other = world.challenge(event), world.challenge(event)
    juror = world.juror(event, challenge=one)
    world.seat(event, juror, other)
    world.application(one)
    kept = world.application(other)
    world.everyone_reads_all(event)
    seat = session.exec(select(JurySeat).where(JurySeat.challenge_id == one.id)).one()
    panel.unseat(session, SYSTEM, event.city_id, seat, now)
    assert pairs(session) == {(juror.id, kept.id)}


@pytest.mark.parametrize("what", ["seat", "read"])
def test_the_panel_is_closed_when_the_decisions_are_signed(world: World, what: str) -> None:
    event = world.event(world.city(), "jury")
    world.application(world.challenge(event), state="invited")
    world.sign(event)
    person = world.person()
    with pytest.raises(Refused) as refused:
        world.seat(event, person) if what == "seat" else world.everyone_reads_all(event)
    assert refused.value.reason is Reason.DECISIONS_SIGNED


def test_progress_leaves_out_what_is_closed_to_either_side(world: World, session: WriteSession) -> None:
    city = world.city()
    event = world.event(city, "jury")
    world.criteria(event)
    challenge = world.challenge(event)
    juror, organizer = world.juror(event), world.organizer(city)
    seen, hidden, declared = (world.application(challenge) for _ in range(3))
    for application in (seen, hidden, declared):
        world.sheet(juror, application, [5, 5, 5, 5])
    world.application(challenge)
    world.everyone_reads_all(event)
    world.conflict(hidden, organizer)
    world.conflict(declared, juror)

    assert panels.progress(session, scope(world, organizer), event.id) == {juror.id: panels.Progress(2, 1)}
    assert panels.counts(session, scope(world, organizer), event.id) == (3, 1)
    assert len(session.exec(select(Conflict).order_by(col(Conflict.id))).all()) == 2
