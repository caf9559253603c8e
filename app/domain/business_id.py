"""The Finnish business ID (Y-tunnus): seven digits, a dash and a check digit, such as 0112038-9."""

import re
import unicodedata
from enum import StrEnum


class Fault(StrEnum):
    """Why a text is no business ID: it does not look like one, or a digit is wrong."""

    SHAPE = "shape"
    CHECK_DIGIT = "check_digit"


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)
_LENGTH = len(_WEIGHTS)
_SHAPE = re.compile(r"(?:FI)?([0-9]{6,7})-?([0-9])")
_DASHES = dict.fromkeys(map(ord, "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"), "-")


def normalise(text: str) -> str | None:
    """Return the business ID in its one written form, or None when `fault` finds one.

    Spaces, other dashes, a missing dash and the VAT number (FI01120389) are accepted; older numbers of
    six digits get their leading zero.
    """
    parts = _parts(text)
    return None if parts is None or _check_digit(parts[0]) != parts[1] else f"{parts[0]}-{parts[1]}"


def fault(text: str) -> Fault | None:
    """Return what is wrong with the text as a business ID, or None."""
    if _parts(text) is None:
        return Fault.SHAPE
    return Fault.CHECK_DIGIT if normalise(text) is None else None


def _parts(text: str) -> tuple[str, int] | None:
    plain = "".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split()).upper()
    match = _SHAPE.fullmatch(plain)
    if match is None or not int(match[1]):  # nobody has number zero, though its check digit is right
        return None
    return match[1].zfill(_LENGTH), int(match[2])


def _check_digit(number: str) -> int | None:
    """Return the last digit that belongs to seven digits; None when such a number is never given."""
    remainder = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=True)) % 11
    return {0: 0, 1: None}.get(remainder, 11 - remainder)
