"""Tables that leave the house for a spreadsheet."""

import csv
import io
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(rows: Iterable[Iterable[str]]) -> bytes:
    """A table as CSV that Finnish spreadsheets open by themselves: semicolons, and a mark that says UTF-8.

    Every cell is text: one that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerows([_text(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
