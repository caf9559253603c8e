"""The score sheet as a juror meets it: with keys and without scripts, on a wide screen and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server

JUROR = "Jarno Viitakoski"

OpenAs = Callable[..., Page]


@pytest.fixture(autouse=True)
def demo(demo_server: Server) -> Server:
    """The demo's second jury is at work."""
    return demo_server


def go_on(page: Page) -> str:
    """From the queue over the question of conflicts into a sheet; returns the company."""
    page.goto("/fi/jury")
    page.locator(".row", has_text="Lukematta").get_by_role("link").first.click()
    company = page.locator("h1").inner_text()
    expect(page.get_by_role("heading", name="Ennen kuin luet: oletko esteellinen?")).to_be_visible()
    page.get_by_role("link", name="En ole: lue ja arvioi").click()
    expect(page.locator(".score-desk h1")).to_have_text(company)
    return company


def test_keys_score_a_draft_saves_itself_and_the_next_one_follows(open_as: OpenAs) -> None:
    page = open_as(JUROR)
    company = go_on(page)
    rows = page.locator("[data-score]")
    rows.first.locator("input").first.focus()
    page.keyboard.type("7")
    expect(rows.first.locator("input:checked")).to_have_value("7")
    page.keyboard.press("ArrowRight")
    expect(rows.first.locator("input:checked")).to_have_value("8")
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")

    page.reload()
    expect(rows.first.locator("input:checked")).to_have_value("8")
    for row in rows.all():
        row.locator("input").first.focus()
        page.keyboard.type("10")
    page.get_by_role("button", name="Tallenna ja seuraava").click()
    expect(page.get_by_text("Tallennettu.")).to_be_visible()
    expect(page.locator("h1")).not_to_have_text(company)
    page.goto("/fi/jury")
    expect(page.locator(".row", has_text=company)).to_contain_text("Arvioitu")


def test_side_by_side_each_part_scrolls_alone(open_as: OpenAs) -> None:
    page = open_as(JUROR)
    go_on(page)
    heights = page.evaluate(
        """() => [":root", "#application", "#score-sheet"].map(name => document.querySelector(name))
        .map(part => [part.scrollHeight, part.clientHeight])"""
    )
    (page_height, window), (_, left), (sheet_height, right) = heights
    assert page_height == window
    assert left == right
    assert sheet_height > right
    expect(page.get_by_role("button", name="Tallenna ja seuraava")).to_be_in_viewport()


@pytest.mark.parametrize("javascript", [True, False])
def test_on_a_phone_the_two_parts_are_tabs_with_and_without_scripts(open_as: OpenAs, javascript: bool) -> None:
    page = open_as(JUROR, javascript=javascript, width=390)
    go_on(page)
    application, sheet = page.locator("#application .answers"), page.locator("#score-sheet")
    page.goto(page.url.split("#")[0])
    expect(application).to_be_visible()
    expect(sheet).to_be_hidden()
    page.locator(".score-desk-tabs").get_by_role("link", name="Arviointilomake").click()
    expect(sheet).to_be_visible()
    expect(application).to_be_hidden()
    expect(page.locator("h1")).to_be_in_viewport()
    lines = "words => words.offsetHeight / parseFloat(getComputedStyle(words).lineHeight)"
    assert page.locator(".score-progress").evaluate(lines) < 1.5, "how far one is stands on one line"

    page.get_by_role("button", name="Tallenna ja seuraava").click()
    expect(page.get_by_text("Valitse pistemäärä tai kerro, ettet osaa arvioida tätä.").first).to_be_visible()
    expect(sheet).to_be_visible()
    page.locator(".score-desk-tabs").get_by_role("link", name="Hakemus").click()
    expect(application).to_be_visible()
    expect(sheet).to_be_hidden()
