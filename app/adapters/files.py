"""The file store: random names, written whole or not at all, in a folder or in a bucket of any S3-compatible server."""

import errno
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import BinaryIO

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from app.config import Settings

CHUNK = 256 * 1024
"""Bytes of a file that are held in memory while it leaves."""


class Unreachable(ConnectionError):
    """The server that keeps the files does not answer, or does not let us in."""


def put(settings: Settings, content: bytes) -> str:
    """Store bytes durably; returns the random name. No half file is ever found under a name.

    Raises OSError (ENOSPC) when the disk is full, Unreachable when the server of the files is gone.
    """
    stored_as = secrets.token_hex(20)
    _put(settings, stored_as, content)
    return stored_as


def get(settings: Settings, stored_as: str) -> bytes:
    """The bytes; raises FileNotFoundError, or Unreachable."""
    with _plain_errors():
        return bytes(obstore.get(_store(settings), _path(stored_as)).bytes())


def stream(settings: Settings, stored_as: str) -> tuple[int, AsyncIterator[bytes]]:
    """The size of a file and its bytes, a little at a time; raises FileNotFoundError, or Unreachable."""
    with _plain_errors():
        found = obstore.get(_store(settings), _path(stored_as))

    async def parts() -> AsyncIterator[bytes]:
        async for part in found.stream(CHUNK):
            yield bytes(part)

    return found.meta["size"], parts()


def remove(settings: Settings, stored_as: str) -> None:
    """Forget a file; one that is gone already is no fault."""
    with _plain_errors(), suppress(FileNotFoundError):
        obstore.delete(_store(settings), _path(stored_as))


def take_in(settings: Settings, stored_as: str, source: BinaryIO) -> None:
    """Store under a name that is given, as when a backup is restored."""
    _put(settings, stored_as, source.read())


def stored_before(settings: Settings, moment: datetime) -> Iterator[str]:
    """The names of the files that have lain in the store since before a moment."""
    with _plain_errors():
        for page in obstore.list(_store(settings)):
            for found in page:
                if found["last_modified"] < moment:
                    yield found["path"].rpartition("/")[2]


def remove_half_written(settings: Settings, moment: datetime) -> int:
    """Remove what a crash left half written in the folder before a moment; a bucket holds no half files."""
    if settings.s3_url:
        return 0
    # The library writes to `name#1` first, and its list leaves such files out.
    old = [path for path in settings.files.glob("*/*#*") if path.stat().st_mtime < moment.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def is_empty(settings: Settings) -> bool:
    """Is nothing stored."""
    with _plain_errors():
        return not any(page for page in obstore.list(_store(settings), chunk_size=1))


def place(settings: Settings) -> str:
    """Where the files are, for a message."""
    return f"bucket {settings.s3_url}" if settings.s3_url else f"folder {settings.files}"


def _put(settings: Settings, stored_as: str, content: bytes) -> None:
    path = _path(stored_as)
    with _plain_errors():
        obstore.put(_store(settings), path, content, use_multipart=False)
    if not settings.s3_url:
        for written in (settings.files / path, (settings.files / path).parent):
            _to_the_disk(written)


def _to_the_disk(path: Path) -> None:
    """What is acknowledged outlives a power cut: the row that names the file is written after this."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _path(stored_as: str) -> str:
    if not (stored_as.isascii() and stored_as.isalnum()):
        raise FileNotFoundError(stored_as)
    return f"{stored_as[:2]}/{stored_as}"


def _store(settings: Settings) -> LocalStore | S3Store:
    if not settings.s3_url:
        return _folder(settings.files)
    return _bucket(
        settings.s3_url, settings.s3_endpoint, settings.s3_region, settings.s3_key_id, settings.s3_secret
    )  # fmt: skip


@cache
def _folder(path: Path) -> LocalStore:
    return LocalStore(path, mkdir=True)


@cache
def _bucket(url: str, endpoint: str, region: str, key_id: str, secret: str) -> S3Store:
    named = {"endpoint": endpoint, "access_key_id": key_id, "secret_access_key": secret}
    return S3Store.from_url(
        url,
        region=region,
        **{name: value for name, value in named.items() if value},  # type: ignore[arg-type]
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=3),
            "timeout": timedelta(seconds=30),
        },
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=10)},
    )


@contextmanager
def _plain_errors() -> Iterator[None]:
    """What the library raises, as the errors that the rest of the house knows; FileNotFoundError is one already."""
    try:
        yield
    except BaseError as error:
        if f"os error {errno.ENOSPC}" in str(error) or f"os error {errno.EDQUOT}" in str(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise Unreachable(str(error).partition("\n")[0]) from error
