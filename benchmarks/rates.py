"""How fast a server answers: with wrk where it is installed, else with our own client, and always beside others."""

import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import orjson

from benchmarks.load import PATIENCE, Job, Outcome, Request
from benchmarks.server import Server

CONNECTIONS = 16
WRK = shutil.which("wrk")
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Rate:
    """Answers per second, and milliseconds: until the answer came, and of the server's processors for each answer.

    `refused`: answers neither 2xx nor 3xx, and broken connections.
    """

    per_second: float
    p50: float
    p99: float
    answered: int
    refused: int
    cpu: float = 0.0


@dataclass(frozen=True)
class Compared:
    """Medians of the rounds. `of_others` are the ratios to what was measured before and after each round."""

    rate: Rate
    of_others: list[float]


def opened(server: Server, request: Request, seconds: float) -> Rate:
    """Open one page again and again."""
    worked = server.cpu()
    if WRK is None or seconds < 1:  # wrk counts in whole seconds
        rate = _rate_of(_drive(Job(server.port, [request], CONNECTIONS, seconds)))
    else:
        rate = _with_wrk(WRK, server.port, request, round(seconds))
    return _with_cpu(rate, server.cpu() - worked)


def opened_alone(server: Server, request: Request, seconds: float) -> Rate:
    """The same when nobody else asks."""
    return _rate_of(_drive(Job(server.port, [request], 1, seconds)))


def sent(server: Server, requests: list[Request], seconds: float) -> Rate:
    """Send each request once, until all are sent or the time is up."""
    worked = server.cpu()
    rate = _rate_of(_drive(Job(server.port, requests, CONNECTIONS, seconds, over_and_over=False)))
    return _with_cpu(rate, server.cpu() - worked)


def _with_cpu(rate: Rate, seconds: float) -> Rate:
    return replace(rate, cpu=1000 * seconds / max(1, rate.answered + rate.refused))


def _drive(job: Job) -> Outcome:
    """Our own client, in a process of its own."""
    client = [sys.executable, str(Path(__file__).with_name("load.py"))]
    done = subprocess.run(
        client, input=orjson.dumps(asdict(job)), stdout=subprocess.PIPE, check=True, timeout=job.seconds + 2 * PATIENCE
    )
    return Outcome(**orjson.loads(done.stdout))


def _rate_of(outcome: Outcome) -> Rate:
    good = sum(many for status, many in outcome.statuses.items() if status[0] in "23")
    times = sorted(outcome.latencies) or [0.0]
    return Rate(
        per_second=good / outcome.seconds if outcome.seconds else 0.0,
        p50=times[len(times) // 2],
        p99=times[min(len(times) - 1, len(times) * 99 // 100)],
        answered=good,
        refused=sum(outcome.statuses.values()) - good,
    )


def beside(others: Sequence[Callable[[], Rate]], measure: Callable[[], Rate], rounds: int) -> Compared:
    """Measure in rounds, and each of `others` between them, so that a noisy machine is as noisy for all."""
    before = [other() for other in others]
    rates: list[Rate] = []
    ratios: list[list[float]] = [[] for _ in others]
    for _ in range(rounds):
        rates.append(measure())
        after = [other() for other in others]
        for place, (one, two) in enumerate(zip(before, after, strict=True)):
            ratios[place].append(2 * rates[-1].per_second / (one.per_second + two.per_second))
        before = after
    middle = Rate(
        per_second=statistics.median(rate.per_second for rate in rates),
        p50=statistics.median(rate.p50 for rate in rates),
        p99=statistics.median(rate.p99 for rate in rates),
        answered=sum(rate.answered for rate in rates),
        refused=sum(rate.refused for rate in rates),
        cpu=statistics.median(rate.cpu for rate in rates),
    )
    return Compared(middle, [statistics.median(each) for each in ratios])


def _with_wrk(wrk: str, port: int, request: Request, seconds: int) -> Rate:
    headers = ["-H", "Accept-Encoding: gzip", *(["-H", f"Cookie: {request.cookie}"] if request.cookie else [])]
    command = [
        wrk,
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--latency",
        *headers,
        f"http://127.0.0.1:{port}{request.path}",
    ]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + PATIENCE).stdout

    def number(pattern: str) -> float:
        found = re.search(pattern, said)
        return float(found[1]) if found else 0.0

    def milliseconds(percent: int) -> float:
        found = re.search(rf"\b{percent}%\s+([\d.]+)(us|ms|s|m)\b", said)
        return float(found[1]) * MILLISECONDS[found[2]] if found else 0.0

    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    refused = int(number(r"Non-2xx or 3xx responses: (\d+)")) + sum(map(int, broken.groups() if broken else ()))
    answered = int(number(r"(\d+) requests in"))
    return Rate(number(r"Requests/sec:\s+([\d.]+)"), milliseconds(50), milliseconds(99), answered, refused)
