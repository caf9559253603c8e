"""Prepared decisions: what stands in the way of signing, and who moves up."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.deciding import (
    UNWRITTEN,
    Outcome,
    Prepared,
    Problem,
    ProblemKind,
    next_reserve,
    problems,
    reason_given,
)

READY = [
    Prepared(1, Outcome.INVITE),
    Prepared(2, Outcome.RESERVE, reserve_rank=1, has_reason=True),
    Prepared(3, Outcome.RESERVE, reserve_rank=2, has_reason=True),
    Prepared(4, Outcome.DECLINE, has_reason=True),
]


def test_complete_decisions_have_no_problem() -> None:
    assert problems(READY, places=1) == []
    assert problems([], places=0) == []


def test_an_application_without_outcome_is_named() -> None:
    assert problems([*READY, Prepared(5)], places=1) == [Problem(ProblemKind.NO_OUTCOME, 5)]


def test_a_decline_and_a_reserve_need_their_reasons_and_an_invitation_does_not() -> None:
    found = problems(
        [Prepared(1, Outcome.DECLINE), Prepared(2, Outcome.INVITE), Prepared(3, Outcome.RESERVE, reserve_rank=1)],
        places=1,
    )
    assert found == [Problem(ProblemKind.NO_REASON, 1), Problem(ProblemKind.NO_REASON, 3)]


def test_a_starting_text_is_a_reason_only_when_it_is_written_to_the_end() -> None:
    assert reason_given("The need was met best elsewhere.")
    assert not reason_given(" \n")
    assert not reason_given(f"We valued {UNWRITTEN}.")


def test_a_reserve_needs_a_rank_from_one_up() -> None:
    found = problems(
        [
            Prepared(n, Outcome.RESERVE, reserve_rank=rank, has_reason=True)
            for n, rank in ((1, None), (2, None), (3, 0))
        ],
        places=0,
    )
    assert found == [Problem(ProblemKind.NO_RESERVE_RANK, application) for application in (1, 2, 3)]


def test_reserves_of_one_rank_are_all_named_and_a_gap_is_no_problem() -> None:
    reserves = [Prepared(n, Outcome.RESERVE, reserve_rank=rank, has_reason=True) for n, rank in enumerate((1, 3, 3))]
    found = problems(reserves, places=0)
    assert found == [Problem(ProblemKind.SAME_RESERVE_RANK, 1), Problem(ProblemKind.SAME_RESERVE_RANK, 2)]


def test_a_rank_left_over_from_an_earlier_choice_does_not_count() -> None:
    assert (
        problems(
            [
                Prepared(1, Outcome.INVITE, reserve_rank=1),
                Prepared(2, Outcome.RESERVE, reserve_rank=1, has_reason=True),
            ],
            places=1,
        )
        == []
    )


def test_no_more_are_invited_than_there_are_places() -> None:
    invited = [Prepared(n, Outcome.INVITE) for n in range(3)]
    assert problems(invited, places=3) == []
    assert problems(invited, places=2) == [Problem(ProblemKind.TOO_MANY_INVITED)]


def test_the_lowest_rank_moves_up() -> None:
    assert next_reserve(reversed(READY)) == READY[1]


def test_those_no_longer_in_reserve_are_passed_over() -> None:
    moved_up = Prepared(2, Outcome.INVITE, reserve_rank=1)
    assert next_reserve([moved_up, READY[2]]) == READY[2]
    assert next_reserve([READY[0], READY[3], Prepared(9, Outcome.RESERVE)]) is None


@given(st.lists(st.integers(1, 99), unique=True))
def test_reserves_move_up_one_after_the_other_in_order(ranks: list[int]) -> None:
    waiting = [Prepared(rank * 7 % 101, Outcome.RESERVE, reserve_rank=rank) for rank in ranks]
    moved = []
    while (one := next_reserve(waiting)) is not None:
        moved.append(one.reserve_rank)
        waiting.remove(one)
    assert moved == sorted(ranks)
