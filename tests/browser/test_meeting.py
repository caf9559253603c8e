"""The decision meeting in a real browser: by keys, and without scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server

ORGANIZER = "Maarit Yli-Kaitala"

OpenAs = Callable[..., Page]


@pytest.fixture(autouse=True)
def demo(demo_server: Server) -> Server:
    """The demo's second edition is in the jury's hands."""
    return demo_server


def begin(page: Page) -> None:
    """To the first application; whoever must leave has left."""
    page.goto("/fi/organizer/tampere/events")
    page.get_by_role("link", name="Kipinä 2017").first.click()
    page.get_by_role("navigation", name="Tämä tapahtuma").get_by_role("link", name="Päätökset").click()
    page.get_by_role("link", name="Aloita päätöskokous").click()
    page.get_by_role("link", name="Aloita", exact=True).click()
    let_leave(page)


def let_leave(page: Page) -> None:
    leave = page.get_by_role("link", name=re.compile("Hän on poistunut|He ovat poistuneet"))
    if leave.count():
        leave.click()


def test_keys_turn_the_page_and_one_press_saves_and_goes_on(open_as: OpenAs) -> None:
    page = open_as(ORGANIZER)
    begin(page)
    first, address = page.locator("h1").inner_text(), page.url
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: url != address)
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(lambda url: url.partition("?")[0] == address.partition("?")[0])
    let_leave(page)
    expect(page.locator("h1")).to_have_text(first)

    page.get_by_label("Varasijalle").check()
    reasons = page.get_by_label("Perustelut yritykselle")
    reasons.fill("Luimme tarkasti.")
    reasons.press("ArrowRight")
    expect(page.locator("h1")).to_have_text(first)  # an arrow in a field moves in the field
    reasons.press("Control+Enter")
    page.wait_for_url(lambda url: url.partition("?")[0] != address.partition("?")[0])
    page.goto(address)
    let_leave(page)
    expect(page.get_by_label("Varasijalle")).to_be_checked()
    expect(reasons).to_have_value("Luimme tarkasti.")


def test_without_scripts_everything_is_decided_too(open_as: OpenAs) -> None:
    page = open_as(ORGANIZER, javascript=False, width=390)
    begin(page)
    company = page.locator("h1").inner_text()
    page.get_by_label("Ei kutsuta").check()
    page.get_by_role("button", name="Aloita valmiista tekstistä").click()
    reasons = page.get_by_label("Perustelut yritykselle")
    expect(reasons).to_have_value(re.compile(r"\[…\]"))  # in the company's language
    reasons.fill("Tarve oli toinen.")
    page.get_by_role("button", name="Tallenna ja seuraava").click()
    let_leave(page)
    expect(page.locator("h1")).not_to_have_text(company)
