from collections.abc import Callable
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters import clock
from app.adapters.database import reading
from app.domain.access import EVERY_CITY, Role
from app.domain.application import State
from app.domain.deciding import Outcome
from app.models import Application, AuditEvent, City, Event, FollowUpCase, MailState, OutgoingMail, Person
from app.services import followup, outbox
from tests.strict import StrictClient, form_of, opened_anew, parse
from tests.world import SYSTEM, ZONE, World

SignIn = Callable[[Person], StrictClient]


@pytest.fixture
def city(world: World) -> City:
    return world.city()


@pytest.fixture
def event(world: World, city: City) -> Event:
    return world.event(city, "jury")


@pytest.fixture
def application(world: World, event: Event) -> Application:
    """Its receipt is the first mail of the event."""
    company = world.company("Anturi <b>Oy</b> http://paha.example")
    return world.application(world.challenge(event), company)


@pytest.fixture
def organizer(world: World, city: City) -> Person:
    return world.organizer(city)


@pytest.fixture
def path(event: Event) -> str:
    return f"/organizer/tampere/events/{event.id}/mail"


def write(world: World, event: Event, now: datetime, *, held: bool = False, secret: bool = False) -> OutgoingMail:
    with world.change() as session:
        mail = outbox.queue(
            session, "company_invitation", to_email="sari@example.org", to_name="Sari", language="fi", now=now,
            zone=ZONE, context={"company": "Anturi Oy", "inviter": "Aino", "company_id": 1}, city_id=event.city_id,
            event_id=event.id, held=held, secret=secret,
        )  # fmt: skip
        session.flush()
        return mail


def stored(engine: sa.Engine, mail_id: int) -> OutgoingMail:
    with reading(engine, EVERY_CITY) as session:
        return session.get_one(OutgoingMail, mail_id)


def words(html: str) -> str:
    return " ".join("".join(parse(html).find(".//main").itertext()).split())


def test_mails_are_counted_and_listed_by_how_they_stand(
    world: World, event: Event, application: Application, organizer: Person, path: str, sign_in: SignIn, now: datetime
) -> None:
    failed = write(world, event, now)
    with world.change() as session:
        row = session.get_one(OutgoingMail, failed.id)
        row.attempts = outbox.MAX_ATTEMPTS
        outbox.not_sent(row, "550 no such user", now)
    write(world, event, now, held=True)
    browser = sign_in(organizer)
    page = words(browser.get(path).text)
    for count in ("Kaikki 3", "Odottaa lupaa 1", "Lähdössä 1", "Lähetetty 0", "Ei mennyt perille 1"):
        assert count in page
    assert words(browser.get(f"{path}?state=failed").text).count("sari@example.org") == 1
    assert browser.get(f"{path}?state=odd&page=0").status_code == 200


def test_a_mail_is_read_and_what_people_wrote_never_becomes_a_link(
    application: Application, organizer: Person, path: str, sign_in: SignIn, engine: sa.Engine
) -> None:
    with reading(engine, EVERY_CITY) as session:
        receipt = session.exec(select(OutgoingMail).where(OutgoingMail.kind == "receipt")).one()
    with_text = sign_in(organizer).get(f"{path}/{receipt.id}").text
    assert "Anturi &lt;b&gt;Oy&lt;/b&gt; http:\u2060/\u2060/paha\u2060.example" in with_text
    assert 'href="http' not in with_text


def test_words_change_before_the_mail_leaves_and_not_afterwards(
    world: World, event: Event, organizer: Person, path: str, sign_in: SignIn, now: datetime, engine: sa.Engine
) -> None:
    mail = write(world, event, now)
    browser, one = sign_in(organizer), f"{path}/{mail.id}"
    data, target = form_of(browser.get(one).text, f"/{mail.id}")
    empty = browser.submit(one, subject="", body="Jää talteen")
    assert empty.status_code == 422
    assert form_of(empty.text, f"/{mail.id}")[0]["body"] == "Jää talteen"
    assert browser.submit(one, subject="Uusi otsikko", body="Uusi teksti").status_code == 303
    assert (stored(engine, mail.id).subject, stored(engine, mail.id).body) == ("Uusi otsikko", "Uusi teksti\n")

    stale = browser.post(target, data=data | {"body": "Vanhasta lomakkeesta"})
    assert stale.status_code == 409
    assert "Uusi teksti" in words(stale.text)
    fresh, _ = form_of(stale.text, f"/{mail.id}")
    assert fresh["body"] == "Vanhasta lomakkeesta"

    with world.change() as session:
        claimed = outbox.claim(session, now)
        assert claimed is not None
        outbox.sent(claimed, now)
    sent = browser.get(one).text
    assert "<textarea" not in sent
    assert "Uusi teksti" in sent
    assert browser.post(target, data=fresh).status_code == 409
    with reading(engine, EVERY_CITY) as session:
        trail = session.exec(select(AuditEvent).where(AuditEvent.object_type == "outgoing_mail")).one()
    assert (trail.action, trail.person_id) == ("edited", organizer.id)
    history = words(browser.get(f"/organizer/tampere/history/event/{event.id}").text)
    assert "Uusi teksti" in history


def test_held_mails_are_let_go_but_those_of_decisions_wait_for_the_signature(
    world: World, event: Event, application: Application, organizer: Person, path: str, sign_in: SignIn,
    now: datetime, engine: sa.Engine,
) -> None:  # fmt: skip
    held = write(world, event, now, held=True)
    world.decide(event, {application.id: Outcome.INVITE}, sign=False)
    browser = sign_in(organizer)
    browser.submit(path.replace("/mail", "/decisions"), "/application-of-decisions")
    assert "Lähetä 1 odottava viesti" in words(browser.get(path).text)
    assert browser.submit(path, "/release").status_code == 303
    assert stored(engine, held.id).state is MailState.QUEUED
    with reading(engine, EVERY_CITY) as session:
        invited = session.exec(select(OutgoingMail).where(OutgoingMail.kind == "invited")).one()
    assert invited.state is MailState.HELD
    assert "Viesti lähtee, kun päätökset allekirjoitetaan." in words(browser.get(f"{path}/{invited.id}").text)


def test_a_failed_mail_is_sent_again(
    world: World, event: Event, organizer: Person, path: str, sign_in: SignIn, now: datetime, engine: sa.Engine
) -> None:
    mail = write(world, event, now)
    with world.change() as session:
        row = session.get_one(OutgoingMail, mail.id)
        row.attempts = outbox.MAX_ATTEMPTS
        outbox.not_sent(row, "550 no such user", now)
    browser = sign_in(organizer)
    assert "550 no such user" in words(browser.get(f"{path}/{mail.id}").text)
    data, target = form_of(browser.get(path).text, f"/{mail.id}/sending")
    assert browser.post(target, data=data).status_code == 303
    assert (stored(engine, mail.id).state, stored(engine, mail.id).attempts) == (MailState.QUEUED, 0)
    assert browser.post(target, data=opened_anew(data)).status_code == 409


def test_sign_in_links_and_other_peoples_mail_are_nowhere(
    world: World, city: City, event: Event, application: Application, organizer: Person, path: str, sign_in: SignIn,
    now: datetime,
) -> None:  # fmt: skip
    secret, mail = write(world, event, now, secret=True), write(world, event, now)
    other = write(world, world.event(city, "jury", name="Toinen"), now)
    conflicted = world.organizer(city)
    world.conflict(application, conflicted)
    browser = sign_in(organizer)
    assert "Kaikki 2" in words(browser.get(path).text)
    assert "Kaikki 1" in words(sign_in(conflicted).get(path).text), "the receipt belongs to a conflict of interest"
    for hidden in (secret, other):
        assert browser.get(f"{path}/{hidden.id}").status_code == 404
        data, target = form_of(browser.get(f"{path}/{mail.id}").text, f"/{mail.id}")
        assert browser.post(target.replace(f"/{mail.id}", f"/{hidden.id}"), data=data).status_code == 404
    outsiders = (
        (world.organizer(world.city("lahti", "Lahti")), 404),
        (world.member(city, Role.PROCUREMENT), 403),
        (world.juror(event), 403),
    )
    for person, status in outsiders:
        for page in (path, f"{path}/{mail.id}"):
            assert sign_in(person).get(page).status_code == status


def test_what_staff_are_told_of_a_case_is_closed_by_a_conflict_of_interest(world: World, sign_in: SignIn) -> None:
    city = world.city()
    event = world.event(city, "follow_up")
    unit, first, second = world.unit(city), world.member(city, Role.AGENT), world.member(city, Role.AGENT)
    challenge = world.challenge(event, owner_person_id=first.id, owner_unit_id=unit.id)
    application = world.application(challenge, world.company("Canary Oy"), State.CONFIRMED)
    case = world.case(challenge, application=application, unit=unit)
    with world.change() as session:
        row = session.get_one(FollowUpCase, case.id)
        followup.hand_over(session, SYSTEM, row, second.id, "Lomalla", row.version, clock.now())
    organizer = world.organizer(city)
    path = f"/organizer/tampere/events/{event.id}/mail"
    assert sign_in(organizer).get(path).text.count('class="row"') == 3, "a receipt and two of the case"
    world.conflict(application, organizer)
    page = sign_in(organizer).get(path).text
    assert "Canary" not in page
    assert page.count('class="row"') == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_take_the_same_queries_whatever_the_number_of_mails(
    world: World, event: Event, organizer: Person, path: str, sign_in: SignIn, now: datetime,
    queries: Callable[[], int], rows: int,
) -> None:  # fmt: skip
    mails = [write(world, event, now, held=True) for _ in range(rows)]
    browser = sign_in(organizer)
    queries()
    for page, number in ((path, 7), (f"{path}/{mails[0].id}", 5)):
        assert browser.get(page).status_code == 200
        assert queries() == number, page
