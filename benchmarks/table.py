"""The figures as JSON, and as a table in the README."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

HERE = Path(__file__).parent
LATEST, README = HERE / "latest.json", HERE / "README.md"
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


@dataclass(frozen=True)
class Row:
    """One page or form. Times are milliseconds, sizes bytes.

    `cpu` is what the server's processes worked for one answer: it says most on a machine that others use too. `held` is
    what the database holds of what was answered.
    """

    title: str
    per_second: float
    p50: float
    p99: float
    alone: float | None
    cpu: float
    of_hello: float
    of_bare: float | None
    queries: int
    size: int
    sent: int
    answered: int
    refused: int
    held: int | None
    peer: float | None
    aim: str


@dataclass(frozen=True)
class Figures:
    """One run."""

    database: str
    workers: int
    when: str
    machine: str
    versions: str
    client: str
    load_before: float
    hello: float
    memory_peak: float
    memory_proportional: float
    missing: list[str]
    rows: list[Row]

    @property
    def name(self) -> str:
        """What the run is told apart by."""
        return f"{self.database}, {self.workers} {'worker' if self.workers == 1 else 'workers'}"


def write(figures: Figures) -> None:
    """Put the run in the place of the last one of its kind, in both files."""
    kept: dict[str, Any] = orjson.loads(LATEST.read_bytes()) if LATEST.exists() else {}
    kept[figures.name] = asdict(figures)
    LATEST.write_bytes(orjson.dumps(kept, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    runs = [Figures(**{**run, "rows": [Row(**row) for row in run["rows"]]}) for _, run in sorted(kept.items())]
    before, _, rest = README.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{''.join(map(section, runs))}{END}{after}")


def section(figures: Figures) -> str:
    """One run as Markdown."""
    about = (
        f"{figures.when}; {figures.machine}; {figures.versions}. Load by {figures.client}, 16 connections, while the "
        f"machine's load average before it was {figures.load_before:.1f}. Hello: {figures.hello:,.0f} per second."
    )
    memory = (
        f"Memory after it all: {figures.memory_peak:.0f} MB (the peaks of all processes added up), "
        f"{figures.memory_proportional:.0f} MB with what they share counted once."
    )
    missing = f"Not there yet: {', '.join(figures.missing)}.\n" if figures.missing else ""
    heads = "per second", "p50 ms", "p99 ms", "alone ms", "CPU ms", "of hello", "of bare", "queries", "bytes", "sent"
    lines = [
        f"\n### {figures.name}\n\n{about}\n",
        f"| | {' | '.join(heads)} | × peer | aim |",
        f"|---|{'---:|' * len(heads)}---:|---|",
        *map(_line, figures.rows),
        f"\n{memory}\n",
        *_sent(figures.rows),
        missing,
    ]
    return "\n".join(lines)


def _line(row: Row) -> str:
    times_peer = f"{row.per_second / row.peer:.0f} (of {row.peer:g})" if row.peer else ""
    cells = [
        row.title, f"{row.per_second:,.0f}", f"{row.p50:.1f}", f"{row.p99:.1f}", _or_nothing(row.alone, ".1f"),
        f"{row.cpu:.2f}", f"{row.of_hello:.1%}", _or_nothing(row.of_bare, ".0%"), str(row.queries), f"{row.size:,}",
        f"{row.sent:,}", times_peer, row.aim,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _sent(rows: Sequence[Row]) -> list[str]:
    told = [
        f"{row.title}: {row.answered:,} acknowledged, {row.held:,} in the database, {row.refused:,} refused."
        for row in rows
        if row.held is not None
    ]
    refused = [f"{row.title}: {row.refused:,} refused." for row in rows if row.held is None and row.refused]
    return [f"{' '.join([*told, *refused])}\n"] if told or refused else []


def _or_nothing(value: float | None, shown: str) -> str:
    return "" if value is None else format(value, shown)
