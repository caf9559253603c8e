"""Takes the pictures of README.md: `script/pictures`. Not a test; pytest lends it the server and the browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ROOT

PICTURES = ROOT / "docs" / "pictures"
# Name of the picture, who looks, where, and how wide.
WANTED = (
    ("event", "", "/en/tampere/kipina-2027", 1280),
    ("application", "Roni Jokiluoma", "/en/company/applications/45/edit", 1280),
    ("score-sheet", "Jarno Viitakoski", "/en/jury/applications/26", 1280),
    ("score-sheet-phone", "Jarno Viitakoski", "/en/jury/applications/26#score-sheet", 390),
    ("results", "Otso Lehmusvaara", "/en/organizer/tampere/events/2/results", 1280),
    ("programme", "", "/en/tampere/kipina-2016/programme", 1280),
    ("board", "Petteri Ruohokorpi", "/en/procurement/tampere/cases", 1280),
    ("case", "Petteri Ruohokorpi", "/en/procurement/tampere/cases/12", 1280),
    ("leadership", "Markku Isoharju", "/en/procurement/tampere/leadership", 1280),
    ("portfolio", "", "/en/tampere/portfolio", 1280),
)


@pytest.mark.parametrize(("name", "person", "path", "width"), WANTED, ids=[wanted[0] for wanted in WANTED])
def test_picture(name: str, person: str, path: str, width: int, open_as: Callable[..., Page]) -> None:
    page = open_as(person, width=width)
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", clip={"x": 0, "y": 0, "width": width, "height": 860})
