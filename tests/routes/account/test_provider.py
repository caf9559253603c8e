"""Coming in by the city's own sign-in, tried against a real provider, and against its hostile variations."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import SQLModel, col, select

from app.adapters import clock, identity_provider
from app.adapters.database import reading
from app.adapters.sealing import seal
from app.config import Settings
from app.domain import limits
from app.domain.access import EVERY_CITY, Role
from app.domain.refusals import Reason
from app.models import AuditEvent, City, ConnectedAccount, Handshake, IdentityProvider, OutgoingMail, Person, WebSession
from app.services import providers, signing_in
from app.web import session as web_session
from app.web import speaking
from app.web.wording import say_refusal
from tests import provider as real
from tests.provider import Provider
from tests.strict import StrictClient, form_of, parse
from tests.world import SYSTEM, World

BASE = "http://localhost"
SIGN_IN, RETURN = "/sign-in/cities/tampere", "/sign-in/cities/tampere/return"

Browser = Callable[..., StrictClient]


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with real.running(*(f"{BASE}/sign-in/cities/{slug}/return" for slug in ("tampere", "vaasa"))) as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.turn()
    return running


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"base_url": BASE})


@pytest.fixture
def city(world: World, provider: Provider) -> City:
    city = world.city()
    set_up(world, city, provider)
    return city


@pytest.fixture
def browser(app: FastAPI, world: World, settings: Settings) -> Iterator[Browser]:
    """`browser(person)`, or nobody's; `ago`: they signed in by mail so long ago."""
    opened: list[StrictClient] = []

    def open_one(person: Person | None = None, language: str = "fi", ago: timedelta = timedelta()) -> StrictClient:
        client = StrictClient(app, language)
        client.base_url = BASE
        client.__enter__()
        opened.append(client)
        if person:
            with world.change() as session:
                token = web_session.begin(session, person.id, clock.now() - ago)
            client.cookies.set(settings.session_cookie, token, domain="localhost.local")
        return client

    yield open_one
    for client in opened:
        client.__exit__(None, None, None)


def set_up(world: World, city: City, provider: Provider, issuer: str = "") -> None:
    with world.change() as session:
        sealed = seal(world.settings.key, real.SECRET)
        providers.set_up(session, SYSTEM, city.id, issuer or provider.issuer, real.CLIENT_ID, sealed, clock.now())


def connected(world: World, city: City, provider: Provider, subject: str, role: Role = Role.ORGANIZER) -> Person:
    """Somebody of the city with an account."""
    person = world.member(city, role)
    with world.change() as session:
        providers.connect(session, world.actor(person), city.id, provider.issuer, subject, clock.now())
    return person


def away(client: StrictClient, page: str = "/sign-in", **values: str) -> str:
    """Press the button; the address at the provider that it leads to."""
    sent = client.submit(page, SIGN_IN, **values)
    assert sent.status_code == 200, sent.headers.get("location")
    refresh = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', sent.text)
    assert refresh is not None
    return unescape(refresh[1])


def back(client: StrictClient, address: str) -> Any:
    """Come back by the address that the provider gives, and press the button there."""
    assert address.startswith(f"{BASE}{RETURN}?"), address
    to_language = client.get(address)
    assert to_language.status_code == 302
    opened = client.get(to_language.headers["location"])
    assert opened.status_code == 200
    data, target = form_of(opened.text, "/return")
    return client.post(target, data=data)


def walk(client: StrictClient, provider: Provider, name: str, page: str = "/sign-in") -> Any:
    return back(client, provider.browser().sign_in(away(client, page), name))


def who(client: StrictClient) -> str:
    """The mail address of whoever is signed in there; empty for nobody."""
    page = client.get("/account/profile")
    found = re.search(r"[\w.]+@example\.org", page.text) if page.status_code == 200 else None
    return found[0] if found else ""


def kept(engine: sa.Engine) -> dict[str, list[Any]]:
    """Every row but those of questions that were asked and counted."""
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table))]
            for table in SQLModel.metadata.sorted_tables
            if table.name not in {"handshake", "rate_count"}
        }


def trail(engine: sa.Engine, *kinds: str) -> list[tuple[str, str]]:
    with reading(engine, EVERY_CITY) as session:
        found = select(AuditEvent).where(col(AuditEvent.object_type).in_(kinds)).order_by(col(AuditEvent.id))
        return [(event.object_type, event.action) for event in session.exec(found)]


# Connecting, coming in, leaving


def test_staff_connect_their_account_and_come_in_with_it(
    world: World, city: City, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    person = world.organizer(city)
    signed_in = browser(person)
    answer = walk(signed_in, provider, "subject-7", "/account/profile")
    assert answer.headers["location"] == "/fi/account/profile"
    assert "on yhdistetty" in signed_in.get("/account/profile").text
    assert trail(engine, "connected_account") == [("connected_account", "connected")]

    elsewhere = browser()
    came_in = walk(elsewhere, provider, "subject-7", "/sign-in?next=/account/profile")
    assert came_in.headers["location"] == "/fi/account/profile"
    assert who(elsewhere) == person.email
    assert len(list(parse(elsewhere.get("/account/profile").text).iter("code"))) == 0

    signed_in.submit("/account/profile", "/account/cities/tampere/removal")
    assert trail(engine, "connected_account")[-1] == ("connected_account", "disconnected")
    assert walk(browser(), provider, "subject-7").status_code == 409


def test_whoever_connects_an_account_is_told_once_by_mail(
    world: World, city: City, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    person = world.organizer(city)
    walk(browser(person), provider, "subject-7", "/account/profile")
    assert walk(browser(), provider, "subject-7").status_code == 303
    with reading(engine, EVERY_CITY) as session:
        (mail,) = session.exec(select(OutgoingMail).where(OutgoingMail.kind == "way_in_added"))
    assert (mail.to_email, mail.city_id) == (person.email, city.id)
    assert mail.subject == "Voit nyt kirjautua Kipinään uudella tavalla"
    assert "Tampere" in mail.body
    assert f"{BASE}/fi/account/profile" in mail.body


def test_the_way_there_carries_a_challenge_and_asks_for_nothing_but_the_subject(
    city: City, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    client = browser()
    asked = parse_qs(urlsplit(away(client)).query)
    assert asked["scope"] == ["openid"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{BASE}{RETURN}"]
    assert {len(asked[name][0]) >= 43 for name in ("state", "nonce", "code_challenge")} == {True}
    again = parse_qs(urlsplit(away(client)).query)
    for name in ("state", "nonce", "code_challenge"):
        assert asked[name] != again[name]
    rows = str(kept(engine)) + str(engine.connect().execute(sa.select(SQLModel.metadata.tables["handshake"])).all())
    assert asked["state"][0] not in rows
    assert real.SECRET not in rows


def test_coming_in_begins_a_new_session_and_ends_the_old_one(
    world: World, city: City, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    person = connected(world, city, provider, "subject-7")
    client = browser(world.person())
    walk(client, provider, "subject-7")
    assert who(client) == person.email
    with reading(engine, EVERY_CITY) as session:
        old, new = session.exec(select(WebSession).order_by(col(WebSession.id)))
    assert old.ended_at is not None
    assert new.ended_at is None
    assert old.token_hash != new.token_hash


def test_the_sign_in_page_offers_it_in_three_languages(city: City, browser: Browser) -> None:
    assert "Kirjaudu kaupungin tunnuksella: Tampere" in browser().get("/sign-in").text
    assert "Logga in med ditt konto hos Tampere" in browser(language="sv").get("/sign-in").text
    assert "Sign in with your Tampere account" in browser(language="en").get("/sign-in").text


def test_on_the_way_into_one_city_only_its_own_is_offered(
    world: World, city: City, provider: Provider, browser: Browser
) -> None:
    set_up(world, world.city("vaasa", "Vaasa"), provider)
    client = browser()
    for page, offered in (("/sign-in", 2), ("/sign-in?next=/organizer/vaasa", 1), ("/sign-in?next=/tasks", 2)):
        assert client.get(page).text.count('action="/fi/sign-in/cities/') == offered


# Whose account it is


def test_a_provider_that_asserts_somebody_elses_mail_gets_nothing(
    world: World, city: City, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    victim = world.organizer(city)
    with world.change() as session:
        session.get_one(Person, victim.id).email = real.ASSERTED_MAIL
    before = kept(engine)
    provider.turn("mail")
    client = browser()
    answer = walk(client, provider, real.ASSERTED_MAIL)
    assert answer.status_code == 409
    assert say_refusal(Reason.ACCOUNT_UNKNOWN, "fi") in unescape(answer.text)
    assert who(client) == ""
    assert kept(engine) == before, "neither a person nor an account was made"


def test_an_account_is_one_persons_alone(world: World, city: City, provider: Provider, browser: Browser) -> None:
    owner = connected(world, city, provider, "subject-7")
    answer = walk(browser(world.organizer(city)), provider, "subject-7", "/account/profile")
    assert say_refusal(Reason.ACCOUNT_OF_ANOTHER, "fi") in unescape(answer.text)
    client = browser()
    walk(client, provider, "subject-7")
    assert who(client) == owner.email


def test_the_same_subject_at_another_issuer_is_somebody_else(
    world: World, city: City, provider: Provider, browser: Browser
) -> None:
    connected(world, city, provider, "subject-7")
    with real.running(f"{BASE}{RETURN}") as other:
        set_up(world, city, other)
        client = browser()
        assert walk(client, other, "subject-7").status_code == 409
    assert who(client) == ""


def test_an_account_of_one_city_opens_nothing_by_way_of_another(
    world: World, city: City, provider: Provider, browser: Browser
) -> None:
    connected(world, city, provider, "subject-7")
    set_up(world, world.city("vaasa", "Vaasa"), provider)
    client = browser()
    sent = client.submit("/sign-in", "/sign-in/cities/vaasa")
    to = unescape(re.search(r"url=([^\"]+)\"", sent.text)[1])  # type: ignore[index]
    at = provider.browser().sign_in(to, "subject-7").removeprefix(BASE)
    data, target = form_of(client.get(at).text, "/return")
    assert client.post(target.replace("vaasa", "tampere"), data=data).status_code == 409
    assert client.post(target, data=data).status_code == 409
    assert who(client) == ""


def test_only_those_who_work_for_the_city_connect(
    world: World, city: City, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    stranger = browser(world.person())
    assert "/sign-in/cities/" not in stranger.get("/account/profile").text
    token = form_of(stranger.get("/account/profile").text, "/account/profile")[0]["csrf"]
    sent = stranger.post(SIGN_IN, data={"csrf": token, "purpose": "connect"})
    to = unescape(re.search(r"url=([^\"]+)\"", sent.text)[1])  # type: ignore[index]
    answer = back(stranger, provider.browser().sign_in(to, "subject-7"))
    assert answer.status_code == 409
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(ConnectedAccount)).all() == []


def test_connecting_needs_a_fresh_sign_in(world: World, city: City, browser: Browser) -> None:
    client = browser(world.organizer(city), ago=timedelta(minutes=31))
    page = client.get("/account/profile").text
    assert "/sign-in/cities/" not in page
    token = form_of(page, "/account/profile")[0]["csrf"]
    sent = client.post(SIGN_IN, data={"csrf": token, "purpose": "connect"})
    assert sent.headers["location"] == "/fi/account/confirmation?next=%2Faccount%2Fprofile"


# Answers that are not what was asked for

TOKENS = [
    "nonce", "no_nonce", "issuer", "audience", "audiences", "party", "expired", "future", "no_subject",
    "number_subject", "later_sign_in", "none", "foreign_key", "unknown_key", "shared_secret", "cut",
]  # fmt: skip
DOCUMENTS = ["other_issuer", "plain_keys", "file_keys", "elsewhere", "script", "list", "no_json", "deep"]


def test_a_token_with_a_fault_lets_nobody_in(
    world: World,
    city: City,
    provider: Provider,
    browser: Browser,
    engine: sa.Engine,
    capsys: pytest.CaptureFixture[str],
) -> None:
    connected(world, city, provider, "subject-7")
    client, at_provider = browser(), provider.browser()
    before = kept(engine)
    for mode in TOKENS:
        provider.turn(mode)
        answer = back(client, at_provider.sign_in(away(client), "subject-7"))
        assert answer.status_code == 409, mode
        assert say_refusal(Reason.PROVIDER_NOT_BELIEVED, "fi") in unescape(answer.text), mode
        assert who(client) == "", mode
        assert kept(engine) == before, mode
    told = capsys.readouterr().out
    assert told.count("provider not believed") == len(TOKENS)
    assert "subject-7" not in told
    assert real.SECRET not in told
    provider.turn()
    assert back(client, at_provider.sign_in(away(client), "subject-7")).status_code == 303, "the honest one does"


def test_a_description_with_a_fault_leads_nowhere(
    city: City, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    before = kept(engine)
    client = browser(language="sv")
    for mode in DOCUMENTS:
        provider.turn(mode)
        answer = client.submit("/sign-in", SIGN_IN)
        assert answer.status_code == 409, mode
        assert say_refusal(Reason.PROVIDER_NOT_BELIEVED, "sv") in unescape(answer.text), mode
        assert "javascript:" not in answer.text
        assert kept(engine) == before, mode
        assert provider.asked() == ["/.well-known/openid-configuration"], "nothing else is asked, there or elsewhere"


def test_a_provider_that_is_ill_is_told_in_ones_language(city: City, provider: Provider, browser: Browser) -> None:
    client = browser(language="en")
    for mode in ("broken", "moved", "huge"):
        provider.turn(mode)
        answer = client.submit("/sign-in", SIGN_IN)
        assert answer.status_code == 502, mode
        assert say_refusal(Reason.PROVIDER_SILENT, "en") in unescape(answer.text)
        assert provider.asked() == ["/.well-known/openid-configuration"], "no way elsewhere is followed"


def test_a_provider_that_is_gone_is_told(world: World, city: City, provider: Provider, browser: Browser) -> None:
    set_up(world, city, provider, issuer="http://127.0.0.1:9")
    assert browser().submit("/sign-in", SIGN_IN).status_code == 502


def test_one_client_secret_by_post_works_too(world: World, city: City, provider: Provider, browser: Browser) -> None:
    person = connected(world, city, provider, "subject-7")
    provider.turn("post")
    client = browser()
    walk(client, provider, "subject-7")
    assert who(client) == person.email


# Answers that come twice, too late, or in another browser


def test_an_answer_counts_once_in_the_browser_that_asked_and_in_time(
    world: World, city: City, provider: Provider, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected(world, city, provider, "subject-7")
    client, thief, late = browser(), browser(), browser()
    at = provider.browser().sign_in(away(client), "subject-7").removeprefix(BASE)
    thief.get("/sign-in")
    stolen, target = form_of(thief.get(at).text, "/return")
    assert say_refusal(Reason.NOT_ASKED, "fi") in unescape(thief.post(target, data=stolen).text)
    own, _ = form_of(client.get(at).text, "/return")
    other_state = client.post(target, data=own | {"state": own["state"][:-1] + "x"})
    assert other_state.status_code == 409
    assert client.post(target, data=own).status_code == 303
    assert client.post(target, data=form_of(client.get(at).text, "/return")[0]).status_code == 409
    assert thief.post(target, data=stolen).status_code == 409
    assert who(thief) == ""

    at = provider.browser().sign_in(away(late), "subject-7").removeprefix(BASE)
    data, target = form_of(late.get(at).text, "/return")
    then = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: then)
    assert late.post(target, data=data).status_code == 409


def test_a_code_that_was_used_is_refused_by_the_provider(
    world: World, city: City, provider: Provider, browser: Browser
) -> None:
    connected(world, city, provider, "subject-7")
    client = browser()
    first = parse_qs(urlsplit(provider.browser().sign_in(away(client), "subject-7")).query)
    second = provider.browser().sign_in(away(client), "subject-7").removeprefix(BASE)
    data, target = form_of(client.get(second).text, "/return")
    crossed = client.post(target, data=data | {"code": first["code"][0]})
    assert crossed.status_code == 409, "a code belongs to the challenge it was asked for with"
    assert who(client) == ""


def test_an_answer_that_names_another_issuer_is_refused(
    world: World, city: City, provider: Provider, browser: Browser
) -> None:
    connected(world, city, provider, "subject-7")
    for iss in ("https://other.example", ""):
        client = browser()
        at = provider.browser().sign_in(away(client), "subject-7").removeprefix(BASE)
        data, target = form_of(client.get(at).text, "/return")
        assert data["iss"] == provider.issuer
        assert client.post(target, data=data | {"iss": iss}).status_code == 409
        assert "/token" not in provider.asked()
        provider.turn()


def test_coming_back_without_a_code_says_so_and_looking_changes_nothing(
    world: World, city: City, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    connected(world, city, provider, "subject-7")
    client = browser()
    said_no = client.get(f"{RETURN}?error=access_denied&state=x")
    assert said_no.status_code == 409
    assert say_refusal(Reason.PROVIDER_SAID_NO, "fi") in unescape(said_no.text)
    at = provider.browser().sign_in(away(client), "subject-7").removeprefix(BASE)
    before = kept(engine)
    for _ in range(20):
        assert client.get(at).status_code == 200
    assert kept(engine) == before
    assert "/token" not in provider.asked()
    assert back(client, f"{BASE}{at}").status_code == 303


# A slow provider holds nothing up


def test_while_a_provider_is_slow_others_read_and_write(
    world: World, city: City, provider: Provider, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaking, "WITHIN", 2)
    waiting, others = browser(), browser()
    data, target = form_of(waiting.get("/sign-in").text, SIGN_IN)
    others.get("/sign-in")
    provider.turn("silent")
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(waiting.post(target, data=data)))
    began = time.monotonic()
    thread.start()
    while not provider.asked():
        time.sleep(0.02)
    assert others.submit("/sign-in", "/fi/sign-in", email="maija@example.org").status_code == 200
    assert time.monotonic() - began < 1.5, "a change was written meanwhile"
    thread.join()
    assert answers[0].status_code == 502
    assert 1.9 < time.monotonic() - began < 6


def test_an_answer_in_drops_is_not_waited_for(
    city: City, provider: Provider, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_provider, "ANSWER_WITHIN", 1)
    provider.turn("drip")
    began = time.monotonic()
    assert browser().submit("/sign-in", SIGN_IN).status_code == 502
    assert time.monotonic() - began < 4


def test_there_is_a_limit(world: World, city: City, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, (limits.Act.PROVE, limits.By.CLIENT), limits.Limit(3, limits.QUARTER))
    client = browser()
    for _ in range(3):
        away(client)
    answer = client.submit("/sign-in", SIGN_IN)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


# Confirming


def confirm(client: StrictClient, provider: Provider, name: str) -> Any:
    return walk(client, provider, name, "/account/confirmation?next=/account/profile")


def test_an_hour_old_sign_in_is_confirmed_at_the_provider_by_signing_in_again(
    world: World, city: City, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    person = connected(world, city, provider, "subject-7")
    client = browser(person, ago=timedelta(hours=1))
    asked = parse_qs(urlsplit(away(client, "/account/confirmation?next=/tasks")).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    answer = confirm(client, provider, "subject-7")
    assert answer.headers["location"] == "/fi/account/profile"
    with reading(engine, EVERY_CITY) as session:
        old, new = session.exec(select(WebSession).order_by(col(WebSession.id)))
    assert old.ended_at is not None
    assert new.proven_at is not None
    assert new.proven_at > clock.now() - timedelta(seconds=30)


def test_what_was_shown_an_hour_ago_confirms_nothing(
    world: World, city: City, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    client = browser(connected(world, city, provider, "subject-7"), ago=timedelta(hours=1))
    client.get("/account/profile")
    before = kept(engine)
    for mode in ("old_sign_in", "no_sign_in"):
        provider.turn(mode)
        answer = confirm(client, provider, "subject-7")
        assert say_refusal(Reason.NOT_SHOWN_AGAIN, "fi") in unescape(answer.text)
        assert kept(engine) == before


def test_another_person_confirms_nothing(
    world: World, city: City, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    connected(world, city, provider, "a-colleague")
    client = browser(connected(world, city, provider, "subject-7"), ago=timedelta(hours=1))
    client.get("/account/profile")
    before = kept(engine)
    answer = confirm(client, provider, "a-colleague")
    assert say_refusal(Reason.ACCOUNT_OF_ANOTHER, "fi") in unescape(answer.text)
    assert kept(engine) == before


def test_coming_in_without_being_asked_anew_proves_nothing_fresh(
    world: World, city: City, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    """Somebody who was signed in at the provider this morning comes in, and confirms before signing decisions."""
    connected(world, city, provider, "subject-7")
    client = browser()
    provider.turn("old_sign_in")
    assert walk(client, provider, "subject-7").status_code == 303
    with reading(engine, EVERY_CITY) as session:
        row = session.exec(select(WebSession)).one()
    assert row.proven_at is not None
    assert row.proven_at < clock.now() - timedelta(minutes=55)
    provider.turn("no_sign_in")
    assert walk(client, provider, "subject-7").status_code == 303
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(WebSession).order_by(col(WebSession.id).desc())).first().proven_at is None  # type: ignore[union-attr]


# Setting it up


def test_an_admin_sets_it_up_and_the_secret_is_never_seen_again(
    world: World, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    city = world.city()
    admin = browser(world.person(admin=True))
    page = "/admin/cities/tampere/provider"
    assert f"{BASE}{RETURN}" in admin.get(page).text
    values = {"issuer": provider.issuer, "client_id": real.CLIENT_ID}
    assert admin.submit(page, "/provider", **values).status_code == 422, "a secret is needed"
    assert admin.submit(page, "/provider", **values, secret=real.SECRET).status_code == 303
    with reading(engine, EVERY_CITY) as session:
        kept_row = session.exec(select(IdentityProvider)).one()
        audit = str([(e.before, e.after) for e in session.exec(select(AuditEvent))])
    assert real.SECRET not in kept_row.sealed_secret + audit + admin.get(page).text
    assert admin.submit(page, "/provider", client_id="another").status_code == 303, "the secret stays"
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(IdentityProvider)).one().sealed_secret == kept_row.sealed_secret
    assert trail(engine, "identity_provider") == [("identity_provider", "set_up")] * 2
    gone = admin.submit(page, "/removal", confirmed="yes")
    assert gone.status_code == 303
    assert trail(engine, "identity_provider")[-1] == ("identity_provider", "removed")
    assert browser().get("/sign-in").text.count("/sign-in/cities/") == 0
    assert city.id


def test_of_two_admins_the_second_sees_both_and_no_secret(world: World, provider: Provider, browser: Browser) -> None:
    world.city()
    mine, theirs = browser(world.person(admin=True)), browser(world.person("Toinen", admin=True))
    page, secret = "/admin/cities/tampere/provider", real.SECRET
    data, target = form_of(mine.get(page).text, "/provider")
    assert (
        theirs.submit(page, "/provider", issuer=provider.issuer, client_id="theirs", secret=secret).status_code == 303
    )
    late = mine.post(target, data=data | {"issuer": provider.issuer, "client_id": "mine", "secret": "own-secret"})
    assert late.status_code == 409
    assert 'value="mine"' in late.text
    assert ">theirs</p>" in late.text
    assert "own-secret" not in late.text
    again, target = form_of(late.text, "/provider")
    assert mine.post(target, data=again).status_code == 303, "having looked one may save; the secret stays"
    assert 'value="mine"' in mine.get(page).text


NO_PROVIDERS = [
    "", "tampere.fi", "http://idp.example", "https://user@idp.example", "ftp://idp.example", "https://", "file:///x",
    "http://127.0.0.1.example", "http://169.254.169.254", "https://[", "http://127.0.0.1:9",
]  # fmt: skip


def test_an_address_that_is_no_provider_is_told_at_the_field(world: World, browser: Browser) -> None:
    world.city()
    admin = browser(world.person(admin=True))
    page = "/admin/cities/tampere/provider"
    for issuer in NO_PROVIDERS:
        answer = admin.submit(page, "/provider", issuer=issuer, client_id="x", secret=real.SECRET)
        assert answer.status_code == 422, issuer
        assert "admin-provider-form-issuer-error" in answer.text
        assert real.SECRET not in answer.text


def test_a_new_issuer_needs_its_own_secret(world: World, city: City, provider: Provider, browser: Browser) -> None:
    """Or whoever changed the address could have the old secret sent there."""
    admin = browser(world.person(admin=True))
    with real.running(f"{BASE}{RETURN}") as other:
        answer = admin.submit("/admin/cities/tampere/provider", "/provider", issuer=other.issuer)
        assert answer.status_code == 422
        assert other.asked() == []


def test_nobody_but_an_admin_sets_it_up(world: World, city: City, browser: Browser) -> None:
    assert browser(world.organizer(city)).get("/admin/cities/tampere/provider").status_code == 403


def test_another_key_cannot_read_the_secret_and_the_page_says_so(
    world: World, city: City, provider: Provider, browser: Browser
) -> None:
    with world.change() as session:
        providers.set_up(
            session, SYSTEM, city.id, provider.issuer, real.CLIENT_ID, seal(b"another", real.SECRET), clock.now()
        )
    assert browser().submit("/sign-in", SIGN_IN).status_code == 404
    admin = browser(world.person(admin=True))
    assert "Salaisuutta ei voi enää lukea" in admin.get("/admin/cities/tampere/provider").text


def test_what_was_asked_long_ago_is_forgotten(world: World, city: City, browser: Browser, engine: sa.Engine) -> None:
    away(browser())
    with world.change() as session:
        signing_in.forget(session, clock.now() + timedelta(days=2))
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(Handshake)).all() == []
