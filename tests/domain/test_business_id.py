"""Finnish business IDs, against those of real companies and cities."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fi import ytunnus

from app.domain.business_id import Fault, fault, normalise

DATA = Path(__file__).parents[1] / "data" / "fi-companies"


def _real_ids() -> list[str]:
    found = []
    for name in ("companies.csv", "ytunnus_cities.csv"):
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            found += [row["ytunnus"] for row in csv.DictReader(file, delimiter=";")]
    return found


REAL = _real_ids()


def test_every_real_id_is_accepted_as_it_is() -> None:
    assert len(REAL) == 113
    assert [normalise(real) for real in REAL] == REAL
    assert {fault(real) for real in REAL} == {None}


def test_every_wrong_digit_is_noticed() -> None:
    for real in REAL:
        for place in range(9):
            if real[place] == "-":
                continue
            for digit in "0123456789":
                if digit != real[place]:
                    assert fault(real[:place] + digit + real[place + 1 :]) is Fault.CHECK_DIGIT


def test_two_neighbouring_digits_swapped_are_noticed() -> None:
    for real in REAL:
        for place in range(6):
            if real[place] != real[place + 1]:
                swapped = real[:place] + real[place + 1] + real[place] + real[place + 2 :]
                assert fault(swapped) is Fault.CHECK_DIGIT


@pytest.mark.parametrize(
    "text",
    [
        "0112038-9",
        " 0112038-9\n",
        "01120389",
        "0112038 - 9",
        "0112 038-9",
        "0112038\N{EN DASH}9",
        "0112038\N{NON-BREAKING HYPHEN}9",
        "0112038\N{MINUS SIGN}9",
        "\N{NO-BREAK SPACE}0112038-9",
        "FI01120389",
        "fi 0112038-9",
        "112038-9",
        "1120389",
        "\N{FULLWIDTH DIGIT ZERO}112038-9",
    ],
)
def test_an_id_is_understood_as_people_write_it(text: str) -> None:
    assert normalise(text) == "0112038-9"
    assert fault(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "12038-9",
        "00112038-9",
        "0112038-",
        "0112038-99",
        "O112038-9",
        "SE01120389",
        "0112038--9",
        "0112038/9",
        "٠١١٢٠٣٨-٩",
        "0112038-9 Oy",
        "0000000-0",
        "-0112038-9",
    ],
)
def test_what_does_not_look_like_an_id_is_told_apart(text: str) -> None:
    assert normalise(text) is None
    assert fault(text) is Fault.SHAPE


def test_seven_digits_without_a_dash_are_an_old_number_with_its_check_digit() -> None:
    assert fault("0112038") is Fault.CHECK_DIGIT
    assert fault("011203") is Fault.SHAPE


def test_a_number_whose_remainder_is_one_is_never_given() -> None:
    number = next(
        f"{n:07}"
        for n in range(1, 99)
        if sum(int(d) * w for d, w in zip(f"{n:07}", (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11 == 1
    )
    assert {fault(f"{number}-{digit}") for digit in range(10)} == {Fault.CHECK_DIGIT}


@given(st.integers(1, 9_999_999), st.integers(0, 9))
def test_the_same_ids_are_valid_as_for_an_independent_library(number: int, check: int) -> None:
    text = f"{number:07}-{check}"
    assert (normalise(text) == text) is ytunnus.is_valid(text)


@given(st.text())
def test_any_text_gets_either_an_id_or_a_fault(text: str) -> None:
    assert (normalise(text) is None) is (fault(text) is not None)


@given(st.text(alphabet="0123456789-FI \N{EN DASH}", max_size=12))
def test_the_written_form_is_kept_when_normalised_again(text: str) -> None:
    written = normalise(text)
    if written is not None:
        assert normalise(written) == written
        assert len(written) == 9
