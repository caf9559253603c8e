"""Thresholds of public procurement as dated data, and on which side of them a sum lies.

The app informs and never decides a legal question. Amounts are euros without VAT. The rows are those of
a municipality under the Act 1397/2016; where no row holds for a day, there is no answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ContractKind(StrEnum):
    """What is bought."""

    GOODS_AND_SERVICES = "goods_and_services"
    WORKS = "works"
    SOCIAL_AND_HEALTH = "social_and_health"
    OTHER_SPECIFIC = "other_specific"
    CONCESSIONS = "concessions"


class Level(StrEnum):
    """From which threshold on: the Act's lighter rules, or the full rules of the EU."""

    NATIONAL = "national"
    EU = "eu"


class Status(StrEnum):
    """How far a row can be relied on; shown beside it."""

    SEEN_IN_SOURCE = "seen_in_source"
    TO_BE_CONFIRMED = "to_be_confirmed"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One row: holds from `valid_from` to `valid_until`, both days included; None is until changed."""

    kind: ContractKind
    level: Level
    amount: int
    valid_from: date
    valid_until: date | None
    section: str
    status: Status = Status.SEEN_IN_SOURCE

    def holds_on(self, day: date) -> bool:
        """Tell whether the row is in force on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


_ACT = date(2017, 1, 1)
_EU_2024 = (date(2024, 1, 1), date(2025, 12, 31))
_EU_2026 = (date(2026, 1, 1), date(2027, 12, 31))

THRESHOLDS: tuple[Threshold, ...] = (
    Threshold(ContractKind.GOODS_AND_SERVICES, Level.NATIONAL, 60_000, _ACT, None, "1397/2016 § 25"),
    Threshold(ContractKind.WORKS, Level.NATIONAL, 150_000, _ACT, None, "1397/2016 § 25"),
    Threshold(ContractKind.SOCIAL_AND_HEALTH, Level.NATIONAL, 400_000, _ACT, None, "1397/2016 § 25"),
    Threshold(ContractKind.OTHER_SPECIFIC, Level.NATIONAL, 300_000, _ACT, None, "1397/2016 § 25"),
    Threshold(ContractKind.CONCESSIONS, Level.NATIONAL, 500_000, _ACT, None, "1397/2016 § 25"),
    Threshold(ContractKind.GOODS_AND_SERVICES, Level.EU, 221_000, *_EU_2024, "1397/2016 § 26"),
    Threshold(ContractKind.GOODS_AND_SERVICES, Level.EU, 216_000, *_EU_2026, "1397/2016 § 26"),
    Threshold(ContractKind.WORKS, Level.EU, 5_404_000, *_EU_2026, "1397/2016 § 26"),
    Threshold(ContractKind.SOCIAL_AND_HEALTH, Level.EU, 750_000, *_EU_2026, "1397/2016 § 26"),
    Threshold(ContractKind.OTHER_SPECIFIC, Level.EU, 750_000, *_EU_2026, "1397/2016 § 26"),
    Threshold(ContractKind.CONCESSIONS, Level.EU, 5_404_000, *_EU_2026, "1397/2016 § 26"),
)
"""Thresholds change every second year: add rows, never change an amount that has held."""


class Position(StrEnum):
    """Where a sum lies."""

    BELOW_NATIONAL = "below_national"
    BETWEEN = "between"
    ABOVE_EU = "above_eu"


def threshold_on(kind: ContractKind, level: Level, day: date) -> Threshold | None:
    """Return the threshold that holds on a day, or None when no row is known for it."""
    rows = (row for row in THRESHOLDS if row.kind is kind and row.level is level)
    return next((row for row in rows if row.holds_on(day)), None)


def position(linked_values: Iterable[int], kind: ContractKind, day: date) -> Position | None:
    """Return where the sum of what is bought for one need lies; None when a row is lacking.

    Linked pilots, options and follow-ons are summed, for a purchase may not be split to stay below a
    threshold. A sum equal to the threshold has reached it.
    """
    total = sum(linked_values)
    national = threshold_on(kind, Level.NATIONAL, day)
    eu = threshold_on(kind, Level.EU, day)
    if national is None:
        return None
    if total < national.amount:
        return Position.BELOW_NATIONAL
    if eu is None:
        return None
    return Position.BETWEEN if total < eu.amount else Position.ABOVE_EU
