"""What becomes of each application: prepared one by one, checked together, then signed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

UNWRITTEN = "[…]"
"""Stands in a starting text where somebody still has to write; a reason that holds it is no reason yet."""


class Outcome(StrEnum):
    """What is decided about one application."""

    INVITE = "invite"
    RESERVE = "reserve"
    DECLINE = "decline"


NEEDS_REASON = frozenset({Outcome.RESERVE, Outcome.DECLINE})
"""Outcomes that are not what was applied for (Administrative Procedure Act 434/2003 section 45)."""


def reason_given(text: str) -> bool:
    """Is the reason written, and written to the end."""
    return bool(text.strip()) and UNWRITTEN not in text


@dataclass(frozen=True, slots=True)
class Prepared:
    """A decision that is not signed yet. `outcome` is None as long as nothing has been chosen.

    The reserve with the lowest rank moves up first; ranks begin at 1.
    """

    application: int
    outcome: Outcome | None = None
    reserve_rank: int | None = None
    has_reason: bool = False


class ProblemKind(StrEnum):
    """Why prepared decisions cannot be signed yet."""

    NO_OUTCOME = "no_outcome"
    NO_REASON = "no_reason"
    NO_RESERVE_RANK = "no_reserve_rank"
    SAME_RESERVE_RANK = "same_reserve_rank"
    TOO_MANY_INVITED = "too_many_invited"


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the way. `application` is None when it concerns all of them together."""

    kind: ProblemKind
    application: int | None = None


def problems(prepared: Iterable[Prepared], places: int) -> list[Problem]:
    """Return what must be mended before the decisions are signed: in the order given, the sum last.

    Every application has an outcome, every decline and reserve a reason (`NEEDS_REASON`), every
    reserve a rank of its own, and no more are invited than there are places.
    """
    known = list(prepared)
    ranks = Counter(one.reserve_rank for one in known if one.outcome is Outcome.RESERVE)
    found: list[Problem] = []
    for one in known:
        match one.outcome:
            case None:
                found.append(Problem(ProblemKind.NO_OUTCOME, one.application))
            case outcome if outcome in NEEDS_REASON and not one.has_reason:
                found.append(Problem(ProblemKind.NO_REASON, one.application))
            case Outcome.RESERVE if one.reserve_rank is None or one.reserve_rank < 1:
                found.append(Problem(ProblemKind.NO_RESERVE_RANK, one.application))
            case Outcome.RESERVE if ranks[one.reserve_rank] > 1:
                found.append(Problem(ProblemKind.SAME_RESERVE_RANK, one.application))
            case _:
                pass
    if sum(one.outcome is Outcome.INVITE for one in known) > places:
        found.append(Problem(ProblemKind.TOO_MANY_INVITED))
    return found


def next_reserve(reserves: Iterable[Prepared]) -> Prepared | None:
    """Return who moves up when an invited company cancels: the lowest rank; None without reserves.

    Whoever is not, or no longer, in reserve is passed over.
    """
    waiting = ((one.reserve_rank, one) for one in reserves if one.outcome is Outcome.RESERVE)
    ranked = [(rank, one) for rank, one in waiting if rank is not None]
    return min(ranked, key=lambda pair: pair[0])[1] if ranked else None
