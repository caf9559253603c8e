"""Who reads which application."""

from collections.abc import Iterable
from hashlib import sha256
from itertools import product


def everyone_reads_all(
    jurors: Iterable[int],
    applications: Iterable[int],
    conflicts: Iterable[tuple[int, int]],
    existing: Iterable[tuple[int, int]],
) -> set[tuple[int, int]]:
    """Return the pairs (juror, application) to add so that every juror reads every application.

    A juror never gets an application with which they have a conflict of interest; what is assigned
    already stays as it is and is not returned.
    """
    return set(product(jurors, applications)).difference(conflicts, existing)


def queue_key(juror: int, application: int, reviews: int) -> tuple[int, bytes]:
    """Sort key of a juror's queue: what fewest have reviewed comes first, the rest in a random order of their own.

    The order is the same at every visit, and another for each juror, so that nobody is always read last.
    """
    return reviews, sha256(f"{juror}:{application}".encode()).digest()
