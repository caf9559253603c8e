"""A city whose staff comes in by the provider, which is real, and browsers that are signed in or not."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI

from app.adapters import clock
from app.config import Settings
from app.models import City, Person
from app.web import session as web_session
from tests import provider as real
from tests.provider import Provider
from tests.routes.account.provider.steps import (
    BASE,
    Browser,
    set_up,
)
from tests.strict import StrictClient
from tests.world import World


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
