"""Secrets of other services, encrypted before they reach the database: it and its backups tell them to nobody."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def seal(key: bytes, secret: str) -> str:
    """The secret as only an installation with the same key can read it."""
    return _box(key).encrypt(secret.encode()).decode()


def unseal(key: bytes, sealed: str) -> str | None:
    """The secret; None when it was sealed with another key, or altered."""
    try:
        return _box(key).decrypt(sealed).decode()
    except InvalidToken:
        return None


def _box(key: bytes) -> Fernet:
    # A key of its own, so that what signs forms never encrypts.
    own = HKDF(SHA256(), length=32, salt=None, info=b"kipina: secrets of providers").derive(key)
    return Fernet(base64.urlsafe_b64encode(own))
