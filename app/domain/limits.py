"""How often something may be done by those whom nobody knows yet, and by one person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network


class Act(StrEnum):
    """What is counted."""

    ASK_LINK = "ask_link"
    SPEND_LINK = "spend_link"
    PROVE = "prove"
    """Ask a city's provider or a passkey who somebody is, or bring back the answer."""
    SEND_FILE = "send_file"
    GIVE_FEEDBACK = "give_feedback"


class By(StrEnum):
    """By what those who do it are told apart."""

    CLIENT = "client"
    MAIL = "mail"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in each stretch of time."""

    most: int
    within: timedelta

    def ends_at(self, now: datetime) -> datetime:
        """The end of the present stretch: then counting begins anew."""
        seconds = int(self.within.total_seconds())
        return datetime.fromtimestamp((int(now.timestamp()) // seconds + 1) * seconds, UTC)


QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)

# A city hall, or everybody at a pitch day, may share one client address; a mailbox is one person's.
LIMITS: dict[tuple[Act, By], Limit] = {
    (Act.ASK_LINK, By.CLIENT): Limit(120, QUARTER),
    (Act.ASK_LINK, By.MAIL): Limit(5, QUARTER),
    (Act.SPEND_LINK, By.CLIENT): Limit(120, QUARTER),
    (Act.PROVE, By.CLIENT): Limit(240, QUARTER),
    (Act.SEND_FILE, By.PERSON): Limit(100, HOUR),
    (Act.GIVE_FEEDBACK, By.CLIENT): Limit(20, HOUR),
}

Network = IPv4Network | IPv6Network
ONE_HOME = 64
"""Bits of an IPv6 address that tell one connection from another; the rest its owner chooses freely."""


def client_of(peer: str, forwarded: Iterable[str], proxies: tuple[Network, ...]) -> str:
    """Whose request it is: the nearest address that is no proxy of ours.

    `forwarded` are the addresses of X-Forwarded-For in their order. Each is believed only when the one after it, which
    wrote it down, is a trusted proxy; so what a client writes there itself is never reached.
    """
    nearest = _address(peer)
    if nearest is None:
        return peer
    for hop in reversed(list(forwarded)):
        if not any(nearest in network for network in proxies):
            break
        further = _address(hop)
        if further is None:
            break
        nearest = further
    if isinstance(nearest, IPv6Address):
        return str(ip_network((nearest, ONE_HOME), strict=False))
    return str(nearest)


def _address(words: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(words.strip())
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
