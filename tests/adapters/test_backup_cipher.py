import io
from collections.abc import Callable

import pytest

from app.adapters.backup_cipher import CHUNK, Damaged, Sealing, Unsealing, WrongKey

WORDS = "oikein pitkä avain"
HEADER = 48
WHOLE = CHUNK + 16
"""A sealed chunk."""


def sealed(content: bytes, step: int = 10_007) -> bytes:
    out = io.BytesIO()
    sealing = Sealing(out, WORDS)
    for at in range(0, len(content), step):
        sealing.write(content[at : at + step])
    sealing.close()
    return out.getvalue()


def opened(content: bytes, words: str = WORDS) -> bytes:
    source, read = Unsealing(io.BytesIO(content), words), b""
    while part := source.read(9_001):
        read += part
    return read


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5])
def test_what_was_sealed_is_read_again(size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    whole = sealed(content)
    assert opened(whole) == content
    assert Unsealing(io.BytesIO(whole), WORDS).read() == content


def test_nothing_of_it_is_readable_and_no_two_are_alike() -> None:
    content = b"liikesalaisuus" * 5_000
    assert b"liikesalaisuus" not in sealed(content)
    assert sealed(content) != sealed(content)


def _flipped(at: int) -> Callable[[bytes], bytes]:
    return lambda content: content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


ATTACKS: dict[str, Callable[[bytes], bytes]] = {
    "a bit in the first chunk": _flipped(HEADER),
    "a bit in the second chunk": _flipped(HEADER + WHOLE + 99),
    "a bit at the end": _flipped(-1 + HEADER + 2 * WHOLE + 1),
    "two chunks changed places": lambda c: (
        c[:HEADER] + c[HEADER + WHOLE : HEADER + 2 * WHOLE] + c[HEADER : HEADER + WHOLE] + c[HEADER + 2 * WHOLE :]
    ),
    "a chunk twice": lambda c: c[: HEADER + WHOLE] + c[HEADER:],
    "a chunk gone": lambda c: c[:HEADER] + c[HEADER + WHOLE :],
    "cut after a chunk": lambda c: c[: HEADER + 2 * WHOLE],
    "cut within a chunk": lambda c: c[:-3],
    "nothing after the header": lambda c: c[:HEADER],
    "cut within the header": lambda c: c[:20],
    "something added": lambda c: c + b"x",
    "another's chunks": lambda c: c[:HEADER] + sealed(bytes(3 * CHUNK))[HEADER:],
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_whatever_is_done_to_it_is_noticed(attack: str) -> None:
    with pytest.raises(Damaged):
        opened(ATTACKS[attack](sealed(bytes(2 * CHUNK + 1_000))))


def test_another_key_is_told_before_anything_is_read() -> None:
    with pytest.raises(WrongKey):
        Unsealing(io.BytesIO(sealed(b"x")), "aivan toinen avain")
