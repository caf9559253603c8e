"""The cast of follow-up: the owner of a case, a teammate, leadership, and people of elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from app.domain.access import Role
from app.models import Challenge, City, Event, Person, Unit
from tests.strict import StrictClient
from tests.world import World


@dataclass
class House:
    """A city whose pitch day has been held."""

    city: City
    unit: Unit
    event: Event
    challenge: Challenge
    owner: Person
    teammate: Person
    organizer: Person
    leader: Person
    stranger: Person


@pytest.fixture
def house(world: World) -> House:
    city = world.city()
    unit = world.unit(city, "Kotihoito")
    event = world.event(city, "follow_up")
    return House(
        city=city,
        unit=unit,
        event=event,
        challenge=world.challenge(event, "Turvallinen ilta"),
        owner=world.member(city, Role.AGENT, "Kaarina Saloranta"),
        teammate=world.member(city, Role.PROCUREMENT, "Mervi Ahosilta"),
        organizer=world.organizer(city, "Maarit Yli-Kaitala"),
        leader=world.member(city, Role.LEADERSHIP, "Raija Kallioniitty"),
        stranger=world.member(world.city("vaasa", "Vaasa"), Role.AGENT, "Vieras"),
    )


@pytest.fixture
def agent(house: House, sign_in: Callable[[Person], StrictClient]) -> StrictClient:
    """The browser of the owner of cases."""
    return sign_in(house.owner)
