"""Real servers and workers, started as people start them, and killed as machines kill them."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

from app.config import Settings

ROOT = Path(__file__).resolve().parents[2]


def environment_of(settings: Settings, **more: str) -> dict[str, str]:
    """What a process of the same installation is started with."""
    return {
        "KIPINA_DATABASE_URL": settings.database_url,
        "KIPINA_FILES": str(settings.files),
        "KIPINA_BASE_URL": settings.base_url,
        "KIPINA_SECRET_KEY": settings.secret_key,
        "KIPINA_SMTP_URL": settings.smtp_url,
        **{f"KIPINA_{name.upper()}": value for name, value in more.items()},
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, path: str, patience: float = 5) -> int:
    """The status of a page, asked for once over a connection of its own; 0 when there is no answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException):
        return 0
    else:
        return answer.status
    finally:
        connection.close()


def wait_for(port: int, path: str = "/healthz", within: float = 60) -> float:
    """Until it answers with 200; returns the seconds that took."""
    began = time.monotonic()
    while ask(port, path) != 200:
        assert time.monotonic() - began < within, f"{path} did not answer within {within} s"
        time.sleep(0.05)
    return time.monotonic() - began


class Nursery:
    """`nursery.start("serve", "--port", "8000")` gives the id of a process that runs `kipina serve`."""

    def __init__(self, log: Path) -> None:
        self.environment: dict[str, str] = {}
        self.log = log
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"], cwd=ROOT, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        self._running: set[int] = set()

    def start(self, *arguments: str) -> int:
        pid = self._tell(start=arguments, environment=self.environment, log=str(self.log))
        self._running.add(pid)
        return pid

    def kill(self, pid: int) -> None:
        """With signal 9; it is gone when this returns."""
        self._running.discard(pid)
        self._tell(kill=pid)

    def run(self, *arguments: str) -> int:
        """To its end; returns the exit code."""
        return self._tell(**{"await": self._tell(start=arguments, environment=self.environment, log=str(self.log))})

    def kill_all(self) -> None:
        for pid in list(self._running):
            self.kill(pid)

    def close(self) -> None:
        self.kill_all()
        self._parent.kill()
        self._parent.communicate()

    def _tell(self, **told: object) -> int:
        into, out = self._pipes()
        into.write(json.dumps(told) + "\n")
        into.flush()
        return int(out.readline())

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._parent.stdin
        assert self._parent.stdout
        return self._parent.stdin, self._parent.stdout


@contextmanager
def running(environment: dict[str, str], *arguments: str, tree: Path = ROOT) -> Iterator[int]:
    """A process for the length of a test, of the version in `tree`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", *arguments], cwd=tree, env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
