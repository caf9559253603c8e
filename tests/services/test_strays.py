"""Files that no row names are found and removed; nothing that a row names, and nothing young, ever is."""

import os
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel
from typer.testing import CliRunner

from app.adapters import clock, files, strays
from app.cli import cli
from app.config import Settings
from app.models import Attachment, City, Document, ProgrammeRelease
from app.models.columns import STORED_FILE
from tests.bucket import ON_BOTH_STORES, names_in
from tests.world import NOW, World


@pytest.fixture
def named(world: World) -> set[str]:
    """A file of every kind, with its row."""
    city = world.city()
    event = world.event(city)
    application = world.application(world.challenge(event))
    names = [files.put(world.settings, kind) for kind in (b"deck", b"booklet", b"logo")]
    with world.change() as session:
        release = ProgrammeRelease(event_id=event.id, number=1, name="1.0", content={}, released_at=NOW)
        session.add(release)
        session.flush()
        session.add(
            Attachment(
                application_id=application.id, file_name="a.pdf", size=4, sha256="", stored_as=names[0], created_at=NOW
            )
        )
        session.add(Document(release_id=release.id, locale="fi", stored_as=names[1], size=7, created_at=NOW))
        session.get_one(City, city.id).logo = names[2]
    return set(names)


@ON_BOTH_STORES
def test_a_stray_goes_when_it_is_old_and_what_has_a_row_stays(
    settings: Settings, engine: sa.Engine, named: set[str]
) -> None:
    lost = files.put(settings, b"the row of this one was never committed")
    assert strays.find(engine, settings, clock.now()) == [], "it may still get its row"
    later = clock.now() + strays.AGE + timedelta(minutes=1)
    assert strays.find(engine, settings, later) == [lost]
    strays.remove(settings, [lost], later)
    assert names_in(settings) == named


def test_what_was_half_written_goes_with_them(settings: Settings) -> None:
    name = files.put(settings, b"whole")
    half = settings.files / name[:2] / f"{name}#1"
    half.write_bytes(b"who")
    strays.remove(settings, [], clock.now())
    assert half.exists()
    os.utime(half, (0, 0))
    strays.remove(settings, [], clock.now())
    assert [path.name for path in settings.files.rglob("*") if path.is_file()] == [name]


def test_the_command_lists_and_removes_only_when_told(
    settings: Settings, named: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = files.put(settings, b"x")
    os.utime(settings.files / lost[:2] / lost, (0, 0))
    monkeypatch.setenv("KIPINA_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("KIPINA_FILES", str(settings.files))
    said = CliRunner().invoke(cli, ["strays"])
    assert (said.exit_code, said.stdout) == (0, f"{lost}\n")
    assert names_in(settings) == named | {lost}
    assert CliRunner().invoke(cli, ["strays", "--remove"]).exit_code == 0
    assert names_in(settings) == named


def test_every_column_that_names_files_is_marked() -> None:
    columns = [column for table in SQLModel.metadata.sorted_tables for column in table.columns]
    marked = {f"{column.table.name}.{column.name}" for column in columns if column.info.get(STORED_FILE)}
    assert marked == {"attachment.stored_as", "city.logo", "decision_document.stored_as", "document.stored_as"}
    assert {str(column) for column in columns if "stored" in column.name} <= marked
