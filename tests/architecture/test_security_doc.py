"""docs/security.md names every threat and fault; it and docs/asvs.md name only tests that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text("utf-8")


def test_every_threat_has_its_row() -> None:
    assert re.findall(r"^\| (T\d+) \|", TEXT, re.MULTILINE) == [f"T{number}" for number in range(1, 20)]


def test_every_row_names_a_test_or_says_not_yet() -> None:
    rows = [
        line for line in TEXT.splitlines() if line.startswith("| ") and not line.endswith(("| shown by |", "|---|"))
    ]
    assert len(rows) > 30
    assert [row for row in rows if "::test_" not in row and not row.endswith("| not yet |")] == []


@pytest.mark.parametrize("document", ["security.md", "asvs.md"])
def test_every_test_it_names_exists(document: str) -> None:
    text = (ROOT / "docs" / document).read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(set(named)) > 40
    assert text.count("::") == len(named), "each is written `file::test`"
    missing = set()
    for file, test in set(named):
        path = ROOT / file
        tree = ast.parse(path.read_text("utf-8")) if path.is_file() else ast.Module([], [])
        if test not in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}:
            missing.add(f"{file}::{test}")
    assert missing == set()
