"""The file store: random names, written whole or not at all."""

import secrets
from pathlib import Path

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
