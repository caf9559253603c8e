"""Events, challenges and criteria by their services: what is refused, what is remembered, on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from app.adapters.database import WriteSession
from app.domain.access import Permission, Scope, scope_of
from app.domain.conflict import Ground, Source
from app.domain.deciding import Outcome
from app.domain.ids import CityId
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.models import AuditEvent, City, Conflict, Decision, Event
from app.queries import audit as trail
from app.queries import challenges as challenge_queries
from app.queries import criteria as criterion_queries
from app.queries import overview
from app.queries.cities import facts_by_id
from app.services import challenges, criteria, events
from tests.world import SYSTEM, World, texts


def loaded(session: WriteSession, event: Event) -> Event:
    return session.get_one(Event, event.id)


def test_an_event_is_published_only_when_nothing_is_lacking(world: World, session: WriteSession, now: datetime) -> None:
    city = world.city()
    event = loaded(session, world.event(city, "draft"))
    with pytest.raises(Refused, match=Reason.EVENT_NOT_READY):
        events.publish(session, SYSTEM, event, now)
    assert event.published_at is None
    challenges.create(session, SYSTEM, event, challenges.ChallengeDraft(texts("Valo"), texts("Pimeää")), now)
    criteria.use_default(session, SYSTEM, event, now)
    version = session.get_one(City, city.id).public_version
    events.publish(session, SYSTEM, event, now)
    session.refresh(session.get_one(City, city.id))
    assert event.published_at == now
    assert session.get_one(City, city.id).public_version > version
    with pytest.raises(Refused, match=Reason.WRONG_STATE):
        events.publish(session, SYSTEM, event, now)


def test_an_address_comes_from_the_name_and_is_the_citys_own(
    world: World, session: WriteSession, now: datetime
) -> None:
    tampere, oulu = world.city(), world.city("oulu", "Oulu")
    made = []
    for city in (tampere, tampere, oulu):
        facts = facts_by_id(session, city.id)
        assert facts is not None
        made.append(events.create(session, SYSTEM, facts, events.EventDraft(Localized("Ääkköset & Co!")), now).slug)
    assert made == ["aakkoset-co", "aakkoset-co-2", "aakkoset-co"]
    facts = facts_by_id(session, tampere.id)
    assert facts is not None
    assert events.create(session, SYSTEM, facts, events.EventDraft(Localized("炎")), now).slug == "event"


def test_dates_out_of_order_never_reach_the_database(world: World, session: WriteSession, now: datetime) -> None:
    event = loaded(session, world.event(world.city(), "draft"))
    draft = events.draft_of(event)
    assert draft.call_opens_at is not None
    for wrong, field in (
        ({"call_closes_at": draft.call_opens_at}, "call_closes_at"),
        ({"day_ends_at": draft.day_starts_at}, "day_ends_at"),
        ({"jury_opens_at": draft.call_opens_at}, "jury_opens_at"),
        ({"day_starts_at": draft.call_opens_at}, "day_starts_at"),
    ):
        with pytest.raises(Refused, match=Reason.DATES_OUT_OF_ORDER) as refusal:
            events.edit(session, SYSTEM, event, replace(draft, **wrong), event.version, now)
        assert refusal.value.field == field
    session.flush()
    assert event.version == 1


def test_a_closed_event_is_not_edited_any_more(world: World, session: WriteSession, now: datetime) -> None:
    event = loaded(session, world.event(world.city(), "follow_up"))
    draft, version = events.draft_of(event), event.version
    events.close(session, SYSTEM, event, now)
    with pytest.raises(Refused, match=Reason.EVENT_CLOSED):
        events.edit(session, SYSTEM, event, draft, version + 1, now)


def test_a_clone_takes_what_was_written_and_nothing_that_happened(
    world: World, session: WriteSession, now: datetime
) -> None:
    city = world.city()
    made = world.event(city, "follow_up", name="Kipinä 2026")
    world.juror(made)
    challenge = world.challenge(
        made, budget_min=1_000, budget_max=9_000, themes=[{"fi": "valo", "sv": "ljus"}], questions=texts("Mitä?")
    )
    world.criteria(made, (60, 40))
    source, facts = loaded(session, made), facts_by_id(session, city.id)
    assert facts is not None
    copy = events.clone(session, SYSTEM, facts, source, events.name_of_next(source), now, with_challenges=True)
    (row,) = challenge_queries.of_event(session, copy.id)
    copied = challenge_queries.by_id(session, copy.id, row.id)
    assert challenges.draft_of(copied) == challenges.draft_of(challenge_queries.by_id(session, made.id, challenge.id))
    assert [criteria.draft_of(c) for c in criterion_queries.of_event(session, copy.id)] == [
        criteria.draft_of(c) for c in criterion_queries.of_event(session, made.id)
    ]
    assert overview.of_events(session, in_city(city), [copy.id], prepared=True)[copy.id].jurors == 0
    assert [one.id for one in overview.editions(session, copy)] == [made.id]
    assert (copy.published_at, copy.released_at, copy.results_published_at) == (None, None, None)


def in_city(city: City) -> Scope:
    nobody: frozenset[int] = frozenset()
    return Scope(False, None, frozenset({CityId(city.id)}), nobody, nobody)  # type: ignore[arg-type]


def test_challenges_change_places_one_by_one(world: World, session: WriteSession, now: datetime) -> None:
    event = loaded(session, world.event(world.city(), "draft"))
    for name in ("A", "B", "C"):
        challenges.create(session, SYSTEM, event, challenges.ChallengeDraft(texts(name)), now)

    def order() -> list[str]:
        return [row.title.fi for row in challenge_queries.of_event(session, event.id)]

    for number, expected in ((3, ["A", "C", "B"]), (2, ["C", "A", "B"]), (1, ["C", "A", "B"])):
        row = challenge_queries.by_number(session, event.id, number)
        challenges.move_up(session, SYSTEM, event, row, now)
        assert order() == expected
    event.published_at = now
    with pytest.raises(Refused, match=Reason.WRONG_STATE):
        challenges.move_up(session, SYSTEM, event, challenge_queries.by_number(session, event.id, 2), now)


def test_what_was_removed_stays_in_the_history_of_its_event(world: World, session: WriteSession, now: datetime) -> None:
    made = world.event(world.city(), "draft")
    other = world.event(world.city("oulu", "Oulu"), "draft")
    challenge, foreign = world.challenge(made, "Virhe"), world.challenge(other, "Muualla")
    (criterion,) = world.criteria(made, (100,))
    event = loaded(session, made)
    row = challenge_queries.for_update(session, event.id, challenge.id)
    challenges.remove(session, SYSTEM, event, row, now)
    criteria.remove(session, SYSTEM, event, criterion_queries.for_update(session, event.id, criterion.id), now)
    far = loaded(session, other)
    challenges.remove(session, SYSTEM, far, challenge_queries.for_update(session, far.id, foreign.id), now)
    session.flush()
    removed = [
        (deed.object_type, (deed.before.get("title") or deed.before["name"])["fi"])
        for deed in trail.of_event(session, event.id, None, 1)
        if deed.action == "removed"
    ]
    assert sorted(removed) == [("challenge", "Virhe"), ("criterion", "Peruste 1")]


def test_whoever_has_a_conflict_of_interest_finds_the_application_in_no_figure(
    world: World, session: WriteSession, now: datetime
) -> None:
    city = world.city()
    event = world.event(city, "jury")
    challenge = world.challenge(event)
    world.criteria(event, (100,))
    juror, organizer, colleague = world.juror(event), world.organizer(city), world.organizer(city)
    first, second = world.application(challenge), world.application(challenge)
    mine = scope_of(world.actor(organizer), Permission.EVENT_SEE)
    theirs = scope_of(world.actor(colleague), Permission.EVENT_SEE)
    for application in (first, second):
        world.sheet(juror, application, (7,))
    for application in (first, second):
        session.add(Decision(application_id=application.id, event_id=event.id, outcome=Outcome.INVITE, prepared_at=now))
    session.add(
        Conflict(
            application_id=first.id,
            person_id=organizer.id,
            ground=Ground.PARTY,
            source=Source.ORGANIZER,
            declared_at=now,
        )
    )
    session.flush()

    def figures(scope: Scope) -> tuple[int, int, int, int]:
        found = overview.of_events(session, scope, [event.id], prepared=True)[event.id]
        return found.sent, found.assigned, found.sheets, found.invited

    assert figures(mine) == (1, 1, 1, 1)
    assert figures(theirs) == (2, 2, 2, 2)
    assert challenge_queries.sent_to(session, mine, event.id) == {challenge.id: 1}
    assert challenge_queries.sent_to(session, theirs, event.id) == {challenge.id: 2}


def test_every_change_is_in_the_trail(world: World, session: WriteSession, now: datetime) -> None:
    city = world.city()
    event = loaded(session, world.event(city, "draft"))
    row = challenges.create(session, SYSTEM, event, challenges.ChallengeDraft(texts("Valo")), now)
    draft = replace(challenges.draft_of(row), need=texts("Pimeää"))
    challenges.edit(session, SYSTEM, event, row, draft, row.version, now + timedelta(minutes=1))
    with pytest.raises(Refused, match=Reason.CHANGED_MEANWHILE):
        challenges.edit(session, SYSTEM, event, row, draft, 1, now)
    deeds = session.exec(select(AuditEvent).where(AuditEvent.object_type == "challenge")).all()
    assert [deed.action for deed in sorted(deeds, key=lambda deed: deed.id)] == ["created", "edited"]
    edited = next(deed for deed in deeds if deed.action == "edited")
    assert edited.after == {"need": texts("Pimeää").as_dict()}
