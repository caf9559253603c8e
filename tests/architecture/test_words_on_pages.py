"""Every word that a page shows comes from a catalogue: here from one that only puts each message in marks.

What cities, companies and people have written has no letters in this world, so a letter outside the marks is a word
that nobody could translate.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html.parser import HTMLParser
from http import HTTPStatus
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pytest
import sqlalchemy as sa
from babel.dates import format_timedelta, get_day_names, get_month_names
from babel.messages.catalog import Catalog
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlmodel import SQLModel

from app.adapters import catalogues, language, templates
from app.adapters.reference_data import municipalities
from app.domain.access import Role
from app.domain.application import State
from app.domain.followup import Stage
from app.models import City, Person
from app.models.columns import LocalizedText
from tests.architecture.test_messages import NAMES
from tests.strict import StrictClient
from tests.world import World, texts

MARKED = re.compile("⟦[^⟦⟧]*⟧")
WRITTEN_BY_PEOPLE = (
    {"name", "title", "subject", "body", "to_name", "to_email", "solution", "fit", "evidence", "pilot", "from_city"}
    | {"price", "team", "home_town", "website", "next_step", "text", "with_whom", "comment_jury"}
    | {"comment_company", "reasons", "notes", "note", "funding", "pilot_metric", "pilot_baseline", "pilot_target"}
    | {"pilot_result", "file_name", "who", "actor_name"}
)
PARTS = {"organizer.cpv.index"}
"""What is no page of its own."""
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
    return {*re.findall(r"[^\W\d_]+", told), *named, "months", "years", "min"}


NOTATION = notation()
PLACES = {
    *language.babel_locale("en").territories.values(),
    *(language.zone_place(zone, "en") for zone in available_timezones() if zone.startswith("Europe/")),
    *(one.name.en for one in municipalities()),
}
"""Names that come with the app in each language."""


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


class Said(HTMLParser):
    """Collects everything in a page that is seen or read aloud."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.feed(re.sub(r"<(script|style)\b.*?</\1>|<wbr>", "", html, flags=re.DOTALL))

    def handle_data(self, data: str) -> None:
        """Text."""
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Attributes, and what other sites show of a page."""
        values = dict(attrs)
        self.texts += [values.get(name) or "" for name in SPOKEN]
        if tag == "meta" and values.get("property") in {"og:title", "og:description"}:
            self.texts.append(values.get("content") or "")


def unmarked(html: str) -> list[str]:
    """The texts with a word outside the marks, each as it stands."""
    found = []
    for text in Said(html).texts:
        if text.strip() in PLACES:
            continue
        bare = re.sub(r"[\w.]+@[\w.]+\w", "", text)
        while MARKED.search(bare):
            bare = MARKED.sub("", bare)
        for name in NAMES:
            bare = bare.replace(name, "")
        if [word for word in re.findall(r"[^\W\d_]{2,}", bare) if word not in NOTATION]:
            found.append(" ".join(text.split()))
    return found


def addresses_of(app: FastAPI, audience: str, known: dict[str, Any]) -> list[str]:
    """The pages of an audience that can be opened; a row that `known` does not name is the first of its kind."""
    routes = [context.route for context in iter_route_contexts(app.routes) if isinstance(context.route, APIRoute)]
    return [
        route.path_format.format(**{name: known.get(name, 1) for name in route.param_convertors})
        for route in routes
        if "GET" in (route.methods or ()) and route.name.startswith(f"{audience}.") and route.name not in PARTS
    ]


def people_in(world: World, city: City, phase: str) -> dict[str, Person]:
    """Who reads the pages of each audience in an event that has come so far, with something in everybody's hands."""
    organizer, agent = world.organizer(city), world.member(city, Role.AGENT)
    event = world.event(city, phase)
    written: dict[str, Any] = {
        name: texts("x") for name in ("present", "effect_economic", "effect_social", "questions")
    }
    challenge = world.challenge(event, **written, budget_min=1_000, budget_max=20_000)
    world.criteria(event)
    juror = world.juror(event)
    company = world.company()
    if phase == "follow_up":
        application = world.application(challenge, company, State.CONFIRMED)
        world.case(challenge, Stage.PILOT, application=application, owner=agent, published=True)
        world.case(challenge, Stage.CLOSED, owner=agent, published=True)
    else:
        world.application(challenge, company, State.DRAFT if phase == "call_open" else State.SUBMITTED)
        world.everyone_reads_all(event)
    world.event(city, "published", name="Tuleva")
    return {
        "public": organizer,
        "account": organizer,
        "company": world.owner_of(company),
        "jury": juror,
        "organizer": organizer,
        "procurement": agent,
        "admin": world.person(admin=True),
    }


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("phase", ["call_open", "jury", "follow_up"])
def test_no_page_says_anything_that_is_not_in_a_catalogue(
    app: FastAPI, world: World, engine: sa.Engine, sign_in: Callable[[Person], StrictClient], phase: str
) -> None:
    people = people_in(world, world.city(), phase)
    wordless(engine)
    app.state.settings.demo = True
    known = {"city": "tampere", "event": "kipina", "token": "x", "name": "1.ics"}
    read: dict[str, int] = {}
    faults = {}
    for audience, person in people.items():
        reader = sign_in(person)
        reader.language = "en"
        for address in [*addresses_of(app, audience, known), f"/{audience}/nowhere"]:
            answer = reader.get(address)
            if answer.headers.get("content-type", "").startswith("text/html"):
                read[audience] = read.get(audience, 0) + (answer.status_code == HTTPStatus.OK)
                faults[address] = unmarked(answer.text)
    assert read["public"] > 5
    assert not {address: found for address, found in faults.items() if found}
    assert len([audience for audience, pages in read.items() if pages]) > 5, read


@pytest.mark.usefixtures("marked")
def test_what_is_wrong_with_a_form_is_said_from_a_catalogue(app: FastAPI) -> None:
    with StrictClient(app, "en") as guest:
        for page, typed in (("/feedback", {"words": "", "email": "x"}), ("/sign-in", {"email": "x"})):
            answer = guest.submit(page, **typed)
            assert "⟦" in answer.text
            assert unmarked(answer.text) == []
