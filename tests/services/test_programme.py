"""The working version of a programme: places, sessions, and pitches laid out in a row."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.application import State
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.domain.running_order import Pace, running_order
from app.domain.schedule import ClashKind, SessionKind, clashes
from app.models import AuditEvent, Event, Place, ProgrammeSession
from app.queries import programme as queries
from app.services import programme
from app.services.programme import PlaceDraft, SessionDraft
from tests.world import NOW, SYSTEM, World, texts


@pytest.fixture
def event(world: World) -> Event:
    return world.event(world.city(), "jury")


def test_a_place_is_kept_changed_and_removed_and_the_trail_tells(session: WriteSession, event: Event) -> None:
    place = programme.add_place(session, SYSTEM, event, PlaceDraft(texts("Lava"), 180, (50, 18)), NOW)
    second = programme.add_place(session, SYSTEM, event, PlaceDraft(texts("Aula")), NOW)
    assert (place.position, second.position) == (0, 1)
    programme.edit_place(session, SYSTEM, event, place, PlaceDraft(texts("Iso lava"), None, None), NOW)
    assert (place.capacity, place.map_x) == (None, None)
    programme.remove_place(session, SYSTEM, event, second, NOW)
    actions = session.exec(
        select(AuditEvent.action).where(AuditEvent.object_type == "place").order_by(col(AuditEvent.id))
    )
    assert list(actions) == ["created", "created", "edited", "removed"]


@pytest.mark.parametrize(
    ("draft", "field"),
    [(PlaceDraft(Localized()), "name_fi"), (PlaceDraft(texts("Lava"), at=(101, 0)), "map_x")],
)
def test_a_place_needs_a_name_and_a_spot_on_the_map(
    session: WriteSession, event: Event, draft: PlaceDraft, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        programme.add_place(session, SYSTEM, event, draft, NOW)
    assert refusal.value.field == field


def test_a_place_in_use_stays(session: WriteSession, world: World, event: Event) -> None:
    place = world.place(event)
    world.session(event, place=place)
    place = session.get_one(Place, place.id)
    with pytest.raises(Refused, match=Reason.IN_USE):
        programme.remove_place(session, SYSTEM, event, place, NOW)


def test_a_pitch_belongs_to_the_challenge_of_its_application(session: WriteSession, world: World, event: Event) -> None:
    challenge = world.challenge(event)
    application = world.application(challenge, state=State.INVITED)
    row = programme.add_session(
        session, SYSTEM, event, SessionDraft(SessionKind.PITCH, application_id=application.id), NOW
    )
    assert row.challenge_id == challenge.id


@pytest.mark.parametrize("foreign", ["place", "challenge", "application", "unit"])
def test_nothing_of_another_event_or_city_gets_into_a_session(
    session: WriteSession, world: World, event: Event, foreign: str
) -> None:
    elsewhere = world.city("oulu", "Oulu")
    other = world.event(elsewhere, "jury")
    challenge = world.challenge(other)
    opening = SessionDraft(SessionKind.PANEL, texts("Avaus"))
    draft = {
        "place": replace(opening, place_id=world.place(other).id),
        "challenge": replace(opening, challenge_id=challenge.id),
        "application": replace(opening, application_id=world.application(challenge).id),
        "unit": replace(opening, unit_id=world.unit(elsewhere).id),
    }[foreign]
    with pytest.raises(Refused, match=Reason.NOT_FOUND) as refusal:
        programme.add_session(session, SYSTEM, event, draft, NOW)
    assert refusal.value.field == foreign


def test_an_end_before_the_beginning_is_told_at_the_field(session: WriteSession, event: Event) -> None:
    draft = SessionDraft(SessionKind.PANEL, texts("Avaus"), starts_at=NOW, ends_at=NOW)
    with pytest.raises(Refused, match=Reason.ENDS_BEFORE_START) as refusal:
        programme.add_session(session, SYSTEM, event, draft, NOW)
    assert refusal.value.field == "ends"


def test_a_session_moves_keeping_its_length_and_a_late_mover_is_told(
    session: WriteSession, world: World, event: Event
) -> None:
    place = world.place(event)
    row = session.get_one(ProgrammeSession, world.session(event, minutes=25).id)
    later = NOW + timedelta(days=40)
    programme.move_session(session, SYSTEM, event, row, later, place.id, 1, NOW)
    assert (row.starts_at, row.ends_at, row.place_id, row.version) == (
        later,
        later + timedelta(minutes=25),
        place.id,
        2,
    )
    with pytest.raises(Refused, match=Reason.CHANGED_MEANWHILE):
        programme.move_session(session, SYSTEM, event, row, NOW, place.id, 1, NOW)
    with pytest.raises(Refused, match=Reason.CHANGED_MEANWHILE):
        programme.edit_session(session, SYSTEM, event, row, SessionDraft(SessionKind.PANEL, texts("x")), 1, NOW)


def test_a_closed_event_is_left_alone(session: WriteSession, event: Event) -> None:
    event.closed_at = NOW - timedelta(days=1)
    with pytest.raises(Refused, match=Reason.EVENT_CLOSED):
        programme.add_place(session, SYSTEM, event, PlaceDraft(texts("Lava")), NOW)
    with pytest.raises(Refused, match=Reason.EVENT_CLOSED):
        programme.add_session(session, SYSTEM, event, SessionDraft(SessionKind.BREAK, texts("Tauko")), NOW)


def test_pitches_are_laid_out_in_a_row_and_again_without_doubles(
    session: WriteSession, world: World, event: Event
) -> None:
    challenge, place = world.challenge(event), world.place(event)
    applications = [world.application(challenge, state=State.INVITED).id for _ in range(5)]
    assert event.day_starts_at
    pace = Pace(8, pause=2, break_after=3, break_length=20)
    early, slots = (running_order(5, event.day_starts_at + timedelta(hours=hours), pace) for hours in (0, 1))
    for slots_of_run in (early, slots):
        programme.lay_out_pitches(session, SYSTEM, event, applications, slots_of_run, place.id, NOW)
    session.flush()
    rows = session.exec(
        select(ProgrammeSession).where(ProgrammeSession.event_id == event.id).order_by(col(ProgrammeSession.starts_at))
    ).all()
    pitches = [row for row in rows if row.kind is SessionKind.PITCH]
    assert [row.application_id for row in pitches] == applications
    assert [row.starts_at for row in pitches] == [slot.starts_at for slot in slots if not slot.is_break]
    assert {row.place_id for row in pitches} == {place.id}
    breaks = [row for row in rows if row.kind is SessionKind.BREAK]
    assert [row.title for row in breaks] == [Localized("Tauko", "Paus", "Break")] * 2, "each run made its own break"
    scope = world._whole_city(event)
    rows_for_rules = [row.for_rules() for row in queries.sessions(session, scope, event.id)]
    found = clashes(rows_for_rules, event.day_starts_at, event.day_ends_at)
    assert [clash.kind for clash in found] == []


def test_clashes_are_pointed_out_and_stop_nobody(session: WriteSession, world: World, event: Event) -> None:
    place = world.place(event)
    application = world.application(world.challenge(event), state=State.INVITED)
    one = world.session(event, place=place, application=application, people=("Aino Virtanen",))
    two = world.session(event, "interview", application=application, people=("aino  virtanen",), place=place)
    lost = world.session(event, "panel", at=None)
    rows = queries.sessions(session, world._whole_city(event), event.id)
    found = {
        (clash.kind, clash.session, clash.other)
        for clash in clashes([row.for_rules() for row in rows], event.day_starts_at, event.day_ends_at)
    }
    assert found == {
        (ClashKind.PLACE, one.id, two.id),
        (ClashKind.COMPANY, one.id, two.id),
        (ClashKind.PERSON, one.id, two.id),
        (ClashKind.NO_TIME, lost.id, None),
        (ClashKind.NO_PLACE, lost.id, None),
    }
