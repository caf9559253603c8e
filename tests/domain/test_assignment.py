"""Assignment: everyone reads all, but for conflicts and what is assigned already."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.assignment import everyone_reads_all

pairs = st.frozensets(st.tuples(st.integers(1, 4), st.integers(10, 14)))


def test_everyone_reads_all() -> None:
    assert everyone_reads_all([1, 2], [10, 11], set(), set()) == {(1, 10), (1, 11), (2, 10), (2, 11)}


def test_a_conflict_is_never_assigned() -> None:
    assert everyone_reads_all([1, 2], [10, 11], {(1, 10)}, set()) == {(1, 11), (2, 10), (2, 11)}


def test_what_is_assigned_already_is_not_added_again() -> None:
    assert everyone_reads_all([1], [10, 11], set(), {(1, 10), (9, 99)}) == {(1, 11)}


def test_a_panel_or_a_call_that_is_empty_gives_nothing() -> None:
    assert everyone_reads_all([], [10], set(), set()) == set()
    assert everyone_reads_all([1], [], set(), set()) == set()


def test_iterators_are_read_once() -> None:
    assert everyone_reads_all(iter([1, 2]), iter([10]), set(), set()) == {(1, 10), (2, 10)}


@given(st.sets(st.integers(1, 4)), st.sets(st.integers(10, 14)), pairs, pairs)
def test_all_is_read_except_by_those_with_a_conflict(
    jurors: set[int],
    applications: set[int],
    conflicts: frozenset[tuple[int, int]],
    existing: frozenset[tuple[int, int]],
) -> None:
    added = everyone_reads_all(jurors, applications, conflicts, existing)
    assert not added & conflicts
    assert not added & existing
    for juror in jurors:
        for application in applications:
            assert (juror, application) in added | conflicts | existing
    assert everyone_reads_all(jurors, applications, conflicts, existing | added) == set()
