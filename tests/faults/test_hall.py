"""Bad Wi-Fi in the hall: a score sheet that was pressed arrives, once, whatever the line does."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect, sync_playwright
from sqlmodel import col

from app.adapters import clock
from app.adapters.database import writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.models import Application, AuditEvent, Criterion, Event, Person, Score, ScoreSheet, WebSession
from app.web import session as web_session
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.faults.figures import FULL, reached
from tests.faults.processes import free_port
from tests.faults.proxy import Line, Proxy, proxy
from tests.postgres import by_hand
from tests.serving import serving
from tests.world import World

LOSS = 0.3
"""Of all requests: half of them before the server has them, of the others the answer."""
DELAY = 5.0 if FULL else 0.1
OFFLINE = 600
"""Seconds: waited for in full, else the browser's clock is put forward."""
SHEETS = 12 if FULL else 5
NEXT = "Tallenna ja seuraava"


@dataclass
class Air:
    """The hall's Wi-Fi between the browser and the server."""

    bad: bool = False
    off: bool = False
    loses_answers: bool = False
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    unanswered: set[int] = field(default_factory=set)
    seen: Counter[str] = field(default_factory=Counter)

    def behave(self, line: Line, up: bool, data: bytes) -> bytes | None:
        asks = up and data.startswith((b"GET ", b"POST "))
        self.seen["asked"] += asks and self.bad
        if asks and self.off:
            return None
        if asks and self.bad:
            time.sleep(DELAY)
            fate = self.chance.random()
            if fate < LOSS / 2:
                self.seen["questions lost"] += 1
                return None
            self.unanswered.update({line.number} if fate < LOSS else ())
        if asks and self.loses_answers:
            self.unanswered.add(line.number)
        if not up and line.number in self.unanswered:
            self.seen["answers lost"] += 1
            return None
        return data


@dataclass(frozen=True)
class Hall:
    """A juror with a browser, and as many applications as sheets are to be filled in."""

    world: World
    air: Air
    between: Proxy
    event: Event
    juror: Person
    criteria: list[Criterion]
    applications: list[Application]
    browser: BrowserContext

    def sign_in(self, person: Person) -> None:
        with writing(self.world.engine, EVERY_CITY) as session:
            token = web_session.begin(session, person.id, clock.now())
        cookie = {"name": "kipina", "value": token, "url": f"http://127.0.0.1:{self.between.port}"}
        self.browser.add_cookies([cookie])  # type: ignore[list-item]

    def open(self, number: int, page: Page | None = None) -> Page:
        page = page or self.browser.new_page()
        page.goto(f"/fi/jury/applications/{self.applications[number].id}")
        return page

    def fill(self, page: Page, value: int, words: str = "") -> None:
        for criterion in self.criteria:
            page.locator(f"input[name=score_{criterion.id}][value='{value}']").check(force=True)
        page.get_by_label("Raadille ja järjestäjille").fill(words)

    def press(self, page: Page) -> None:
        page.get_by_role("button", name=NEXT).click()

    def cut(self) -> None:
        for line in self.between.lines:
            line.cut()

    def sheets(self) -> dict[int, tuple[bool, str, list[int]]]:
        """By application: was it sent in, the words, the scores."""
        found: dict[int, tuple[bool, str, list[int]]] = {}
        with by_hand(self.world.engine) as database:
            of_sheet = (col(ScoreSheet.application_id), col(ScoreSheet.submitted_at), col(ScoreSheet.comment_jury))
            rows = sa.select(*of_sheet, col(Score.value)).join(Score, col(Score.sheet_id) == ScoreSheet.id)
            for application, sent, words, value in database.execute(rows):
                found.setdefault(application, (sent is not None, words, []))[2].append(value)
        return found

    def events(self) -> Counter[str]:
        with by_hand(self.world.engine) as database:
            kinds = sa.select(col(AuditEvent.action)).where(col(AuditEvent.object_type) == "score_sheet")
            return Counter(database.scalars(kinds).all())


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def hall(world: World, settings: Settings, chromium: Browser) -> Iterator[Hall]:
    event = world.event(world.city(), "jury")
    criteria = world.criteria(event, (60, 40))
    juror = world.juror(event, "Aino Virtanen")
    challenge = world.challenge(event)
    applications = [world.application(challenge, world.company(f"Yritys {n} Oy")) for n in range(SHEETS)]
    world.everyone_reads_all(event)
    port, air = free_port(), Air()
    with proxy(port) as between:
        base = f"http://127.0.0.1:{between.port}"
        between.behave = air.behave
        with serving(settings.model_copy(update={"base_url": base}), port):
            browser = chromium.new_context(base_url=base, viewport={"width": 1280, "height": 900}, locale="fi-FI")
            browser.set_default_timeout(20_000 if not FULL else 120_000)
            hall = Hall(world, air, between, event, juror, criteria, applications, browser)
            hall.sign_in(juror)
            yield hall
            browser.close()


def line(page: Page) -> Locator:
    return page.locator("[data-unsent-line]")


def waiting(page: Page) -> int:
    """Sheets that wait in this browser."""
    return int(page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('kipina:unsent:')).length"))


def until(holds: Callable[[], bool], within: float) -> float:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < within
        time.sleep(0.2)
    return time.monotonic() - began


def come_back(page: Page, path: str) -> None:
    """As people do: open it again until it comes."""
    for _ in range(30):
        try:
            page.goto(path)
        except Error:
            page.wait_for_timeout(200)
        else:
            return


def test_every_sheet_arrives_once(hall: Hall) -> None:
    air, browser = hall.air, hall.browser
    browser.clock.install()
    pages = [hall.open(number) for number in range(SHEETS)]
    half = SHEETS // 2
    queue = browser.new_page()
    queue.goto("/fi/jury")
    air.bad = True
    for number, page in enumerate(pages[:half]):
        hall.fill(page, 5, f"Huonolla yhteydellä {number}")
        hall.press(page)
    last = {hall.applications[n].id: (True, f"Huonolla yhteydellä {n}", [5, 5]) for n in range(half)}

    pages[-1].wait_for_timeout(DELAY * 500)  # some are on their way
    browser.set_offline(True)
    hall.cut()
    for number, page in enumerate(pages[half:], half):
        hall.fill(page, 3, f"Ilman yhteyttä {number}")
        hall.press(page)
        expect(line(page)).to_contain_text("odotta")
    last |= {hall.applications[n].id: (True, f"Ilman yhteyttä {n}", [3, 3]) for n in range(half, SHEETS)}
    changed, reloaded = pages[-1], pages[-2]
    hall.fill(changed, 9, "Viimeinen sana")
    hall.press(changed)
    last[hall.applications[-1].id] = (True, "Viimeinen sana", [9, 9])
    expect(line(changed)).to_contain_text("arviointilomaketta odottaa lähettämistä")
    with pytest.raises(Error):
        reloaded.reload()
    if FULL:
        time.sleep(OFFLINE)
    else:
        browser.clock.fast_forward(OFFLINE * 1_000)
    kept = waiting(queue)
    assert kept >= SHEETS - half

    browser.set_offline(False)
    path = f"/fi/jury/applications/{hall.applications[-2].id}"
    come_back(reloaded, path)
    took = until(lambda: waiting(queue) == 0, 60 + 40 * DELAY * SHEETS)
    assert hall.sheets() == last
    assert hall.events() == {"sent": SHEETS}, "each counts once"
    assert air.seen["questions lost"]
    assert air.seen["answers lost"]
    reached(
        f"bad Wi-Fi in the hall: {LOSS:.0%} lost, {DELAY:g} s late, {OFFLINE // 60} minutes offline, a reload",
        "each score sheet arrives once",
        f"{SHEETS} sheets once, with their last values, {took:.0f} s after the return; of {air.seen['asked']} requests "
        f"{air.seen['questions lost']} and {air.seen['answers lost']} answers were lost",
    )


def test_what_arrived_long_ago_undoes_nothing(hall: Hall) -> None:
    """Its answer was lost; until it is asked for again, the juror has changed the sheet with another device."""
    laptop, other = hall.open(0), hall.open(1)
    hall.fill(laptop, 4, "Tietokoneella")
    expect(laptop.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    hall.air.loses_answers = True
    hall.press(laptop)
    expect(line(laptop)).to_contain_text("Yksi arviointilomake odottaa lähettämistä")
    hall.air.off = True
    hall.world.sheet(hall.juror, hall.applications[0], [8, 8], comment_jury="Puhelimella")
    hall.air.loses_answers = hall.air.off = False
    until(lambda: waiting(other) == 0, 20)
    assert hall.sheets() == {hall.applications[0].id: (True, "Puhelimella", [8, 8])}
    assert hall.events() == {"sent": 1, "edited": 1}


def test_another_window_was_faster_and_nothing_is_sent_again_unasked(hall: Hall) -> None:
    page, elsewhere = hall.open(0), hall.open(1)
    hall.air.off = True
    hall.fill(page, 4, "Täällä")
    hall.press(page)
    expect(line(page)).to_contain_text("Yksi")
    page.close()
    hall.world.sheet(hall.juror, hall.applications[0], [8, 8], comment_jury="Muualla")
    hall.air.off = False
    elsewhere.reload()
    expect(line(elsewhere)).to_contain_text("Yritys 0 Oy: ei tallennettu")
    line(elsewhere).get_by_role("link", name="Avaa lomake").click()
    expect(elsewhere.get_by_label("Raadille ja järjestäjille")).to_have_value("Muualla")
    assert hall.sheets()[hall.applications[0].id] == (True, "Muualla", [8, 8])
    line(elsewhere).get_by_role("button", name="Palauta se").click()
    expect(elsewhere.get_by_label("Raadille ja järjestäjille")).to_have_value("Täällä")
    hall.press(elsewhere)
    elsewhere.wait_for_url("**/conflict")
    assert hall.sheets()[hall.applications[0].id] == (True, "Täällä", [4, 4])


def test_a_fault_is_told_by_the_page_as_without_scripts(hall: Hall) -> None:
    page = hall.open(0)
    page.get_by_label("Raadille ja järjestäjille").fill("Pisteet puuttuvat")
    hall.press(page)
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("Raadille ja järjestäjille")).to_have_value("Pisteet puuttuvat")
    assert waiting(page) == 0


def test_whoever_was_signed_out_sends_after_signing_in_and_nobody_else_does(hall: Hall) -> None:
    page = hall.open(0)
    hall.fill(page, 6, "Uloskirjattuna")
    with hall.world.change() as session:
        session.execute(sa.update(WebSession).values(ended_at=clock.now()))
    hall.press(page)
    line(page).get_by_role("link", name="Kirjaudu").click()
    expect(line(page)).to_contain_text("lähtee, kun olet kirjautunut sisään")

    other = hall.world.juror(hall.event, "Toinen Tuomari")
    hall.sign_in(other)
    page.goto("/fi/jury")
    expect(line(page)).to_be_empty()
    assert waiting(page) == 1
    assert hall.sheets() == {}

    hall.sign_in(hall.juror)
    page.goto("/fi/jury")
    expect(line(page)).to_contain_text("Kaikki on lähetetty")
    assert hall.sheets() == {hall.applications[0].id: (True, "Uloskirjattuna", [6, 6])}


def test_signing_out_asks_first_and_leaves_nothing_behind(hall: Hall) -> None:
    page, queue = hall.open(0), hall.browser.new_page()
    queue.goto("/fi/jury")
    hall.fill(page, 6, "Luottamuksellinen")
    page.route("**/jury/applications/*", lambda route: route.abort())
    queue.route("**/jury/applications/*", lambda route: route.abort())
    hall.press(page)
    expect(line(queue)).to_contain_text("Yksi arviointilomake odottaa")
    leave = queue.locator(".site-wide").get_by_role("button", name="Kirjaudu ulos")
    leave.click()
    expect(queue.get_by_role("dialog")).to_contain_text("Jos kirjaudut nyt ulos, ne häviävät.")
    queue.get_by_role("dialog").get_by_role("button", name="Kirjaudu ulos").click()
    queue.wait_for_url("**/fi")
    assert queue.evaluate("localStorage.length") == 0
