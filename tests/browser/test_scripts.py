"""What the scripts add, each tried in a browser under the content security policy, with the real macros."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM

STATIC = Path(__file__).resolve().parents[2] / "app" / "static"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Scripts</title>
<meta name="htmx-config" content='{"includeIndicatorCSS":false}'>
<link rel="stylesheet" href="/static/css/forms.css"><link rel="stylesheet" href="/static/css/screens.css">
<script src="/static/vendor/htmx/htmx.min.js" defer></script>
<script src="/static/vendor/sortable/Sortable.min.js" defer></script>
<script src="/static/js/kipina.js" defer></script><script src="/static/js/autosave.js" defer></script>
<script src="/static/js/board.js" defer></script></head><body><main><div id="flashes"></div>BODY</main>
<dialog id="confirm-dialog" aria-labelledby="confirm-question"><form method="dialog">
<p class="confirm-question" id="confirm-question"></p><button type="submit" value="yes"></button>
<button type="submit" value="no"></button></form></dialog></body></html>"""
IMPORTS = "".join(f'{{% import "ui/{name}.html" as {name} with context %}}' for name in ("forms", "scores", "actions"))


class Site(http.server.ThreadingHTTPServer):
    """A small server that remembers what was posted and answers with the status it was told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), functools.partial(Answer, directory=str(STATIC)))
        self.pages: dict[str, str] = {}
        self.posted: list[tuple[str, dict[str, list[str]], str]] = []
        self.status = 204
        self.address = f"http://127.0.0.1:{self.server_port}"


class Answer(http.server.SimpleHTTPRequestHandler):
    server: Site

    def log_message(self, *_: object) -> None:
        pass

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CSP)
        super().end_headers()

    def words(self, status: int, text: str, kind: str) -> None:
        body = text.encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path in self.server.pages:
            self.words(200, self.server.pages[path], "text/html")
        elif path.startswith("/static/"):
            self.path = path.removeprefix("/static")
            super().do_GET()
        else:
            self.words(404, "", "text/plain")

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        kind = self.headers["Content-Type"]
        fields = parse_qs(raw) if "urlencoded" in kind else {"raw": [raw]}
        self.server.posted.append((self.path, fields, self.headers.get("Kipina-Autosave", "")))
        self.words(self.server.status, "The case has moved on in the meantime.", "text/plain")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield site
    site.shutdown()
    thread.join()
    site.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    yield page
    context.close()
    assert faults == []


def put(site: Site, markup: str, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None) -> str:
    """Render markup with the macros as a page of the site, and answer its address."""
    env = Environment(
        loader=FileSystemLoader(STATIC.parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    env.globals |= {
        "_": lambda text, **values: text % values,
        "ngettext": lambda one, many, num: (one if num == 1 else many) % {"num": num},
        "here": SimpleNamespace(csrf="token"),
        "form": SimpleNamespace(
            id="sample", typed=typed or {}, errors=errors or {}, labels={}, theirs={}, many=lambda _name: []
        ),
    }
    site.pages["/page"] = PAGE.replace("BODY", env.from_string(IMPORTS + markup).render())
    return f"{site.address}/page"


def test_a_counter_says_how_many_words_are_too_many(site: Site, page: Page) -> None:
    page.goto(put(site, '{{ forms.text_area(form, "need", "Need", words=3) }}'))
    expect(page.locator("#sample-need-count")).to_have_text("0/3 words")
    page.get_by_label("Need").fill("one two three four five")
    expect(page.locator("#sample-need-count")).to_have_text("5/3 words – 2 too many")


def test_the_error_summary_has_the_focus_and_leads_to_the_field(site: Site, page: Page) -> None:
    fields = '{{ forms.text_field(form, "email", "Email") }}{{ forms.radios(form, "kind", "Kind", [("a", "A")]) }}'
    markup = f'{{% call forms.form(form, "/save") %}}{fields}{{% endcall %}}'
    page.goto(put(site, markup, {"email": "Write an address.", "kind": "Choose one."}))
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name="Choose one.").click()
    expect(page.get_by_role("radio")).to_be_focused()
    page.get_by_role("link", name="Write an address.").click()
    expect(page.get_by_label("Email")).to_be_focused()


def test_a_step_that_matters_is_asked_about_first(site: Site, page: Page) -> None:
    page.goto(put(site, '{{ actions.post_button("Withdraw", "/withdrawal", confirm="Withdraw the application?") }}'))
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("dialog")).to_contain_text("Withdraw the application?")
    expect(page.get_by_role("button", name="Not now")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert site.posted == []
    page.get_by_role("button", name="Withdraw").click()
    with page.expect_response("**/withdrawal"):
        page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    assert site.posted[0][1] == {"csrf": ["token"], "confirmed": ["yes"]}


def test_digits_choose_a_step_also_ten(site: Site, page: Page) -> None:
    page.goto(put(site, '{{ scores.score_row(form, "effect", "Effect", steps) }}'.replace("steps", str(STEPS))))
    first = page.get_by_role("radio").first
    first.focus()
    page.keyboard.press("7")
    expect(page.locator("input[value='7']")).to_be_checked()
    page.wait_for_timeout(900)
    page.keyboard.press("1")
    page.keyboard.press("0")
    expect(page.locator("input[value='10']")).to_be_checked()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("input[value='9']")).to_be_checked()


STEPS = [(value, str(value), "") for value in range(11)]
DRAFT = (
    '{% call forms.form(form, "/send", autosave="/draft") %}{{ forms.text_field(form, "name", "Name") }}'
    "{{ forms.save_state() }}{% endcall %}"
)


def test_a_draft_saves_itself(site: Site, page: Page) -> None:
    page.goto(put(site, DRAFT))
    page.get_by_label("Name").fill("Sensoriverkko")
    assert page.evaluate("localStorage.length") == 1
    expect(page.locator("[data-save-state]")).to_contain_text("Saved at")
    path, fields, mark = site.posted[0]
    assert (path, mark) == ("/draft", "1")
    assert "Sensoriverkko" in fields["raw"][0]
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize(("status", "words"), [(500, "kept on this device"), (401, "signed out")])
def test_what_could_not_be_saved_is_kept_and_offered_again(site: Site, page: Page, status: int, words: str) -> None:
    site.status = status
    address = put(site, DRAFT)
    page.goto(address)
    page.get_by_label("Name").fill("Sensoriverkko")
    expect(page.locator("[data-save-state]")).to_contain_text(words)
    page.goto("about:blank")
    site.status = 204
    page.goto(address)
    expect(page.get_by_label("Name")).to_have_value("")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_label("Name")).to_have_value("Sensoriverkko")
    expect(page.locator("[data-save-state]")).to_contain_text("Saved at")


def test_a_long_list_is_picked_from_by_typing(site: Site, page: Page) -> None:
    site.pages["/cpv"] = '<li class="combobox-option" role="option" data-value="34 Lamps">34 Lamps</li>' * 2
    page.goto(put(site, '{{ forms.combobox(form, "cpv", "CPV", "/cpv") }}'))
    field = page.get_by_role("combobox", name="CPV")
    field.press_sequentially("lamp")
    expect(page.get_by_role("option")).to_have_count(2)
    expect(page.get_by_role("status")).to_have_text("Choices found: 2")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(field).to_have_value("34 Lamps")
    expect(page.get_by_role("listbox")).to_be_hidden()


BOARD = """<input type="hidden" name="csrf" value="token"><div class="board" data-board data-failed="It did not move.">
<section class="board-column"><h2>Meeting</h2><ul class="board-list" data-stage="meeting">
<li class="board-card" data-move="/cases/7/stage" data-version="3">Case seven</li></ul></section>
<section class="board-column"><h2>Pilot</h2><ul class="board-list" data-stage="pilot">
<li class="board-card" data-move="/cases/8/stage" data-version="1">Case eight</li></ul></section></div>"""


@pytest.mark.parametrize(("status", "stage"), [(204, "pilot"), (409, "meeting")])
def test_a_dragged_case_moves_or_goes_back_with_the_reason(site: Site, page: Page, status: int, stage: str) -> None:
    site.status = status
    page.goto(put(site, BOARD))
    with page.expect_response("**/cases/7/stage"):
        page.get_by_text("Case seven").drag_to(page.get_by_text("Case eight"))
    expect(page.locator(f"[data-stage={stage}]")).to_contain_text("Case seven")
    assert site.posted[0][1] == {"stage": ["pilot"], "version": ["3"], "csrf": ["token"]}
    if status == 409:
        expect(page.get_by_role("alert")).to_have_text("The case has moved on in the meantime.")
