"""The hash chain of the audit trail: how a change is serialised, and what is wrong with a row that does not fit.

A row is hashed as UTF-8 JSON with sorted keys and without spaces (SHA-256, hexadecimal). What it says about people is
not in there, only a commitment to it: salt and values can be erased, and the chain still holds.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

START = ""
"""What the first row of a chain has as the hash of the one before."""

HASHED = ("action", "at", "chain", "commitment", "id", "object_id", "object_type", "person_id", "previous", "sequence")
"""What the hash of a row is over. `at` is written in UTC with six decimals of a second."""


class Fault(StrEnum):
    """What is wrong with a row."""

    ALTERED = "altered"
    VALUES = "values altered"
    MISSING = "missing"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    HEAD = "does not fit the head"
    OUTSIDE = "in no chain"


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the trail."""

    id: int
    chain: int
    """The city, or 0 for what belongs to none."""
    city_id: int | None
    sequence: int
    previous: str
    hash: str
    at: datetime
    person_id: int | None
    action: str
    object_type: str
    object_id: int
    commitment: str
    salt: str | None
    """None: the values were erased."""
    on_behalf_of: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row that does not fit; `row` is None when the row itself is gone."""

    fault: Fault
    sequence: int | None
    row: int | None
    words: str


def canonical(value: Any) -> bytes:
    """The same bytes for the same value, before and after it was in a database."""
    as_read = json.loads(json.dumps(value))  # tuples are lists there, and keys words
    return json.dumps(as_read, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass")


def commitment(salt: str, on_behalf_of: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Stands for the values in the chain; without the salt nobody can try out what they were."""
    return sha256(
        bytes.fromhex(salt) + canonical({"on_behalf_of": on_behalf_of, "before": before, "after": after})
    ).hexdigest()


def hash_of(row: object) -> str:
    """The hash of a row, a `Link` or the row itself: all that is never erased, its place, and the hash before."""
    values = {name: getattr(row, name) for name in HASHED}
    values["at"] = values["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return sha256(canonical(values)).hexdigest()


class Walk:
    """Follows one chain from its beginning; `step` and `end` tell what is wrong, or None."""

    def __init__(self, head_sequence: int, head_hash: str) -> None:
        self.head_sequence, self.head_hash = head_sequence, head_hash
        self.sequence, self.hash, self.row, self.erased = 0, START, None, 0

    row: int | None
    """The last row that fitted."""

    def step(self, link: Link) -> Broken | None:
        """The next row, in the order of the sequence."""
        broken = self._broken(link)
        if broken is None:
            self.sequence, self.hash, self.row = link.sequence, link.hash, link.id
            self.erased += link.salt is None
        return broken

    def end(self) -> Broken | None:
        """After the last row."""
        if self.sequence < self.head_sequence:
            after = "" if self.row is None else f" after row {self.row}"
            many = self.head_sequence - self.sequence
            words = f"truncated: {many} rows are missing at the end{after}, number {self.sequence + 1} is the first"
            return Broken(Fault.TRUNCATED, self.sequence + 1, None, words)
        if self.hash != self.head_hash:
            return Broken(Fault.HEAD, self.sequence, self.row, f"row {self.row} is not the one that the head names")
        return None

    def _broken(self, link: Link) -> Broken | None:
        if link.sequence > self.sequence + 1:
            words = f"missing: number {self.sequence + 1}, before row {link.id}"
            return Broken(Fault.MISSING, self.sequence + 1, None, words)
        fault: Fault | None = None
        words = ""
        if hash_of(link) != link.hash or link.chain != (link.city_id or 0):
            places = range(1, max(self.head_sequence, link.sequence) + 1)
            was = next((n for n in places if hash_of(replace(link, sequence=n)) == link.hash), link.sequence)
            if was == link.sequence:
                fault, words = Fault.ALTERED, "altered, it does not fit its hash"
            else:
                fault, words = Fault.REORDERED, f"reordered, it was number {was}"
        elif link.previous != self.hash:
            before = f"row {self.row}" if self.row else "the beginning"
            fault, words = (
                Fault.REORDERED,
                f"reordered, or what is before it was rewritten: it does not follow {before}",
            )
        elif link.sequence > self.head_sequence:
            fault, words = Fault.HEAD, "added past the head of the chain"
        elif not self._values_fit(link):
            fault, words = Fault.VALUES, "values altered, they do not fit what was committed to"
        if fault is None:
            return None
        return Broken(fault, link.sequence, link.id, f"row {link.id}, number {link.sequence}: {words}")

    @staticmethod
    def _values_fit(link: Link) -> bool:
        values = (link.on_behalf_of, link.before, link.after)
        if link.salt is None:
            return not any(values)
        return commitment(link.salt, *values) == link.commitment
