"""Writing an application in a real browser: the draft saves itself, and a phone shows one part at a time."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

WRITER = "Marina Sokolova-Lahti"
DECK = Path(__file__).parents[1] / "data" / "uploads" / "pypdf-pdflatex-4-pages.pdf"


@pytest.fixture
def form(open_as: Callable[..., Page]) -> Callable[..., Page]:
    """Her draft for the coming edition, open for writing."""

    def open_form(**options: object) -> Page:
        page = open_as(WRITER, **options)
        page.goto("/fi/company/applications")
        page.get_by_role("link", name="Päätöksen sanat työn kielellä").click()
        page.get_by_role("link", name="Muokkaa").click()
        page.wait_for_url("**/edit")
        return page

    return open_form


def test_the_draft_saves_itself_and_comes_back(form: Callable[..., Page]) -> None:
    page = form()
    version = int(page.locator("input[name=version]").input_value())
    for times, price in enumerate(("Kokeilu 9 000 €", "Kokeilu 8 000 €"), 1):
        page.locator("[name=price]").fill(price)
        expect(page.locator("input[name=version]")).to_have_value(str(version + times), timeout=20_000)
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    page.reload()
    assert page.locator("[name=price]").input_value() == "Kokeilu 8 000 €"


def test_words_are_counted_while_one_types(form: Callable[..., Page]) -> None:
    page = form()
    page.locator("[name=team]").fill("yksi  kaksi\nkolme")
    expect(page.locator("[id$=-team-count]")).to_contain_text(re.compile(r"\b3\b"))


def test_signed_out_meanwhile_the_text_stays_on_the_device(form: Callable[..., Page]) -> None:
    page = form()
    page.context.clear_cookies()
    page.locator("[name=fit]").fill("Kirjoitettu, kun istunto oli jo päättynyt.")
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "failed", timeout=20_000)
    assert page.locator("[name=fit]").input_value() == "Kirjoitettu, kun istunto oli jo päättynyt."
    kept = page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('kipina:')).length")
    assert kept == 1


@pytest.mark.parametrize("javascript", [True, False])
def test_a_phone_shows_one_part_at_a_time(form: Callable[..., Page], javascript: bool) -> None:
    page = form(width=390, javascript=javascript)
    parts = page.locator(".part")
    assert [part.is_visible() for part in parts.all()] == [True, False, False, False, False]
    page.get_by_role("link", name="Seuraavaksi: Kokeilu").click()
    assert [part.is_visible() for part in parts.all()] == [False, True, False, False, False]
    page.get_by_role("navigation", name="Hakemuksen osat").get_by_role("link", name="Tiedostot").click()
    page.set_input_files("input[type=file]", DECK)
    page.get_by_role("button", name="Lisää tiedosto").click()
    page.wait_for_url("**/edit#files")
    assert [part.is_visible() for part in parts.all()] == [False, False, False, False, True]
    expect(page.get_by_text("PDF, 4 sivua").first).to_be_visible()


def test_enter_in_the_title_saves_and_removes_nothing(form: Callable[..., Page]) -> None:
    page = form(javascript=False)
    page.set_input_files("input[type=file]", DECK)
    page.get_by_role("button", name="Lisää tiedosto").click()
    page.wait_for_url("**/edit#files")
    removable = page.locator("button[name=remove]").count()
    assert removable
    page.locator("[name=title]").press("Enter")
    page.wait_for_url(re.compile(r"/edit$"))
    assert page.locator("button[name=remove]").count() == removable
