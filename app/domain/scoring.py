"""From the jury's score sheets to ranked results.

A sheet maps each criterion's id to the value one juror gave one application, or to None. Every
figure here is on a scale of 0 to 10. The caller leaves out sheets that do not count: not yet
submitted, or written by a juror with a conflict of interest.
"""

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Generic, TypeVar

CriterionKey = TypeVar("CriterionKey", bound=Hashable)
JurorKey = TypeVar("JurorKey", bound=Hashable)
ApplicationKey = TypeVar("ApplicationKey", bound=Hashable)

FIGURE_MAX = 10
"""Totals and aggregates run from 0 to this, whatever the scales of the criteria."""

_CENT = Decimal("0.01")
_NOISE_DIGITS = 9  # binary fractions of real figures differ from the true value far below this


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is scored: its share of the total, and its scale from 0 to `scale_max`.

    An informational criterion is scored and shown but takes no part in the total.
    Raises ValueError for a negative weight or a scale without steps.
    """

    weight: int
    scale_max: int
    informational: bool = False

    def __post_init__(self) -> None:
        """Refuse a weight or scale that no figure could be computed from."""
        if self.weight < 0 or self.scale_max < 1:
            raise ValueError(self)

    def allows(self, value: float) -> bool:
        """Tell whether the value lies on the scale."""
        return 0 <= value <= self.scale_max


class Aggregate(StrEnum):
    """How the jurors' totals become the one figure of an application; chosen per event."""

    MEAN = "mean"
    MEDIAN = "median"
    TRIMMED_MEAN = "trimmed_mean"


TRIMMED_MEAN_NEEDS = 3
"""With fewer values nothing would be left after dropping the highest and the lowest."""


@dataclass(frozen=True, slots=True)
class Completeness(Generic[CriterionKey]):
    """How much of a sheet is filled in, counting only the criteria that make up the total."""

    scored: int
    wanted: int
    missing: tuple[CriterionKey, ...]

    @property
    def is_complete(self) -> bool:
        """True when every criterion of the total has a value."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class ResultRow(Generic[ApplicationKey, JurorKey]):
    """One application in the results.

    `place` is None, and `aggregate` too, when nobody has scored it. `aggregate` has two decimals
    and alone decides the place. `rule` is the aggregate that was in fact applied (`rule_applied`).
    `deviation` is the sample standard deviation of the totals, None under two of them.
    `totals` holds the total of each juror who scored, unrounded.
    """

    application: ApplicationKey
    place: int | None
    aggregate: Decimal | None
    rule: Aggregate
    deviation: float | None
    totals: Mapping[JurorKey, float]

    @property
    def count(self) -> int:
        """Return how many jurors' totals the figure rests on."""
        return len(self.totals)


@dataclass(frozen=True, slots=True)
class Bin:
    """A bar of the score distribution: figures from `low` up to but not including `high`.

    The last bar includes its upper end.
    """

    low: float
    high: float
    count: int


def weighted_total(
    criteria: Mapping[CriterionKey, Criterion],
    values: Mapping[CriterionKey, float | None],
) -> float | None:
    """Return a sheet's total, 0 to 10, or None when nothing that counts is scored.

    Each value is divided by its scale, weighted, and the sum divided by the weights *scored*: an
    unanswered criterion neither counts as zero nor lowers the total.
    """
    weighed = 0.0
    weights = 0
    for key, criterion in criteria.items():
        value = values.get(key)
        if value is None or criterion.informational:
            continue
        weighed += value * criterion.weight / criterion.scale_max
        weights += criterion.weight
    return total_of(weighed, weights)


def total_of(weighed: float, weights: int) -> float | None:
    """Return a sheet's total from its two sums; None when nothing that counts is scored.

    `weighed` is the sum of value × weight ÷ scale, `weights` that of the weights, over the criteria scored. For callers
    that let the database add them up.
    """
    return weighed * FIGURE_MAX / weights if weights else None


def completeness(
    criteria: Mapping[CriterionKey, Criterion],
    values: Mapping[CriterionKey, float | None],
) -> Completeness[CriterionKey]:
    """Return how many of the criteria that make up the total are scored, and which are not."""
    wanted = [key for key, criterion in criteria.items() if not criterion.informational]
    missing = tuple(key for key in wanted if values.get(key) is None)
    return Completeness(len(wanted) - len(missing), len(wanted), missing)


def rule_applied(how: Aggregate, count: int) -> Aggregate:
    """Return the aggregate that is in fact used for so many values.

    A trimmed mean of fewer than three values is their mean; a page naming the figure says so.
    """
    if how is Aggregate.TRIMMED_MEAN and count < TRIMMED_MEAN_NEEDS:
        return Aggregate.MEAN
    return how


def aggregate(values: Iterable[float], how: Aggregate) -> float | None:
    """Return the one figure for several values, unrounded; None without values.

    The trimmed mean drops one highest and one lowest value. The order of values does not matter.
    """
    ordered = sorted(values)
    if not ordered:
        return None
    rule = rule_applied(how, len(ordered))
    if rule is Aggregate.MEDIAN:
        middle = len(ordered) // 2
        odd = len(ordered) % 2
        return ordered[middle] if odd else (ordered[middle - 1] + ordered[middle]) / 2
    kept = ordered[1:-1] if rule is Aggregate.TRIMMED_MEAN else ordered
    return math.fsum(kept) / len(kept)


def published(figure: float) -> Decimal:
    """Round a figure to the two decimals that are shown, half a cent upwards.

    This is how the International Skating Union rounds its panel scores. Binary noise is taken off
    first, so that a computed 7.12499999999999 is the 7.125 it stands for.
    """
    return Decimal(repr(round(float(figure), _NOISE_DIGITS))).quantize(_CENT, ROUND_HALF_UP)


def standard_deviation(values: Iterable[float]) -> float | None:
    """Return the sample standard deviation (divided by n - 1), None under two values."""
    known = list(values)
    if len(known) < 2:  # noqa: PLR2004 - the definition of a sample deviation
        return None
    mean = math.fsum(known) / len(known)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in known) / (len(known) - 1))


def result_rows(
    criteria: Mapping[CriterionKey, Criterion],
    sheets: Mapping[ApplicationKey, Mapping[JurorKey, Mapping[CriterionKey, float | None]]],
    how: Aggregate,
) -> list[ResultRow[ApplicationKey, JurorKey]]:
    """Return the results of applications scored on the same criteria, best first.

    `sheets` names every application, those nobody has scored too: they come last, without a place.
    Equal published figures share a place and the next place is skipped (1, 2, 2, 4); among them the
    order of `sheets` stays.
    """
    totals = {
        application: {
            juror: total
            for juror, values in of_jurors.items()
            if (total := weighted_total(criteria, values)) is not None
        }
        for application, of_jurors in sheets.items()
    }
    return ranked(totals, how)


def ranked(
    totals: Mapping[ApplicationKey, Mapping[JurorKey, float]], how: Aggregate
) -> list[ResultRow[ApplicationKey, JurorKey]]:
    """Return the results from each application's totals by juror, as `result_rows` does from their sheets."""
    unplaced = [_unplaced(application, of_jurors, how) for application, of_jurors in totals.items()]
    rows: list[ResultRow[ApplicationKey, JurorKey]] = []
    for index, row in enumerate(sorted(unplaced, key=_by_figure)):
        shares = bool(rows) and rows[-1].aggregate == row.aggregate
        place = None if row.aggregate is None else rows[-1].place if shares else index + 1
        rows.append(replace(row, place=place))
    return rows


def by_disagreement(row: ResultRow[ApplicationKey, JurorKey]) -> tuple[float, float]:
    """Sort key: the rows the jurors disagree on most come first, then by place."""
    deviation = -1.0 if row.deviation is None else round(row.deviation, _NOISE_DIGITS)
    return -deviation, by_place(row)


def by_place(row: ResultRow[ApplicationKey, JurorKey]) -> float:
    """Sort key: the best first, those without a place last."""
    return math.inf if row.place is None else row.place


def distribution(figures: Iterable[float], bins: int = FIGURE_MAX) -> list[Bin]:
    """Return how figures from 0 to 10 spread over equally wide bars, lowest first.

    Raises ValueError for a figure off the scale or when there are no bars.
    """
    if bins < 1:
        raise ValueError(bins)
    counts = [0] * bins
    for figure in figures:
        if not 0 <= figure <= FIGURE_MAX:
            raise ValueError(figure)
        counts[min(int(round(figure * bins / FIGURE_MAX, _NOISE_DIGITS)), bins - 1)] += 1
    edges = [FIGURE_MAX * index / bins for index in range(bins + 1)]
    return [Bin(edges[index], edges[index + 1], count) for index, count in enumerate(counts)]


def _unplaced(
    application: ApplicationKey, totals: Mapping[JurorKey, float], how: Aggregate
) -> ResultRow[ApplicationKey, JurorKey]:
    figures = list(totals.values())
    figure = aggregate(figures, how)
    return ResultRow(
        application,
        None,
        None if figure is None else published(figure),
        rule_applied(how, len(figures)),
        standard_deviation(figures),
        totals,
    )


def _by_figure(row: ResultRow[ApplicationKey, JurorKey]) -> Decimal:
    return Decimal(1) if row.aggregate is None else -row.aggregate
