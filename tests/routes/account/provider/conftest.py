"""A city whose staff comes in by the provider, which is real."""

from collections.abc import Iterator

import pytest

from app.config import Settings
from app.models import City
from tests import provider as real
from tests.provider import Provider
from tests.routes.account.provider.steps import BASE, set_up
from tests.world import World


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with real.running(*(f"{BASE}/sign-in/cities/{slug}/return" for slug in ("tampere", "vaasa"))) as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.turn()
    return running


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"base_url": BASE})


@pytest.fixture
def city(world: World, provider: Provider) -> City:
    city = world.city()
    set_up(world, city, provider)
    return city
