from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.reminder import DAYS_BEFORE, Reminder, reminder_due

DUE = date(2027, 5, 10)


def day(offset: int) -> date:
    return DUE + timedelta(days=offset)


def test_the_first_comes_three_days_before_and_the_second_the_day_after() -> None:
    assert reminder_due(DUE, None, day(-4)) is None
    assert reminder_due(DUE, None, day(-3)) is Reminder.COMING
    assert reminder_due(DUE, None, DUE) is Reminder.COMING
    assert reminder_due(DUE, day(-3), DUE) is None
    assert reminder_due(DUE, day(-3), day(1)) is Reminder.OVERDUE
    assert reminder_due(DUE, DUE, day(1)) is Reminder.OVERDUE
    assert reminder_due(DUE, day(1), day(30)) is None


@given(start=st.integers(-40, 40), days=st.integers(1, 120))
def test_day_after_day_nobody_is_reminded_more_than_once_before_and_once_after(start: int, days: int) -> None:
    reminded_on, sent = None, []
    for offset in range(start, start + days):
        kind = reminder_due(DUE, reminded_on, day(offset))
        if kind is not None:
            reminded_on = day(offset)
            sent.append(kind)
            assert (kind is Reminder.OVERDUE) == (offset > 0)
    assert sent.count(Reminder.COMING) == (1 if start <= 0 and start + days > -DAYS_BEFORE else 0)
    assert sent.count(Reminder.OVERDUE) == (1 if start + days > 1 else 0)
