"""Figures of one process for Prometheus, in its text format (version 0.0.4)."""

import os
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from threading import Lock

import sqlalchemy as sa

from app.adapters import clock
from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.queries import installation

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: the upper ends of the histogram's buckets."""

Sample = tuple[str, dict[str, str], float]


class Metrics:
    """Counts the requests of one process."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str], int] = defaultdict(int)
        self._buckets: dict[str, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
        self._seconds: dict[str, float] = defaultdict(float)
        self._lock = Lock()

    def note(self, route: str, status: int, seconds: float) -> None:
        """One request was answered."""
        with self._lock:
            self._requests[route, f"{status // 100}xx"] += 1
            self._buckets[route][bisect_left(BOUNDS, seconds)] += 1
            self._seconds[route] += seconds

    def text(self, engine: sa.Engine) -> str:
        """All figures. When the database does not answer, that is one of them."""
        with self._lock:
            requests: list[Sample] = [
                ("", {"route": route, "status": status}, many) for (route, status), many in self._requests.items()
            ]
            durations = list(self._durations())
        parts = [
            _family("kipina_requests_total", "counter", "Requests answered by this process.", requests),
            _family("kipina_request_seconds", "histogram", "How long they took.", durations),
        ]
        try:
            with reading(engine, EVERY_CITY) as session:
                found = installation.states(session)
        except sa.exc.SQLAlchemyError:
            found = {}
        for what, states in found.items():
            samples: list[Sample] = [("", {"state": state}, many) for state, many in states.items()]
            parts.append(_family(f"kipina_{what}", "gauge", f"Rows of {what} by state.", samples))
        parts.append(_family("kipina_database_up", "gauge", "Does the database answer.", [("", {}, int(bool(found)))]))
        ahead: list[Sample] = [("", {}, round(clock.ahead(), 3))]
        parts.append(
            _family("kipina_clock_ahead_seconds", "gauge", "This machine's clock against the one that decides.", ahead)
        )
        if isinstance(engine.pool, sa.QueuePool):
            pool: list[Sample] = [
                ("", {"state": "in use"}, engine.pool.checkedout()),
                ("", {"state": "idle"}, engine.pool.checkedin()),
            ]
            parts.append(_family("kipina_database_connections", "gauge", "Connections of this process.", pool))
        return "".join(parts)

    def _durations(self) -> Iterator[Sample]:
        for route, buckets in self._buckets.items():
            total = 0
            for bound, many in zip([*map(str, BOUNDS), "+Inf"], buckets, strict=True):
                total += many
                yield "_bucket", {"route": route, "le": bound}, total
            yield "_sum", {"route": route}, round(self._seconds[route], 6)
            yield "_count", {"route": route}, total


def _family(name: str, kind: str, meaning: str, samples: Iterable[Sample]) -> str:
    """One figure with its samples. Each says which process it is of: a scrape reaches any one of them."""
    lines = [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
    for ending, labels, value in samples:
        named = {**labels, "process": str(os.getpid())}
        inside = ",".join(f'{label}="{words}"' for label, words in named.items())
        lines.append(f"{name}{ending}{{{inside}}} {value}")
    return "\n".join(lines) + "\n"
