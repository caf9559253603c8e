"""The next edition stands on the same weekdays and hours, a year later."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.domain.edition import a_year_later, next_milestones, next_name
from app.domain.localized import Localized
from app.domain.phase import Milestones

HELSINKI = ZoneInfo("Europe/Helsinki")


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_weekday_stays_and_the_date_moves_by_at_most_two_days(moment: datetime) -> None:
    before, after = moment.astimezone(HELSINKI), a_year_later(moment, HELSINKI).astimezone(HELSINKI)
    assert after.weekday() == before.weekday()
    assert after.date() - before.date() == timedelta(days=364)


def test_the_hour_of_the_day_stays_when_summer_time_begins_on_another_date() -> None:
    # On 26 March 2023 it was summer time; on 24 March 2024 not yet.
    assert a_year_later(datetime(2023, 3, 26, 13, tzinfo=UTC), HELSINKI) == datetime(2024, 3, 24, 14, tzinfo=UTC)


def test_dates_move_and_acts_are_still_to_be_done() -> None:
    moment = datetime(2026, 2, 12, 7, tzinfo=UTC)
    done = Milestones(moment, moment, moment, None, moment, moment, moment, moment, moment)
    later = moment + timedelta(days=364)
    assert next_milestones(done, HELSINKI) == Milestones(
        call_opens_at=later, call_closes_at=later, day_starts_at=later, day_ends_at=later
    )


def test_a_year_in_the_name_becomes_the_next_one() -> None:
    assert next_name(Localized("Kipinä 2026", "Kipinä 2026", "Spark2026!")) == Localized(
        "Kipinä 2027", "Kipinä 2027", "Spark2027!"
    )
    assert next_name(Localized("Kevätpitchaus", "", "Room 12026")) == Localized("Kevätpitchaus", "", "Room 12026")
