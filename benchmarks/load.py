"""Many connections to one server on this machine: requests as fast as they are answered, and how long each took.

The standard library only, so that the load costs little beside the server. As a program it reads a `Job` as JSON from
standard input and writes an `Outcome` as JSON.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle
from typing import Any

PATIENCE = 30.0
"""Seconds after which a request counts as lost."""


@dataclass(frozen=True)
class Request:
    """One request. A body makes it a POST of a form."""

    path: str
    cookie: str = ""
    body: str = ""


@dataclass(frozen=True)
class Job:
    """Requests over some connections for some seconds: over and over, or each of them once at most."""

    port: int
    requests: list[Request]
    connections: int = 16
    seconds: float = 1.0
    over_and_over: bool = True
    keep_bodies: bool = False


@dataclass
class Outcome:
    """What came back. Latencies are milliseconds; status 0 is a connection that broke or an answer that never came."""

    seconds: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    bodies: list[tuple[int, str]] = field(default_factory=list)
    """With `keep_bodies`: the place of the request in the job, and the page."""


def run(job: Job) -> Outcome:
    """Do it in this process."""
    return asyncio.run(_drive(job))


async def _drive(job: Job) -> Outcome:
    outcome, statuses = Outcome(), Counter[str]()
    numbered = list(enumerate(job.requests))
    waiting: Iterator[tuple[int, Request]] = cycle(numbered) if job.over_and_over else iter(numbered)
    began = time.perf_counter()
    deadline = began + job.seconds

    async def one_connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", job.port, limit=2**20)
        try:
            while time.perf_counter() < deadline and (item := next(waiting, None)) is not None:
                place, request = item
                sent_at = time.perf_counter()
                try:
                    async with asyncio.timeout(PATIENCE):
                        status, body = await _exchange(reader, writer, job.port, request)
                except (OSError, asyncio.IncompleteReadError, TimeoutError):
                    statuses["0"] += 1
                    return
                outcome.latencies.append(round((time.perf_counter() - sent_at) * 1000, 3))
                statuses[status] += 1
                if job.keep_bodies:
                    outcome.bodies.append((place, body.decode()))
        finally:
            writer.close()

    await asyncio.gather(*(one_connection() for _ in range(job.connections)))
    outcome.seconds = time.perf_counter() - began
    outcome.statuses = dict(statuses)
    return outcome


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, request: Request
) -> tuple[str, bytes]:
    lines = [f"{'POST' if request.body else 'GET'} {request.path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    if request.cookie:
        lines.append(f"Cookie: {request.cookie}")
    body = request.body.encode()
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    _, _, after = head.partition("\r\ncontent-length:")
    answer = await reader.readexactly(int(after.partition("\r\n")[0])) if after else b""
    return head.split(" ", 2)[1], answer


def _main() -> None:
    told: dict[str, Any] = json.load(sys.stdin)
    told["requests"] = [Request(**request) for request in told["requests"]]
    json.dump(asdict(run(Job(**told))), sys.stdout)


if __name__ == "__main__":
    _main()
