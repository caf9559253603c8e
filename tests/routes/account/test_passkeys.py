"""Passkeys: added by whoever has just shown who they are, used once per question, and never another's."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import col, select
from webauthn.helpers import bytes_to_base64url

from app.adapters import clock
from app.adapters.database import reading
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.domain.refusals import Reason
from app.models import AuditEvent, OutgoingMail, Passkey, Person, WebSession
from app.web.wording import say_refusal
from tests.authenticator import Authenticator
from tests.strict import StrictClient, form_of
from tests.world import World

BASE = "http://localhost"
Browser = Callable[..., StrictClient]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"base_url": BASE})


@pytest.fixture
def browser(browser: Browser) -> Browser:
    """Each begins at the page where passkeys are used."""

    def open_one(*who: Any, **options: Any) -> StrictClient:
        client = browser(*who, **options)
        client.get("/sign-in")
        return client

    return open_one


@pytest.fixture
def person(world: World) -> Person:
    return world.organizer(world.city())


def csrf(client: StrictClient) -> dict[str, str]:
    return {"csrf": form_of(client.get("/sign-in").text, "/sign-in")[0]["csrf"]}


def question(client: StrictClient, to: str = "/sign-in/passkey", **more: str) -> dict[str, Any]:
    """What the page's script is given."""
    asked = client.post(f"{to}/question", data=csrf(client) | more)
    assert asked.status_code == 200, asked.text
    told: dict[str, Any] = asked.json()
    return told


def give(client: StrictClient, answer: str, **more: str) -> Any:
    return client.post("/sign-in/passkey/answer", data=csrf(client) | {"answer": answer} | more)


def added(client: StrictClient, key: Authenticator, name: str = "Työkone") -> Any:
    asked = question(client, "/account/passkeys")
    return client.post("/account/passkeys", data=csrf(client) | {"answer": key.make(asked), "name": name})


def come_in(client: StrictClient, key: Authenticator, **more: str) -> Any:
    return give(client, key.use(question(client, **more)))


def refused(answer: Any, reason: Reason) -> bool:
    return answer.status_code == 409 and say_refusal(reason, "fi") in unescape(answer.text)


def signed_in(client: StrictClient) -> bool:
    return client.get("/account/profile").status_code == 200


def trail(engine: sa.Engine) -> list[str]:
    with reading(engine, EVERY_CITY) as session:
        found = select(AuditEvent.action).where(AuditEvent.object_type == "passkey").order_by(col(AuditEvent.id))
        return list(session.exec(found))


def test_a_passkey_is_added_used_and_removed(person: Person, browser: Browser, engine: sa.Engine) -> None:
    client, key = browser(person), Authenticator()
    assert added(client, key).headers["location"] == "/fi/account/profile"
    page = client.get("/account/profile").text
    assert "Työkone" in page
    assert "Pääsyavain, lisätty:" in page

    elsewhere = browser()
    answer = come_in(elsewhere, key, next="/account/profile")
    assert answer.headers["location"] == "/fi/account/profile"
    assert person.email in elsewhere.get("/account/profile").text
    with reading(engine, EVERY_CITY) as session:
        row = session.exec(select(Passkey)).one()
    assert (row.sign_count, row.transports) == (1, "internal")
    assert row.last_used_at is not None

    gone = client.submit("/account/profile", f"/account/passkeys/{row.id}/removal")
    assert gone.status_code == 303
    assert refused(come_in(browser(), key), Reason.PASSKEY_UNKNOWN)
    assert trail(engine) == ["added", "removed"]


def test_whoever_gets_a_passkey_is_told_by_mail_in_their_language(
    world: World, person: Person, browser: Browser, engine: sa.Engine
) -> None:
    with world.change() as session:
        session.execute(sa.update(Person).values(locale="sv"))
    client = browser(person)
    added(client, Authenticator(), name="http://ont.example")
    (mail,) = told(engine)
    assert (mail.to_email, mail.locale, mail.city_id) == (person.email, "sv", None)
    assert mail.subject == "Du har ett nytt sätt att logga in i Kipinä"
    assert f"{BASE}/sv/account/profile" in mail.body
    assert "ont.example" not in mail.body, "a stranger may have typed it"
    come_in(browser(), Authenticator())
    assert len(told(engine)) == 1


def told(engine: sa.Engine) -> list[OutgoingMail]:
    with reading(engine, EVERY_CITY) as session:
        return list(session.exec(select(OutgoingMail).where(OutgoingMail.kind == "way_in_added")))


def test_the_question_asks_for_a_verified_person_and_tells_nothing_of_them(person: Person, browser: Browser) -> None:
    client = browser(person)
    asked = question(client, "/account/passkeys")
    assert asked["rp"] == {"name": "Kipinä", "id": "localhost"}
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert len(asked["challenge"]) >= 43
    assert question(client, "/account/passkeys")["user"]["id"] == asked["user"]["id"]
    other = question(browser())
    assert other["userVerification"] == "required"
    assert other["rpId"] == "localhost"
    assert other["allowCredentials"] == [], "nobody learns who has passkeys"


def test_keys_that_do_not_count_work_again_and_again(person: Person, browser: Browser) -> None:
    key = Authenticator(counts=False)
    added(browser(person), key)
    for _ in range(3):
        assert come_in(browser(), key).status_code == 303


def test_a_copy_that_counts_less_is_refused_told_and_on_record(
    person: Person, browser: Browser, engine: sa.Engine
) -> None:
    key = Authenticator()
    added(browser(person), key)
    copy = replace(key)
    for _ in range(2):
        assert come_in(browser(), key).status_code == 303
    client = browser()
    assert refused(come_in(client, copy), Reason.PASSKEY_COPIED)
    assert not signed_in(client)
    assert trail(engine) == ["added", "refused"]
    assert come_in(browser(), key).status_code == 303


FALSE: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "http://localhost.evil.example"},
    "another port": {"origin": "http://localhost:8443"},
    "another scheme": {"origin": "https://localhost"},
    "another site": {"site": "evil.example"},
    "nobody verified": {"verified": False},
}


INSIDE = bytes_to_base64url(b'{"challenge": ' + b"[" * 100_000)
DEEP = (
    "[" * 100_000,
    '{"id": ' * 50_000,
    (
        f'{{"id": "AA", "rawId": "AA", "type": "public-key", "response": {{"clientDataJSON": "{INSIDE}", '
        '"authenticatorData": "AA", "signature": "AA", "attestationObject": "AA"}}'
    ),
)
"""More brackets than Python goes into."""


def test_false_answers_let_nobody_in_and_add_nothing(person: Person, browser: Browser, engine: sa.Engine) -> None:
    key, owner, client = Authenticator(), browser(person), browser()
    added(owner, key)
    for name, fault in FALSE.items():
        assert refused(come_in(client, replace(key, **fault)), Reason.PASSKEY_NOT_BELIEVED), name
        assert refused(added(owner, Authenticator(**fault)), Reason.PASSKEY_NOT_BELIEVED), name
    stranger = replace(key, key=Authenticator().key)
    assert refused(come_in(client, stranger), Reason.PASSKEY_NOT_BELIEVED), "signed by another key"
    assert refused(come_in(client, Authenticator()), Reason.PASSKEY_UNKNOWN)
    for words in ("", "{}", "[]", "null", "7", "x" * 5_000, '{"id": "AA", "rawId": "AA", "response": {}}', *DEEP):
        assert refused(give(client, words), Reason.PASSKEY_NOT_BELIEVED), words[:80]
    altered = json.loads(key.use(question(client)))
    altered["response"]["signature"] = altered["response"]["signature"][:-6] + "AAAAAA"
    assert refused(give(client, json.dumps(altered)), Reason.PASSKEY_NOT_BELIEVED)
    assert not signed_in(client)
    with reading(engine, EVERY_CITY) as session:
        assert len(session.exec(select(Passkey)).all()) == 1


def test_a_question_is_answered_once_in_its_browser_for_its_purpose_and_in_time(
    person: Person, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, client, thief = Authenticator(counts=False), browser(), browser()
    added(browser(person), key)
    answer = key.use(question(client))
    assert refused(give(thief, answer), Reason.NOT_ASKED), "asked in another browser"
    assert give(client, answer).status_code == 303
    client.cookies.clear()
    client.get("/sign-in")
    assert refused(give(client, answer), Reason.NOT_ASKED), "a second time"
    made_up = key.use({"challenge": "A" * 43})
    assert refused(give(client, made_up), Reason.NOT_ASKED), "a challenge of their own"

    owner = browser(person)
    to_add = question(owner, "/account/passkeys")
    assert refused(give(owner, key.use(to_add)), Reason.NOT_ASKED), "the question for adding does not confirm"

    late = browser()
    answer = key.use(question(late))
    then = clock.now() + timedelta(minutes=5, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: then)
    assert refused(give(late, answer), Reason.NOT_ASKED), "too late"
    assert not signed_in(thief)
    assert not signed_in(late)


def test_adding_needs_a_fresh_sign_in(person: Person, browser: Browser, engine: sa.Engine) -> None:
    client = browser(person, ago=timedelta(minutes=31))
    page = client.get("/account/profile").text
    assert "data-passkey" not in page
    assert "/account/confirmation?next=%2Faccount%2Fprofile" in page
    assert client.post("/account/passkeys/question", data=csrf(client)).status_code == 403
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(Passkey)).all() == []


def test_one_confirms_with_ones_own_passkey_and_nobody_elses(
    world: World, person: Person, browser: Browser, engine: sa.Engine
) -> None:
    own, anothers = Authenticator(), Authenticator()
    added(browser(person), own)
    added(browser(world.person()), anothers)
    client = browser(person, ago=timedelta(hours=1))
    page = client.get("/account/confirmation?next=/account/profile").text
    assert "Vahvista pääsyavaimella" in page
    asked = question(client, next="/account/profile")
    assert len(asked["allowCredentials"]) == 1
    assert refused(give(client, anothers.use(asked)), Reason.PASSKEY_UNKNOWN)
    assert 'data-passkey="create"' not in client.get("/account/profile").text, "still not fresh"

    answer = come_in(client, own, next="/account/profile")
    assert answer.headers["location"] == "/fi/account/profile"
    assert 'data-passkey="create"' in client.get("/account/profile").text
    with reading(engine, EVERY_CITY) as session:
        sessions = session.exec(select(WebSession).order_by(col(WebSession.id))).all()
    assert sessions[-2].ended_at is not None, "a new session took the place of the old one"
    assert sessions[-1].token_hash != sessions[-2].token_hash


def test_nobody_removes_anothers_passkey_or_adds_one_twice(
    world: World, person: Person, browser: Browser, engine: sa.Engine
) -> None:
    key = Authenticator()
    owner, other = browser(person), browser(world.person())
    added(owner, key)
    assert refused(added(other, key), Reason.PASSKEY_KNOWN)
    with reading(engine, EVERY_CITY) as session:
        row = session.exec(select(Passkey)).one()
    for passkey_id in (row.id, 10**6):
        assert other.post(f"/account/passkeys/{passkey_id}/removal", data=csrf(other)).status_code == 404
    assert come_in(browser(), key).status_code == 303


def test_the_way_on_is_always_local(person: Person, browser: Browser) -> None:
    key = Authenticator()
    added(browser(person), key)
    for path in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert come_in(browser(), key, next=path).headers["location"] == "/fi/tasks"


def test_at_a_bare_address_there_are_no_passkeys(
    app: FastAPI, settings: Settings, person: Person, browser: Browser
) -> None:
    client = browser(person)
    app.state.settings = settings.model_copy(update={"base_url": "http://127.0.0.1:8000"})
    assert "data-passkey" not in client.get("/sign-in").text + client.get("/account/profile").text
    assert client.post("/sign-in/passkey/question", data=csrf(client)).status_code == 404
