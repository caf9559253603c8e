from datetime import UTC, datetime, timedelta

from app.domain.retention import DEFAULTS, KEPT, NOTICE, Kind, due_before, months_of

NOW = datetime(2027, 6, 1, tzinfo=UTC)


def test_a_city_that_set_nothing_keeps_records_and_lets_the_rest_go_after_a_year() -> None:
    assert months_of({}) == dict(DEFAULTS)
    assert {kind for kind, months in DEFAULTS.items() if months == KEPT} == {
        Kind.COMMENT, Kind.NOT_CHOSEN, Kind.CHOSEN, Kind.CASE,
    }  # fmt: skip
    assert {DEFAULTS[Kind.DRAFT], DEFAULTS[Kind.MAIL]} == {12}
    assert months_of({"mail": 3})[Kind.MAIL] == 3


def test_months_are_counted_back_and_none_is_for_ever() -> None:
    before = due_before(NOW, 12)
    assert before == NOW - timedelta(days=365, hours=6), "a year, and of the leap day a quarter"
    assert due_before(NOW, KEPT) is None
    assert NOTICE.days == 30
