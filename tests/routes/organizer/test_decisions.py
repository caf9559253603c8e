import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY, Role
from app.domain.deciding import Outcome
from app.models import Application, AuditEvent, Challenge, City, Company, Decision, Event, Person
from tests.strict import StrictClient, form_of, parse
from tests.world import World

SignIn = Callable[[Person], StrictClient]


@pytest.fixture
def city(world: World) -> City:
    return world.city()


@pytest.fixture
def event(world: World, city: City) -> Event:
    return world.event(city, "jury", places_to_pitch=2)


@pytest.fixture
def challenge(world: World, event: Event) -> Challenge:
    return world.challenge(event, "Sujuva kaavoitus")


@pytest.fixture
def applications(world: World, challenge: Challenge) -> list[Application]:
    return [world.application(challenge, world.company(f"Yritys {letter} Oy")) for letter in "ABCD"]


@pytest.fixture
def organizer(world: World, city: City) -> Person:
    return world.organizer(city)


@pytest.fixture
def path(event: Event) -> str:
    return f"/organizer/tampere/events/{event.id}/decisions"


def decisions(engine: sa.Engine) -> dict[int, Decision]:
    with reading(engine, EVERY_CITY) as session:
        return {decision.application_id: decision for decision in session.exec(select(Decision))}


def owner_of(world: World, application: Application) -> Person:
    with reading(world.engine, EVERY_CITY) as session:
        return world.owner_of(session.get_one(Company, application.company_id))


def words(html: str) -> str:
    return " ".join("".join(parse(html).find(".//main").itertext()).split())


def reserve_order(html: str) -> list[str]:
    section = next(part for part in parse(html).iter("section") if part.get("id") == "reserve")
    titles = [p for p in section.iter("p") if p.get("class") == "row-title"]
    return ["".join(p.itertext()).strip()[1:] for p in titles]


def test_several_get_an_outcome_at_once_and_what_is_missing_is_told(
    applications: list[Application], organizer: Person, path: str, sign_in: SignIn, engine: sa.Engine
) -> None:
    browser = sign_in(organizer)
    first, second, third, _ = (application.id for application in applications)
    page = words(browser.get(path).text)
    assert "Päätöstä ei ole vielä valittu: Yritys A Oy, Yritys B Oy, Yritys C Oy, Yritys D Oy" in page

    done = browser.submit(path, "/decisions", application=[first, second], outcome="invite")
    assert done.headers["location"].endswith("/decisions")
    browser.submit(path, "/decisions", application=[third], outcome="decline")
    assert {key: made.outcome for key, made in decisions(engine).items()} == {
        first: Outcome.INVITE,
        second: Outcome.INVITE,
        third: Outcome.DECLINE,
    }
    page = words(browser.get(path).text)
    assert "2/2kutsutaan" in page
    assert "Päätöstä ei ole vielä valittu: Yritys D Oy" in page
    assert "Perustelut yritykselle ovat kesken: Yritys C Oy" in page
    only = words(browser.get(f"{path}?only=missing").text)
    assert "Yritys D Oy" in only
    assert "Yritys A Oy" not in only


@pytest.mark.parametrize("sent", [{"outcome": "invite"}, {"application": "1"}, {"application": "1", "outcome": "x"}])
def test_nothing_ticked_or_nothing_chosen_is_told(
    applications: list[Application],
    organizer: Person,
    path: str,
    sign_in: SignIn,
    engine: sa.Engine,
    sent: dict[str, str],
) -> None:
    answer = sign_in(organizer).submit(path, "/decisions", **sent)
    assert answer.status_code == 422
    assert decisions(engine) == {}


def test_one_decision_with_reasons_in_the_companys_language(
    applications: list[Application], organizer: Person, path: str, sign_in: SignIn, engine: sa.Engine
) -> None:
    browser, one = sign_in(organizer), applications[0].id
    assert browser.submit(f"{path}/{one}", f"/{one}").status_code == 422, "an outcome is chosen"
    offered = browser.submit(f"{path}/{one}", f"/{one}", outcome="decline", suggest="yes")
    begun = form_of(offered.text, f"/{one}")[0]["reasons"]
    assert begun.startswith("Raati näki ratkaisussanne")
    assert decisions(engine) == {}, "an offered text is not saved by itself"

    browser.submit(f"{path}/{one}", f"/{one}", outcome="decline", reasons=begun, notes="Soitetaan heille.")
    assert "Perustelut yritykselle ovat kesken: Yritys A Oy" in words(browser.get(path).text)
    told = "Tarve oli toinen. <b>Kiitos!</b>"
    saved = browser.submit(f"{path}/{one}", f"/{one}", outcome="decline", reasons=told)
    assert saved.status_code == 303
    made = decisions(engine)[one]
    assert (made.outcome, made.reasons, made.notes) == (Outcome.DECLINE, told, "Soitetaan heille.")
    assert "<b>Kiitos" not in browser.get(f"{path}/{one}").text
    with reading(engine, EVERY_CITY) as session:
        trail = session.exec(select(AuditEvent.action).where(AuditEvent.object_type == "decision"))
        assert list(trail) == ["prepared", "prepared"]


def test_what_another_wrote_meanwhile_is_shown_beside_ones_own(
    world: World, city: City, applications: list[Application], organizer: Person, path: str, sign_in: SignIn,
    engine: sa.Engine,
) -> None:  # fmt: skip
    mine, theirs, one = sign_in(organizer), sign_in(world.organizer(city)), applications[0].id
    data, target = form_of(mine.get(f"{path}/{one}").text, f"/{one}")
    theirs.submit(f"{path}/{one}", f"/{one}", outcome="reserve", reasons="Toisen sanat.")
    answer = mine.post(target, data=data | {"outcome": "decline", "reasons": "Omat sanat."})
    assert answer.status_code == 409
    assert "Toisen sanat." in words(answer.text)
    data, target = form_of(answer.text, f"/{one}")
    assert data["reasons"] == "Omat sanat."
    assert decisions(engine)[one].reasons == "Toisen sanat."
    assert mine.post(target, data=data).status_code == 303, "seen by now, so it may be saved"
    assert decisions(engine)[one].reasons == "Omat sanat."


def test_the_reserve_list_is_put_in_order_by_buttons(
    applications: list[Application], organizer: Person, path: str, sign_in: SignIn
) -> None:
    browser = sign_in(organizer)
    ids = [application.id for application in applications]
    browser.submit(path, "/decisions", application=ids, outcome="reserve")
    names = [f"Yritys {letter} Oy" for letter in "ABCD"]
    assert reserve_order(browser.get(path).text) == names

    def move(application: int, to: str) -> list[str]:
        data, target = form_of(browser.get(path).text, f"/{application}/order")
        browser.post(target, data=data | {"to": to})
        return [name.removeprefix("Yritys ").removesuffix(" Oy") for name in reserve_order(browser.get(path).text)]

    assert move(ids[2], "up") == ["A", "C", "B", "D"]
    assert move(ids[0], "down") == ["C", "A", "B", "D"]
    assert move(ids[2], "up") == ["C", "A", "B", "D"], "the first stays first"
    assert move(ids[3], "down") == ["C", "A", "B", "D"], "the last stays last"


def test_challenges_are_looked_at_one_by_one(
    world: World, event: Event, applications: list[Application], organizer: Person, path: str, sign_in: SignIn
) -> None:
    other = world.challenge(event, "Toinen")
    world.application(other, world.company("Muu Oy"))
    browser = sign_in(organizer)
    page = parse(browser.get(f"{path}?challenge={other.id}").text)
    names = ["".join(head.itertext()) for head in page.iter("th") if head.get("scope") == "row"]
    assert len(names) == 1
    assert "Muu Oy" in names[0]
    for odd in ("?challenge=999", "?challenge=x", "?only=x"):
        assert "Muu Oy" in browser.get(path + odd).text


def test_places_follow_the_jury(
    world: World, event: Event, applications: list[Application], organizer: Person, path: str, sign_in: SignIn
) -> None:
    world.criteria(event, (100,))
    juror = world.juror(event)
    for application, value in zip(applications, (3, 9, 5, 7), strict=True):
        world.sheet(juror, application, [value])
    page = parse(sign_in(organizer).get(path).text)
    rows = [head for head in page.iter("th") if head.get("scope") == "row"]
    assert ["".join(row.itertext()).strip()[:8] for row in rows] == ["Yritys B", "Yritys D", "Yritys C", "Yritys A"]


def test_before_the_call_closes_there_is_nothing_to_decide(
    world: World, city: City, organizer: Person, sign_in: SignIn, engine: sa.Engine
) -> None:
    event = world.event(city, "call_open")
    application = world.application(world.challenge(event))
    browser = sign_in(organizer)
    path = f"/organizer/tampere/events/{event.id}/decisions"
    assert "Päätökset tehdään haun jälkeen" in words(browser.get(path).text)
    answer = browser.submit(f"{path}/{application.id}", f"/{application.id}", outcome="invite")
    assert answer.status_code == 409
    assert "Haku on vielä auki" in words(answer.text)
    assert decisions(engine) == {}


def test_prepared_decisions_show_nowhere_outside_the_city(
    world: World, event: Event, applications: list[Application], sign_in: SignIn, client: StrictClient
) -> None:
    company = sign_in(owner_of(world, applications[0]))
    pages = [
        (company, "/company/applications"),
        (company, f"/company/applications/{applications[0].id}"),
        (company, "/tasks"),
        (client, "/tampere"),
        (client, "/tampere/kipina"),
    ]
    before = [words(browser.get(page).text) for browser, page in pages]
    world.decide(event, {a.id: Outcome.DECLINE for a in applications}, reasons="Salaista vielä.", sign=False)
    assert [words(browser.get(page).text) for browser, page in pages] == before


def test_others_do_not_come_in(
    world: World, city: City, event: Event, applications: list[Application], path: str, sign_in: SignIn
) -> None:
    elsewhere = world.city("lahti", "Lahti")
    one = applications[0].id
    outsiders = [
        (world.organizer(elsewhere), 404),
        (world.member(city, Role.PROCUREMENT), 403),
        (world.member(city, Role.LEADERSHIP), 403),
        (world.juror(event), 403),
        (owner_of(world, applications[0]), 403),
        (world.person(), 403),
    ]
    organizer = sign_in(world.organizer(city))
    data, target = form_of(organizer.get(f"{path}/{one}").text, f"/{one}")
    for person, status in outsiders:
        browser = sign_in(person)
        for page in (path, f"{path}/{one}", path.replace("decisions", "meeting")):
            assert browser.get(page).status_code == status, (person.name, page)
        token = form_of(browser.get("/account/profile").text, "/account/profile")[0]["csrf"]
        answer = browser.post(target, data=data | {"csrf": token, "outcome": "invite"})
        assert answer.status_code == status
    assert decisions(world.engine) == {}
    other_event = world.event(elsewhere, "jury")
    wrong = path.replace("tampere", "lahti").replace(f"/{event.id}/", f"/{other_event.id}/")
    assert sign_in(outsiders[0][0]).get(f"{wrong}/{one}").status_code == 404


def test_a_conflicted_organizer_sees_neither_the_item_nor_a_count_with_it(
    world: World, city: City, event: Event, applications: list[Application], path: str, sign_in: SignIn
) -> None:
    conflicted = world.organizer(city, "Esteellinen Esko")
    world.conflict(applications[1], conflicted)
    browser, one = sign_in(conflicted), applications[1].id
    outcomes = {a.id: Outcome.RESERVE for a in applications}
    world.decide(event, outcomes, sign=False)
    page = browser.get(path)
    assert "Yritys B Oy" not in page.text
    assert "3varasijalla" in words(page.text)
    assert reserve_order(page.text) == [f"Yritys {letter} Oy" for letter in "ACD"]
    assert "Toinen järjestäjä allekirjoittaa" in words(page.text)
    for hidden in (f"{path}/{one}", path.replace("decisions", f"meeting/{one}")):
        assert browser.get(hidden).status_code == 404
    data, target = form_of(browser.get(f"{path}/{applications[0].id}").text, f"/{applications[0].id}")
    assert browser.post(target.replace(f"/{applications[0].id}", f"/{one}"), data=data).status_code == 404
    assert browser.submit(path, "/decisions", application=[one], outcome="invite").status_code == 422


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_take_the_same_queries_whatever_the_number_of_rows(
    world: World, event: Event, challenge: Challenge, organizer: Person, path: str, sign_in: SignIn,
    queries: Callable[[], int], rows: int,
) -> None:  # fmt: skip
    world.criteria(event, (100,))
    juror = world.juror(event)
    made = [world.application(challenge) for _ in range(rows)]
    for application in made:
        world.sheet(juror, application, [5])
    browser = sign_in(organizer)
    queries()
    for page, number in ((path, 8), (f"{path}/{made[0].id}", 13), (path.replace("decisions", "meeting"), 9)):
        assert browser.get(page).status_code == 200
        assert queries() == number, page


def test_a_long_list_comes_in_pages_and_what_was_done_leads_back_to_its_page(
    world: World, challenge: Challenge, organizer: Person, path: str, sign_in: SignIn
) -> None:
    made = {str(world.application(challenge).id) for _ in range(52)}
    browser = sign_in(organizer)
    first, last = browser.get(path).text, browser.get(f"{path}?page=2").text
    ticks = [set(re.findall(r'name="application" value="(\d+)"', page)) for page in (first, last)]
    assert len(ticks[1]) == 2
    assert ticks[0] | ticks[1] == made
    agenda = [browser.get(f"{path.replace('decisions', 'meeting')}?page={page}").text for page in (1, 2)]
    assert [page.count('class="row-title"') for page in agenda] == [50, 2]
    assert max(len(page.encode()) for page in (first, last, *agenda)) < 100_000
    done = browser.submit(f"{path}?page=2", "/decisions", application=sorted(ticks[1]), outcome="decline")
    assert done.headers["location"].endswith("/decisions?page=2")
    assert browser.get(f"{path}?page=99").status_code == 200


def test_signed_decisions_stay_as_they_are(
    world: World, event: Event, applications: list[Application], organizer: Person, path: str, sign_in: SignIn,
    engine: sa.Engine,
) -> None:  # fmt: skip
    outcomes = [Outcome.INVITE, Outcome.INVITE, Outcome.RESERVE, Outcome.DECLINE]
    browser, one = sign_in(organizer), applications[0].id
    data, target = form_of(browser.get(f"{path}/{one}").text, f"/{one}")
    several, bulk = form_of(browser.get(path).text, "/decisions")
    world.decide(event, {a.id: outcome for a, outcome in zip(applications, outcomes, strict=True)}, by=organizer)
    assert browser.get(f"{path}/{one}").status_code == 303
    late = {"application": one, "outcome": "decline"}
    for address, sent in ((target, data | late), (bulk, several | late)):
        answer = browser.post(address, data=sent)
        assert answer.status_code == 409
        assert "Päätökset on allekirjoitettu, eivätkä ne enää muutu." in words(answer.text)
    assert decisions(engine)[one].outcome is Outcome.INVITE
    page = words(browser.get(path).text)
    assert f"Allekirjoittanut {organizer.name}" in page
    assert "2/2tulossa tai kutsuttu" in page
