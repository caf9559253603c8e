"""Words that try to become script, in every text of the demo at once: nothing runs, is fetched or breaks."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import ConsoleMessage, Dialog, Page, Request

from app.domain.localized import LANGUAGES
from app.models import Application, AuditEvent, Challenge, Criterion, ProgrammeRelease, ProgrammeSession
from tests.browser.conftest import Server
from tests.browser.test_axe import NO_PAGES, PEOPLE, kinds_of_address, links
from tests.leaks.canaries import READ_BY, stain

NAUGHTY: list[str] = json.loads((Path(__file__).parents[1] / "data" / "naughty" / "blns.json").read_text("utf-8"))
NOT_STORED = dict.fromkeys([*range(9), *range(11, 32), *range(0xD800, 0xE000)])  # no form lets these in
HOSTILE = (
    """'"><script>hurt()</script><img src=x onerror=hurt()><svg onload=hurt()>"""
    """</title></textarea></script></style></select>--><script>hurt()</script>]]>"""
    """ " onfocus=hurt() autofocus tabindex=0 style="animation:hurt" x=" """
    """<b hx-get="/hurt" hx-trigger="load" data-hx-get="/hurt" data-hx-on:load="hurt()" hx-on::load="hurt()">b</b>"""
    """<a href="javascript:hurt()">a</a> [a](javascript:hurt()) [a](data:text/html,hurt) <javascript:hurt()>"""
    """ ![i](https://hurt.example/i.png) ![i](/hurt.png) <iframe srcdoc="<script>parent.hurt()</script>"></iframe>"""
    """<base href=//hurt.example><meta http-equiv=refresh content="9;url=/hurt"><link rel=stylesheet href=//hurt.xyz>"""
    """ {{7331*3}} {% raise %} ${7331*3} #{7331*3} <%= 7331*3 %> %(hurt)s %s {0}"""
    """ \u202e\u2066\u200b\u200d\ufeff\u2028\u2029\u0300\u0489 """
)
WEBSITE = """https://hurt.example/"onmouseover="hurt()"""
FOUND = """() => {
  const found = [];
  for (const element of document.querySelectorAll("*"))
    for (const {name, value} of element.attributes) {
      const at = `${element.tagName} ${name}=${value.slice(0, 60)}`;
      if (/^on/i.test(name) || name === "srcdoc") found.push(at);
      if (name === "autofocus" && !element.matches(".error-summary")) found.push(at);
      if (/^(data-)?hx-/.test(name) && value.includes("hurt")) found.push(at);
      if (/^(href|src|action|formaction|data|xlink:href)$/.test(name)
          && /^\\s*(javascript|vbscript|data:text)/i.test(value)) found.push(at);
    }
  for (const element of document.querySelectorAll("script:not([src^='/static/']), base, object, embed, style"))
    found.push(element.outerHTML.slice(0, 80));
  for (const element of document.querySelectorAll("meta[http-equiv], link"))
    if (element.outerHTML.includes("hurt")) found.push(element.outerHTML.slice(0, 80));
  if (document.documentElement.innerText.includes("21993")) found.push("a template in the words was rendered");
  return found;
}"""


def words() -> Iterator[str]:
    """The hostile words, each time with another string that breaks other software; now and then very long."""
    for number, naughty in enumerate(cycle(NAUGHTY)):
        yield f"{HOSTILE}{naughty}".translate(NOT_STORED) * (8 if number % 50 == 49 else 1)


def poison(engine: sa.Engine) -> None:
    """Put them into every text that somebody reads, and into the copies in lists, releases and the audit trail."""
    more = words()

    def any_of(kind: str, value: Any) -> Any:
        if isinstance(value, dict):
            if value and set(value) <= set(LANGUAGES):
                return dict.fromkeys(value, next(more))
            return {key: next(more) if f"{kind}.{key}" in READ_BY and isinstance(inner, str) else any_of(kind, inner)
                    for key, inner in value.items()}  # fmt: skip
        return [any_of(kind, inner) for inner in value] if isinstance(value, list) else value

    def text(table: str, column: str, key: int) -> str:
        if f"{table}.{column}" == "person.email":
            return f"{key}{HOSTILE}@hurt.example".lower()
        return WEBSITE if column == "website" else next(more)

    with engine.begin() as connection:  # only what has a ground may be secret
        connection.execute(sa.update(Application).values(confidential_ground="business_secret"))
    stain(engine, text)
    with engine.begin() as connection:
        guards = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_event'"
        for guard in connection.execute(sa.text(guards)).scalars().all():
            connection.execute(sa.text(f"DROP TRIGGER {guard}"))
        for table, column in ((ProgrammeRelease, "content"), (Challenge, "themes"), (Criterion, "anchors"),
                              (ProgrammeSession, "people"), (AuditEvent, "before"), (AuditEvent, "after")):  # fmt: skip
            rows: sa.Table = table.__table__  # type: ignore[union-attr]
            for row in connection.execute(sa.select(rows)).mappings().all():
                value = [next(more)] if column == "people" else any_of(row.get("object_type", ""), row[column])
                connection.execute(sa.update(rows).where(rows.c.id == row["id"]).values({column: value}))


def watch(page: Page, address: str) -> list[str]:
    """What happens in the page that should not."""
    happened: list[str] = []

    def tell(what: str) -> None:
        happened.append(what)

    def refuse(dialog: Dialog) -> None:
        tell(f"dialog {dialog.message}")
        dialog.dismiss()

    def said(told: ConsoleMessage) -> None:
        if not ORDINARY.search(told.text):
            tell(f"console {told.text}")

    def asked(sent: Request) -> None:
        if not sent.url.startswith(address) or "/hurt" in sent.url:
            tell(f"request {sent.url}")

    page.context.expose_function("hurt", lambda: tell("a script ran"))
    page.on("dialog", refuse)
    page.on("pageerror", lambda error: tell(f"error {error}"))
    page.on("console", said)
    page.on("request", asked)
    return happened


# What a browser says of a form that came back with its faults.
ORDINARY = re.compile(r"status of 422|^Autofocus processing was blocked because a document already has a focused")
# Forms that show again what was typed, or keep it.
FORMS = {
    "": ["/feedback"],
    "Otso Lehmusvaara": [
        "/organizer/tampere/events/3/challenges/new",
        "/organizer/tampere/events/1/programme/sessions/new",
    ],
    "Pirjo Hakamäki-Salo": ["/jury/applications/31#score-sheet"],
    "Noora Siltaharju": ["/company/companies/new", "/company/companies/1/edit"],
    "Petteri Ruohokorpi": ["/procurement/tampere/cases/12?write=1", "/procurement/tampere/cases/12/publication"],
}


def send(page: Page) -> None:
    """Type the words into every field of the page's own form, and send it."""
    form = page.locator("main form:has(textarea)").first
    for field in form.locator("textarea, input[type=text], input:not([type])").all():
        if field.is_visible() and field.is_editable():
            field.fill(HOSTILE.translate(NOT_STORED)[:200] if field.get_attribute("maxlength") else HOSTILE)
    form.evaluate("form => { window.before = true; form.noValidate = true; setTimeout(() => form.requestSubmit()); }")
    page.wait_for_function("() => !window.before && document.readyState === 'complete'")


@pytest.fixture
def poisoned(demo_server: Server, open_as: Callable[..., Page]) -> dict[str, Page]:
    """The page of each person, who signed in while names could still be read."""
    pages = {person: open_as(person) for person in PEOPLE}
    poison(sa.create_engine(demo_server.environment["KIPINA_DATABASE_URL"]))
    return pages


def test_hostile_words_in_every_text_stay_words(poisoned: dict[str, Page], demo_server: Server) -> None:
    kinds = kinds_of_address()
    faults, opened = list[str](), set[str]()
    for person, page in poisoned.items():
        happened = watch(page, demo_server.address)
        waiting, seen = list(PEOPLE[person]), set[str]()
        while waiting:
            path = waiting.pop(0)
            bare = path.split("?")[0]
            kind = next((name for name, pattern in kinds.items() if pattern.match(bare or "/")), bare)
            if kind in seen or NO_PAGES.search(bare) or (person and kind.startswith("public.")):
                continue
            seen.add(kind)
            answer = page.goto(f"/fi{path}")
            assert answer is not None
            if answer.status in {403, 404} and path in PEOPLE[person]:
                happened.clear()
                continue
            faults += [f"{person} {path}: {fault}" for fault in [*page.evaluate(FOUND), *happened]]
            if answer.status != 200:
                faults.append(f"{person} {path}: {answer.status}")
            happened.clear()
            waiting += [link for link in links(page) if not link.startswith(("/static", "/sign-out"))]
        opened |= seen
        for path in FORMS.get(person, ()):
            page.goto(f"/fi{path}")
            send(page)
            faults += [f"{person} sent {path}: {fault}" for fault in [*page.evaluate(FOUND), *happened]]
            happened.clear()
    assert not faults, "\n".join(faults[:20])
    assert len(opened) > 70, opened
