"""Secrets of other services, encrypted before they reach the database: it and its backups tell them to nobody.

AES-256-GCM (NIST SP 800-38D) with 96 random bits as nonce, which stand before the text; a key writes far fewer than the
2^32 of them that are allowed.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


def seal(key: bytes, secret: str) -> str:
    """The secret as only an installation with the same key can read it."""
    nonce = secrets.token_bytes(_NONCE)
    return base64.urlsafe_b64encode(nonce + _cipher(key).encrypt(nonce, secret.encode(), None)).decode()


def unseal(key: bytes, sealed: str) -> str | None:
    """The secret; None when it was sealed with another key, or altered."""
    try:
        content = base64.urlsafe_b64decode(sealed)
        return _cipher(key).decrypt(content[:_NONCE], content[_NONCE:], None).decode()
    except (InvalidTag, ValueError, binascii.Error):
        return None


def _cipher(key: bytes) -> AESGCM:
    # A key of its own, so that what signs forms never encrypts.
    return AESGCM(HKDF(SHA256(), length=32, salt=None, info=b"kipina: secrets of providers").derive(key))
