from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.task import Span, Task, TaskKind, by_span, span_of

HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = datetime(2027, 2, 12, 21, 30, tzinfo=UTC)
"""Half past eleven in the evening in Finland."""


def task(due: datetime | None, *, overdue: bool = False) -> Task:
    return Task(TaskKind.SCORE, "Kipinä", "jury.queue.index", due=due, overdue=overdue)


@pytest.mark.parametrize(
    ("after", "span"),
    [
        (timedelta(seconds=-1), Span.LATE),
        (timedelta(0), Span.TODAY),
        (timedelta(minutes=29), Span.TODAY),
        (timedelta(minutes=30), Span.THIS_WEEK),
        (timedelta(days=6), Span.THIS_WEEK),
        (timedelta(days=6, minutes=30), Span.LATER),
        (timedelta(days=60), Span.LATER),
    ],
)
def test_near_is_told_by_the_days_of_the_readers_zone(after: timedelta, span: Span) -> None:
    assert span_of(task(NOW + after), NOW, HELSINKI) is span


def test_what_has_no_date_is_for_any_time_unless_it_is_late() -> None:
    assert span_of(task(None), NOW, HELSINKI) is Span.ANY_TIME
    assert span_of(task(None, overdue=True), NOW, HELSINKI) is Span.LATE


def test_groups_stand_from_the_nearest_on_and_empty_ones_are_left_out() -> None:
    later, late, first, second = task(NOW + timedelta(days=30)), task(NOW - timedelta(days=1)), task(NOW), task(NOW)
    found = by_span([later, first, second, late], NOW, HELSINKI)
    assert list(found.items()) == [(Span.LATE, [late]), (Span.TODAY, [first, second]), (Span.LATER, [later])]
