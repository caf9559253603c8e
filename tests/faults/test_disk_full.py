"""A full disk: what cannot be saved is told plainly, what can be read is read, and no half of anything is left."""

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import col

from app.config import Settings
from app.domain.application import State
from app.models import Attachment
from tests.strict import StrictClient, form_of
from tests.world import World

DECK = Path(__file__).parents[1] / "data" / "uploads" / "pypdf-pdflatex-4-pages.pdf"


def told(answer: Any) -> None:
    assert answer.status_code == 507
    assert "disk" not in answer.text.lower()
    assert "Traceback" not in answer.text


def test_a_full_database_says_so_and_reads_on(app: FastAPI, client: StrictClient) -> None:
    """SQLite itself refuses to grow: `max_page_count` gives the very error of a full disk."""
    engine: sa.Engine = app.state.engine
    form, _ = form_of(client.get("/sign-in").text)
    full = True

    def limit(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {1 if full else 2**31}")

    sa.event.listen(engine, "begin", limit)
    sent = [form | {"email": f"maija{number}@example.org", "next": "/" + "a" * 900} for number in range(21)]
    answers = [client.post("/sign-in", data=one) for one in sent[:20]]
    told(answers[-1])
    assert {answer.status_code for answer in answers} <= {200, 507}, "a page that is there already may still have room"
    assert client.get("/sign-in").status_code == 200
    full = False
    assert client.post("/sign-in", data=sent[20]).status_code == 200, "writes again as soon as there is room"
    with engine.connect() as connection:
        mails = connection.execute(sa.text("SELECT count(*) FROM outgoing_mail")).scalar_one()
        links = connection.execute(sa.text("SELECT count(*) FROM sign_in_link")).scalar_one()
    acknowledged = sum(answer.status_code == 200 for answer in answers) + 1
    assert mails == links == acknowledged


@pytest.fixture
def small_disk(settings: Settings) -> Iterator[Path]:
    """A disk of 128 kB for the files; mounting takes root and the kernel's leave."""
    folder = settings.files
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_file_store_says_so_and_keeps_no_half_file(
    small_disk: Path, app: FastAPI, world: World, sign_in: Any, engine: sa.Engine
) -> None:
    challenge = world.challenge(world.event(world.city()))
    application = world.application(challenge, state=State.DRAFT)
    browser = sign_in(world.person_of(application))
    ballast = small_disk / "ballast"
    with pytest.raises(OSError, match="No space") as full:
        ballast.write_bytes(b"x" * 200_000)
    assert full.value.errno == errno.ENOSPC
    edit, deck = f"/company/applications/{application.id}/edit", DECK.read_bytes()

    def send() -> Any:
        return browser.submit(edit, files={"files": ("deck.pdf", deck, "application/pdf")}, then="files")

    told(send())
    assert browser.get(edit).status_code == 200
    assert [path for path in small_disk.rglob("*") if path.is_file()] == [ballast]
    ballast.unlink()
    assert send().status_code == 303
    with engine.connect() as connection:
        stored = connection.execute(sa.select(col(Attachment.stored_as), col(Attachment.size))).all()
    kept = [(path.name, path.stat().st_size) for path in small_disk.rglob("*") if path.is_file()]
    assert kept == [tuple(row) for row in stored] == [(kept[0][0], len(deck))]
