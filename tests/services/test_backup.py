"""A backup under writes is of one moment, and comes back whole, also on the other kind of database."""

import hashlib
import io
import tarfile
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, col, select
from typer.testing import CliRunner

from app.adapters import backup, files
from app.adapters.database import make_engine, reading, writing
from app.cli import cli
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.models import Application, Attachment, AuditEvent, City
from app.services import cities
from tests.bucket import ON_BOTH_STORES, BucketServer, names_in
from tests.postgres import Cluster
from tests.world import NOW, SYSTEM, World, texts


def attach(world: World, application: Application, content: bytes) -> str:
    """A file with its row, as an upload leaves them."""
    stored_as = files.put(world.settings, content)
    with world.change() as session:
        session.add(
            Attachment(
                application_id=application.id, file_name="suunnitelma.pdf", content_type="application/pdf",
                size=len(content), sha256=hashlib.sha256(content).hexdigest(), stored_as=stored_as, created_at=NOW,
            )
        )  # fmt: skip
    return stored_as


@pytest.fixture
def application(world: World) -> Application:
    """Something of every kind: an application with a file, a jury, sheets."""
    event = world.event(world.city(), "jury")
    application = world.application(world.challenge(event))
    world.sheet(world.juror(event), application, [7, 6])
    return application


def elsewhere(url: str, folder: Path) -> Settings:
    """Another installation, with nothing in it."""
    return Settings(database_url=url, files=folder, base_url="http://testserver", secret_key="test-key")


def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    """The command on an installation."""
    monkeypatch.setenv("KIPINA_DATABASE_URL", settings.database_url)
    for name in ("files", "s3_url", "s3_endpoint", "s3_key_id", "s3_secret"):
        monkeypatch.setenv(f"KIPINA_{name.upper()}", str(getattr(settings, name)))
    result = CliRunner().invoke(cli, words)
    return result.exit_code, " ".join(result.output.split())


def entries(path: Path) -> dict[str, bytes]:
    """What is in the file."""
    with tarfile.open(path) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]


def pack(path: Path, content: dict[str, bytes]) -> None:
    """The file again, with other content."""
    with tarfile.open(path, "w") as tar:
        for name, value in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(value)
            tar.addfile(info, io.BytesIO(value))


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_a_backup_under_writes_comes_back_whole(
    settings: Settings, engine: sa.Engine, world: World, application: Application, tmp_path: Path, cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch, into: str,
) -> None:  # fmt: skip
    """Everything acknowledged before it began is there, rows and files fit each other, and the app can go on."""
    acknowledged: dict[str, bytes] = {}
    stop, begun = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            while not stop.is_set():
                content = f"{number} {len(acknowledged)}".encode() * 5000
                acknowledged[attach(world, application, content)] = content
                with writing(engine, EVERY_CITY) as session:
                    cities.add_unit(session, SYSTEM, application.city_id, texts("Yksikkö äö"), NOW)
                if len(acknowledged) > 20:
                    begun.set()
        except BaseException as failure:  # noqa: BLE001  told below
            failures.append(failure)
            begun.set()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    assert begun.wait(60)
    before = dict(acknowledged)
    target = tmp_path / "kipina.backup"
    code, said = run(settings, monkeypatch, "backup", str(target))
    stop.set()
    for writer in writers:
        writer.join(60)
    assert not failures
    assert (code, target.stat().st_mode & 0o777) == (0, 0o600), said

    url = cluster.fresh_database() if into == "postgresql" else f"sqlite:///{tmp_path}/restored.db"
    other = elsewhere(url, tmp_path / "restored")
    code, said = run(other, monkeypatch, "restore", str(target))
    assert code == 0, said
    assert "every hash is as it was" in said
    assert "tampere: intact" in said
    restored = make_engine(url)
    with reading(restored, EVERY_CITY) as session:
        rows = {one.stored_as: one for one in session.exec(select(Attachment))}
        assert before.keys() <= rows.keys(), "acknowledged before the backup began"
        for name, row in rows.items():
            assert hashlib.sha256(files.get(other, name)).hexdigest() == row.sha256
        assert names_in(other) == rows.keys()
        city = session.get_one(City, application.city_id)
        assert city.name == texts("Tampere", "Tampere", "Tampere")
    assert acknowledged.keys() - rows.keys(), "writing went on meanwhile, or nothing was rehearsed"
    again = World(restored, other)
    again.unit(city, "Kirjoitettu palautuksen jälkeen")
    assert run(other, monkeypatch, "verify-audit")[0] == 0
    if into == "sqlite":
        with restored.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    restored.dispose()


def test_every_row_of_every_table_comes_back_as_it_was(
    settings: Settings, engine: sa.Engine, application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "kipina.backup"
    other = elsewhere(f"sqlite:///{tmp_path}/restored.db", tmp_path / "restored")
    assert run(settings, monkeypatch, "backup", str(target))[0] == 0
    assert run(other, monkeypatch, "restore", str(target))[0] == 0
    restored = make_engine(other.database_url)
    filled = 0
    for table in SQLModel.metadata.sorted_tables:
        read: list[list[Any]] = []
        for one in (engine, restored):
            with reading(one, EVERY_CITY) as session:
                read.append(sorted(map(tuple, session.execute(sa.select(table))), key=repr))
        assert read[0] == read[1], table.name
        filled += bool(read[0])
    restored.dispose()
    assert filled > 10


def test_a_file_removed_meanwhile_is_missed_only_when_its_row_is_gone(
    settings: Settings, engine: sa.Engine, world: World, application: Application, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    kept, removed, lost = (attach(world, application, word.encode()) for word in ("pidetty", "poistettu", "kadonnut"))

    def get(settings: Settings, name: str) -> bytes:
        """The worker removes one while the backup copies, as it does when the row is gone."""
        if name == removed and name in names_in(settings):
            with world.change() as session:
                session.delete(session.exec(select(Attachment).where(Attachment.stored_as == removed)).one())
            files.remove(settings, removed)
        return plainly(settings, name)

    plainly = files.get
    monkeypatch.setattr(files, "get", get)
    files.remove(settings, lost)
    target = tmp_path / "kipina.backup"
    code, said = run(settings, monkeypatch, "backup", str(target))
    assert code == 1, "a file that a row still names is told of"
    assert lost in said
    assert removed not in said
    manifest = backup.check(world.settings, target, lambda _: None)
    assert (manifest.gone, manifest.missing) == ([removed], [lost])
    assert entries(target)[f"files/{kept}"] == b"pidetty"


@pytest.mark.parametrize("how", ["a row altered", "a file altered", "an entry gone", "cut short", "no tar", "one more"])
def test_a_damaged_backup_is_refused_before_anything_is_written(
    settings: Settings, world: World, application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:  # fmt: skip
    stored_as = attach(world, application, b"sisus")
    target = tmp_path / "kipina.backup"
    assert run(settings, monkeypatch, "backup", str(target))[0] == 0
    assert run(settings, monkeypatch, "backup", str(target))[0] == 1, "never written over"
    content = entries(target)
    rows = "database/city/000000.jsonl"
    match how:
        case "a row altered":
            content[rows] = content[rows].replace(b"tampere", b"tampara")
        case "a file altered":
            content[f"files/{stored_as}"] = b"susis"
        case "an entry gone":
            del content[rows]
        case "one more":
            content = {"files/abcdef": b"x"} | content
    pack(target, content)
    if how == "cut short":
        target.write_bytes(target.read_bytes()[: target.stat().st_size // 2])
    if how == "no tar":
        target.write_bytes(b"hello")
    other = elsewhere(f"sqlite:///{tmp_path}/restored.db", tmp_path / "restored")
    code, said = run(other, monkeypatch, "restore", str(target))
    assert code == 1
    assert "damaged" in said or "whole" in said
    assert not (tmp_path / "restored").exists()
    fresh = make_engine(other.database_url)
    assert sa.inspect(fresh).get_table_names() == []
    fresh.dispose()


def test_with_a_key_a_backup_is_encrypted_and_asks_for_it(
    settings: Settings, world: World, application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(world, application, b"%PDF-salaisuus" * 10_000)
    target, other = tmp_path / "kipina.backup", elsewhere(f"sqlite:///{tmp_path}/other.db", tmp_path / "other")
    monkeypatch.setenv("KIPINA_BACKUP_KEY", "oikein pitkä avain")
    assert run(settings, monkeypatch, "backup", str(target))[0] == 0
    content = target.read_bytes()
    assert b"salaisuus" not in content
    assert b"tampere" not in content

    def refused(key: str, content: bytes) -> str:
        target.write_bytes(content)
        monkeypatch.setenv("KIPINA_BACKUP_KEY", key)
        code, said = run(other, monkeypatch, "restore", str(target))
        assert code == 1
        assert not (tmp_path / "other").exists()
        return said

    assert "set KIPINA_BACKUP_KEY" in refused("", content)
    assert "another key" in refused("aivan toinen avain", content)
    assert "damaged" in refused("oikein pitkä avain", content[:-40_000] + b"x" + content[-39_999:])
    assert "not all of it" in refused("oikein pitkä avain", content[:-20])
    assert "not encrypted" in refused("oikein pitkä avain", b"hello" * 9_999)
    target.write_bytes(content)
    code, said = run(other, monkeypatch, "restore", str(target))
    assert code == 0, said


def test_nothing_is_restored_over_what_is_there(
    settings: Settings, application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "kipina.backup"
    assert run(settings, monkeypatch, "backup", str(target))[0] == 0
    code, said = run(settings, monkeypatch, "restore", str(target))
    assert code == 1
    assert "database is not empty" in said
    other = elsewhere(f"sqlite:///{tmp_path}/restored.db", tmp_path / "restored")
    files.put(other, b"somebody's")
    code, said = run(other, monkeypatch, "restore", str(target))
    assert code == 1
    assert "folder" in said


def test_a_restore_that_breaks_leaves_nothing(
    settings: Settings, world: World, application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(world, application, b"eka")
    attach(world, application, b"toka")
    target = tmp_path / "kipina.backup"
    assert run(settings, monkeypatch, "backup", str(target))[0] == 0
    other = elsewhere(f"sqlite:///{tmp_path}/restored.db", tmp_path / "restored")
    plainly = files.take_in
    taken: list[Any] = []

    def full(*arguments: Any) -> None:
        if taken:
            raise OSError(28, "No space left on device")
        taken.append(arguments)
        plainly(*arguments)

    monkeypatch.setattr(files, "take_in", full)
    assert run(other, monkeypatch, "restore", str(target))[0] == 1
    assert files.is_empty(other)
    fresh = make_engine(other.database_url)
    with reading(fresh, EVERY_CITY) as session:
        assert session.exec(select(AuditEvent.id).order_by(col(AuditEvent.id))).first() is None
    fresh.dispose()
    monkeypatch.setattr(files, "take_in", plainly)
    assert run(other, monkeypatch, "restore", str(target))[0] == 0, "with room it works the next time"


@ON_BOTH_STORES
def test_files_of_either_store_come_back_in_a_bucket(
    settings: Settings, engine: sa.Engine, world: World, application: Application, tmp_path: Path,
    bucket_server: BucketServer, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    contents = [b"", b"pieni", b"suuri" * 2_000_000]
    stored = {attach(world, application, content): content for content in contents}
    target = tmp_path / "kipina.backup"
    code, said = run(settings, monkeypatch, "backup", str(target))
    assert (code, "3 files" in said) == (0, True), said
    url = f"sqlite:///{tmp_path}/restored.db"
    other = Settings(database_url=url, files=tmp_path / "restored", secret_key="test-key", **bucket_server.settings())
    locked_out = other.model_copy(update={"s3_secret": "guessed"})
    code, said = run(locked_out, monkeypatch, "restore", str(target))
    assert (code, "does not answer" in said) == (1, True), said
    assert run(other, monkeypatch, "restore", str(target))[0] == 0
    assert {name: files.get(other, name) for name in names_in(other)} == stored
    assert not other.files.exists()
    again = other.model_copy(update={"database_url": f"sqlite:///{tmp_path}/again.db"})
    code, said = run(again, monkeypatch, "restore", str(target))
    assert code == 1
    assert "bucket s3://tests/" in said
