"""Thresholds of public procurement: dated rows, sums of linked purchases."""

from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.procurement import THRESHOLDS, ContractKind, Level, Position, position, threshold_on

GOODS = ContractKind.GOODS_AND_SERVICES
IN_2027 = date(2027, 5, 3)


@pytest.mark.parametrize(
    ("kind", "national", "eu"),
    [
        (GOODS, 60_000, 216_000),
        (ContractKind.WORKS, 150_000, 5_404_000),
        (ContractKind.SOCIAL_AND_HEALTH, 400_000, 750_000),
        (ContractKind.OTHER_SPECIFIC, 300_000, 750_000),
        (ContractKind.CONCESSIONS, 500_000, 5_404_000),
    ],
)
def test_the_thresholds_of_2027(kind: ContractKind, national: int, eu: int) -> None:
    below, above = threshold_on(kind, Level.NATIONAL, IN_2027), threshold_on(kind, Level.EU, IN_2027)
    assert below
    assert above
    assert (below.amount, above.amount) == (national, eu)
    assert below.section == "1397/2016 § 25"


def test_a_threshold_changes_with_the_year() -> None:
    amounts = [
        row.amount if (row := threshold_on(GOODS, Level.EU, day)) else None
        for day in (
            date(2023, 12, 31),
            date(2024, 1, 1),
            date(2025, 12, 31),
            date(2026, 1, 1),
            date(2027, 12, 31),
            date(2028, 1, 1),
        )
    ]
    assert amounts == [None, 221_000, 221_000, 216_000, 216_000, None]


def test_no_two_rows_hold_on_the_same_day() -> None:
    for one, two in combinations(THRESHOLDS, 2):
        if (one.kind, one.level) == (two.kind, two.level):
            assert not one.holds_on(two.valid_from)
            assert not two.holds_on(one.valid_from)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], Position.BELOW_NATIONAL),
        ([59_999], Position.BELOW_NATIONAL),
        ([60_000], Position.BETWEEN),
        ([215_999], Position.BETWEEN),
        ([216_000], Position.ABOVE_EU),
        ([20_000, 20_000, 19_999], Position.BELOW_NATIONAL),
        ([20_000, 20_000, 20_000], Position.BETWEEN),
        ([8_000, 200_000, 8_000], Position.ABOVE_EU),
    ],
)
def test_linked_purchases_are_summed_before_they_are_compared(values: list[int], expected: Position) -> None:
    assert position(values, GOODS, IN_2027) is expected


def test_without_a_row_there_is_no_answer() -> None:
    assert position([1], GOODS, date(2016, 12, 31)) is None
    assert position([59_999], GOODS, date(2028, 1, 1)) is Position.BELOW_NATIONAL
    assert position([60_000], GOODS, date(2028, 1, 1)) is None


@given(st.sampled_from(ContractKind), st.integers(0, 10_000_000), st.integers(0, 10_000_000), st.integers(0, 729))
def test_a_larger_sum_never_lies_lower(kind: ContractKind, value: int, more: int, days: int) -> None:
    day = date(2026, 1, 1) + timedelta(days=days)
    order = list(Position)
    before, after = position([value], kind, day), position([value, more], kind, day)
    assert before
    assert after
    assert order.index(before) <= order.index(after)
