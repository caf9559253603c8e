from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.domain.phase import DateFault, LifeStep, Milestones, Phase, When, date_faults, life_line, next_change, phase_at

T = datetime(2027, 1, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WHOLE = Milestones(
    published_at=T,
    call_opens_at=T + DAY,
    call_closes_at=T + 10 * DAY,
    jury_opens_at=T + 12 * DAY,
    decided_at=T + 20 * DAY,
    released_at=T + 25 * DAY,
    day_starts_at=T + 30 * DAY,
    day_ends_at=T + 30 * DAY + timedelta(hours=8),
    closed_at=T + 400 * DAY,
)


def test_each_phase_comes_at_its_moment_and_lasts_until_the_next() -> None:
    moments = [
        (Phase.PUBLISHED, WHOLE.published_at), (Phase.CALL_OPEN, WHOLE.call_opens_at),
        (Phase.CALL_CLOSED, WHOLE.call_closes_at), (Phase.JURY, WHOLE.jury_opens_at), (Phase.DECIDED, WHOLE.decided_at),
        (Phase.PROGRAMME_RELEASED, WHOLE.released_at), (Phase.HELD, WHOLE.day_starts_at),
        (Phase.FOLLOW_UP, WHOLE.day_ends_at), (Phase.CLOSED, WHOLE.closed_at),
    ]  # fmt: skip
    assert phase_at(WHOLE, T - timedelta(microseconds=1)) is Phase.DRAFT
    for (phase, moment), (_, after) in pairwise(moments):
        assert moment is not None
        assert after is not None
        assert phase_at(WHOLE, moment) is phase
        assert phase_at(WHOLE, after - timedelta(microseconds=1)) is phase
    assert phase_at(WHOLE, T + 500 * DAY) is Phase.CLOSED


def test_the_deadline_itself_is_too_late() -> None:
    assert phase_at(WHOLE, T + 10 * DAY - timedelta(microseconds=1)) is Phase.CALL_OPEN
    assert phase_at(WHOLE, T + 10 * DAY) is Phase.CALL_CLOSED


def test_the_jury_begins_at_the_close_when_no_later_day_is_set() -> None:
    assert phase_at(Milestones(published_at=T, call_opens_at=T, call_closes_at=T + DAY), T + DAY) is Phase.JURY


def test_nothing_happens_before_publishing() -> None:
    assert (
        phase_at(Milestones(call_opens_at=T, call_closes_at=T + DAY, day_ends_at=T + DAY), T + 9 * DAY) is Phase.DRAFT
    )


@given(st.timedeltas(timedelta(days=-5), timedelta(days=500)), st.timedeltas(timedelta(0), timedelta(days=50)))
def test_an_event_never_goes_back(start: timedelta, step: timedelta) -> None:
    assert phase_at(WHOLE, T + start + step).reached(phase_at(WHOLE, T + start))


@given(st.timedeltas(timedelta(days=-5), timedelta(days=500)))
def test_the_next_change_is_where_the_phase_changes_by_date(start: timedelta) -> None:
    undecided = Milestones(
        published_at=T - 9 * DAY, call_opens_at=WHOLE.call_opens_at, call_closes_at=WHOLE.call_closes_at,
        jury_opens_at=WHOLE.jury_opens_at, day_starts_at=WHOLE.day_starts_at, day_ends_at=WHOLE.day_ends_at,
    )  # fmt: skip
    moment = next_change(undecided, T + start)
    if moment is not None:
        assert phase_at(undecided, moment) is not phase_at(undecided, moment - timedelta(microseconds=1))
        assert phase_at(undecided, T + start) is phase_at(undecided, moment - timedelta(microseconds=1))


def test_dates_out_of_order_are_named() -> None:
    assert date_faults(WHOLE) == []
    assert date_faults(Milestones(call_opens_at=T, call_closes_at=T)) == [DateFault.CLOSES_BEFORE_OPENS]
    assert date_faults(Milestones(call_opens_at=T + DAY, call_closes_at=T)) == [DateFault.CLOSES_BEFORE_OPENS]
    assert date_faults(Milestones(call_closes_at=T, jury_opens_at=T - DAY)) == [DateFault.JURY_BEFORE_CLOSE]
    assert date_faults(Milestones(call_closes_at=T, day_starts_at=T - DAY)) == [DateFault.DAY_BEFORE_JURY]
    assert date_faults(Milestones(day_starts_at=T, day_ends_at=T - DAY)) == [DateFault.DAY_ENDS_BEFORE_START]


def test_the_life_line_marks_today() -> None:
    def marks(at: datetime) -> list[When]:
        return [station.when for station in life_line(WHOLE, at)]

    assert [station.step for station in life_line(WHOLE, T)] == list(LifeStep)
    assert marks(T) == [When.COMING] * 5
    assert marks(T + 5 * DAY) == [When.PAST, *[When.COMING] * 4]
    assert marks(T + 13 * DAY) == [When.PAST, When.PAST, When.NOW, When.COMING, When.COMING]
    assert marks(T + 30 * DAY) == [When.PAST, When.PAST, When.PAST, When.NOW, When.COMING]
    assert marks(T + 40 * DAY) == [*[When.PAST] * 4, When.NOW]
