"""What somebody shows who they are for, to their city's provider or with a passkey."""

from datetime import datetime, timedelta
from enum import StrEnum


class Purpose(StrEnum):
    """SIGN_IN: to come in. CONNECT: to come in this way from now on. CONFIRM: to show that it is still they."""

    SIGN_IN = "sign_in"
    CONNECT = "connect"
    CONFIRM = "confirm"


PROVIDER_ANSWERS_WITHIN = timedelta(minutes=10)
"""Time for a password, and for a code from a phone."""
PASSKEY_ANSWERS_WITHIN = timedelta(minutes=5)
CLOCKS_DIFFER_BY = timedelta(minutes=1)
"""So much the clock of a provider may be ahead or behind."""


def shown_since(signed_in_at: datetime | None, asked_at: datetime) -> bool:
    """Did somebody sign in at their provider after they were asked to."""
    return signed_in_at is not None and signed_in_at >= asked_at - CLOCKS_DIFFER_BY
