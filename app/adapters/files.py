"""The file store: random names, written whole or not at all."""

import secrets
import shutil
from pathlib import Path
from typing import BinaryIO

from app.config import Settings


def _path(settings: Settings, stored_as: str) -> Path:
    if not stored_as.isalnum():
        raise FileNotFoundError(stored_as)
    return settings.files / stored_as[:2] / stored_as


def put(settings: Settings, content: bytes) -> str:
    """Store bytes durably; returns the random name. Raises OSError when the disk is full; no half file is left."""
    stored_as = secrets.token_hex(20)
    path = _path(settings, stored_as)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    return stored_as


def get(settings: Settings, stored_as: str) -> bytes:
    """The bytes; raises FileNotFoundError."""
    return _path(settings, stored_as).read_bytes()


def remove(settings: Settings, stored_as: str) -> None:
    """Forget a file; one that is gone already is no fault."""
    _path(settings, stored_as).unlink(missing_ok=True)


def opened(settings: Settings, stored_as: str) -> BinaryIO:
    """The file to read from; raises FileNotFoundError."""
    return _path(settings, stored_as).open("rb")


def take_in(settings: Settings, stored_as: str, source: BinaryIO) -> None:
    """Store under a name that is given, as when a backup is restored."""
    path = _path(settings, stored_as)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        shutil.copyfileobj(source, file)


def is_empty(settings: Settings) -> bool:
    """Is nothing stored."""
    return not any(path.is_file() for path in settings.files.rglob("*"))
