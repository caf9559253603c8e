"""The stage of the leak tests: two towns, a token in every text, and who reads."""

import pytest
import sqlalchemy as sa

from tests.leaks.canaries import stain
from tests.leaks.stage import Stage, look_at
from tests.leaks.town import build
from tests.world import World


@pytest.fixture
def stage(world: World, engine: sa.Engine) -> Stage:
    """Both towns, stained."""
    towns = build(world)
    stage = look_at(engine, towns)
    stain(engine)
    return stage
