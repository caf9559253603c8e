"""What the tests of the organizers' pages share."""

import pytest

from tests.organizing import Cast, SignIn
from tests.world import World


@pytest.fixture
def cast(world: World, sign_in: SignIn) -> Cast:
    city = world.city()
    return Cast(city, world.event(city, "call_closed"), sign_in(world.organizer(city)))
