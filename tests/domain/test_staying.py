from datetime import UTC, datetime, timedelta

import pytest

from app.domain import browser, staying
from app.domain.access import Actor, Role
from app.domain.ids import CityId, CompanyId, EventId, PersonId

NOW = datetime(2027, 2, 12, 9, tzinfo=UTC)
STAFF = [
    Actor(PersonId(1), admin=True),
    *(Actor(PersonId(1), in_cities=frozenset({(CityId(1), role)})) for role in (Role.ORGANIZER, Role.LEADERSHIP)),
]
OTHERS = [
    Actor(PersonId(1)),
    Actor(PersonId(1), in_companies=frozenset({(CompanyId(1), Role.OWNER)}), jury_of=frozenset({EventId(1)})),
]


@pytest.mark.parametrize("actor", STAFF)
def test_staff_stays_for_a_working_day(actor: Actor) -> None:
    begun = NOW - timedelta(days=3)
    assert staying.still_signed_in(actor, begun, NOW - timedelta(hours=7, minutes=59), NOW)
    assert not staying.still_signed_in(actor, begun, NOW - timedelta(hours=8), NOW)


@pytest.mark.parametrize("actor", OTHERS)
def test_others_stay_for_two_weeks(actor: Actor) -> None:
    begun = NOW - timedelta(days=13)
    assert staying.still_signed_in(actor, begun, begun, NOW)


@pytest.mark.parametrize("actor", [*STAFF, *OTHERS])
def test_nobody_stays_longer_than_that_however_busy(actor: Actor) -> None:
    assert not staying.still_signed_in(actor, NOW - timedelta(days=14), NOW, NOW)


def test_it_is_noted_seldom_enough_to_cost_nothing_and_often_enough_for_the_limit() -> None:
    assert not staying.to_be_noted(NOW - timedelta(minutes=9), NOW)
    assert staying.to_be_noted(NOW - timedelta(minutes=10), NOW)
    assert staying.NOTED_EVERY * 10 < staying.IDLE_STAFF


def test_a_sign_in_is_fresh_for_half_an_hour() -> None:
    assert staying.is_fresh(NOW - timedelta(minutes=29), NOW)
    assert not staying.is_fresh(NOW - timedelta(minutes=30), NOW)


WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "names"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36", ("Chrome", "Windows")),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
            ("Edge", "Windows"),
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", ("Firefox", "Linux")),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15",
            ("Safari", "Mac"),
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1 CriOS/142.0 Mobile Safari/604.1",
            ("Chrome", "iPhone"),
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            ("Samsung Internet", "Android"),
        ),
        ("curl/8.5.0", ("", "")),
        ("<script>alert(1)</script>" * 1000, ("", "")),
        ("", ("", "")),
    ],
)
def test_a_browser_is_kept_by_the_names_that_people_know(said: str, names: tuple[str, str]) -> None:
    assert browser.names_of(said) == names
