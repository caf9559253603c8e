"""What starts the processes that are killed, shifted and cut off."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.processes import Nursery
from tests.postgres import Cluster


@pytest.fixture(scope="session")
def _nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path_factory.mktemp("nursery") / "log")
    yield nursery
    nursery.close()


@pytest.fixture
def nursery(_nursery: Nursery, tmp_path: Path) -> Iterator[Nursery]:
    """Starts processes; those of a test end with it."""
    _nursery.log = tmp_path / "log"
    yield _nursery
    _nursery.kill_all()


@pytest.fixture
def durable_cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A PostgreSQL that waits for the disk, as real ones do."""
    cluster = Cluster(tmp_path, durable=True)
    yield cluster
    cluster.stop()
