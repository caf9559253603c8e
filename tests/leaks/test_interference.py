"""What a person may not know changes no answer: not a count, an average, an order, a search or a status.

Two databases that differ only in what the reader may not see give the same bytes at every address.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import SQLModel

from app.adapters import clock
from app.config import Settings
from app.domain.localized import Localized
from app.main import create_app
from app.models.columns import LocalizedText
from app.web import session as web_session
from tests.leaks.canaries import READ_BY, Reader, Row, case_title, organizers, own_company, token
from tests.leaks.stage import Stage, addresses, readers
from tests.straight import TestClient
from tests.strict import keyless
from tests.world import NOW, World

VARYING = {"date", "server", "x-request-id"}

Answer = tuple[int, dict[str, str], bytes]


def answers(settings: Settings, stage: Stage, reader: Reader, cookie: str) -> dict[str, Answer]:
    """The answer of every address, by an app that remembers nothing."""
    app: FastAPI = create_app(settings)
    with TestClient(app, base_url=settings.base_url, follow_redirects=False) as browser:
        found = {}
        for address in addresses(app, stage, crossed=False):
            browser.cookies.clear()  # a message carried from page to page would differ with the clock
            answer = browser.get(address, headers={"cookie": f"{settings.session_cookie}={cookie}"})
            headers = {name: value for name, value in answer.headers.items() if name not in VARYING}
            found[address] = (answer.status_code, headers, keyless(answer.content))
    app.state.engine.dispose()
    return found


def differences(before: dict[str, Answer], after: dict[str, Answer]) -> list[str]:
    """Where the answers are not the same, with the beginning of the first difference."""
    found = []
    for address, (status, headers, body) in before.items():
        other_status, other_headers, other_body = after[address]
        if (status, headers, body) != after[address]:
            at = next((i for i, (a, b) in enumerate(zip(body, other_body, strict=False)) if a != b), 0)
            parts = [text[max(0, at - 60) : at + 60].decode("utf-8", "replace") for text in (body, other_body)]
            changed = {name for name in headers | other_headers if headers.get(name) != other_headers.get(name)}
            found.append(f"{address} {status}→{other_status} {changed} {parts[0]!r} → {parts[1]!r}")
    return found


class Hidden:
    """Changes in the database whatever a reader may not look at; `changed` counts the values."""

    def __init__(self, connection: sa.Connection, stage: Stage, reader: Reader) -> None:
        self.connection, self.stage, self.reader = connection, stage, reader
        self.changed = 0

    def rows(self, table: str) -> Iterator[tuple[int, Row]]:
        """The rows of a table with what they belong to."""
        return ((key, self.stage.row(table, key)) for key in self.stage.rows[table])

    def put(self, table: str, key: int, **values: Any) -> None:
        """Change one row."""
        columns = SQLModel.metadata.tables[table]
        self.connection.execute(sa.update(columns).where(next(iter(columns.primary_key.columns)) == key).values(values))
        self.changed += 1

    def works_for(self, row: Row) -> bool:
        """Is the reader of the row's city, or of its jury."""
        return any(city == row.city for city, _ in self.reader.cities) or row.event in self.reader.jury_of

    def words(self) -> None:
        """Other words in every column, longer, and first in any order."""
        for name, may_read in READ_BY.items():
            table, column = name.split(".")
            if column not in SQLModel.metadata.tables[table].columns:
                continue
            kind = SQLModel.metadata.tables[table].columns[column].type
            for key, row in self.rows(table):
                if not may_read(self.reader, row):
                    other = f"aa{token(table, column, key)}yy".replace("zq", "yy") * 2
                    value: Any = Localized(other, other, other) if isinstance(kind, LocalizedText) else other
                    self.put(table, key, **{column: 13 if isinstance(kind, sa.Integer) else value})

    def scores(self) -> None:
        """Other scores, and sheets sent in that were not, and the other way round."""
        score = SQLModel.metadata.tables["score"]
        for key, row in self.rows("score_sheet"):
            own = row.person == self.reader.person and row.application not in self.reader.conflicts
            if not own and not organizers(self.reader, row):
                other = sa.update(score).where(score.c.sheet_id == key).values(value=10 - score.c.value)
                self.connection.execute(other)
                if row.application in self.reader.conflicts or not self.works_for(row):  # staff sees how many are in
                    self.put("score_sheet", key, submitted_at=None if row.submitted_at else NOW)

    def outcomes(self) -> None:
        """Other decisions, where they are not signed."""
        for key, row in self.rows("decision"):
            if row.applied_at is None and not organizers(self.reader, row):
                self.put("decision", key, outcome="decline", reserve_rank=None)

    def applications(self) -> None:
        """Fewer applications, for those who do not know how many there are.

        One with a conflict of interest learns whether the application still waits: it keeps them from signing.
        """
        for key, row in self.rows("application"):
            if row.phase == "jury" and not self.works_for(row) and not own_company(self.reader, row):
                self.put("application", key, state="withdrawn")

    def stages(self) -> None:
        """Other stages of cases that are not published."""
        for key, row in self.rows("follow_up_case"):
            if row.published_at is None and not case_title(self.reader, row):
                self.put("follow_up_case", key, stage="triage", furthest="triage", next_step_on=None)


@pytest.mark.parametrize(
    "name", ["public", "conflicted", "conflicted juror", "juror", "chosen", "leadership", "organizer of the other city"]
)
def test_what_is_hidden_changes_no_answer(
    stage: Stage, world: World, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (reader,) = [one for one in readers(stage, world) if one.name == name]
    with world.change() as session:
        cookie = web_session.begin(session, reader.person, clock.now()) if reader.person else "nobody"
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    before = answers(world.settings, stage, reader, cookie)
    with engine.begin() as connection:
        hidden = Hidden(connection, stage, reader)
        for change in (hidden.words, hidden.scores, hidden.outcomes, hidden.applications, hidden.stages):
            change()
    assert hidden.changed > 20
    after = answers(world.settings, stage, reader, cookie)
    found = differences(before, after)
    assert not found, "\n".join(found)
