"""A strip of dots as one path: as elements, the thousand dots of twenty jurors on fifty rows would weigh too much."""

from collections.abc import Iterable

WIDTH, HEIGHT = 150, 26
RADIUS = 4
_STACK = (0, -5, 5, -8, 8, -3, 3, -9, 9)
"""Dots that fall on one another stand above and below the middle instead."""


def at(value: float, low: float, high: float) -> int:
    """How far from the left a value stands, in the strip's own pixels."""
    return round(RADIUS + (WIDTH - 2 * RADIUS) * (value - low) / (high - low))


def dots(values: Iterable[float], low: float, high: float) -> str:
    """The path of the dots; drawn as a stroke with round ends, each point of no length is a dot."""
    stacked: dict[int, int] = {}
    parts = []
    for value in sorted(values):
        x = at(value, low, high)
        slot = x // RADIUS
        level = stacked.get(slot, 0)
        stacked[slot] = level + 1
        parts.append(f"M{x} {HEIGHT // 2 + _STACK[level % len(_STACK)]}h0")
    return "".join(parts)
