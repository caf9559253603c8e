"""Files that are two things at once, opened in a browser in every way there is: none of them runs."""

import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Error, Page, Route
from sqlmodel import col, select

from app.adapters import clock, files
from app.adapters.database import reading, writing
from app.config import Settings
from app.domain.access import EVERY_CITY, Role
from app.domain.file_kind import FileKind
from app.models import Application, Attachment, Person
from app.web import session as web_session
from tests import samples
from tests.faults.processes import free_port
from tests.serving import serving
from tests.world import World

HURT = "fetch('/hurt');document.cookie='hurt=1';console.log('hurt');alert('hurt')"
PAGE = f'<!doctype html><script>{HURT}</script><img src=x onerror="{HURT}">'.encode()


def pdf_and_page() -> bytes:
    return samples.pdf(b"%" + PAGE) + PAGE


def pdf_that_acts() -> bytes:
    action = f"/OpenAction<</S/JavaScript/JS({HURT.replace('(', chr(92) + '(').replace(')', chr(92) + ')')})>>".encode()
    return samples.pdf().replace(b"/Type/Catalog", b"/Type/Catalog" + action)


def picture_and_page() -> bytes:
    return samples.picture(FileKind.PNG) + PAGE


def picture_with_a_comment() -> bytes:
    whole = samples.picture(FileKind.JPEG)
    return whole[:2] + b"\xff\xfe" + struct.pack("!H", len(PAGE) + 2) + PAGE + whole[2:]


def picture_and_script() -> bytes:
    """A JPEG whose first letters are a name in a script, and all the rest but one line a comment."""
    whole = samples.picture(FileKind.JPEG)
    rest = whole[4 + struct.unpack("!H", whole[4:6])[0] :]
    line = f"*/=1;{HURT};/*".encode()
    head = b"JFIF\0\1\1\0\0\1\0\1\0\0" + bytes(0x2F2A - 16)
    return b"\xff\xd8\xff\xe0\x2f\x2a" + head + b"\xff\xfe" + struct.pack("!H", len(line) + 2) + line + rest + b"*/"


def document_with_a_page() -> bytes:
    return samples.packed(samples.office_parts(FileKind.DOCX) | {"word/a.html": PAGE}, zipfile.ZIP_STORED)


TAKEN: dict[str, Callable[[], bytes]] = {
    "pdf and page.pdf": pdf_and_page,
    "pdf that acts.pdf": pdf_that_acts,
    "picture and page.png": picture_and_page,
    "picture with a comment.jpg": picture_with_a_comment,
    "picture and script.jpg": picture_and_script,
    "document with a page.docx": document_with_a_page,
}
REFUSED: dict[str, bytes] = {
    "page.pdf": PAGE,
    "page before a pdf.pdf": PAGE + samples.pdf(),
    "drawing.svg": f'<svg xmlns="http://www.w3.org/2000/svg"><script>{HURT}</script></svg>'.encode(),
    "drawing.png": f'<svg xmlns="http://www.w3.org/2000/svg" onload="{HURT}"/>'.encode(),
    "picture and script.gif": b"GIF89a/*" + bytes(20) + f"*/=1;{HURT}".encode(),
}
WAYS = """address => {
  const add = (kind, more) => document.body.append(Object.assign(document.createElement(kind), more));
  add("iframe", {src: address});
  add("script", {src: address});
  add("script", {src: address, type: "module"});
  add("embed", {src: address});
  add("object", {data: address});
  add("img", {src: address});
  add("link", {rel: "stylesheet", href: address});
  try { new Worker(address); } catch {}
  navigator.serviceWorker?.register(address).catch(() => {});
  import(address).catch(() => {});
}"""
"""Everything that a page of ours could do with an address, all at once."""


@dataclass
class Watched:
    """A browser, and what has run in it."""

    browser: BrowserContext
    hurt: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.browser.on("request", lambda asked: self.hurt.extend([asked.url] if asked.url.endswith("/hurt") else ()))
        self.browser.on("console", lambda said: self.hurt.extend(["console"] if said.text == "hurt" else ()))
        self.browser.on("dialog", self._asked)

    def _asked(self, dialog: Dialog) -> None:
        self.hurt.append("dialog")
        dialog.dismiss()

    def harm(self) -> list[str]:
        cookies = [str(cookie["name"]) for cookie in self.browser.cookies() if cookie.get("name") == "hurt"]
        return [*self.hurt, *cookies]


@dataclass(frozen=True)
class House:
    world: World
    base: str
    page: str
    agent: Person
    juror: Person
    application: Application


@pytest.fixture
def house(world: World, settings: Settings) -> Iterator[House]:
    """A case and an application that has all that is taken."""
    city = world.city()
    agent = world.member(city, Role.AGENT)
    case = world.case(world.challenge(world.event(city, "follow_up")), owner=agent)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    event = world.event(city, "jury", name="Toinen")
    world.criteria(event)
    juror = world.juror(event)
    application = world.application(world.challenge(event))
    world.everyone_reads_all(event)
    with serving(settings.model_copy(update={"base_url": base}), port):
        yield House(world, base, f"{base}/fi/procurement/tampere/cases/{case.id}", agent, juror, application)


@pytest.fixture
def enter(chromium: Browser, house: House) -> Iterator[Callable[[Person], Watched]]:
    opened: list[BrowserContext] = []

    def enter_as(person: Person) -> Watched:
        browser = chromium.new_context(base_url=house.base, locale="fi-FI", accept_downloads=True)
        opened.append(browser)
        with writing(house.world.engine, EVERY_CITY) as session:
            token = web_session.begin(session, person.id, clock.now())
        browser.add_cookies([{"name": "kipina", "value": token, "url": house.base}])
        return Watched(browser)

    yield enter_as
    for browser in opened:
        browser.close()


def stored(world: World) -> list[Attachment]:
    with reading(world.engine, EVERY_CITY) as session:
        return list(session.exec(select(Attachment).order_by(col(Attachment.id))))


def send(page: Page, name: str, content: bytes) -> int:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/html", "buffer": content})
    with page.expect_response("**/attachments") as answer:
        page.locator("form[action$='/attachments'] button").click()
    page.wait_for_load_state()
    return answer.value.status


def answering(answers: dict[str, tuple[str, str | bytes]]) -> Callable[[Route], None]:
    def answer(route: Route) -> None:
        kind, body = answers.get(urlsplit(route.request.url).path, ("text/plain", ""))
        route.fulfill(content_type=kind, body=body)

    return answer


def test_each_would_run_if_it_were_served_as_what_it_pretends_to_be(chromium: Browser) -> None:
    for name in TAKEN.keys() - {"pdf that acts.pdf"}:  # that one acts in a reader of PDF alone
        kind, opens = "text/html", "<iframe src=/file></iframe>"
        if "script" in name:
            kind, opens = "text/javascript", "<script src=/file charset=latin1></script>"
        watched = Watched(chromium.new_context(base_url="http://control.example"))
        watched.browser.route("**/*", answering({"/page": ("text/html", opens), "/file": (kind, TAKEN[name]())}))
        page = watched.browser.new_page()
        page.goto("/page")
        page.wait_for_timeout(200)
        assert watched.harm(), name
        watched.browser.close()


def test_what_is_taken_runs_in_no_way_it_is_opened(house: House, enter: Callable[[Person], Watched]) -> None:
    watched = enter(house.agent)
    page = watched.browser.new_page()
    page.goto(house.page)
    for name, content in REFUSED.items():
        assert send(page, name, content) == 422, name
    contents = [make() for make in TAKEN.values()]
    for name, content in zip(TAKEN, contents, strict=True):
        assert send(page, name, content) == 303, name
    assert [one.file_name for one in stored(house.world)] == list(TAKEN)

    for attachment, content in zip(stored(house.world), contents, strict=True):
        address = f"{house.page}/attachments/{attachment.id}"
        with page.expect_download() as saved, pytest.raises(Error, match="Download is starting"):
            page.goto(address)
        assert saved.value.suggested_filename == attachment.file_name
        assert saved.value.path().read_bytes() == content
        page.goto(house.page)
        page.evaluate(WAYS, address)
        page.wait_for_timeout(200)
        assert watched.harm() == [], attachment.file_name
        assert page.url == house.page


def test_a_deck_that_opens_in_the_page_runs_nothing(house: House, enter: Callable[[Person], Watched]) -> None:
    watched = enter(house.juror)
    page = watched.browser.new_page()
    for make in (pdf_and_page, pdf_that_acts):
        with house.world.change() as session:
            stored_as = files.put(house.world.settings, make())
            deck = Attachment(
                application_id=house.application.id, file_name="deck.pdf", size=1, sha256="", stored_as=stored_as,
                created_at=clock.now(),
            )  # fmt: skip
            session.add(deck)
        page.goto(f"/fi/jury/applications/{house.application.id}")
        page.locator(f"#deck-{deck.id} iframe").scroll_into_view_if_needed()
        page.evaluate(WAYS, f"/fi/jury/attachments/{deck.id}")
        page.wait_for_timeout(200)
        with suppress(Error):  # a browser without a reader of PDF saves it
            page.goto(f"/fi/jury/attachments/{deck.id}")
        page.wait_for_timeout(200)
        assert watched.harm() == []
