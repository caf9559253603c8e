"""CPV codes found by typing: in any of the three languages, or by the code itself."""

import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from app.domain.folding import folded
from app.domain.localized import LANGUAGES, Localized
from app.domain.refusals import Reason, Refused
from app.models import Cpv

MOST = 12
"""Suggestions at a time."""


@dataclass(frozen=True, slots=True)
class CpvCode:
    """A code of eight digits with its label."""

    code: str
    label: Localized


def matching(session: Session, typed: str, most: int = MOST) -> list[CpvCode]:
    """The codes that fit what was typed, the likeliest first: by code, by the beginning of a label, then by words.

    Every word must be there, somewhere and in some language; broad codes come before narrow ones.
    """
    digits = re.sub(r"-\d$", "", typed.strip())
    wanted = folded(typed)
    if not wanted:
        return []
    search = col(Cpv.search)
    if re.fullmatch(r"[\d ]+", digits):
        fits = search.startswith(digits.replace(" ", ""), autoescape=True)
        rank: sa.ColumnElement[int] = sa.literal(0)
    else:
        fits = sa.and_(*(search.contains(word, autoescape=True) for word in wanted.split()))
        rank = sa.case(
            (search.contains(f"| {wanted} |") | search.endswith(f"| {wanted}"), 0),
            (search.contains(f"| {wanted}"), 1),
            (search.contains(f" {wanted}"), 2),
            else_=3,
        )
    narrow = sa.func.length(sa.func.rtrim(Cpv.code, "0"))
    rows = session.execute(
        sa.select(col(Cpv.code), col(Cpv.label)).where(fits).order_by(rank, narrow, col(Cpv.code)).limit(most)
    )
    return [CpvCode(*row) for row in rows]


def labelled(session: Session, code: str | None) -> CpvCode | None:
    """A stored code with its label."""
    row = session.get(Cpv, code) if code else None
    return CpvCode(row.code, row.label) if row else None


def chosen(session: Session, typed: str) -> CpvCode | None:
    """The one code that a field means: its first word is a code, or its words are exactly a label in some language.

    None for an empty field; refused when nothing, or nothing definite, fits.
    """
    if not typed.strip():
        return None
    if match := re.match(r"(\d{8})(?:-\d)?(?!\S)", typed.strip()):
        found = labelled(session, match[1])
        if found is not None:
            return found
    exact = [
        one for one in matching(session, typed) if folded(typed) in {folded(one.label[lang]) for lang in LANGUAGES}
    ]
    if not exact:
        raise Refused(Reason.UNKNOWN_CODE, "cpv")
    return exact[0]
