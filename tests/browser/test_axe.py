"""Every page that a person can reach, in every language and both colour schemes, read by axe."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from app.main import create_app
from tests.browser.conftest import Server

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text()
RULES = {
    "light": {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    # The page is the same but for its colours.
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}

# On a phone: what stands wider than the screen, and words that stand out of their own cell or button.
SPILLED = """() => {
  const found = [];
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) found.push(`the page is ${wide}px wider than the screen`);
  for (const box of document.querySelectorAll("th, td, dt, dd, button, .ds-button, .tag")) {
    if (!box.checkVisibility() || box.closest(".visually-hidden")) continue;
    if (box.querySelector("table, svg, input, select, .visually-hidden")) continue;
    const words = document.createRange();
    words.selectNodeContents(box);
    const [inner, outer] = [words.getBoundingClientRect(), box.getBoundingClientRect()];
    const out = inner.width && (inner.right > outer.right + 1 || inner.left < outer.left - 1);
    if (out) found.push(`"${box.textContent.trim()}" stands out of its ${box.tagName}`);
  }
  return found;
}"""
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}

# One person of each kind, and where they begin.
PEOPLE = {
    "": ["", "/tampere", "/vaasa", "/sitemap.xml", "/sign-in", "/demo", "/demo/mail", "/feedback", "/accessibility"],
    "Otso Lehmusvaara": ["/tasks", "/organizer", "/organizer/tampere/events", "/admin"],
    "Pirjo Hakamäki-Salo": ["/tasks", "/jury"],
    "Noora Siltaharju": ["/tasks", "/company/applications"],
    "Minna Hautakangas": ["/tasks", "/company/applications"],
    "Petteri Ruohokorpi": ["/tasks", "/procurement"],
    "Markku Isoharju": ["/tasks", "/procurement"],
}
# Addresses that are no pages: files, feeds, and answers to typing.
NO_PAGES = re.compile(
    r"\.(pdf|ics|atom|xml|csv|txt)$|/attachments/|/logo$|/cpv$|/healthz$|/calendar|/pdf|/deck|/profile/data$"
)


def kinds_of_address() -> dict[str, re.Pattern[str]]:
    """Route names with the pattern of their addresses."""
    paths: dict[str, str] = create_app().state.paths
    return {name: re.compile(re.sub(r"\{(\w+)(:\w+)?\}", r"[^/]+", path) + "$") for name, path in paths.items()}


def links(page: Page) -> list[str]:
    """Local addresses linked from a page, without language and fragment."""
    found: list[str] = page.eval_on_selector_all("a[href^='/']", "all => all.map(a => a.getAttribute('href'))")
    return [re.sub(r"^/(fi|sv|en)(?=/|$)", "", href.split("#")[0]) for href in found]


def faults(page: Page, scheme: str) -> list[str]:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    violations: list[dict[str, Any]] = page.evaluate(
        "rules => axe.run(document, {...rules, resultTypes: ['violations']}).then(result => result.violations)",
        RULES[scheme],
    )  # all that is well would be most of the time
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary'][:200]}"
        for violation in violations
        for node in violation["nodes"][:2]
    ]


@pytest.mark.parametrize("person", PEOPLE, ids=lambda name: name or "public")
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_axe_finds_nothing_on_any_page(
    person: str, language: str, demo_server: Server, open_as: Callable[..., Page]
) -> None:
    kinds = kinds_of_address()
    page = open_as(person)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda told: errors.append(told.text) if "Content Security Policy" in told.text else None)
    waiting, seen, found = list(PEOPLE[person]), set[str](), list[str]()
    while waiting:
        path = waiting.pop(0)
        bare = path.split("?")[0]
        kind = next((name for name, pattern in kinds.items() if pattern.match(bare or "/")), bare)
        if kind in seen or NO_PAGES.search(bare):
            continue
        seen.add(kind)
        answer = page.goto(f"/{language}{path}")
        assert answer is not None
        if answer.status in {403, 404} and path in PEOPLE[person]:
            continue
        assert answer.status == 200, (path, answer.status)
        page.evaluate(AXE)
        for scheme in RULES:
            found += [f"{scheme} {path} ({kind}): {fault}" for fault in faults(page, scheme)]
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        found += [f"phone {path} ({kind}): {fault}" for fault in page.evaluate(SPILLED)]
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        waiting += [link for link in links(page) if not link.startswith(("/static", "/sign-out"))]
    assert not found, "\n".join(found[:20])
    assert not errors, errors[:5]
    assert len(seen) > 3, seen
