"""Every page, file and feed, opened as everybody, with every id of two cities: nobody reads what is not theirs.

Texts carry tokens (`canaries.py`), so an answer tells by itself whose text is in it.
"""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from app.adapters import clock
from app.services.decision_documents import make_decision_pdf
from app.services.documents import make_programme_pdf
from app.web import session as web_session
from tests.leaks.canaries import NOT_STAINED, READ_BY, Reader, text_columns
from tests.leaks.stage import Stage, addresses, readers, told
from tests.straight import TestClient
from tests.world import World


def test_every_text_column_says_who_may_read_it() -> None:
    known = set(READ_BY) | {f"{table}.{column}" for table, columns in NOT_STAINED.items() for column in columns}
    columns = {f"{table.name}.{column.name}" for table, column in text_columns()}
    assert columns - known == set(), "say in canaries.py who may read these"
    assert known - columns == {"attachment.content", "follow_up_case.estimated_value"}, "these are gone"


def read_everything(
    app: FastAPI, stage: Stage, world: World, reader: Reader, pages: dict[str, str]
) -> Iterator[tuple[str, tuple[str, int]]]:
    """Each address with each token that the reader finds there; the first page of each route as a fragment, too."""
    in_part: set[str] = set()
    with TestClient(app, base_url=world.settings.base_url, follow_redirects=False) as browser:
        if reader.person:
            with world.change() as session:
                token = web_session.begin(session, reader.person, clock.now())
            browser.cookies.set(world.settings.session_cookie, token)
        for address, route in pages.items():
            answer = browser.get(address)
            assert answer.status_code < 500, (reader.name, address)
            yield from ((address, found) for found in told(stage, answer))
            if answer.status_code == 200 and route not in in_part:
                in_part.add(route)
                part = browser.get(address, headers={"HX-Request": "true"})
                yield from ((address, found) for found in told(stage, part))


@pytest.fixture
def papers(stage: Stage, world: World) -> None:
    """What the worker has made of the texts: the signed decisions, and the programme."""
    event = stage.towns[0].events["decided"].id
    make_decision_pdf(world.engine, world.settings, {"event_id": event, "language": "fi"})
    releases = [row for row in stage.rows["programme_release"].values() if row["event_id"] == event]
    make_programme_pdf(world.engine, world.settings, {"release_id": releases[-1]["id"], "language": "fi"})


@pytest.mark.usefixtures("papers")
@pytest.mark.parametrize("part", range(4))
def test_nobody_reads_what_is_not_theirs(app: FastAPI, stage: Stage, world: World, part: int) -> None:
    leaks: dict[tuple[str, str], set[str]] = defaultdict(set)
    read: set[str] = set()
    on_paper: dict[str, set[str]] = defaultdict(set)
    mine = readers(stage, world)[part::4]
    for reader in mine:
        pages = addresses(app, stage, crossed=bool(reader.cities))
        for address, (column, key) in read_everything(app, stage, world, reader, pages):
            read.add(column)
            if address.endswith(".pdf"):
                on_paper[reader.name].add(column)
            if not READ_BY[column](reader, stage.row(column.split(".")[0], key)):
                leaks[reader.name, column].add(address)
    found = [f"{name} reads {column} at {', '.join(sorted(at)[:3])}" for (name, column), at in sorted(leaks.items())]
    assert not found, "\n".join(found)
    assert len(read) > 30, "the tokens are seen at all"
    if "organizer" in {reader.name for reader in mine}:
        assert {"application.title", "company.name", "decision.reasons"} <= on_paper["organizer"], "on paper, too"
