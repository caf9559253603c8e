import re
from collections.abc import Callable

from sqlmodel import col, select

from app.domain.access import Role
from app.domain.application import State
from app.domain.conflict import Ground, Source
from app.models import AuditEvent, CityMember, Conflict, Event, JurySeat, Person, Place, ProgrammeSession
from app.services import audit, conflicts, panel, people, programme
from tests.strict import StrictClient
from tests.world import NOW, SYSTEM, World

SignIn = Callable[[Person], StrictClient]


def test_the_history_tells_what_was_changed_in_words(world: World, sign_in: SignIn) -> None:
    city = world.city()
    event = world.event(city, "draft")
    world.challenge(event, "Hiljainen katu")
    page = sign_in(world.organizer(city)).get(f"/en/organizer/tampere/history/event/{event.id}").text
    assert "Hiljainen katu in English" in page
    assert "Challenge created" in page
    assert "created_at" not in page


def test_what_has_no_name_of_its_own_is_told_by_whose_it_is(world: World, sign_in: SignIn) -> None:
    city = world.city()
    event = world.event(city, "jury")
    application = world.application(world.challenge(event), world.company("Anturi Oy"), state="submitted")
    organizer, gone = world.organizer(city), world.member(city, Role.LEADERSHIP)
    world.conflict(application, world.juror(event))
    by = world.actor(organizer)
    with world.change() as session:
        member = session.exec(select(CityMember).where(col(CityMember.person_id) == gone.id)).one()
        people.revoke(session, by, member, NOW)
    browser = sign_in(organizer)
    page = browser.get(f"/en/organizer/tampere/history/event/{event.id}").text
    assert re.search(r"Conflict of interest declared: <bdi[^>]*>Anturi Oy</bdi>", page)
    page = browser.get(f"/en/organizer/tampere/history/city/{city.id}").text
    assert re.search(rf"Role taken away: <bdi[^>]*>{re.escape(gone.name)}</bdi>", page), "a person's name, not a number"


def test_only_organizers_of_the_city_see_it(world: World, sign_in: SignIn) -> None:
    city, other = world.city(), world.city("vaasa", "Vaasa")
    event = world.event(city, "draft")
    address = f"/organizer/tampere/history/event/{event.id}"
    assert sign_in(world.organizer(city)).get(address).status_code == 200
    assert sign_in(world.organizer(other)).get(address).status_code == 404
    assert sign_in(world.member(city, Role.LEADERSHIP)).get(address).status_code == 403
    assert sign_in(world.organizer(other)).get(f"/organizer/vaasa/history/event/{event.id}").status_code == 404


def test_a_conflict_hides_the_application_from_the_history_too(world: World, sign_in: SignIn) -> None:
    city = world.city()
    event = world.event(city, "call_open")
    company = world.company("Canary Oy")
    application = world.application(world.challenge(event), company, state="submitted")
    organizer = world.organizer(city)
    address = f"/organizer/tampere/history/event/{event.id}"
    assert "Canary Oy" in sign_in(organizer).get(address).text
    with world.change() as session:
        session.add(
            Conflict(
                application_id=application.id,
                person_id=organizer.id,
                ground=Ground.PARTY,
                source=Source.ORGANIZER,
                declared_at=NOW,
            )
        )
    assert "Canary Oy" not in sign_in(organizer).get(address).text


def test_a_conflict_hides_the_sessions_of_the_application_and_what_they_were_before(
    world: World, sign_in: SignIn
) -> None:
    city = world.city()
    event = world.event(city, "jury")
    challenge = world.challenge(event)
    hidden = world.application(challenge, world.company("Canary Oy"), State.CONFIRMED)
    other = world.application(challenge, world.company("Toinen Oy"), State.CONFIRMED)
    world.session(event, application=hidden)
    given = world.session(event, application=hidden, title="Vaihtuva")
    with world.change() as session:
        was = audit.snapshot(given, "application_id")
        row = session.get_one(ProgrammeSession, given.id)
        row.application_id = other.id
        after = audit.snapshot(row, "application_id")
        audit.record(session, SYSTEM, "edited", row, NOW, city_id=city.id, before=was, after=after)
    organizer = world.organizer(city)
    address = f"/organizer/tampere/history/event/{event.id}"
    assert "Canary Oy" in sign_in(organizer).get(address).text
    world.conflict(hidden, organizer)
    page = sign_in(organizer).get(address).text
    assert "Canary Oy" not in page
    assert "Toinen Oy" in page


def test_what_was_taken_back_stays_in_the_history(world: World, sign_in: SignIn) -> None:
    city = world.city()
    event = world.event(city, "jury")
    application = world.application(world.challenge(event), world.company("Anturi Oy"))
    juror, organizer = world.juror(event), world.organizer(city)
    world.conflict(application, juror)
    place = world.place(event, "Sivulava")
    with world.change() as session:
        by = world.actor(organizer)
        conflicts.withdraw(session, by, city.id, session.exec(select(Conflict)).one(), NOW)
        panel.unseat(session, by, city.id, session.exec(select(JurySeat)).one(), NOW)
        programme.remove_place(session, by, session.get_one(Event, event.id), session.get_one(Place, place.id), NOW)
    page = sign_in(organizer).get(f"/en/organizer/tampere/history/event/{event.id}").text
    for deed in ("Conflict of interest declared", "withdrawn", "Left the jury", "Sivulava"):
        assert deed in page


def test_long_histories_have_pages(world: World, sign_in: SignIn) -> None:
    city = world.city()
    event = world.event(city, "draft")
    for n in range(55):
        world.challenge(event, f"Haaste {n}")
    browser = sign_in(world.organizer(city))
    first = browser.get(f"/en/organizer/tampere/history/event/{event.id}").text
    assert "Haaste 54" in first
    assert "Haaste 0 " not in first
    assert "Haaste 0 " in browser.get(f"/en/organizer/tampere/history/event/{event.id}?page=2").text


def test_the_city_history_bears_a_seal_that_tells_nothing_of_drafts(world: World, sign_in: SignIn) -> None:
    city = world.city()
    challenge = world.challenge(world.event(city, "call_open"))
    browser = sign_in(world.organizer(city))
    address = f"/organizer/tampere/history/city/{city.id}"
    with world.change() as session:
        kinds = ("city", "unit", "city_member")
        newest = select(AuditEvent.hash).where(col(AuditEvent.object_type).in_(kinds))
        seal = session.exec(newest.order_by(col(AuditEvent.id).desc())).first()
        assert seal
    pages = {language: browser.get(f"/{language}{address}").text for language in ("fi", "sv", "en")}
    assert all(f"<code>{seal[:16]}</code>" in page for page in pages.values())
    world.application(challenge, state="draft")
    assert f"<code>{seal[:16]}</code>" in browser.get(f"/fi{address}").text, "that somebody writes is not to be known"
    world.unit(city)
    assert seal[:16] not in browser.get(f"/fi{address}").text
