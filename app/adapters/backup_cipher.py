"""A stream encrypted with a key in words: chunks that can be neither read, changed, moved nor left out without it.

`kipina-sealed-1` and a line feed, 16 bytes of salt, 16 of a check of the key; then chunks of 64 KiB under AES-256-GCM,
each with its number and whether it is the last in the nonce, and with all of the above authenticated (the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizár, as in age). scrypt makes the key of each file from the words and
the salt.
"""

import secrets
from hashlib import scrypt
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"kipina-sealed-1\n"
CHUNK = 1 << 16
_TAG = 16
_HEADER = len(MAGIC) + 32


class WrongKey(Exception):
    """These words are not those that it was sealed with."""


class Damaged(Exception):
    """What is read is not what was written, or not all of it."""


class Sealing:
    """Writes to `out`; `close` writes the last chunk and leaves `out` open."""

    def __init__(self, out: BinaryIO, words: str) -> None:
        salt = secrets.token_bytes(16)
        key, check = _keys(words, salt)
        self._out, self._cipher, self._header = out, AESGCM(key), MAGIC + salt + check
        self._waiting, self._number = bytearray(), 0
        out.write(self._header)

    def write(self, content: bytes) -> int:
        """Seal whatever fills a chunk; what might be the last one waits."""
        self._waiting += content
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(content)

    def close(self) -> None:
        """The end; without it the stream is no whole one."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, self._header))
        self._number += 1


class Unsealing:
    """Reads what was sealed; gives only what is authentic. Raises WrongKey at once, Damaged at the first bad chunk."""

    def __init__(self, source: BinaryIO, words: str) -> None:
        self._source, self._header = source, source.read(_HEADER)
        if len(self._header) < _HEADER:
            raise Damaged
        salt, check = self._header[len(MAGIC) : -16], self._header[-16:]
        key, expected = _keys(words, salt)
        if not secrets.compare_digest(check, expected):
            raise WrongKey
        self._cipher = AESGCM(key)
        self._next = source.read(CHUNK + _TAG)
        self._number, self._ended, self._read = 0, False, bytearray()

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer only at the end."""
        while not self._ended and (size < 0 or len(self._read) < size):
            self._open()
        many = len(self._read) if size < 0 else size
        content = bytes(self._read[:many])
        del self._read[:many]
        return content

    def _open(self) -> None:
        sealed, self._next = self._next, self._source.read(CHUNK + _TAG)
        self._ended = not self._next
        try:
            self._read += self._cipher.decrypt(_nonce(self._number, last=self._ended), sealed, self._header)
        except InvalidTag:
            raise Damaged from None
        self._number += 1


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


def _keys(words: str, salt: bytes) -> tuple[bytes, bytes]:
    """The key of one file, and what tells whether it is the right one."""
    made = scrypt(words.encode(), salt=salt, n=1 << 15, r=8, p=3, maxmem=1 << 26, dklen=48)
    return made[:32], made[32:]
