"""The organizers' grid in a real browser: by mouse, by keyboard, by form, and on a phone; the public page on paper."""

from collections.abc import Callable

import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect
from sqlmodel import col, select

from app.adapters import clock
from app.adapters.database import make_engine, writing
from app.domain.access import EVERY_CITY
from app.models import City, ProgrammeRelease
from tests.browser.conftest import Server

OpenAs = Callable[..., Page]
ORGANIZER = "Otso Lehmusvaara"


def grid(page: Page) -> None:
    page.goto("/en/organizer/tampere/events")
    page.get_by_role("link", name="Kipinä 2027").first.click()
    page.get_by_role("link", name="Programme", exact=True).first.click()
    expect(page.locator("[data-programme]")).to_be_visible()


def item(page: Page, title: str) -> Locator:
    return page.locator(".session").filter(has_text=title).first


def test_arrow_keys_move_an_item_and_keep_the_focus(open_as: OpenAs) -> None:
    page = open_as(ORGANIZER)
    grid(page)
    expect(item(page, "Challenge 1, pitch 1")).to_contain_text("09:20–09:28")
    handle = page.get_by_role("button", name="Move: Challenge 1, pitch 1")
    handle.focus()
    with page.expect_response("**/slot") as answered:
        page.keyboard.press("ArrowUp")
    assert answered.value.ok
    expect(item(page, "Challenge 1, pitch 1")).to_contain_text("09:15–09:23")
    expect(page.get_by_role("button", name="Move: Challenge 1, pitch 1")).to_be_focused()
    with page.expect_response("**/slot"):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Move: Challenge 1, pitch 1")).to_be_focused()
    place = page.locator(
        "#session-" + (item(page, "Challenge 1, pitch 1").get_attribute("id") or "").removeprefix("session-")
    )
    expect(place.locator(".session-place")).to_have_text("Winter garden")
    page.reload()
    expect(item(page, "Challenge 1, pitch 1")).to_contain_text("09:15–09:23")


def test_an_item_is_dragged_to_another_time_and_stays_there(open_as: OpenAs) -> None:
    page = open_as(ORGANIZER)
    grid(page)
    handle = page.get_by_role("button", name="Move: Challenge 2, pitch 1")
    target = item(page, "Challenge 3, pitch 1")
    with page.expect_response("**/slot") as answered:
        handle.drag_to(target)
    assert answered.value.ok
    expect(item(page, "Challenge 2, pitch 1")).to_contain_text("10:40–10:48")
    expect(item(page, "Challenge 2, pitch 1")).to_contain_text("The same place at the same time")
    page.reload()
    expect(item(page, "Challenge 2, pitch 1")).to_contain_text("10:40–10:48")


def test_somebody_elses_change_is_not_overwritten_by_a_drag(open_as: OpenAs) -> None:
    page, other = open_as(ORGANIZER), open_as(ORGANIZER)
    grid(page)
    grid(other)
    for browser, refused in ((other, False), (page, True)):
        browser.get_by_role("button", name="Move: Challenge 4, pitch 2").focus()
        with browser.expect_response("**/slot") as answered:
            browser.keyboard.press("ArrowDown")
        assert answered.value.ok is not refused
    expect(page.get_by_role("alert")).to_contain_text("This did not move")


def test_without_scripts_the_form_does_the_same(open_as: OpenAs) -> None:
    page = open_as(ORGANIZER, javascript=False)
    grid(page)
    assert page.locator(".session-handle:visible").count() == 0
    page.get_by_role("link", name="Challenge 5, pitch 2").click()
    page.get_by_label("Begins").fill("15.30")
    page.get_by_label("Ends").fill("15.38")
    page.get_by_role("button", name="Save").click()
    expect(item(page, "Challenge 5, pitch 2")).to_contain_text("15:30–15:38")


def test_on_a_phone_the_grid_is_a_list(open_as: OpenAs) -> None:
    page = open_as(ORGANIZER, width=390)
    grid(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = [box for one in page.locator(".programme-grid .session").all() if (box := one.bounding_box())]
    assert len({round(box["x"]) for box in boxes}) == 1, "one under another"


def test_the_public_page_needs_no_scripts_and_prints_without_what_only_a_screen_needs(open_as: OpenAs) -> None:
    page = open_as(javascript=False)
    page.goto("/en/tampere/kipina-2016/programme")
    page.get_by_role("link", name="Pitch", exact=True).click()
    expect(page.locator(".programme-item")).to_have_count(15)
    page.emulate_media(media="print")
    expect(page.locator(".programme-filters")).to_be_hidden()
    expect(page.locator(".programme-item").first).to_be_visible()


def test_an_open_page_becomes_the_new_version_by_itself(open_as: OpenAs, demo_server: Server) -> None:
    page = open_as()
    page.goto("/en/tampere")
    page.goto("/en/tampere/kipina-2016/programme?kind=pitch")
    expect(page.locator("#programme-live")).to_be_empty()
    page.evaluate("document.documentElement.dataset.sameDocument = 'yes'")
    engine = make_engine(demo_server.environment["KIPINA_DATABASE_URL"])
    with writing(engine, EVERY_CITY) as session:  # another process than the one that serves the page
        newest = session.exec(select(ProgrammeRelease).order_by(col(ProgrammeRelease.number).desc())).first()
        assert newest is not None
        content = {**newest.content, "sessions": newest.content["sessions"][:3]}
        shorter = ProgrammeRelease(
            event_id=newest.event_id, number=newest.number + 1, name="Iltaversio", content=content,
            released_at=clock.now(),
        )  # fmt: skip
        session.add(shorter)
        session.execute(sa.update(City).values(public_version=City.public_version + 1))
    engine.dispose()
    line = page.locator("#programme-live")
    expect(line).to_have_text("The programme has changed. This is version Iltaversio.", timeout=10_000)
    assert page.locator(".programme-item").count() <= 3
    assert page.evaluate("document.documentElement.dataset.sameDocument") == "yes"
    assert page.url.endswith("?kind=pitch")
