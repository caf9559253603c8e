"""Confirming at the city's own sign-in that one is still the one who came in."""

from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters import clock
from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.domain.refusals import Reason
from app.models import City, WebSession
from app.web.wording import say_refusal
from tests.provider import Provider
from tests.routes.account.provider.steps import (
    Browser,
    away,
    connected,
    kept,
    walk,
)
from tests.strict import StrictClient
from tests.world import World


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
