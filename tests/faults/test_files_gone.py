"""The server of the files stops and comes back: no upload is half there, and what was there can be fetched again."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from app.config import Settings
from app.domain.application import State
from app.models import Person
from tests.bucket import BucketServer, names_in
from tests.strict import StrictClient
from tests.world import World

DECK = Path(__file__).parents[1] / "data" / "uploads" / "pypdf-pdflatex-4-pages.pdf"
pytestmark = pytest.mark.parametrize("store", ["bucket"])


def everything(engine: sa.Engine) -> dict[str, Any]:
    """All rows, but for who was seen when."""
    with engine.connect() as connection:
        tables = [
            table for table in SQLModel.metadata.sorted_tables if table.name not in {"web_session", "limit_count"}
        ]
        return {table.name: sorted(map(repr, connection.execute(sa.select(table)))) for table in tables}


def test_while_it_is_gone_nothing_is_half_there_and_its_return_heals_all(
    settings: Settings, engine: sa.Engine, world: World, bucket_server: BucketServer,
    sign_in: Callable[[Person], StrictClient],
) -> None:  # fmt: skip
    application = world.application(world.challenge(world.event(world.city())), state=State.DRAFT)
    browser = sign_in(world.person_of(application))
    edit, deck = f"/company/applications/{application.id}/edit", DECK.read_bytes()

    def send(name: str) -> Any:
        return browser.submit(edit, files={"files": (name, deck, "application/pdf")}, then="files", title="Uusi nimi")

    assert send("first.pdf").status_code == 303
    before, stored = everything(engine), names_in(settings)
    [file] = [line for line in browser.get(edit).text.split('"') if "/attachments/" in line]
    bucket_server.stop()
    try:
        began = time.monotonic()
        for answer in (send("second.pdf"), browser.get(file.removeprefix("/fi"))):
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) <= 5
            assert "Kipinä" in answer.text
            for word in ("127.0.0.1", "S3", "bucket", "Traceback"):
                assert word not in answer.text
        assert time.monotonic() - began < 20, "told in time, not when patience has run out"
        assert browser.get(edit).status_code == 200, "all that needs no file goes on"
        assert everything(engine) == before
    finally:
        bucket_server.start()
    assert names_in(settings) == stored
    assert browser.get(file.removeprefix("/fi")).content == deck
    assert send("second.pdf").status_code == 303
    assert len(names_in(settings)) == 2
