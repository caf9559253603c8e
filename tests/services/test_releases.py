"""Releasing a programme: numbers and names, what is kept, and who is told of what."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from icalendar import Calendar
from sqlmodel import col, select

from app.adapters import clock
from app.adapters.database import WriteSession
from app.domain.application import Action, State
from app.domain.localized import Localized
from app.domain.phase import Phase
from app.domain.refusals import Reason, Refused
from app.domain.release import Programme
from app.domain.schedule import SessionKind
from app.models import Event, Job, OutgoingMail, ProgrammeRelease, ProgrammeSession
from app.queries import events, programme
from app.queries.cities import facts_by_id
from app.services import applications, releases
from app.services import programme as editing
from tests.world import NOW, SYSTEM, World, texts


def mails(world: World) -> list[OutgoingMail]:
    wanted = select(OutgoingMail).where(OutgoingMail.kind == "programme_slots").order_by(col(OutgoingMail.id))
    with world.change() as session:
        return list(session.exec(wanted))


def messages(mail: OutgoingMail) -> list[Any]:
    return list(Calendar.from_ical(mail.calendar, multiple=True))


def test_the_first_release_moves_the_event_on_and_is_complete_in_itself(session: WriteSession, world: World) -> None:
    city = world.city()
    event = world.event(city, "call_closed")
    challenge, place = world.challenge(event), world.place(event, "Lava", capacity=180, at=(50, 18))
    application = world.application(challenge, state=State.CONFIRMED)
    world.session(event, place=place, application=application, people=("Aino Virtanen",))
    world.session(event, "panel", at=timedelta(), title="Avaus", abstract=texts("Miksi kaupunki kysyy"))
    world.session(event, "panel", at=None, title="Vielä auki")
    release = world.release(event)
    found = session.get_one(Event, event.id)
    assert events.phase_of(found, clock.now()) is Phase.PROGRAMME_RELEASED
    told = Programme.of(release.content)
    assert told.content() == release.content, "what is written is read again"
    assert [told.title(item, "sv") for item in told.sessions] == ["Avaus på svenska", told.companies[0].name]
    assert told.sessions[1].place == place.id
    assert (told.places[0].capacity, told.places[0].at) == (180, (50, 18))
    assert told.challenges[0].number == challenge.number
    text = str(release.content)
    assert "Vastaus" not in text, "nothing that the company wrote to the city is told"
    jobs = session.exec(select(Job).where(Job.kind == "programme_pdf")).all()
    assert {job.payload["language"] for job in jobs} == {"fi", "sv", "en"}


def test_only_those_whose_slot_is_new_or_moved_get_a_mail(session: WriteSession, world: World) -> None:
    event = world.event(world.city(), "call_closed")
    challenge, place = world.challenge(event), world.place(event)
    first, second, third = (world.application(challenge, state=State.CONFIRMED) for _ in range(3))
    stays = world.session(event, place=place, application=first)
    moves = world.session(event, place=place, application=second, at=timedelta(hours=2))
    goes = world.session(event, "interview", place=place, application=third, at=timedelta(hours=3))
    world.release(event)
    assert [mail.application_id for mail in mails(world)] == [first.id, second.id, third.id]
    assert {mail.state.value for mail in mails(world)} == {"queued"}

    with world.change() as change:
        mine = change.get_one(Event, event.id)
        assert mine.day_starts_at
        moved = change.get_one(ProgrammeSession, moves.id)
        editing.move_session(change, SYSTEM, mine, moved, mine.day_starts_at, place.id, 1, NOW)
        editing.remove_session(change, SYSTEM, mine, change.get_one(ProgrammeSession, goes.id), NOW)
    world.release(event, "1.1")
    later = mails(world)[3:]
    assert [mail.application_id for mail in later] == [second.id, third.id]
    told, gone = (messages(mail)[0] for mail in later)
    assert (str(told["method"]), str(gone["method"])) == ("REQUEST", "CANCEL")
    assert str(told.walk("VEVENT")[0]["status"]) == "CONFIRMED"
    assert str(gone.walk("VEVENT")[0]["status"]) == "CANCELLED"
    before = messages(mails(world)[1])[0].walk("VEVENT")[0]
    after = told.walk("VEVENT")[0]
    assert before["uid"] == after["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["dtstart"].dt < before["dtstart"].dt
    assert str(after["attendee"]).startswith("mailto:person")

    world.release(event, "1.2")
    assert len(mails(world)) == 5, "nothing changed, nobody is told"
    assert stays.id


def test_a_company_gets_one_mail_with_a_message_for_each_of_its_slots(session: WriteSession, world: World) -> None:
    event = world.event(world.city(), "call_closed")
    application = world.application(world.challenge(event), state=State.CONFIRMED)
    place = world.place(event)
    for hours, kind in enumerate(("pitch", "interview", "stand")):
        world.session(event, kind, place=place, application=application, at=timedelta(hours=hours))
    world.release(event)
    (mail,) = mails(world)
    calendars = messages(mail)
    assert len(calendars) == 3
    assert len({str(calendar.walk("VEVENT")[0]["uid"]) for calendar in calendars}) == 3
    assert [str(calendar.walk("VEVENT")[0]["location"]) for calendar in calendars] == ["Päälava, Vapriikki"] * 3


def test_a_slot_given_to_another_company_is_cancelled_for_the_one_and_new_for_the_other(
    session: WriteSession, world: World
) -> None:
    event = world.event(world.city(), "call_closed")
    challenge, place = world.challenge(event), world.place(event)
    one, two = (world.application(challenge, state=State.CONFIRMED) for _ in range(2))
    slot = world.session(event, place=place, application=one)
    world.release(event)
    with world.change() as change:
        mine, row = change.get_one(Event, event.id), change.get_one(ProgrammeSession, slot.id)
        draft = editing.SessionDraft(
            row.kind, place_id=place.id, starts_at=row.starts_at, ends_at=row.ends_at, application_id=two.id
        )
        editing.edit_session(change, SYSTEM, mine, row, draft, 1, NOW)
    world.release(event, "2")
    told = {mail.application_id: str(messages(mail)[0]["method"]) for mail in mails(world)[1:]}
    assert told == {one.id: "CANCEL", two.id: "REQUEST"}


def test_a_company_that_cancelled_is_not_released_though_its_session_stands(
    session: WriteSession, world: World
) -> None:
    event = world.event(world.city(), "call_closed")
    application = world.application(world.challenge(event), state=State.CONFIRMED)
    world.session(event, application=application, place=world.place(event))
    world.session(event, "panel", title="Avaus")
    with world.change() as change:
        row = change.get_one(type(application), application.id)
        applications.move(change, SYSTEM, row, Action.CANCEL, NOW, Phase.DECIDED)
    told = Programme.of(world.release(event).content)
    assert (len(told.sessions), told.companies) == (1, ())


def test_what_stands_in_the_way_of_a_release(session: WriteSession, world: World) -> None:
    city = world.city()
    event = world.event(city, "call_closed")
    facts = facts_by_id(session, city.id)
    assert facts
    mine = session.get_one(Event, event.id)

    def reason() -> Reason | None:
        found = releases.refusal(mine, programme.draft(session, mine, ("fi", "sv")), NOW)
        return found.reason if found else None

    assert reason() is Reason.DECISIONS_NOT_SIGNED, "a release would tell who was invited"
    mine.decided_at = NOW - timedelta(hours=1)
    assert reason() is Reason.NOTHING_TO_RELEASE
    draft = editing.SessionDraft(
        SessionKind.PANEL, Localized(fi="Avaus"), starts_at=NOW, ends_at=NOW + timedelta(minutes=5)
    )
    row = editing.add_session(session, SYSTEM, mine, draft, NOW)
    assert reason() is Reason.TRANSLATION_MISSING
    row.title = Localized(fi="Avaus", sv="Öppning")
    assert reason() is None, "English is no duty"
    releases.release(session, SYSTEM, facts, mine, "Versio 1", Localized(), NOW)
    with pytest.raises(Refused, match=Reason.RELEASE_NAME_TAKEN) as refusal:
        releases.release(session, SYSTEM, facts, mine, "versio 1", Localized(), NOW)
    assert refusal.value.field == "name"
    mine.closed_at = NOW - timedelta(seconds=1)
    assert reason() is Reason.EVENT_CLOSED


def test_two_releases_cannot_share_a_number(session: WriteSession, world: World) -> None:
    event = world.event(world.city(), "call_closed")
    world.session(event, "panel")
    first = world.release(event)
    with pytest.raises(sa.exc.IntegrityError), world.change() as change:
        change.add(ProgrammeRelease(event_id=event.id, number=1, name="2", content=first.content, released_at=NOW))
