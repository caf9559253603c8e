from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY, Role
from app.domain.application import State
from app.domain.conflict import Ground, Source
from app.domain.phase import Phase
from app.models import Application, AuditEvent, Challenge, City, Company, Conflict, Event, OutgoingMail, Person
from app.services import attachments, people
from tests.strict import StrictClient, form_of, parse
from tests.world import NOW, ZONE, World

SignIn = Callable[[Person], StrictClient]
DECK = Path(__file__).parents[2] / "data" / "uploads" / "simple.pdf"


@pytest.fixture
def city(world: World) -> City:
    return world.city()


@pytest.fixture
def event(world: World, city: City) -> Event:
    return world.event(city)


@pytest.fixture
def challenge(world: World, event: Event) -> Challenge:
    return world.challenge(event)


@pytest.fixture
def organizer(world: World, city: City) -> Person:
    return world.organizer(city)


@pytest.fixture
def browser(organizer: Person, sign_in: SignIn) -> StrictClient:
    return sign_in(organizer)


def path_of(event: Event) -> str:
    return f"/organizer/tampere/events/{event.id}/applications"


def listed(html: str) -> list[str]:
    """The companies in the order of the table."""
    rows = [row for row in parse(html).iter("tr") if row.find("th[@scope='row']") is not None]
    return ["".join(row.find("th").itertext()).strip() for row in rows]


def test_an_empty_list_says_why(browser: StrictClient, event: Event, challenge: Challenge) -> None:
    assert "Ei vielä hakemuksia" in browser.get(path_of(event)).text


def test_the_list_is_narrowed_and_sorted(
    world: World, browser: StrictClient, event: Event, challenge: Challenge
) -> None:
    other = world.challenge(event, "Hiljaiset kadut")
    for name, where, state in (
        ("Öljy Oy", challenge, State.SUBMITTED),
        ("Aalto Oy", other, State.WITHDRAWN),
        ("meri ab", challenge, State.SUBMITTED),
        ("Luonnos Oy", challenge, State.DRAFT),
    ):
        world.application(where, world.company(name), state)
    path = path_of(event)
    assert listed(browser.get(path).text) == ["Öljy Oy", "Aalto Oy", "meri ab"]
    assert listed(browser.get(f"{path}?sort=-number").text) == ["meri ab", "Aalto Oy", "Öljy Oy"]
    assert listed(browser.get(f"{path}?sort=company").text)[:2] == ["Aalto Oy", "meri ab"]
    assert listed(browser.get(f"{path}?state=withdrawn").text) == ["Aalto Oy"]
    assert listed(browser.get(f"{path}?challenge={challenge.id}").text) == ["Öljy Oy", "meri ab"]
    assert listed(browser.get(f"{path}?q=mer").text) == ["meri ab"]
    assert "Mikään hakemus ei täsmää" in browser.get(f"{path}?q=100%25").text
    for odd in ("state=draft", "state=x", "challenge=x", "challenge=٣", "sort=drop", "page=0", "page=x", "page=-1"):
        assert listed(browser.get(f"{path}?{odd}").text) == ["Öljy Oy", "Aalto Oy", "meri ab"], odd


def test_what_one_is_conflicted_in_is_nowhere(
    world: World, browser: StrictClient, organizer: Person, event: Event, challenge: Challenge, sign_in: SignIn
) -> None:
    kept = world.application(challenge, world.company("Avoin Oy"))
    hidden = world.application(challenge, world.company("Jäävi Oy"))
    with world.change() as session:
        session.add(
            Conflict(
                application_id=hidden.id,
                person_id=organizer.id,
                ground=Ground.PARTY,
                source=Source.ORGANIZER,
                declared_at=NOW,
            )
        )
    page = browser.get(path_of(event)).text
    assert listed(page) == ["Avoin Oy"]
    assert "1 hakemus" in page
    assert "Jäävi" not in browser.get(f"{path_of(event)}?q=Jäävi").text.partition("<table")[2]
    assert browser.get(f"{path_of(event)}/{hidden.id}").status_code == 404
    assert browser.get(f"{path_of(event)}/{kept.id}").status_code == 200
    other = sign_in(world.organizer(world_city(world, event)))
    assert listed(other.get(path_of(event)).text) == ["Avoin Oy", "Jäävi Oy"]


def world_city(world: World, event: Event) -> City:
    with reading(world.engine, EVERY_CITY) as session:
        return session.get_one(City, event.city_id)


def test_one_application_with_its_story(
    world: World, browser: StrictClient, event: Event, challenge: Challenge, sign_in: SignIn
) -> None:
    company = world.company("Katukunto Oy")
    made = world.application(challenge, company, confidential="Kate on 31", confidential_ground="business_secret")
    sign_in(world.owner_of(company)).submit(f"/company/applications/{made.id}/edit", team="Noora")
    page = browser.get(f"{path_of(event)}/{made.id}").text
    for seen in ("Kate on 31", "Liikesalaisuus", "Hakemus lähetettiin", "Hakemus muutettiin", "Vastaus: team", "Noora"):
        assert seen in page
    draft = world.application(challenge, world.company(), State.DRAFT)
    assert browser.get(f"{path_of(event)}/{draft.id}").status_code == 404


def test_only_organizers_of_this_city_come_in(
    world: World, city: City, event: Event, challenge: Challenge, sign_in: SignIn, engine: sa.Engine
) -> None:
    made = world.application(challenge)
    actor = world.actor(world.owner_of(world.company()))
    with world.change() as session:
        application = session.get_one(Application, made.id)
        kept = attachments.add(
            session, world.settings, actor, application, "deck.pdf", DECK.read_bytes(), NOW, Phase.CALL_OPEN
        )
    paths = (path_of(event), f"{path_of(event)}/{made.id}")
    file_path = f"/organizer/tampere/applications/{made.id}/attachments/{kept.id}"
    insider = sign_in(world.organizer(city))
    assert [insider.get(path).status_code for path in (*paths, file_path)] == [200] * 3
    shown = insider.get(file_path)
    assert shown.headers["content-disposition"].startswith("inline; ")
    assert "sandbox" in shown.headers["content-security-policy"]

    vaasa = world.city("vaasa", "Vaasa")
    elsewhere = world.organizer(vaasa)
    both = world.person()
    granting = world.actor(elsewhere)
    with world.change() as session:
        for where in (vaasa, city):
            people.grant(session, granting, where.id, both, Role.ORGANIZER, NOW)
    for stranger in (elsewhere, world.member(city, Role.LEADERSHIP), world.owner_of(world.company())):
        for path in (*paths, file_path):
            assert sign_in(stranger).get(path).status_code in {403, 404}
    for path in (*paths, file_path):
        assert sign_in(both).get(path.replace("tampere", "vaasa")).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(
    world: World, browser: StrictClient, event: Event, challenge: Challenge, queries: Callable[[], int], rows: int
) -> None:
    made = [world.application(challenge) for _ in range(rows)]
    queries()
    browser.get(path_of(event))
    assert queries() == 6
    browser.get(f"{path_of(event)}/{made[0].id}")
    assert queries() == 10


def test_pages_of_fifty(world: World, browser: StrictClient, event: Event, challenge: Challenge) -> None:
    owner = world.person()
    for n in range(52):
        world.application(challenge, world.company(f"Yritys {n:02}", owner))
    first = browser.get(path_of(event))
    assert len(listed(first.text)) == 50
    assert len(first.content) < 60_000
    second = browser.get(f"{path_of(event)}?page=2")
    assert listed(second.text) == ["Yritys 50", "Yritys 51"]


ENTRY = {
    "company": "Paperi Oy",
    "register_number": "0112038-9",
    "contact_name": "Pirjo Paperi",
    "contact_email": "pirjo@example.org",
    "locale": "sv",
    "title": "Paperilla tullut",
    "solution": "a",
    "fit": "b",
    "evidence": "c",
    "pilot": "d",
    "from_city": "e",
    "price": "f",
    "team": "g",
}


def entry(event: Event) -> str:
    return f"/organizer/tampere/events/{event.id}/entry/new"


def test_an_application_is_entered_for_a_company(
    browser: StrictClient, organizer: Person, event: Event, challenge: Challenge, engine: sa.Engine
) -> None:
    entered = browser.submit(entry(event), **ENTRY, challenge=str(challenge.id))
    assert entered.status_code == 303
    with reading(engine, EVERY_CITY) as session:
        made = session.exec(select(Application)).one()
        assert (made.state, made.number, made.locale, made.title) == (State.SUBMITTED, 1, "sv", "Paperilla tullut")
        trail = session.exec(select(AuditEvent).where(AuditEvent.object_type == "application")).all()
        assert {(deed.person_id, deed.on_behalf_of) for deed in trail} == {(organizer.id, "Paperi Oy")}
        mails = session.exec(select(OutgoingMail).where(OutgoingMail.kind == "receipt")).all()
        assert [(mail.to_email, mail.locale) for mail in mails] == [("pirjo@example.org", "sv")]
    page = browser.get(entered.headers["location"]).text
    assert "yrityksen Paperi Oy puolesta" in page


def test_entering_refuses_late_arrivals_and_leaves_nothing_behind(
    world: World, city: City, organizer: Person, sign_in: SignIn, engine: sa.Engine
) -> None:
    event = world.event(city, "call_closed")
    challenge = world.challenge(event)
    browser = sign_in(organizer)
    assert event.call_closes_at
    for moment in (event.call_closes_at + timedelta(minutes=1), NOW + timedelta(days=2)):
        late = browser.submit(
            entry(event),
            **ENTRY,
            challenge=str(challenge.id),
            received_date=f"{moment.astimezone(ZONE):%d.%m.%Y}",
            received_time="23.59",
        )
        assert late.status_code == 422
        assert form_of(late.text)[0]["title"] == "Paperilla tullut"
        assert "received_date-error" in late.text
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(Company)).all() == []
    day_before = event.call_closes_at - timedelta(days=1)
    in_time = browser.submit(
        entry(event),
        **ENTRY,
        challenge=str(challenge.id),
        received_date=f"{day_before.astimezone(ZONE):%d.%m.%Y}",
        received_time="12",
    )
    assert in_time.status_code == 303
    again = browser.submit(
        entry(event),
        **ENTRY,
        challenge=str(challenge.id),
        received_date=f"{day_before.astimezone(ZONE):%d.%m.%Y}",
        received_time="12",
    )
    assert again.status_code == 422
    assert "challenge-error" in again.text


def test_entering_keeps_a_known_company_as_it_is(
    world: World, browser: StrictClient, event: Event, challenge: Challenge, engine: sa.Engine
) -> None:
    known = world.company("Tunnettu Oy", register_number="0112038-9")
    owner = world.owner_of(known)
    assert browser.submit(entry(event), **ENTRY, challenge=str(challenge.id)).status_code == 303
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(Company.name)).all() == ["Tunnettu Oy"]
        to = session.exec(select(OutgoingMail.to_email).where(OutgoingMail.kind == "receipt")).all()
        assert to == [owner.email]
        assert session.exec(select(Person.id).where(col(Person.email) == "pirjo@example.org")).all() == []


def test_entering_tells_every_fault_at_its_field(
    browser: StrictClient, event: Event, challenge: Challenge, engine: sa.Engine
) -> None:
    wrong = dict.fromkeys(ENTRY, "") | {"register_number": "1", "contact_email": "x", "received_date": "eilen"}
    refused = browser.submit(entry(event), **wrong)
    assert refused.status_code == 422
    for name in ("company", "register_number", "contact_email", "title", "team", "challenge", "received_date"):
        assert f'id="organizer-entry-form-{name}-error"' in refused.text
    assert form_of(refused.text)[0]["contact_email"] == "x"
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(Application)).all() == []
