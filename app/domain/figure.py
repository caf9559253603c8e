"""Figures in a sentence, so that they can be set large: "19 falls in three months" → "19" and the words."""

import re
from dataclasses import dataclass

_LEADING = re.compile(r"([+−-]?\d[\d\s\u00a0.,:–/]*(?:\s?(?:%|€|M€|°C))?)\s+(\S.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and what it counts; `number` is empty when the sentence does not begin with one."""

    number: str
    words: str


def figure_of(sentence: str) -> Figure:
    """Split a sentence that begins with a figure; any other is all words."""
    found = _LEADING.fullmatch(sentence.strip())
    return Figure(found[1].strip(), found[2].strip()) if found else Figure("", sentence.strip())
