import threading
from collections import Counter
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.domain.deciding import Outcome
from app.models import Application, City, Event, MailState, OutgoingMail, Person
from tests.strict import StrictClient, form_of, parse
from tests.world import World

SignIn = Callable[[Person], StrictClient]
OUTCOMES = [Outcome.INVITE, Outcome.INVITE, Outcome.RESERVE, Outcome.DECLINE]


@pytest.fixture
def city(world: World) -> City:
    return world.city()


@pytest.fixture
def event(world: World, city: City) -> Event:
    return world.event(city, "jury", places_to_pitch=2)


@pytest.fixture
def applications(world: World, event: Event) -> list[Application]:
    challenge = world.challenge(event)
    made = [world.application(challenge, world.company(f"Yritys {letter} Oy")) for letter in "ABCD"]
    world.decide(event, {a.id: outcome for a, outcome in zip(made, OUTCOMES, strict=True)}, sign=False)
    return made


@pytest.fixture
def organizer(world: World, city: City) -> Person:
    return world.organizer(city)


@pytest.fixture
def path(event: Event) -> str:
    return f"/organizer/tampere/events/{event.id}"


def words(html: str) -> str:
    return " ".join("".join(parse(html).find(".//main").itertext()).split())


def states(engine: sa.Engine) -> list[State]:
    with reading(engine, EVERY_CITY) as session:
        return [row.state for row in session.exec(select(Application).order_by(col(Application.id)))]


def told(engine: sa.Engine) -> Counter[tuple[str, MailState]]:
    with reading(engine, EVERY_CITY) as session:
        kinds = col(OutgoingMail.kind).in_(("invited", "reserved", "declined"))
        return Counter((mail.kind, mail.state) for mail in session.exec(select(OutgoingMail).where(kinds)))


def written(browser: StrictClient, path: str) -> str:
    """Have the mails written; the page that names everybody."""
    answer = browser.submit(f"{path}/decisions", "/application-of-decisions")
    assert answer.status_code == 303
    return str(browser.get(answer.headers["location"]).text)


def test_everybody_is_named_and_every_mail_read_before_one_button_makes_it_final(
    applications: list[Application], organizer: Person, path: str, sign_in: SignIn, engine: sa.Engine
) -> None:
    browser = sign_in(organizer)
    page = words(written(browser, path))
    for group in ("Kutsutaan 2 Yritys A Oy", "Varasijalle 1 Yritys C Oy", "Ei kutsuta 1 Yritys D Oy"):
        assert group in page
    assert "Allekirjoituksella lähtee 4 viestiä" in page
    assert "varasijalla 1." in page
    assert told(engine) == {
        ("invited", MailState.HELD): 2,
        ("reserved", MailState.HELD): 1,
        ("declined", MailState.HELD): 1,
    }
    assert set(states(engine)) == {State.SUBMITTED}

    done = browser.submit(f"{path}/application-of-decisions", "/signature")
    assert done.headers["location"].endswith("/decisions")
    assert states(engine) == [State.INVITED, State.INVITED, State.RESERVED, State.DECLINED]
    assert {state for _, state in told(engine)} == {MailState.QUEUED}
    assert browser.get(f"{path}/application-of-decisions").status_code == 303


def test_a_mail_changed_on_the_way_is_the_one_that_leaves(
    applications: list[Application], organizer: Person, path: str, sign_in: SignIn, engine: sa.Engine
) -> None:
    browser = sign_in(organizer)
    page = parse(written(browser, path))
    edit = next(a.get("href") for a in page.iter("a") if "/mail/" in (a.get("href") or ""))
    changed = browser.submit(edit.removeprefix("/fi"), body="Tervetuloa, odotamme teitä.", subject="Kutsu")
    assert changed.headers["location"].endswith("/application-of-decisions")
    assert "Tervetuloa, odotamme teitä." in words(browser.get(f"{path}/application-of-decisions").text)
    browser.submit(f"{path}/application-of-decisions", "/signature")
    with reading(engine, EVERY_CITY) as session:
        mail = session.exec(select(OutgoingMail).where(OutgoingMail.subject == "Kutsu")).one()
    assert (mail.body, mail.state) == ("Tervetuloa, odotamme teitä.\n", MailState.QUEUED)


def test_nothing_is_signed_while_something_is_missing(
    world: World, event: Event, applications: list[Application], organizer: Person, path: str, sign_in: SignIn,
    engine: sa.Engine,
) -> None:  # fmt: skip
    browser = sign_in(organizer)
    written(browser, path)
    data, target = form_of(browser.get(f"{path}/application-of-decisions").text, "/signature")
    world.decide(event, {applications[3].id: Outcome.DECLINE}, reasons="", sign=False)
    answer = browser.post(target, data=data)
    assert answer.status_code == 409
    assert set(states(engine)) == {State.SUBMITTED}
    assert browser.get(f"{path}/application-of-decisions").status_code == 303, "back to the decisions"
    token = {"csrf": data["csrf"]}
    assert browser.post(target.replace("signature", "application-of-decisions"), data=token).status_code == 409


def test_what_changed_while_it_was_read_is_read_again_first(
    world: World, event: Event, applications: list[Application], organizer: Person, path: str, sign_in: SignIn,
    engine: sa.Engine,
) -> None:  # fmt: skip
    browser = sign_in(organizer)
    data, target = form_of(written(browser, path), "/signature")
    world.decide(event, {applications[3].id: Outcome.DECLINE}, reasons="Toinen perustelu.", sign=False)
    answer = browser.post(target, data=data)
    assert answer.status_code == 409
    assert "Osa viesteistä on kirjoitettava uudelleen" in words(answer.text)
    again, _ = form_of(written(browser, path), "/signature")
    assert browser.post(target, data=data).status_code == 409, "an old page signs nothing"
    assert browser.post(target, data=again).status_code == 303
    with reading(engine, EVERY_CITY) as session:
        told_so = session.exec(select(OutgoingMail.body).where(OutgoingMail.kind == "declined")).one()
    assert "Toinen perustelu." in told_so


def test_more_than_the_places_need_a_tick(
    world: World, event: Event, applications: list[Application], organizer: Person, path: str, sign_in: SignIn,
    engine: sa.Engine,
) -> None:  # fmt: skip
    world.decide(event, {applications[2].id: Outcome.INVITE}, sign=False)
    browser = sign_in(organizer)
    data, target = form_of(written(browser, path), "/signature")
    answer = browser.post(target, data=data)
    assert answer.status_code == 422
    assert 'href="#signature-more_than_places"' in answer.text
    assert set(states(engine)) == {State.SUBMITTED}
    assert browser.post(target, data=data | {"more_than_places": "on"}).status_code == 303
    assert states(engine).count(State.INVITED) == 3


def test_of_two_organizers_at_once_exactly_one_signs(
    world: World, city: City, applications: list[Application], organizer: Person, path: str, sign_in: SignIn,
    engine: sa.Engine,
) -> None:  # fmt: skip
    browsers = [sign_in(organizer), sign_in(world.organizer(city))]
    written(browsers[0], path)
    forms = [form_of(b.get(f"{path}/application-of-decisions").text, "/signature") for b in browsers]
    together = threading.Barrier(2)
    answers: list[int] = []

    def sign(browser: StrictClient, data: dict[str, str], target: str) -> None:
        together.wait()
        answers.append(browser.post(target, data=data).status_code)

    threads = [threading.Thread(target=sign, args=(b, *form)) for b, form in zip(browsers, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 409]
    assert told(engine).total() == 4


def test_whoever_has_a_conflict_of_interest_does_not_sign(
    world: World, city: City, applications: list[Application], organizer: Person, path: str, sign_in: SignIn,
    engine: sa.Engine,
) -> None:  # fmt: skip
    conflicted = world.organizer(city)
    world.conflict(applications[0], conflicted)
    data, target = form_of(written(sign_in(organizer), path), "/signature")
    browser = sign_in(conflicted)
    assert browser.get(f"{path}/application-of-decisions").status_code == 303
    token = form_of(browser.get("/account/profile").text, "/account/profile")[0]["csrf"]
    for address in (target, target.replace("signature", "application-of-decisions")):
        assert browser.post(address, data=data | {"csrf": token}).status_code == 409
    assert set(states(engine)) == {State.SUBMITTED}


def test_a_company_that_nobody_can_be_written_to_is_named(
    world: World, event: Event, applications: list[Application], organizer: Person, path: str, sign_in: SignIn,
    engine: sa.Engine,
) -> None:  # fmt: skip
    with world.change() as session:
        application = session.get_one(Application, applications[3].id)
        application.contact_person_id = None
        session.execute(sa.text("delete from company_member where company_id = :id"), {"id": application.company_id})
    browser = sign_in(organizer)
    page = written(browser, path)
    assert "Kenelläkään tästä yrityksestä ei ole täällä sähköpostiosoitetta" in words(page)
    data, target = form_of(page, "/signature")
    assert browser.post(target, data=data).status_code == 303
    assert told(engine).total() == 3


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_the_same_queries_whatever_the_number_of_rows(
    world: World, event: Event, organizer: Person, path: str, sign_in: SignIn, queries: Callable[[], int], rows: int
) -> None:
    challenge = world.challenge(event)
    made = [world.application(challenge) for _ in range(rows)]
    world.decide(event, {a.id: Outcome.DECLINE for a in made}, sign=False)
    browser = sign_in(organizer)
    written(browser, path)
    queries()
    assert browser.get(f"{path}/application-of-decisions").status_code == 200
    assert queries() == 10
