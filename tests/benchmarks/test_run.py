"""The measurements themselves: each page and form still answers, and nothing that was acknowledged is lost."""

from pathlib import Path

import orjson
import pytest

from benchmarks import forms, table
from benchmarks.load import Job, Request, run
from benchmarks.measure import Plan, measure
from benchmarks.seed import Size
from benchmarks.server import bare
from benchmarks.table import Figures

SMALL = Size(applications=8, jurors=3, cases=12, drafts=48, sessions=6)


@pytest.fixture(scope="module")
def figures() -> Figures:
    return measure(Plan(seconds=0.1, rounds=1, size=SMALL))


def test_every_page_and_form_answers(figures: Figures) -> None:
    assert {row.title for row in figures.rows} >= {"Public event page", "Application sent in"}
    for row in figures.rows:
        assert row.per_second > 0, row
        assert row.answered > 0, row
        assert row.refused == 0, row
        assert row.of_hello > 0, row
        assert row.queries > 0, row


def test_what_was_acknowledged_is_in_the_database(figures: Figures) -> None:
    held = {row.title: (row.answered, row.held) for row in figures.rows if row.held is not None}
    assert held
    assert [title for title, (answered, kept) in held.items() if answered != kept] == []


def test_a_run_takes_the_place_of_the_last_one_of_its_kind(
    figures: Figures, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(table, "LATEST", tmp_path / "latest.json")
    monkeypatch.setattr(table, "README", tmp_path / "README.md")
    table.README.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
    table.write(figures)
    table.write(figures)
    written = table.README.read_text()
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert "old" not in written
    assert written.count("| Public event page |") == 1
    assert list(orjson.loads(table.LATEST.read_bytes())) == ["SQLite, 1 worker"]


def test_the_client_tells_what_was_refused() -> None:
    with bare(1) as server:
        outcome = run(
            Job(server.port, [Request("/10"), Request("/nothing")], 1, 5, over_and_over=False, keep_bodies=True)
        )
    assert outcome.statuses == {"200": 1, "422": 1}
    assert outcome.bodies[0] == (0, "x" * 10)
    assert len(outcome.latencies) == 2


def test_a_form_is_sent_as_it_stands_on_the_page() -> None:
    page = """<form action="/other" method="post"><input name="a" value="no"></form>
        <form action="/it" method="post"><input name="a" value="1 &amp; 2"><input type="radio" name="b" value="1">
        <input type="radio" name="b" value="2" checked><textarea name="c">\nfirst\nsecond</textarea>
        <select name="d"><option value="x"><option value="y" selected></select>
        <button name="step" value="next">Next</button></form>"""
    assert forms.fields_of(page, "/it") == {"a": "1 & 2", "b": "2", "c": "first\nsecond", "d": "y"}
    with pytest.raises(LookupError):
        forms.fields_of(page, "/nowhere")
