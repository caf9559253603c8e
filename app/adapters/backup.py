"""One file with the database and the files of one moment, taken while everybody goes on writing.

A tar, written and read as a stream: the rows of each table as lines of JSON, the files that those rows name, and at its
end `manifest.json` with the SHA-256 of every entry. It fits SQLite and PostgreSQL alike.
"""

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.adapters import files, migrations, strays
from app.adapters.backup_cipher import MAGIC, Damaged, Sealing, Unsealing, WrongKey
from app.adapters.database import one_moment, reading, writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.domain.localized import Localized
from app.models.columns import LocalizedText, UtcDateTime

FORMAT = 1
ROWS = 1000
"""Rows of one entry: as much as is held in memory."""
_BLOCK = 1 << 20
_MANIFEST = "manifest.json"

Seen = Callable[[int], object]
"""Told how many rows or files more are done."""


class BackupError(Exception):
    """A backup that cannot be taken or used, with the reason in words."""


@dataclass
class Manifest:
    """What is in a backup."""

    revision: str
    at: str
    format: int = FORMAT
    entries: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of every entry."""
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Rows of each table, and a sum of their hashes that is the same in any order."""
    gone: list[str] = field(default_factory=list)
    """Files whose rows were removed while the backup was taken, and the files with them."""
    missing: list[str] = field(default_factory=list)
    """Files that rows still name, and that the store had lost before."""

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table["rows"] for table in self.tables.values())

    @property
    def files(self) -> int:
        """Files from the store."""
        return sum(name.startswith("files/") for name in self.entries)


def size(engine: sa.Engine) -> int:
    """Rows and files there are about now, for a progress bar."""
    with reading(engine, EVERY_CITY) as session:
        rows = (sa.select(sa.func.count()).select_from(table) for table in SQLModel.metadata.sorted_tables)
        many: int = sum(session.execute(one).scalar_one() for one in rows)
        stored: int = session.execute(
            sa.select(sa.func.count()).select_from(strays.named_files().subquery())
        ).scalar_one()
    return many + stored


def take(engine: sa.Engine, settings: Settings, out: BinaryIO, now: datetime, seen: Seen) -> Manifest:
    """Write a backup, encrypted when there is a key. What was committed before is in it, and nothing from later on."""
    if not settings.backup_key:
        return _take(engine, settings, out, now, seen)
    sealing = Sealing(out, settings.backup_key)
    manifest = _take(engine, settings, sealing, now, seen)
    sealing.close()
    return manifest


def _take(engine: sa.Engine, settings: Settings, out: Any, now: datetime, seen: Seen) -> Manifest:
    with one_moment(engine) as session, tarfile.open(fileobj=out, mode="w|") as tar:
        manifest = Manifest(_revision(session), now.isoformat())
        for table in SQLModel.metadata.sorted_tables:
            digest = _Digest()
            for number, lines in enumerate(_lines(session, table)):
                digest.add(lines)
                content = b"".join(lines)
                _write(tar, manifest, f"database/{table.name}/{number:06}.jsonl", content)
                seen(len(lines))
            manifest.tables[str(table.name)] = digest.as_dict()
        # Files after rows: a file is there before its row, so each is found unless its row has gone meanwhile.
        for name in session.execute(strays.named_files().execution_options(yield_per=ROWS)).scalars():
            try:
                content = files.get(settings, name)
                _write(tar, manifest, f"files/{name}", content)
            except FileNotFoundError:
                (manifest.missing if _is_named(engine, name) else manifest.gone).append(name)
            seen(1)
        content = orjson.dumps(asdict(manifest))
        _write(tar, manifest, _MANIFEST, content)
    return manifest


def check(settings: Settings, path: Path, seen: Seen) -> Manifest:
    """Read a backup through and compare every hash; raises BackupError when it is damaged or incomplete."""
    hashes: dict[str, str] = {}
    manifest = None
    try:
        for name, entry in _entries(settings, path):
            if name == _MANIFEST:
                manifest = _manifest(entry.read())
                continue
            read = _Hashing(entry)
            read.to_end()
            hashes[name] = read.hash.hexdigest()
            seen(1)
    except WrongKey:
        raise BackupError("The backup was encrypted with another key than KIPINA_BACKUP_KEY.") from None
    except Damaged:
        raise BackupError("The backup is damaged, or not all of it is there.") from None
    except (tarfile.TarError, EOFError):
        raise BackupError("The file is no whole backup.") from None
    if manifest is None:
        raise BackupError("The file is no whole backup: it ends before its manifest.")
    for name in sorted(manifest.entries.keys() | hashes.keys()):
        if manifest.entries.get(name) != hashes.get(name):
            raise BackupError(f"The backup is damaged at {name}.")
    return manifest


def restore(engine: sa.Engine, settings: Settings, path: Path, manifest: Manifest, seen: Seen) -> None:
    """Fill an empty database and an empty file store from a checked backup, whole or not at all; then look again."""
    _refuse_unless_empty(engine, settings)
    migrations.upgrade(engine)
    tables = SQLModel.metadata.tables
    with reading(engine, EVERY_CITY) as session:
        ours = _revision(session)
    if manifest.revision != ours or manifest.tables.keys() != tables.keys():
        message = f"The backup is of tables {manifest.revision}, this version has {ours}"
        raise BackupError(f"{message}: restore it with the version that took it, and migrate then.")
    stored: list[str] = []
    try:
        with writing(engine, EVERY_CITY) as session:
            for name, entry in _entries(settings, path):
                kind, _, rest = name.partition("/")
                if kind == "database":
                    table = tables[rest.partition("/")[0]]
                    rows = [_typed(table, orjson.loads(line)) for line in entry.read().splitlines()]
                    session.connection().execute(table.insert(), rows)
                    seen(len(rows))
                elif kind == "files":
                    stored.append(rest)
                    files.take_in(settings, rest, entry)
                    seen(1)
            _count_on(session)
    except BaseException:
        for name in stored:
            files.remove(settings, name)
        raise
    _compare(engine, settings, manifest)


def _compare(engine: sa.Engine, settings: Settings, manifest: Manifest) -> None:
    """What is in the database and in the store now is what the backup says."""
    with one_moment(engine) as session:
        for table in SQLModel.metadata.sorted_tables:
            digest = _Digest()
            for lines in _lines(session, table):
                digest.add(lines)
            if digest.as_dict() != manifest.tables[table.name]:
                raise BackupError(f"The table {table.name} is not what the backup holds.")
    for name, wanted in manifest.entries.items():
        if name.startswith("files/"):
            content = files.get(settings, name.removeprefix("files/"))
            if hashlib.sha256(content).hexdigest() != wanted:
                raise BackupError(f"The file {name} is not what the backup holds.")


def _refuse_unless_empty(engine: sa.Engine, settings: Settings) -> None:
    there = sa.inspect(engine)
    with reading(engine, EVERY_CITY) as session:
        for table in SQLModel.metadata.sorted_tables:
            if there.has_table(table.name) and session.execute(sa.select(sa.literal(1)).select_from(table)).first():
                raise BackupError(f"The database is not empty: there are rows in {table.name}.")
    if not files.is_empty(settings):
        raise BackupError(f"The {files.place(settings)} is not empty.")


def _count_on(session: Session) -> None:
    """The next row gets the next number; SQLite sees to that by itself."""
    if session.get_bind().dialect.name == "sqlite":
        return
    for table in SQLModel.metadata.sorted_tables:
        if (counted := table.autoincrement_column) is not None:
            sequence = sa.func.pg_get_serial_sequence(table.name, counted.name)
            last = sa.select(sa.func.coalesce(sa.func.max(counted), 0) + 1).scalar_subquery()
            session.execute(sa.select(sa.func.setval(sequence, last, False)))


def _revision(session: Session) -> str:
    revision: str = session.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    return revision


def _is_named(engine: sa.Engine, stored_as: str) -> bool:
    with reading(engine, EVERY_CITY) as session:
        named = strays.named_files().subquery()
        return session.execute(sa.select(named).where(named.c[0] == stored_as)).first() is not None


def _lines(session: Session, table: sa.Table) -> Iterator[list[bytes]]:
    """The rows as lines of JSON, some at a time, in the order of their keys."""
    which = sa.select(table).order_by(*table.primary_key.columns).execution_options(yield_per=ROWS)
    names = [column.name for column in table.columns]
    with session.execute(which) as found:
        for rows in found.partitions():
            yield [
                orjson.dumps(dict(zip(names, map(_plain, row), strict=True)), option=orjson.OPT_APPEND_NEWLINE)
                for row in rows
            ]


def _plain(value: Any) -> Any:
    if isinstance(value, Localized):
        return value.as_dict()
    if isinstance(value, Enum):
        return value.value
    return value


def _typed(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    """A row as the columns of the table take it."""
    return {name: None if value is None else _of(table.columns[name].type, value) for name, value in row.items()}


def _of(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    if isinstance(kind, LocalizedText):
        return Localized.of(value)
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        return kind.enum_class(value)
    return value


class _Digest:
    """The number of rows and the sum of their hashes: the two servers sort words differently."""

    def __init__(self) -> None:
        self.rows, self.sum = 0, 0

    def add(self, lines: list[bytes]) -> None:
        self.rows += len(lines)
        self.sum += sum(int.from_bytes(hashlib.sha256(line).digest()) for line in lines)

    def as_dict(self) -> dict[str, Any]:
        return {"rows": self.rows, "sum": f"{self.sum % (1 << 256):064x}"}


class _Hashing:
    """Reads on, and hashes what was read."""

    def __init__(self, source: Any) -> None:
        self.source, self.hash = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content: bytes = self.source.read(size)
        self.hash.update(content)
        return content

    def to_end(self) -> None:
        while self.read(_BLOCK):
            pass


def _write(tar: tarfile.TarFile, manifest: Manifest, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))
    manifest.entries[name] = hashlib.sha256(content).hexdigest()


def _entries(settings: Settings, path: Path) -> Iterator[tuple[str, Any]]:
    with path.open("rb") as file:
        sealed = file.read(len(MAGIC)) == MAGIC
        file.seek(0)
        if sealed and not settings.backup_key:
            raise BackupError("The backup is encrypted: set KIPINA_BACKUP_KEY to its key.")
        if settings.backup_key and not sealed:
            raise BackupError("The backup is not encrypted. If that is as it should be, unset KIPINA_BACKUP_KEY.")
        source: Any = Unsealing(file, settings.backup_key) if sealed else file
        with tarfile.open(fileobj=source, mode="r|") as tar:
            for info in tar:
                entry = tar.extractfile(info)
                if entry is None:
                    raise BackupError(f"{info.name} has no place in a backup.")
                yield info.name, entry
        while source.read(_BLOCK):  # the end is looked at, too
            pass


def _manifest(content: bytes) -> Manifest:
    try:
        found = Manifest(**orjson.loads(content))
    except (orjson.JSONDecodeError, TypeError) as error:
        raise BackupError("The manifest cannot be read.") from error
    if found.format != FORMAT:
        raise BackupError(f"The backup has the format {found.format}, this version reads {FORMAT}.")
    return found
