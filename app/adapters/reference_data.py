"""Data that comes with the app: municipalities, CPV codes, the default criteria. Sources and licences: app/data."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.localized import Localized

DATA_DIR = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Municipality:
    """A Finnish municipality with its official three-digit code."""

    code: str
    name: Localized


@cache
def municipalities() -> tuple[Municipality, ...]:
    """The municipalities of today."""
    with (DATA_DIR / "municipalities" / "municipalities.csv").open(newline="", encoding="utf-8") as source:
        current = [row for row in csv.DictReader(source) if row["status"] == "active" and not row["valid_until"]]
    return tuple(
        Municipality(row["code"], Localized(row["name_fi"], row["name_sv"], row["name_en"])) for row in current
    )


def cpv_codes() -> Iterator[tuple[str, Localized]]:
    """Every code of the Common Procurement Vocabulary 2008, without check digit, with its label."""
    with (DATA_DIR / "cpv" / "cpv2008_fi_sv_en.csv").open(newline="", encoding="utf-8") as source:
        for row in csv.DictReader(source):
            yield row["code"], Localized(row["fi"], row["sv"], row["en"])


@cache
def default_criteria() -> tuple[dict[str, Any], ...]:
    """The default template: dictionaries with name, help, weight, scale_max and anchors."""
    return tuple(json.loads((DATA_DIR / "criteria" / "default.json").read_text(encoding="utf-8")))
