"""Who reads which application."""

from collections.abc import Iterable
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
