from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from app.domain.limits import LIMITS, Act, By, Limit, client_of

PROXIES = (ip_network("10.0.0.0/8"), ip_network("192.0.2.7"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.4", [], "198.51.100.4"),
        ("198.51.100.4", ["203.0.113.9"], "198.51.100.4"),
        ("192.0.2.7", ["203.0.113.9"], "203.0.113.9"),
        ("192.0.2.7", ["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
        ("192.0.2.7", ["1.1.1.1", "203.0.113.9", "10.1.2.3"], "203.0.113.9"),
        ("192.0.2.7", ["203.0.113.9", "unknown"], "192.0.2.7"),
        ("192.0.2.7", [" 203.0.113.9 "], "203.0.113.9"),
        ("::ffff:192.0.2.7", ["203.0.113.9"], "203.0.113.9"),
        ("192.0.2.7", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", [], "2001:db8:1:2::/64"),
        ("192.0.2.7", [], "192.0.2.7"),
        ("", [], ""),
    ],
)
def test_only_what_a_trusted_proxy_wrote_down_is_believed(peer: str, forwarded: list[str], client: str) -> None:
    assert client_of(peer, forwarded, PROXIES) == client


def test_without_trusted_proxies_nothing_is_believed() -> None:
    assert client_of("192.0.2.7", ["203.0.113.9"], ()) == "192.0.2.7"


def test_a_stretch_ends_when_the_next_begins() -> None:
    limit = Limit(1, timedelta(minutes=15))
    at = datetime(2027, 2, 12, 9, 7, 3, tzinfo=UTC)
    assert limit.ends_at(at) == datetime(2027, 2, 12, 9, 15, tzinfo=UTC)
    assert limit.ends_at(limit.ends_at(at)) == datetime(2027, 2, 12, 9, 30, tzinfo=UTC)


def test_everything_that_is_counted_has_its_limit() -> None:
    assert {act for act, _ in LIMITS} == set(Act)
    assert {by for _, by in LIMITS} == set(By)
