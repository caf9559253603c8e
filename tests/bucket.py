"""An S3 server of the tests' own, with keys and a bucket, that can be stopped and started."""

import socket
import subprocess
import sys
import time
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from app.adapters import clock, files
from app.config import Settings

ON_BOTH_STORES = pytest.mark.parametrize("store", ["folder", "bucket"])
"""For the tests of a module: once with files in a folder, once in a bucket."""
KEY_ID, SECRET = "kipina-tests", "a-secret-of-the-tests"


def names_in(settings: Settings) -> set[str]:
    """The names of all files in the store of an installation."""
    return set(files.stored_before(settings, clock.now() + timedelta(days=1)))


class BucketServer:
    """`rclone serve s3` over a folder, with one bucket in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tests").mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._names = count(1)
        self.start()

    def settings(self) -> dict[str, Any]:
        """Settings of an installation that has its own part of the bucket."""
        return {
            "s3_url": f"s3://tests/installation-{next(self._names)}",
            "s3_endpoint": f"http://127.0.0.1:{self.port}",
            "s3_key_id": KEY_ID,
            "s3_secret": SECRET,
        }

    def start(self) -> None:
        program = Path(sys.executable).with_name("rclone")
        self._process = subprocess.Popen(
            [program, "serve", "s3", self.folder, "--addr", f"127.0.0.1:{self.port}", "--config", "/dev/null",
             "--auth-key", f"{KEY_ID},{SECRET}", "--vfs-cache-mode", "off", "--log-level", "ERROR"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < until, "the server of the buckets did not start"
            time.sleep(0.05)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
