"""What the rules say of a company: its size, and how its register number is written."""

from enum import StrEnum

from app.domain import business_id
from app.domain.refusals import Reason, Refused

FINLAND = "FI"


class Size(StrEnum):
    """How many people work there."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


def register_number(country: str, typed: str) -> str:
    """The number in its one written form, so that a company is found again however it was typed.

    In Finland it is the checked business ID; elsewhere the register's own, in capitals without spaces. Refused at the
    field `register_number`.
    """
    if country == FINLAND:
        number = business_id.normalise(typed)
        if number is None:
            raise Refused(Reason.BAD_BUSINESS_ID, "register_number")
        return number
    number = "".join(typed.split()).upper()
    if not number:
        raise Refused(Reason.MISSING_FIELD, "register_number")
    return number
