"""A small world for tests: each maker goes through the services, in a transaction of its own, by legal steps only."""

from tests.world.afterwards import Afterwards
from tests.world.foundation import NOW, SYSTEM, ZONE, texts

__all__ = ["NOW", "SYSTEM", "ZONE", "World", "texts"]


class World(Afterwards):
    """`world.city()`, `world.organizer(city)`, `world.event(city, phase="call_open")` …"""
