"""Scores: totals, aggregates, places, against the published panel scores of figure skating."""

import csv
import random
import statistics
import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.scoring import (
    Aggregate,
    Bin,
    Criterion,
    aggregate,
    by_disagreement,
    by_place,
    completeness,
    distribution,
    published,
    result_rows,
    rule_applied,
    standard_deviation,
    weighted_total,
)

DEFAULT = {
    "fit": Criterion(30, 10),
    "effect": Criterion(30, 10),
    "pilot": Criterion(20, 10),
    "scale": Criterion(20, 10),
}
ONE = {"quality": Criterion(1, 10)}
PANELS = Path(__file__).parents[1] / "data" / "figure-skating" / "program-components.csv"

marks = st.lists(st.integers(0, 40).map(lambda quarter: quarter / 4), min_size=1, max_size=20)


def sheets_of(**figures: list[float]) -> dict[str, dict[int, dict[str, float | None]]]:
    """Make sheets for one criterion: each application with its jurors' values."""
    return {
        application: {juror: {"quality": value} for juror, value in enumerate(values)}
        for application, values in figures.items()
    }


# --- the total of one sheet


def test_total_is_weighted_and_divided_by_the_weights() -> None:
    values = {"fit": 10, "effect": 5, "pilot": 0, "scale": 8}
    assert weighted_total(DEFAULT, values) == pytest.approx(6.1)


def test_skipping_a_criterion_does_not_lower_the_total() -> None:
    full = {"fit": 8, "effect": 8, "pilot": 8, "scale": 8}
    skipped = {"fit": 8, "effect": 8, "pilot": 8, "scale": None}
    assert weighted_total(DEFAULT, full) == pytest.approx(8)
    assert weighted_total(DEFAULT, skipped) == pytest.approx(8)
    assert weighted_total(DEFAULT, {"fit": 8}) == pytest.approx(8)


def test_a_scored_zero_counts_where_a_missing_value_does_not() -> None:
    assert weighted_total(DEFAULT, {"fit": 8, "effect": 0}) == pytest.approx(4)
    assert weighted_total(DEFAULT, {"fit": 0}) == 0
    assert weighted_total(DEFAULT, {"fit": None}) is None
    assert weighted_total(DEFAULT, {}) is None


def test_informational_criteria_stay_outside_the_total() -> None:
    criteria = {"fit": Criterion(1, 10), "curiosity": Criterion(99, 10, informational=True)}
    assert weighted_total(criteria, {"fit": 3, "curiosity": 10}) == pytest.approx(3)
    assert weighted_total(criteria, {"curiosity": 10}) is None


def test_a_criterion_without_weight_gives_no_total_alone() -> None:
    assert weighted_total({"fit": Criterion(0, 10)}, {"fit": 3}) is None


def test_scales_of_different_length_count_alike() -> None:
    criteria = {"short": Criterion(1, 4), "long": Criterion(1, 100)}
    assert weighted_total(criteria, {"short": 4, "long": 0}) == pytest.approx(5)
    assert weighted_total(criteria, {"short": 0, "long": 100}) == pytest.approx(5)


def test_values_of_criteria_that_no_longer_exist_are_ignored() -> None:
    assert weighted_total(ONE, {"quality": 5, "removed": 10}) == pytest.approx(5)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 100),
            st.integers(1, 100),
            st.booleans(),
            st.none() | st.fractions(0, 1),
        ),
        max_size=8,
    ),
)
def test_total_equals_the_exact_rational_figure(
    facts: list[tuple[int, int, bool, Fraction | None]],
) -> None:
    criteria = {i: Criterion(weight, top, info) for i, (weight, top, info, _) in enumerate(facts)}
    values = {i: None if share is None else int(share * top) for i, (_, top, _, share) in enumerate(facts)}
    counted = [
        (weight, Fraction(value, top))
        for (weight, top, info, _), value in zip(facts, values.values(), strict=True)
        if value is not None and not info
    ]
    weights = sum(weight for weight, _ in counted)
    total = weighted_total(criteria, values)
    if weights == 0:
        assert total is None
    else:
        assert total == pytest.approx(
            float(10 * sum(weight * share for weight, share in counted) / weights),
        )


@pytest.mark.parametrize(("weight", "top"), [(-1, 10), (1, 0)])
def test_a_criterion_that_makes_no_sense_is_refused(weight: int, top: int) -> None:
    with pytest.raises(ValueError, match="Criterion"):
        Criterion(weight, top)


def test_a_value_is_on_the_scale_or_not() -> None:
    assert [value for value in (-1, 0, 5, 10, 10.5) if Criterion(1, 10).allows(value)] == [0, 5, 10]


def test_completeness_counts_what_makes_up_the_total() -> None:
    criteria = {**DEFAULT, "curiosity": Criterion(0, 10, informational=True)}
    part = completeness(criteria, {"fit": 0, "effect": None, "scale": 3})
    assert (part.scored, part.wanted, part.missing) == (2, 4, ("effect", "pilot"))
    assert not part.is_complete
    assert completeness(criteria, dict.fromkeys(DEFAULT, 1)).is_complete


# --- the aggregate of several totals


@given(marks)
def test_mean_and_median_agree_with_the_standard_library(values: list[float]) -> None:
    assert aggregate(values, Aggregate.MEAN) == pytest.approx(statistics.mean(values))
    assert aggregate(values, Aggregate.MEDIAN) == statistics.median(values)


@given(marks, st.randoms())
def test_the_order_of_values_does_not_matter(values: list[float], shuffler: random.Random) -> None:
    shuffled = list(values)
    shuffler.shuffle(shuffled)
    for how in Aggregate:
        assert aggregate(values, how) == aggregate(shuffled, how)


@given(marks)
def test_an_aggregate_lies_within_the_values(values: list[float]) -> None:
    for how in Aggregate:
        figure = aggregate(values, how)
        assert figure is not None
        assert min(values) - 1e-9 <= figure <= max(values) + 1e-9


def test_trimmed_mean_drops_one_value_at_each_end() -> None:
    assert aggregate([0, 6, 7, 10], Aggregate.TRIMMED_MEAN) == pytest.approx(6.5)
    assert aggregate([0, 0, 6, 10, 10], Aggregate.TRIMMED_MEAN) == pytest.approx(16 / 3)
    assert aggregate([1, 5, 10], Aggregate.TRIMMED_MEAN) == 5


def test_trimmed_mean_of_too_few_is_named_the_mean_that_it_is() -> None:
    assert aggregate([2, 9], Aggregate.TRIMMED_MEAN) == pytest.approx(5.5)
    assert rule_applied(Aggregate.TRIMMED_MEAN, 2) is Aggregate.MEAN
    assert rule_applied(Aggregate.TRIMMED_MEAN, 3) is Aggregate.TRIMMED_MEAN
    assert rule_applied(Aggregate.MEDIAN, 1) is Aggregate.MEDIAN


@pytest.mark.parametrize("how", Aggregate)
def test_nothing_has_no_aggregate(how: Aggregate) -> None:
    assert aggregate([], how) is None


def test_figures_are_rounded_half_upwards_and_free_of_binary_noise() -> None:
    assert published(57 / 8) == Decimal("7.13")
    assert published(8.375) == Decimal("8.38")
    assert published(7.12499999999999) == Decimal("7.13")
    assert published(7.1249) == Decimal("7.12")
    assert published(2.675) == Decimal("2.68")
    assert str(published(10)) == "10.00"
    assert published(1e-12) == 0


@given(st.lists(st.integers(0, 40), min_size=2, max_size=20))
def test_deviation_agrees_with_the_standard_library(values: list[int]) -> None:
    assert standard_deviation(values) == pytest.approx(statistics.stdev(values), abs=1e-12)


def test_one_value_has_no_deviation() -> None:
    assert standard_deviation([]) is None
    assert standard_deviation([7]) is None


# --- the published panel scores


def test_every_published_panel_score_is_reproduced() -> None:
    """Nine judges a component; in eight performances one judge, without a mark, stands as 0.0.

    The scale starts at 0.25, so 0.0 is "no mark" and the published figure the trimmed mean of the
    eight others. Those rows also tell rounding half upwards from rounding half to even.
    """
    with PANELS.open(encoding="utf-8", newline="") as file:
        performances = list(csv.DictReader(file))
    assert len(performances) == 1780

    sheets = {
        index: {judge: {"quality": float(row[judge]) or None} for judge in (f"J{number}" for number in range(1, 10))}
        for index, row in enumerate(performances)
    }
    rows = result_rows(ONE, sheets, Aggregate.TRIMMED_MEAN)

    differing = [
        (row.application, row.aggregate)
        for row in rows
        if row.aggregate != Decimal(performances[row.application]["panel_score"])
    ]
    assert differing == []
    assert {row.count for row in rows} == {8, 9}
    assert sum(row.count == 8 for row in rows) == 40


# --- places


def test_rows_come_best_first_and_ties_share_a_place() -> None:
    rows = result_rows(
        ONE,
        sheets_of(low=[1], first=[9, 9], unscored=[], tie_a=[7, 5], tie_b=[6, 6], last=[0]),
        Aggregate.MEAN,
    )
    assert [(row.application, row.place) for row in rows] == [
        ("first", 1),
        ("tie_a", 2),
        ("tie_b", 2),
        ("low", 4),
        ("last", 5),
        ("unscored", None),
    ]
    assert rows[-1].aggregate is None
    assert rows[-1].count == 0


def test_figures_that_look_the_same_share_a_place() -> None:
    rows = result_rows(ONE, sheets_of(a=[7.001], b=[7.004]), Aggregate.MEAN)
    assert [row.place for row in rows] == [1, 1]


def test_a_row_shows_what_its_figure_rests_on() -> None:
    sheets: dict[str, dict[str, dict[str, float | None]]] = {
        "a": {"Aino": {"quality": 4.0}, "Bo": {"quality": 8.0}, "Cia": {"quality": None}},
    }
    (row,) = result_rows(ONE, sheets, Aggregate.TRIMMED_MEAN)
    assert row.totals == {"Aino": 4.0, "Bo": 8.0}
    assert row.count == 2
    assert row.rule is Aggregate.MEAN
    assert row.aggregate == Decimal("6.00")
    assert row.deviation == pytest.approx(8**0.5)


def test_the_chosen_aggregate_decides_the_order() -> None:
    sheets = sheets_of(steady=[6, 6, 6, 6], split=[7, 7, 7, 0])
    assert result_rows(ONE, sheets, Aggregate.MEAN)[0].application == "steady"
    assert result_rows(ONE, sheets, Aggregate.MEDIAN)[0].application == "split"


def test_rows_sort_by_disagreement_and_back_by_place() -> None:
    sheets = sheets_of(best=[9, 9], single=[10], split=[0, 10], near=[5, 6], none=[])
    rows = result_rows(ONE, sheets, Aggregate.MEAN)
    disputed = sorted(rows, key=by_disagreement)
    assert [row.application for row in disputed] == ["split", "near", "best", "single", "none"]
    assert sorted(disputed, key=by_place) == rows


@given(st.dictionaries(st.integers(), st.lists(st.integers(0, 10), max_size=5), max_size=8))
def test_a_place_is_one_more_than_the_number_that_did_better(
    figures: dict[int, list[int]],
) -> None:
    sheets = {
        application: {juror: {"quality": float(value)} for juror, value in enumerate(values)}
        for application, values in figures.items()
    }
    rows = result_rows(ONE, sheets, Aggregate.MEDIAN)
    assert sorted(row.application for row in rows) == sorted(figures)
    scored = [row.aggregate for row in rows if row.aggregate is not None]
    for row in rows:
        if row.aggregate is None:
            assert row.place is None
        else:
            assert row.place == 1 + sum(other > row.aggregate for other in scored)


# --- distribution


def test_distribution_counts_each_figure_once() -> None:
    bars = distribution([0, 0.99, 1, 9.99, 10], bins=10)
    assert [bar.count for bar in bars] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert bars[0] == Bin(0, 1, 2)
    assert bars[-1].high == 10


def test_a_figure_just_under_an_edge_by_binary_noise_is_over_it() -> None:
    assert distribution([6.999999999999999])[7].count == 1


@given(st.lists(st.floats(0, 10)), st.integers(1, 40))
def test_distribution_loses_nothing(figures: list[float], bins: int) -> None:
    bars = distribution(figures, bins)
    assert len(bars) == bins
    assert sum(bar.count for bar in bars) == len(figures)


def test_distribution_refuses_what_it_cannot_show() -> None:
    with pytest.raises(ValueError, match=r"10\.1"):
        distribution([10.1])
    with pytest.raises(ValueError, match="0"):
        distribution([], bins=0)


# --- speed


def test_a_large_event_is_computed_within_50_ms() -> None:
    chance = random.Random(2027)
    sheets = {
        application: {juror: {key: chance.randint(0, 10) for key in DEFAULT} for juror in range(20)}
        for application in range(300)
    }
    taken = []
    for _ in range(7):
        start = time.perf_counter()
        result_rows(DEFAULT, sheets, Aggregate.TRIMMED_MEAN)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.05, taken
