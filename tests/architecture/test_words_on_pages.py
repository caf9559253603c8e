"""Every word that a page shows comes from a catalogue: here from one that only puts each message in marks.

What cities, companies and people have written has no letters in this world, so a letter outside the marks is a word
that nobody could translate.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from babel.dates import format_timedelta, get_day_names, get_month_names
from babel.messages.catalog import Catalog
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlmodel import SQLModel

from app.adapters import catalogues, language, templates
from app.models import Person
from app.models.columns import LocalizedText
from tests.architecture.test_messages import NAMES
from tests.strict import StrictClient, parse
from tests.world import World, texts

MARKED = re.compile("⟦[^⟦⟧]*⟧")
WRITTEN_BY_PEOPLE = {"name", "title", "subject", "body", "to_name", "to_email"}
SPOKEN = (
    "aria-label",
    "alt",
    "title",
    "placeholder",
    "label",
    "data-confirm",
    "data-keep",
    "data-cancel",
    "data-label",
)


def notation() -> set[str]:
    """The words of dates and distances, which Babel knows in every language."""
    locale = language.babel_locale("en")
    steps = [timedelta(**{unit: n}) for unit in ("seconds", "minutes", "hours", "days") for n in (1, 5)]
    steps += [timedelta(days=days) for days in (40, 90, 500, 1000)]
    told = " ".join(format_timedelta(s * way, add_direction=True, locale=locale) for s in steps for way in (1, -1))
    named = [*get_month_names("wide", locale=locale).values(), *get_day_names("wide", locale=locale).values()]
    return {*re.findall(r"[^\W\d_]+", told), *named, "months", "years"}


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """English, with every gathered message in marks. A message that is not gathered stays bare."""
    catalogue = Catalog(locale="en", fuzzy=False)
    for message in catalogues.gather():
        forms = message.id if isinstance(message.id, tuple | list) else (message.id,)
        shown = tuple(f"⟦{form}⟧" for form in forms)
        if forms[0]:
            catalogue.add(message.id, shown if len(shown) > 1 else shown[0], context=message.context)
    path = tmp_path / "locale" / "en" / "LC_MESSAGES" / "kipina.po"
    path.parent.mkdir(parents=True)
    path.write_bytes(catalogues.written(catalogue))

    def forget() -> None:
        language.translations.cache_clear()
        templates.environment.cache_clear()

    monkeypatch.setattr(language, "LOCALE_DIR", tmp_path / "locale")
    forget()
    yield
    monkeypatch.undo()
    forget()


def wordless(engine: sa.Engine) -> None:
    """Take the letters out of everything that was written by people."""
    with engine.begin() as connection:
        for table in SQLModel.metadata.sorted_tables:
            values = {
                column.name: texts("※", "※", "※") if isinstance(column.type, LocalizedText) else "※"
                for column in table.columns
                if isinstance(column.type, LocalizedText) or column.name in WRITTEN_BY_PEOPLE
            }
            if values:
                connection.execute(table.update().values(values))


def said(html: str) -> Iterator[str]:
    """Everything in a page that is seen or read aloud."""
    for element in parse(html).iter():
        if not isinstance(element.tag, str) or element.tag in {"script", "style"}:
            if isinstance(element.tail, str):
                yield element.tail
            continue
        yield from (element.get(name) or "" for name in SPOKEN)
        yield element.text or ""
        yield element.tail or ""
        if element.tag == "meta" and (element.get("property") or element.get("name") or "") in {
            "og:title",
            "og:description",
            "description",
        }:
            yield element.get("content") or ""


def unmarked(html: str) -> list[str]:
    """The texts with a word outside the marks, each as it stands."""
    known = NAMES | notation()
    found = []
    for text in said(html):
        bare = re.sub(r"[\w.]+@[\w.]+\w", "", text)
        while MARKED.search(bare):
            bare = MARKED.sub("", bare)
        for name in NAMES:
            bare = bare.replace(name, "")
        if [word for word in re.findall(r"[^\W\d_]{2,}", bare) if word not in known]:
            found.append(" ".join(text.split()))
    return found


def pages_of(app: FastAPI, audiences: tuple[str, ...]) -> list[APIRoute]:
    """The pages of these audiences that can be opened."""
    routes = [context.route for context in iter_route_contexts(app.routes) if isinstance(context.route, APIRoute)]
    return [r for r in routes if "GET" in (r.methods or ()) and r.name.split(".")[0] in audiences]


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("phase", ["call_open", "follow_up"])
def test_the_public_and_account_pages_say_nothing_that_is_not_in_a_catalogue(
    app: FastAPI,
    world: World,
    engine: sa.Engine,
    sign_in: Callable[[Person], StrictClient],
    phase: str,
) -> None:
    city = world.city()
    organizer = world.organizer(city)
    event = world.event(city, phase)
    written: dict[str, Any] = {
        name: texts("x") for name in ("present", "effect_economic", "effect_social", "questions")
    }
    world.challenge(event, **written, budget_min=1_000, budget_max=20_000)
    world.criteria(event)
    world.event(city, "published", name="Tuleva")
    wordless(engine)
    known: dict[str, Any] = {"city": "tampere", "event": "kipina", "number": 1, "token": "x", "name": "1.ics"}
    app.state.settings.demo = True
    seen = 0
    faults = {}
    with StrictClient(app, "en") as guest:
        staff = sign_in(organizer)
        staff.language = "en"
        routes = pages_of(app, ("public", "account"))
        unknown = {name for route in routes for name in route.param_convertors if name not in known}
        assert not unknown, "say above what these stand for in addresses"
        addresses = [route.path_format.format(**known) for route in routes]
        for client, address in [(c, a) for c in (guest, staff) for a in [*addresses, "/nowhere"]]:
            answer = client.get(address)
            if answer.headers.get("content-type", "").startswith("text/html"):
                seen += 1
                faults[address] = unmarked(answer.text)
    assert seen > len(addresses), "hardly a page was read"
    assert not {address: found for address, found in faults.items() if found}


@pytest.mark.usefixtures("marked")
def test_what_is_wrong_with_a_form_is_said_from_a_catalogue(app: FastAPI) -> None:
    with StrictClient(app, "en") as guest:
        for page, typed in (("/feedback", {"words": "", "email": "x"}), ("/sign-in", {"email": "x"})):
            answer = guest.submit(page, **typed)
            assert "⟦" in answer.text
            assert unmarked(answer.text) == []
