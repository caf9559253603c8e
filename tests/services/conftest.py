"""How lives are lived through. `KIPINA_TEST_LIVES` asks for more of them than the few of the usual run."""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.services.life import Life
from tests.world import World

LIVES = int(os.environ.get("KIPINA_TEST_LIVES", "8"))
ACTS = 25


@pytest.fixture
def lived(world: World) -> Callable[[type[Life]], None]:
    """`lived(Machine)` lives it through."""

    def live(machine: type[Life]) -> None:
        Life.world = world
        patience = settings(
            max_examples=LIVES, stateful_step_count=ACTS, deadline=None, derandomize=LIVES <= 8,
            suppress_health_check=list(HealthCheck), print_blob=True,
            phases=[Phase.generate] if LIVES <= 8 else list(Phase),  # the shortest life takes minutes to find
        )  # fmt: skip
        run_state_machine_as_test(machine, settings=patience)

    return live
