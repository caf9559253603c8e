"""Browsers of people who sign in."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI

from app.adapters import clock
from app.config import Settings
from app.models import Person
from app.web import session as web_session
from tests.strict import StrictClient
from tests.world import World


@pytest.fixture
def browser(app: FastAPI, world: World, settings: Settings) -> Iterator[Callable[..., StrictClient]]:
    """`browser(person)`, or nobody's; `ago`: they signed in by mail so long ago."""
    opened: list[StrictClient] = []

    def open_one(person: Person | None = None, language: str = "fi", ago: timedelta = timedelta()) -> StrictClient:
        client = StrictClient(app, language)
        client.base_url = settings.base_url
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
