from collections.abc import Callable

import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.models import AuditEvent, Person
from tests.strict import StrictClient, form_of
from tests.world import World

SignIn = Callable[[Person], StrictClient]


def test_name_title_and_language_are_ones_own_to_change(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    person = world.person("Aino Virtanen")
    browser = sign_in(person)
    saved = browser.submit("/account/profile", "/profile", name=" Aino  Salo ", title="Suunnittelija", language="sv")
    assert saved.headers["location"] == "/sv/tasks"
    with reading(engine, EVERY_CITY) as session:
        kept = session.get_one(Person, person.id)
        trail = session.exec(select(AuditEvent).where(AuditEvent.action == "edited")).one()
    assert (kept.name, kept.title, kept.locale) == ("Aino Salo", "Suunnittelija", "sv")
    assert trail.before == {"name": "Aino Virtanen", "title": "", "locale": "fi"}
    assert "Din profil är sparad." in browser.get("/sv/tasks").text
    assert "Aino Salo" in browser.get("/sv/tasks").text


def test_what_is_wrong_is_told_and_what_was_typed_kept(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    person = world.person("Aino Virtanen")
    browser = sign_in(person)
    answer = browser.submit("/account/profile", "/profile", name="", title="x" * 101, language="de")
    assert answer.status_code == 422
    for field in ("name", "title", "language"):
        assert f'href="#profile-{field}"' in answer.text
    assert form_of(answer.text, "/profile")[0]["title"] == "x" * 101
    with reading(engine, EVERY_CITY) as session:
        assert session.get_one(Person, person.id).name == "Aino Virtanen"


def test_the_page_is_for_those_who_have_signed_in(client: StrictClient) -> None:
    assert client.get("/account/profile").status_code == 303
