"""The board of cases in a real browser: by mouse, by keyboard, by form, and on a phone."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

OpenAs = Callable[..., Page]
AGENT = "Tiina Peltorinne"
BOARD = "/en/procurement/tampere/cases"


def column(page: Page, stage: str) -> Locator:
    return page.locator(f"[data-stage={stage}]")


def card(page: Page, company: str) -> Locator:
    return page.locator(".board-card").filter(has_text=company).first


def test_a_card_is_dragged_to_its_new_stage_and_stays_there(open_as: OpenAs) -> None:
    page = open_as(AGENT)
    page.goto(BOARD)
    with page.expect_response("**/stage") as answered:
        card(page, "Saliriste").drag_to(column(page, "exploration"))
    assert answered.value.ok
    page.reload()
    expect(column(page, "exploration")).to_contain_text("Saliriste")


def test_alt_shift_and_an_arrow_move_the_card_and_keep_the_focus(open_as: OpenAs) -> None:
    page = open_as(AGENT)
    page.goto(BOARD)
    page.get_by_role("link", name="Move Muistipoukama").focus()
    with page.expect_response("**/stage") as answered:
        page.keyboard.press("Alt+Shift+ArrowLeft")
    assert answered.value.ok
    expect(column(page, "market_dialogue")).to_contain_text("Muistipoukama")
    expect(page.get_by_role("link", name="Move Muistipoukama")).to_be_focused()
    page.reload()
    expect(column(page, "market_dialogue")).to_contain_text("Muistipoukama")


def test_a_stage_that_asks_for_more_opens_its_form(open_as: OpenAs) -> None:
    page = open_as(AGENT)
    page.goto(BOARD)
    card(page, "Pihalinssi").drag_to(column(page, "pilot"))
    page.wait_for_url("**/stage?to=pilot")
    page.get_by_label("What is measured").fill("Havaintoja viikossa")
    page.get_by_label("Starting point").fill("3")
    page.get_by_label("Last day").fill("30.6.2031")
    page.get_by_role("button", name="Move the case").click()
    expect(page.locator(".stage-now")).to_contain_text("Pilot")


def test_without_scripts_the_same_is_done_by_form(open_as: OpenAs) -> None:
    page = open_as(AGENT, javascript=False)
    page.goto(BOARD)
    page.get_by_role("link", name="Move Kulmakuiskaus").first.click()
    page.get_by_role("link", name="Market dialogue").click()
    page.get_by_role("button", name="Move the case").click()
    expect(page.locator(".stage-now")).to_contain_text("Market dialogue")


def test_on_a_phone_the_board_is_a_list(open_as: OpenAs) -> None:
    page = open_as(AGENT, width=390)
    page.goto(BOARD)
    columns = page.locator(".board-column").all()
    boxes = [box for column in columns if (box := column.bounding_box())]
    assert [box["x"] for box in boxes] == [boxes[0]["x"]] * len(boxes), "one under another"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
