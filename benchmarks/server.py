"""The servers that are measured: Kipinä as people start it, and a bare one beside it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_UP = 60
"""Seconds that a server may take to answer for the first time."""


@dataclass(frozen=True)
class Server:
    """A running server and its processes."""

    port: int
    pid: int

    def memory(self) -> "Memory":
        """Of the server and all its worker processes."""
        return sum((_memory(pid) for pid in _family(self.pid)), Memory(0, 0))

    def cpu(self) -> float:
        """Seconds that all its processes have worked."""
        return sum(_cpu(pid) for pid in _family(self.pid))


@dataclass(frozen=True)
class Memory:
    """MB. `peak` adds up what each process ever had at most, so pages that they share count several times."""

    peak: float
    proportional: float

    def __add__(self, other: "Memory") -> "Memory":
        return Memory(self.peak + other.peak, self.proportional + other.proportional)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def kipina(environment: dict[str, str], port: int, workers: int) -> Iterator[Server]:
    """The real command, `kipina serve`, of this very tree."""
    arguments = ["app.cli", "serve", "--port", str(port), "--workers", str(workers)]
    with _running(arguments, environment, port, "/healthz") as server:
        yield server


@contextmanager
def bare(workers: int) -> Iterator[Server]:
    """The same server with nothing behind it but an answer of any size; see `benchmarks.bare`."""
    port = free_port()
    options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--no-server-header", "--no-proxy-headers"]
    arguments = ["uvicorn", "benchmarks.bare:app", *options, "--port", str(port), "--workers", str(workers)]
    with _running(arguments, {}, port, "/1") as server:
        yield server


@contextmanager
def _running(arguments: list[str], environment: dict[str, str], port: int, answers_at: str) -> Iterator[Server]:
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}{answers_at}", process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_UP
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode} before it answered")
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310  our own address
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no answer from {address} in {START_UP} s")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in _family(int(child)))]


def _memory(pid: int) -> Memory:
    def kilobytes(file: str, label: str) -> float:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(label))

    return Memory(kilobytes("status", "VmHWM:") / 1024, kilobytes("smaps_rollup", "Pss:") / 1024)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
