"""The one clock that decides. Domain and services are given the moment; only the edges ask for it."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, UTC."""
    return datetime.now(UTC)
