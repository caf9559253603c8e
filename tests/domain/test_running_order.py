"""Pitches one after another."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.running_order import Pace, running_order

NINE = datetime(2027, 2, 12, 9, tzinfo=UTC)


def test_pitches_follow_with_a_pause_and_breaks_between_them() -> None:
    slots = running_order(5, NINE, Pace(length=8, pause=2, break_after=2, break_length=15))
    assert [(f"{slot.starts_at:%H:%M}", f"{slot.ends_at:%H:%M}", slot.is_break) for slot in slots] == [
        ("09:00", "09:08", False),
        ("09:10", "09:18", False),
        ("09:18", "09:33", True),
        ("09:33", "09:41", False),
        ("09:43", "09:51", False),
        ("09:51", "10:06", True),
        ("10:06", "10:14", False),
    ]


def test_nothing_follows_the_last_pitch() -> None:
    assert [slot.is_break for slot in running_order(2, NINE, Pace(5, break_after=2, break_length=10))] == [False, False]
    assert running_order(0, NINE, Pace(5)) == []


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 15), st.integers(0, 8), st.integers(0, 60))
def test_slots_never_overlap_and_every_pitch_has_its_length(
    count: int, length: int, pause: int, after: int, rest: int
) -> None:
    slots = running_order(count, NINE, Pace(length, pause, after, rest))
    assert all(one.ends_at <= two.starts_at for one, two in pairwise(slots))
    pitches = [slot for slot in slots if not slot.is_break]
    assert len(pitches) == count
    assert all(slot.ends_at - slot.starts_at == timedelta(minutes=length) for slot in pitches)


@pytest.mark.parametrize("pace", [{"length": 0}, {"length": 5, "pause": -1}, {"length": 5, "break_length": -5}])
def test_an_impossible_pace_is_refused(pace: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="Pace"):
        Pace(**pace)
