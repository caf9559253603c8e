"""How long a city keeps each kind of data, and the notice before any of it goes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST = 600
"""Months that can be set: fifty years."""
KEPT = 0
"""Months that mean: until the city sets a period."""
NOTICE = timedelta(days=30)
"""The city's organizers know for so long what will go, and when."""
_MONTH = timedelta(days=30.4375)


class Kind(StrEnum):
    """A kind of data with a period of its own."""

    DRAFT = "draft"
    """An application that was never sent; counted from the end of the call."""
    MAIL = "mail"
    """The words and receivers of mails; counted from the pitch day, without an event from their sending."""
    COMMENT = "comment"
    """What jurors wrote beside their scores; counted from the signature."""
    NOT_CHOSEN = "not_chosen"
    """The answers and files of an application that was not chosen; counted from the signature."""
    CHOSEN = "chosen"
    """The same of one that was; counted from the pitch day, and never while a case of it is open."""
    CASE = "case"
    """The story and files of a follow-up case; counted from its closing."""


DEFAULTS: Mapping[Kind, int] = {
    Kind.DRAFT: 12,
    Kind.MAIL: 12,
    Kind.COMMENT: KEPT,
    Kind.NOT_CHOSEN: KEPT,
    Kind.CHOSEN: KEPT,
    Kind.CASE: KEPT,
}
"""Until a city sets its own. What belongs to applications and decisions stays as each city's records plan has it
(831/1994), which is set by the city alone; what is no record goes after a year."""


def months_of(stored: Mapping[str, int]) -> dict[Kind, int]:
    """The periods of a city."""
    return {kind: stored.get(kind.value, DEFAULTS[kind]) for kind in Kind}


def due_before(now: datetime, months: int) -> datetime | None:
    """What happened before this moment has been kept long enough; None: nothing has."""
    return None if months == KEPT else now - months * _MONTH


class HoldOn(StrEnum):
    """What a legal hold lies on, and with it all that belongs to it."""

    EVENT = "event"
    APPLICATION = "application"
    CASE = "follow_up_case"
    """The application that it comes from is held with it."""
