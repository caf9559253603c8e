"""docs/asvs.md has a row for each requirement of OWASP ASVS 5.0.0 at levels 1 and 2, and counts them right."""

import re
from collections import Counter
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "asvs.md").read_text("utf-8")
ROWS = re.findall(r"^\| V(\d+)\.(\d+)\.(\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)
STANDS = ("met", "in part", "missing", "n/a")
BY_CHAPTER = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7]
"""Requirements of levels 1 and 2 in chapters V1 to V17 of the standard."""


def test_each_requirement_has_one_row_in_the_order_of_the_standard() -> None:
    assert TEXT.count("\n| V1") + len(re.findall(r"\n\| V[2-9]", TEXT)) == len(ROWS) + len(BY_CHAPTER), "all are read"
    numbers = [tuple(int(part) for part in row[:3]) for row in ROWS]
    assert numbers == sorted(set(numbers))
    assert [len(list(rows)) for _, rows in groupby(numbers, lambda number: number[0])] == BY_CHAPTER
    assert Counter(row[3] for row in ROWS) == {"1": 70, "2": 183}


def test_the_counts_at_the_top_are_those_of_the_rows() -> None:
    assert {row[5] for row in ROWS} <= set(STANDS)
    counted = re.findall(r"^\| V(\d+) [^|]+ \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", TEXT, re.MULTILINE)
    for chapter, *counts in counted:
        stands = Counter(row[5] for row in ROWS if row[0] == chapter)
        assert [int(count) for count in counts] == [stands[one] for one in STANDS], f"V{chapter}"
    assert len(counted) == len(BY_CHAPTER)
    total = Counter(row[5] for row in ROWS)
    assert f"| **all** | {' | '.join(str(total[one]) for one in STANDS)} |" in TEXT


def test_what_is_met_is_shown_by_something_that_exists() -> None:
    for *number, _, _, stands, shown in ROWS:
        named = re.findall(r"`([\w./-]+\.\w+)(?:::\w+)?`", shown) + re.findall(r"\]\((decisions/[\w.-]+)\)", shown)
        assert named or stands != "met", f"V{'.'.join(number)} is met, and by what?"
        for one in named:
            path = ROOT / "docs" / one if one.startswith("decisions/") else ROOT / one
            assert "/" not in one or path.exists(), one
