"""What the tests of a city's own sign-in do again and again."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel, col, select

from app.adapters import clock
from app.adapters.database import reading
from app.adapters.sealing import seal
from app.domain.access import EVERY_CITY, Role
from app.models import AuditEvent, City, Person
from app.services import providers
from tests import provider as real
from tests.provider import Provider
from tests.strict import StrictClient, form_of
from tests.world import SYSTEM, World

BASE = "http://localhost"
SIGN_IN, RETURN = "/sign-in/cities/tampere", "/sign-in/cities/tampere/return"

Browser = Callable[..., StrictClient]


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
