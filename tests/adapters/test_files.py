"""The store keeps what it is given, in a folder and in a bucket alike."""

import os
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from app.adapters import clock, files
from app.config import Settings
from tests.bucket import ON_BOTH_STORES, BucketServer, names_in

LARGE = os.urandom(1 << 20) * 13


def read_all(settings: Settings, name: str) -> tuple[int, bytes]:
    async def read() -> tuple[int, list[bytes]]:
        size, parts = files.stream(settings, name)
        return size, [part async for part in parts]

    size, parts = anyio.run(read)
    assert max(map(len, parts), default=0) < 4 * files.CHUNK, "a little at a time"
    return size, b"".join(parts)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("s3_url", "bucket/files"),
        ("s3_url", "s3://"),
        ("clamd", "scanner"),
        ("clamd", "scanner:"),
        ("clamd", "a/b.socket"),
    ],
)
def test_a_slip_in_the_settings_is_told_at_the_start(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"KIPINA_{name.upper()} is"):
        Settings(**{name: value})  # type: ignore[arg-type]


@ON_BOTH_STORES
@pytest.mark.parametrize("content", [b"", b"x", LARGE], ids=["empty", "small", "large"])
def test_what_is_put_comes_back(settings: Settings, content: bytes) -> None:
    name = files.put(settings, content)
    assert files.get(settings, name) == content
    assert read_all(settings, name) == (len(content), content)
    assert names_in(settings) == {name}
    files.remove(settings, name)
    files.remove(settings, name)
    assert files.is_empty(settings)


@ON_BOTH_STORES
def test_names_are_random_and_nothing_else_is_a_name(settings: Settings) -> None:
    names = {files.put(settings, b"same") for _ in range(5)}
    assert {len(name) for name in names} == {40}
    assert len(names) == 5
    for name in ("", "../secret", "ab/cd", "ä" * 40, "..", "a\0b", "a" * 40):
        with pytest.raises(FileNotFoundError):
            files.get(settings, name)
        with pytest.raises(FileNotFoundError):
            files.stream(settings, name)


@ON_BOTH_STORES
def test_a_given_name_is_kept(settings: Settings, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(LARGE)
    with source.open("rb") as file:
        files.take_in(settings, "ab" * 20, file)
    assert files.get(settings, "ab" * 20) == LARGE


@ON_BOTH_STORES
def test_only_what_is_old_is_listed(settings: Settings) -> None:
    name = files.put(settings, b"x")
    assert list(files.stored_before(settings, clock.now() - timedelta(minutes=1))) == []
    assert list(files.stored_before(settings, clock.now() + timedelta(minutes=1))) == [name]


def test_another_prefix_or_a_wrong_key_opens_nothing(bucket_server: BucketServer) -> None:
    settings = Settings(**bucket_server.settings())
    name = files.put(settings, b"x")
    stranger = settings.model_copy(update={"s3_secret": "guessed"})
    with pytest.raises(files.Unreachable):
        files.get(stranger, name)
    elsewhere = Settings(**bucket_server.settings())
    with pytest.raises(FileNotFoundError):
        files.get(elsewhere, name)
