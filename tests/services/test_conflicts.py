"""Conflicts of interest: declared, recorded, suggested and withdrawn."""

from datetime import datetime

import pytest
from sqlmodel import select

from app.adapters.database import WriteSession
from app.domain.access import Permission, scope_of
from app.domain.conflict import Ground, Sign, Source
from app.domain.refusals import Reason, Refused
from app.models import AuditEvent, Conflict
from app.queries import conflicts as conflict_queries
from app.services import conflicts
from tests.world import World


@pytest.mark.parametrize("ground", list(Ground))
def test_a_juror_declares_on_each_of_the_seven_grounds(world: World, session: WriteSession, ground: Ground) -> None:
    event = world.event(world.city(), "jury")
    juror = world.juror(event)
    world.conflict(world.application(world.challenge(event)), juror, ground)
    kept = session.exec(select(Conflict)).one()
    assert (kept.ground, kept.source, kept.declared_by) == (ground, Source.JUROR, juror.id)
    assert session.exec(select(AuditEvent.action).where(AuditEvent.object_type == "conflict")).one() == "declared"


def test_an_organizer_records_one_for_a_juror_and_for_themselves(world: World, session: WriteSession) -> None:
    city = world.city()
    event = world.event(city, "jury")
    application, juror, organizer = world.application(world.challenge(event)), world.juror(event), world.organizer(city)
    world.conflict(application, juror, by=organizer)
    world.conflict(application, organizer)
    assert {(c.person_id, c.source) for c in session.exec(select(Conflict))} == {
        (juror.id, Source.ORGANIZER),
        (organizer.id, Source.ORGANIZER),
    }


def test_it_is_declared_once(world: World) -> None:
    event = world.event(world.city(), "jury")
    application, juror = world.application(world.challenge(event)), world.juror(event)
    world.conflict(application, juror)
    with pytest.raises(Refused) as refused:
        world.conflict(application, juror)
    assert refused.value.reason is Reason.ALREADY_EXISTS


def test_a_mistaken_one_is_withdrawn_by_another_than_oneself(
    world: World, session: WriteSession, now: datetime
) -> None:
    city = world.city()
    event = world.event(city, "jury")
    application, organizer, colleague = (
        world.application(world.challenge(event)),
        world.organizer(city),
        world.organizer(city),
    )
    made = world.conflict(application, organizer)
    scopes = {p.id: scope_of(world.actor(p), Permission.PANEL_MANAGE) for p in (organizer, colleague)}

    with pytest.raises(Refused) as hidden:
        conflict_queries.for_update(session, scopes[organizer.id], event.id, made.id)
    assert hidden.value.reason is Reason.NOT_FOUND
    conflict = conflict_queries.for_update(session, scopes[colleague.id], event.id, made.id)
    with pytest.raises(Refused):
        conflicts.withdraw(session, world.actor(organizer), city.id, conflict, now)
    conflicts.withdraw(session, world.actor(colleague), city.id, conflict, now)
    assert session.exec(select(Conflict)).all() == []
    trail = session.exec(select(AuditEvent).where(AuditEvent.action == "withdrawn")).one()
    assert trail.before["ground"] == "employment"


def test_ties_are_suggested_until_they_are_on_record(world: World, session: WriteSession) -> None:
    city = world.city()
    event = world.event(city, "jury")
    challenge = world.challenge(event)
    owner = world.person("Aino Virtanen")
    application = world.application(challenge, world.company("Lumo Oy", owner))
    world.application(challenge)
    world.juror(event, "Bo Ek")
    juror = world.juror(event, "Aino Virtanen")
    organizer = world.organizer(city)
    scope = scope_of(world.actor(organizer), Permission.PANEL_MANAGE)

    people = conflict_queries.officials(session, city.id, event.id)
    assert {person.id for person in people} >= {juror.id, organizer.id}
    parties = conflict_queries.parties(session, scope, event.id)
    found = conflict_queries.suggestions(session, people, parties, set())
    named = [(s.person.id, s.application.id) for s in found if s.by.sign is Sign.SAME_NAME]
    assert named == [(juror.id, application.id)]
    known = {(s.person.id, s.application.id) for s in found}
    assert conflict_queries.suggestions(session, people, parties, known) == []


def test_the_record_hides_what_the_reader_may_not_see(world: World, session: WriteSession) -> None:
    city = world.city()
    event = world.event(city, "jury")
    challenge, juror, organizer = world.challenge(event), world.juror(event), world.organizer(city)
    hidden, seen = world.application(challenge), world.application(challenge)
    world.conflict(hidden, juror)
    world.conflict(hidden, organizer)
    world.conflict(seen, juror)
    scope = scope_of(world.actor(organizer), Permission.PANEL_MANAGE)
    assert [c.application_id for c in conflict_queries.declared(session, scope, event.id)] == [seen.id]
    assert [p.id for p in conflict_queries.parties(session, scope, event.id)] == [seen.id]
