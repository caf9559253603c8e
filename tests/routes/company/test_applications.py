import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters import clock
from app.adapters.database import WriteSession, reading
from app.domain.access import EVERY_CITY, Role
from app.domain.application import State
from app.domain.deciding import Outcome
from app.models import Application, AuditEvent, Challenge, Company, Decision, Event, OutgoingMail, Person
from tests.strict import StrictClient, form_of, keyless, opened_anew
from tests.world import NOW, World

SignIn = Callable[[Person], StrictClient]

FULL = {
    "title": "Katuja, jotka kertovat kunnostaan",
    "solution": "Anturit lukevat tien pinnan.",
    "fit": "Kunnossapito tietää ennen soittoa.",
    "evidence": "Kokeiltu Lempäälässä.",
    "pilot": "Kolme katua, puoli vuotta.",
    "from_city": "Pylväät ja sähkö.",
    "price": "14 000 €",
    "team": "Noora ja Iiris",
}


def stored(engine: sa.Engine, application_id: int) -> Application:
    with reading(engine, EVERY_CITY) as session:
        return session.get_one(Application, application_id)


def mails(engine: sa.Engine, kind: str) -> list[OutgoingMail]:
    with reading(engine, EVERY_CITY) as session:
        return list(session.exec(select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(col(OutgoingMail.id))))


def begin(browser: StrictClient, challenge: Challenge) -> int:
    """Begin a draft as a person would; returns its id."""
    begun = browser.submit(f"/company/applications/new?challenge={challenge.id}")
    assert begun.status_code == 303, begun.text
    return int(begun.headers["location"].split("/")[-2])


@pytest.fixture
def challenge(world: World) -> Challenge:
    return world.challenge(world.event(world.city()))


@pytest.fixture
def company(world: World) -> Company:
    return world.company("Katukunto Oy")


@pytest.fixture
def browser(world: World, company: Company, sign_in: SignIn) -> StrictClient:
    return sign_in(world.owner_of(company))


def test_from_a_challenge_to_a_receipt(browser: StrictClient, challenge: Challenge, engine: sa.Engine) -> None:
    application_id = begin(browser, challenge)
    edit = f"/company/applications/{application_id}/edit"
    saved = browser.submit(edit, **FULL, then="check")
    assert saved.headers["location"] == f"/fi/company/applications/{application_id}/submission/new"

    sent = browser.submit(saved.headers["location"])
    assert sent.headers["location"] == f"/fi/company/applications/{application_id}"
    receipt = browser.get(sent.headers["location"]).text
    assert FULL["title"] in receipt
    assert "Saapunut" in receipt
    kept = stored(engine, application_id)
    assert (kept.state, kept.number) == (State.SUBMITTED, 1)
    assert kept.receipt_at == kept.submitted_at
    [mail] = mails(engine, "receipt")
    assert "1" in mail.subject
    assert mail.locale == "fi"


def test_a_second_press_gives_the_same_receipt(browser: StrictClient, challenge: Challenge, engine: sa.Engine) -> None:
    application_id = begin(browser, challenge)
    browser.submit(f"/company/applications/{application_id}/edit", **FULL)
    page = browser.get(f"/company/applications/{application_id}/submission/new")
    data, target = form_of(page.text)
    answers = [browser.post(target, data=data) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303] * 3
    first = stored(engine, application_id)
    assert (first.number, first.version) == (1, 2)
    assert len(mails(engine, "receipt")) == 1


def test_nothing_is_sent_before_everything_is_there(
    browser: StrictClient, challenge: Challenge, engine: sa.Engine
) -> None:
    application_id = begin(browser, challenge)
    browser.submit(
        f"/company/applications/{application_id}/edit",
        **FULL | {"team": "", "solution": "sana " * 151, "confidential": "Kate"},
    )
    checklist = browser.get(f"/company/applications/{application_id}/submission/new").text
    assert 'action="/fi/company/applications' not in checklist.partition("<main")[2]
    assert "Lyhennä tätä enintään 150 sanaan; siinä on nyt 151." in checklist
    assert "Valitse, miksi tämän osan pitäisi olla luottamuksellinen." in checklist
    token = form_of(browser.get(f"/company/applications/{application_id}/edit").text)[0]["csrf"]
    refused = browser.post(f"/company/applications/{application_id}/submission", data={"csrf": token})
    assert refused.status_code == 422
    assert stored(engine, application_id).state is State.DRAFT


def test_the_draft_saves_itself(browser: StrictClient, challenge: Challenge, engine: sa.Engine) -> None:
    application_id = begin(browser, challenge)
    page = browser.get(f"/company/applications/{application_id}/edit").text
    assert f'data-autosave="/fi/company/applications/{application_id}/autosave"' in page
    data, _ = form_of(page)
    for text, version in (("a", "2"), ("ab", "3")):
        saved = browser.post(f"/company/applications/{application_id}/autosave", data=data | {"title": text})
        assert (saved.status_code, saved.content) == (204, b"")
        assert saved.headers["Kipina-Version"] == version
        data["version"] = version
    assert stored(engine, application_id).title == "ab"
    with reading(engine, EVERY_CITY) as session:
        actions = session.exec(select(AuditEvent.action).where(AuditEvent.object_type == "application")).all()
    assert actions == ["started"], "a draft's saves are the company's own"


def test_of_two_editors_the_second_sees_both_texts(
    world: World, browser: StrictClient, company: Company, challenge: Challenge, sign_in: SignIn, engine: sa.Engine
) -> None:
    application_id = begin(browser, challenge)
    edit = f"/company/applications/{application_id}/edit"
    other = sign_in(world.company_member(company, Role.EDITOR))
    data, target = form_of(browser.get(edit).text)
    assert other.submit(edit, **FULL | {"team": "Iiris yksin"}).status_code == 303

    late = browser.post(target, data=data | FULL | {"team": "Noora yksin"})
    assert late.status_code == 409
    typed, _ = form_of(late.text)
    assert typed["team"] == "Noora yksin"
    assert "Iiris yksin" in late.text
    assert stored(engine, application_id).team == "Iiris yksin"

    assert browser.post(target, data=typed).status_code == 303
    assert stored(engine, application_id).team == "Noora yksin"
    assert browser.post(f"{target}/autosave", data=data).status_code == 409


def test_after_sending_it_can_be_changed_but_not_emptied(
    world: World, browser: StrictClient, company: Company, challenge: Challenge, engine: sa.Engine
) -> None:
    made = world.application(challenge, company)
    edit = f"/company/applications/{made.id}/edit"
    assert "data-autosave" not in browser.get(edit).text
    emptied = browser.submit(edit, solution="", team="Noora")
    assert emptied.status_code == 422
    assert form_of(emptied.text)[0]["team"] == "Noora"
    assert browser.submit(edit, team="Noora").status_code == 303
    changed = stored(engine, made.id)
    assert (changed.team, changed.receipt_at, changed.number) == ("Noora", made.receipt_at, made.number)
    with reading(engine, EVERY_CITY) as session:
        edited = session.exec(select(AuditEvent).where(AuditEvent.action == "edited")).one()
    assert edited.before == {"team": "Vastaus: team"}
    assert edited.after == {"team": "Noora"}


def close_call(world: World, event_id: int) -> None:
    with world.change() as session:
        event = session.get_one(Event, event_id)
        event.call_closes_at = NOW - timedelta(minutes=1)


def test_a_closed_call_says_when_it_closed_and_keeps_what_was_typed(
    world: World, browser: StrictClient, challenge: Challenge, engine: sa.Engine
) -> None:
    application_id = begin(browser, challenge)
    data, target = form_of(browser.get(f"/company/applications/{application_id}/edit").text)
    browser.post(target, data=data | FULL)
    checklist, send = form_of(browser.get(f"/company/applications/{application_id}/submission/new").text)
    data["version"] = "2"
    close_call(world, challenge.event_id)

    late = browser.post(target, data=data | FULL | {"title": "Myöhässä kirjoitettu"})
    assert late.status_code == 409
    assert form_of(late.text)[0]["title"] == "Myöhässä kirjoitettu"
    assert "Haku sulkeutui" in late.text
    refused = browser.post(send, data=checklist)
    assert refused.status_code == 409
    assert "Haku sulkeutui" in refused.text
    assert stored(engine, application_id).state is State.DRAFT
    assert browser.get(f"/company/applications/new?challenge={challenge.id}").status_code == 200
    assert "sulkeutui" in browser.get(f"/company/applications/new?challenge={challenge.id}").text
    assert browser.get(f"/company/applications/{application_id}/edit").status_code == 303


def test_the_moment_of_arrival_decides_however_long_the_queue(
    world: World, browser: StrictClient, challenge: Challenge, engine: sa.Engine
) -> None:
    application_id = begin(browser, challenge)
    browser.submit(f"/company/applications/{application_id}/edit", **FULL)
    data, target = form_of(browser.get(f"/company/applications/{application_id}/submission/new").text)
    with ThreadPoolExecutor(1) as pool:
        with world.change() as session:  # somebody else is writing, and takes long
            event = session.get_one(Event, challenge.event_id)
            event.call_closes_at = clock.now() + timedelta(seconds=1)
            session.flush()
            answer = pool.submit(browser.post, target, data=data)
            time.sleep(1.5)
        assert answer.result(timeout=20).status_code == 303
    kept = stored(engine, application_id)
    assert kept.state is State.SUBMITTED
    with reading(engine, EVERY_CITY) as session:
        closes_at = session.get_one(Event, challenge.event_id).call_closes_at
    assert kept.receipt_at
    assert closes_at
    assert kept.receipt_at < closes_at < clock.now()


def test_a_company_has_one_application_to_each_challenge(browser: StrictClient, challenge: Challenge) -> None:
    page = browser.get(f"/company/applications/new?challenge={challenge.id}").text
    data, target = form_of(page)
    first = browser.post(target, data=data).headers["location"]
    assert browser.post(target, data=data).headers["location"] == first, "the same press"
    anew = browser.post(target, data=opened_anew(data))
    assert anew.headers["location"] == first.removesuffix("/edit")


def test_without_a_company_one_is_added_first(world: World, challenge: Challenge, sign_in: SignIn) -> None:
    browser = sign_in(world.person())
    page = browser.get(f"/company/applications/new?challenge={challenge.id}").text
    assert f"/fi/company/companies/new?challenge={challenge.id}" in page
    added = browser.submit(
        f"/company/companies/new?challenge={challenge.id}", name="Uusi Oy", register_number="0112038-9"
    )
    assert added.headers["location"] == f"/fi/company/applications/new?challenge={challenge.id}"
    assert begin(browser, challenge)


def test_withdrawing_asks_first_and_can_be_undone_while_the_call_is_open(
    world: World, browser: StrictClient, company: Company, challenge: Challenge, engine: sa.Engine
) -> None:
    made = world.application(challenge, company)
    show = f"/company/applications/{made.id}"
    asked = browser.submit(show, "/withdrawal")
    assert asked.status_code == 200
    assert stored(engine, made.id).state is State.SUBMITTED
    data, target = form_of(asked.text)
    assert browser.post(target, data=data).status_code == 303
    assert stored(engine, made.id).state is State.WITHDRAWN
    assert browser.submit(show, "/reopening").headers["location"].endswith("/edit")
    assert stored(engine, made.id).state is State.DRAFT
    assert browser.submit(f"{show}/submission/new").status_code == 303
    again = stored(engine, made.id)
    assert (again.state, again.number, again.receipt_at) == (State.SUBMITTED, made.number, made.receipt_at)


def test_an_invited_company_answers(world: World, company: Company, sign_in: SignIn, engine: sa.Engine) -> None:
    challenge = world.challenge(world.event(world.city(), "jury"))
    made = world.application(challenge, company, State.INVITED)
    reserve = world.application(challenge, state=State.RESERVED)
    world.sign(world.event_of(challenge))
    browser = sign_in(world.owner_of(company))
    show = f"/company/applications/{made.id}"
    assert browser.submit(show, "/confirmation").status_code == 303
    assert stored(engine, made.id).state is State.CONFIRMED
    data, target = form_of(browser.submit(show, "/cancellation").text)
    assert browser.post(target, data=data).status_code == 303
    assert stored(engine, made.id).state is State.CANCELLED
    assert stored(engine, reserve.id).state is State.INVITED
    assert [mail.application_id for mail in mails(engine, "promoted")] == [reserve.id]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_prepared_decision_changes_nothing_that_the_company_sees(
    world: World, company: Company, sign_in: SignIn, outcome: Outcome
) -> None:
    challenge = world.challenge(world.event(world.city(), "jury"))
    made = world.application(challenge, company)
    browser = sign_in(world.owner_of(company))
    paths = ("/company/applications", f"/company/applications/{made.id}")
    before = [keyless(browser.get(path).content) for path in paths]
    with world.change() as session:
        rank = 1 if outcome is Outcome.RESERVE else None
        session.add(
            Decision(
                application_id=made.id,
                event_id=made.event_id,
                outcome=outcome,
                reserve_rank=rank,
                reasons="Salaisuus",
                prepared_at=NOW,
            )
        )
    assert [keyless(browser.get(path).content) for path in paths] == before
    assert b"Arvioitavana" in before[1]


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_its_page(world: World, company: Company, sign_in: SignIn, state: State) -> None:
    challenge = world.challenge(world.event(world.city(), "jury"))
    made = world.application(challenge, company, state)
    browser = sign_in(world.owner_of(company))
    for language in ("fi", "sv", "en"):
        assert browser.get(f"/{language}/company/applications/{made.id}").status_code == 200
    world.sign(world.event_of(challenge))
    assert browser.get(f"/company/applications/{made.id}").status_code == 200
    assert browser.get("/company/applications").status_code == 200


def test_owner_teammate_and_outsider(world: World, company: Company, challenge: Challenge, sign_in: SignIn) -> None:
    made = world.application(challenge, company)
    show, edit = f"/company/applications/{made.id}", f"/company/applications/{made.id}/edit"
    viewer = sign_in(world.company_member(company, Role.VIEWER))
    assert viewer.get(show).status_code == 200
    assert "/withdrawal" not in viewer.get(show).text
    assert viewer.get(edit).status_code == 403
    outsider = sign_in(world.owner_of(world.company()))
    for path in (show, edit, f"{show}/submission/new"):
        assert outsider.get(path).status_code == 404
    token = form_of(outsider.get("/company/companies/new").text)[0]["csrf"]
    for path in (show, f"{show}/autosave", f"{show}/submission", f"{show}/withdrawal", f"{show}/cancellation"):
        assert outsider.post(path, data={"csrf": token}).status_code == 404


def test_the_list_tells_what_waits(world: World, company: Company, sign_in: SignIn) -> None:
    city = world.city()
    browser = sign_in(world.owner_of(company))
    assert "Mikään haku ei ole juuri nyt auki" in browser.get("/company/applications").text
    challenge = world.challenge(world.event(city))
    world.application(challenge, company, State.DRAFT)
    page = browser.get("/company/applications").text
    assert "Viimeistele ja lähetä: haku sulkeutuu 10\xa0päivän päästä" in page
    assert "Luonnos" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(
    world: World, company: Company, sign_in: SignIn, queries: Callable[[], int], rows: int
) -> None:
    event = world.event(world.city())
    made = [world.application(world.challenge(event, f"Haaste {n}"), company) for n in range(rows)]
    browser = sign_in(world.owner_of(company))
    queries()
    browser.get("/company/applications")
    assert queries() == 4
    browser.get(f"/company/applications/{made[0].id}")
    assert queries() == 5


def test_saving_and_sending_take_few_queries(
    browser: StrictClient, challenge: Challenge, queries: Callable[[], int]
) -> None:
    application_id = begin(browser, challenge)
    data, target = form_of(browser.get(f"/company/applications/{application_id}/edit").text)
    queries()
    assert browser.post(f"{target}/autosave", data=data | FULL).status_code == 204
    assert queries() == 6  # two of them: was it sent before, and how it was answered
    checklist, send = form_of(browser.get(f"/company/applications/{application_id}/submission/new").text)
    queries()
    assert browser.post(send, data=checklist).status_code == 303
    assert queries() == 16  # three of them chain the audit trail, two remember the press


def test_an_expired_sign_in_gives_the_text_back(
    world: World, browser: StrictClient, challenge: Challenge, engine: sa.Engine, settings: object
) -> None:
    application_id = begin(browser, challenge)
    edit = f"/fi/company/applications/{application_id}/edit"
    data, target = form_of(browser.get(edit).text)
    owner = stored(engine, application_id).created_by
    with WriteSession(engine) as session:
        session.enter(EVERY_CITY)
        session.execute(sa.text("UPDATE web_session SET expires_at = :then"), {"then": NOW - timedelta(days=1)})
        session.commit()
    asked = browser.post(target, data=data | FULL, headers={"Referer": f"http://testserver{edit}"})
    assert asked.status_code == 303
    assert "/sign-in" in asked.headers["location"]
    with reading(engine, EVERY_CITY) as session:
        person = session.get_one(Person, owner)
    browser.submit(asked.headers["location"], email=person.email)
    with reading(engine, EVERY_CITY) as session:
        body = session.exec(select(OutgoingMail.body).order_by(col(OutgoingMail.id).desc())).first() or ""
    link = next(line for line in body.splitlines() if "/sign-in/" in line).removeprefix("http://testserver")
    came_in = browser.submit(link)
    assert came_in.headers["location"] == edit
    back, _ = form_of(browser.get(edit).text)
    assert {name: back[name] for name in FULL} == FULL
    assert browser.post(target, data=back).status_code == 303
    assert stored(engine, application_id).title == FULL["title"]
