"""Every city's colours can be read by everybody, in light and in dark (WCAG 2.2: 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "app" / "static" / "css"
THEMES = sorted(path.stem for path in (CSS / "themes").glob("*.css"))
TEXT, GRAPHIC = 4.5, 3.0

# (ink, ground, least contrast); grounds without a family are those of the neutral one.
PAIRS = (
    ("accent-text-subtle", "neutral-background-default", TEXT),
    ("accent-text-subtle", "neutral-surface-default", TEXT),
    ("accent-text-subtle", "neutral-background-tinted", TEXT),
    ("accent-text-default", "accent-background-tinted", TEXT),
    ("accent-text-default", "accent-surface-tinted", TEXT),
    ("accent-base-contrast-default", "accent-base-default", TEXT),
    ("accent-base-contrast-default", "accent-base-hover", TEXT),
    ("accent-base-contrast-default", "accent-base-active", TEXT),
    ("accent-base-default", "neutral-background-default", GRAPHIC),
    ("neutral-text-default", "neutral-background-default", TEXT),
    ("neutral-text-subtle", "neutral-background-default", TEXT),
    ("neutral-text-subtle", "neutral-background-tinted", TEXT),
    ("neutral-text-subtle", "accent-background-tinted", TEXT),
    ("neutral-border-default", "neutral-surface-default", GRAPHIC),
    ("success-text-subtle", "neutral-background-default", TEXT),
    ("warning-text-subtle", "neutral-background-default", TEXT),
    ("danger-text-subtle", "neutral-background-default", TEXT),
    ("danger-text-subtle", "neutral-surface-default", TEXT),
    ("info-text-subtle", "neutral-background-default", TEXT),
)


def colours(name: str, scheme: str) -> dict[str, str]:
    """Read the variables of a theme in a scheme, laid over those that all themes share."""
    found: dict[str, str] = {}
    for sheet in (CSS / "theme.css", CSS / "themes" / f"{name}.css"):
        block = re.search(
            rf"@layer ds\.theme\.color-scheme\.{scheme} \{{\n[^{{]*\{{(.*?)\}}", sheet.read_text(), re.DOTALL
        )
        assert block, (sheet, scheme)
        found |= dict(re.findall(r"--ds-color-([\w-]+): (#[0-9a-fA-F]{6})", block[1]))
    return found


def luminance(colour: str) -> float:
    """Answer the relative luminance of "#rrggbb" (WCAG 2.2)."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Answer the contrast of two colours, 1–21 (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_there_are_eight_themes() -> None:
    assert len(THEMES) == 8


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", THEMES)
def test_everybody_can_read_the_colours(theme: str, scheme: str) -> None:
    found = colours(theme, scheme)
    faint = {
        (ink, ground): round(contrast(found[ink], found[ground]), 2)
        for ink, ground, least in PAIRS
        if contrast(found[ink], found[ground]) < least
    }
    assert faint == {}


def test_the_measure_knows_black_white_and_grey() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
