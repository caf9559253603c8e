"""Coming in by the city's own sign-in: connecting an account, whose it is, and leaving."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa
from sqlmodel import SQLModel, col, select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.domain.refusals import Reason
from app.models import City, ConnectedAccount, OutgoingMail, Person, WebSession
from app.web.wording import say_refusal
from tests import provider as real
from tests.provider import Provider
from tests.routes.account.provider.steps import (
    BASE,
    RETURN,
    SIGN_IN,
    Browser,
    away,
    back,
    connected,
    kept,
    set_up,
    trail,
    walk,
    who,
)
from tests.strict import form_of, parse
from tests.world import World


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
