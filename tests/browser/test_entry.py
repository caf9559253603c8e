"""Coming in with the city's own account and with a passkey, as people do: in a browser, at a real provider."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page, expect

from app.adapters import clock
from app.adapters.sealing import seal
from app.config import Settings
from app.domain.deciding import Outcome
from app.main import create_app
from app.models import City, Person
from app.services import providers
from app.web import session as web_session
from tests import provider as real
from tests.browser.conftest import ROOT, wait_for
from tests.provider import Provider
from tests.world import SYSTEM, World

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    """An installation by the name of localhost, as passkeys are bound to names; served by the real command."""
    folder = tmp_path_factory.mktemp("entry")
    shutil.copy(sqlite_template, folder / "kipina.db")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(
        database_url=f"sqlite:///{folder}/kipina.db", files=folder / "files", base_url=f"http://localhost:{port}",
        secret_key="test-key",
    )  # fmt: skip
    environment = os.environ | {
        "KIPINA_DATABASE_URL": settings.database_url, "KIPINA_FILES": str(settings.files),
        "KIPINA_BASE_URL": settings.base_url, "KIPINA_SECRET_KEY": settings.secret_key,
    }  # fmt: skip
    app = create_app(settings)  # it tells the templates of mails their addresses
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--port", str(port)], cwd=ROOT, env=environment
    )
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield World(app.state.engine, settings)
    finally:
        process.terminate()
        process.wait(10)
        app.state.engine.dispose()


@pytest.fixture(scope="module")
def city(world: World) -> City:
    return world.city()


@pytest.fixture(scope="module")
def provider(world: World, city: City) -> Iterator[Provider]:
    with real.running(f"{world.settings.base_url}/sign-in/cities/tampere/return") as running:
        with world.change() as session:
            sealed = seal(world.settings.key, real.SECRET)
            providers.set_up(session, SYSTEM, city.id, running.issuer, real.CLIENT_ID, sealed, clock.now())
        yield running


@pytest.fixture
def open_as(chromium: Browser, world: World) -> Iterator[Open]:
    """`open_as(person)` is a page of that person's browser, or of nobody's; a fault of our scripts fails the test."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def open_page(person: Person | None = None, *, javascript: bool = True) -> Page:
        context = chromium.new_context(base_url=world.settings.base_url, java_script_enabled=javascript, locale="fi-FI")
        contexts.append(context)
        if person:
            with world.change() as session:
                token = web_session.begin(session, person.id, clock.now())
            address = world.settings.base_url
            context.add_cookies([{"name": world.settings.session_cookie, "value": token, "url": address}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: said.append(message.text) if is_ours(message) else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    def is_ours(message: ConsoleMessage) -> bool:
        ours = message.location["url"].startswith(world.settings.base_url)
        return ours and message.type == "error" and "the server responded with a status" not in message.text

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def sign_in_there(page: Page, name: str) -> None:
    """Type the name at the provider."""
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill("any")
    page.locator("button[type=submit]").click()


def authenticator(page: Page, *, verified: bool = True) -> CDPSession:
    """A phone or computer that asks for a finger, and gets it at once, or never."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                "isUserVerified": verified, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    return devtools


def press(page: Page, words: str) -> None:
    page.locator("main").get_by_role("button", name=words).click()


def test_the_citys_account_is_connected_and_opens_the_door_with_and_without_scripts(
    world: World, city: City, provider: Provider, open_as: Open
) -> None:
    person = world.organizer(city, "Aino Virtanen")
    page = open_as(person)
    page.goto("/fi/account/profile")
    press(page, "Yhdistä")
    sign_in_there(page, "aino")
    page.wait_for_url("**/fi/account/profile")
    expect(page.locator("main")).to_contain_text("Kaupungin tunnuksesi on yhdistetty.")

    for javascript in (True, False):
        page = open_as(javascript=javascript)
        page.goto("/sv/sign-in?next=/account/profile")
        press(page, "Logga in med ditt konto hos Tampere")
        sign_in_there(page, "aino")
        if not javascript:
            press(page, "Fortsätt")
        page.wait_for_url("**/sv/account/profile")
        expect(page.locator("main")).to_contain_text(person.email)

    page = open_as()
    page.goto("/en/sign-in")
    press(page, "Sign in with your Tampere account")
    sign_in_there(page, "somebody else")
    expect(page.locator("main")).to_contain_text("whose account this is")


def test_a_passkey_is_added_comes_in_and_confirms_the_signing_of_decisions(
    world: World, city: City, open_as: Open
) -> None:
    person = world.organizer(city, "Eero Salo")
    event = world.event(city, "jury", places_to_pitch=1)
    application = world.application(world.challenge(event), world.company("Yritys A Oy"))
    world.decide(event, {application.id: Outcome.INVITE}, sign=False)

    page = open_as(person)
    authenticator(page)
    page.goto("/fi/account/profile")
    page.get_by_label("Pääsyavaimen nimi").fill("Työkone")
    press(page, "Lisää pääsyavain")
    expect(page.locator("main")).to_contain_text("Pääsyavain on lisätty.")
    expect(page.locator("#ways")).to_contain_text("Työkone")

    page.context.clear_cookies()
    page.goto(f"/fi/sign-in?next=/organizer/tampere/events/{event.id}/decisions")
    press(page, "Kirjaudu pääsyavaimella")
    page.wait_for_url("**/decisions")
    page.locator("form[action$='/application-of-decisions'] button").first.click()
    page.wait_for_url("**/application-of-decisions")
    with world.engine.begin() as connection:
        hour_ago = clock.now() - timedelta(hours=1)
        connection.execute(sa.text("UPDATE web_session SET proven_at = :then"), {"then": str(hour_ago)[:19]})
    page.reload()
    press(page, "Vahvista, että se olet sinä")
    press(page, "Vahvista pääsyavaimella")
    page.wait_for_url("**/application-of-decisions")
    press(page, "Allekirjoita päätökset")
    expect(page.locator("main")).to_contain_text("Päätökset on allekirjoitettu")


def test_where_it_does_not_work_it_says_so_and_mail_remains(world: World, city: City, open_as: Open) -> None:
    page = open_as(world.organizer(city))
    authenticator(page, verified=False)
    page.goto("/fi/account/profile")
    press(page, "Lisää pääsyavain")
    expect(page.locator("[data-passkey-trouble]").first).to_be_visible()
    expect(page.locator("#ways")).not_to_contain_text("Pääsyavain, lisätty")

    page = open_as(javascript=False)
    page.goto("/fi/sign-in")
    expect(page.get_by_role("button", name="Lähetä linkki")).to_be_visible()
    expect(page.locator("form[data-passkey]")).to_be_hidden()
