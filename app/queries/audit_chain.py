"""Walks the chains of the audit trail."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.domain.audit_chain import START, Broken, Fault, Link, Walk
from app.models import AuditEvent, AuditHead, City

HASH = re.compile(r"[0-9a-f]{16,64}")
AT_ONCE = 1000
"""Rows held in memory."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a chain is like: its head, how many rows have had their values erased, and what is broken."""

    city: str
    """The slug; empty for what belongs to no city."""
    sequence: int
    hash: str
    erased: int
    broken: Broken | None


def size(session: Session) -> int:
    """Rows to walk over."""
    many: int = session.execute(sa.select(sa.func.count()).select_from(AuditEvent)).scalar_one()
    return many


def checked(session: Session, seen: Callable[[], None]) -> Iterator[Checked]:
    """Each chain up to the first row that is broken. `seen` is called for every row. Read it all at one moment."""
    which = sa.select(col(AuditHead.chain), col(AuditHead.sequence), col(AuditHead.hash))
    heads = {row.chain: (row.sequence, row.hash) for row in session.execute(which)}
    cities = {row.id: row.slug for row in session.execute(sa.select(col(City.id), col(City.slug)))}
    found = session.execute(sa.select(col(AuditEvent.chain)).distinct()).scalars()
    for chain in sorted(heads.keys() | cities.keys() | set(found)):
        head = heads.get(chain, (0, START))
        walk = Walk(*head)
        broken = None if chain in heads else Broken(Fault.HEAD, None, None, "the head of the chain is missing")
        broken = broken or _unchained(session, chain)
        with session.execute(_of_chain(chain)) as rows:
            for row in () if broken else rows:
                seen()
                if broken := walk.step(Link(*row)):
                    break
        yield Checked(cities.get(chain, ""), *head, walk.erased, broken or walk.end())


def _unchained(session: Session, chain: int) -> Broken | None:
    which = sa.select(sa.func.min(AuditEvent.id)).where(
        col(AuditEvent.chain) == chain, col(AuditEvent.sequence).is_(None)
    )
    row = session.execute(which).scalar_one()
    return None if row is None else Broken(Fault.OUTSIDE, None, row, f"row {row}: in no chain")


def _of_chain(chain: int) -> sa.Select[Any]:
    columns = (
        AuditEvent.id, AuditEvent.chain, AuditEvent.city_id, AuditEvent.sequence, AuditEvent.previous, AuditEvent.hash,
        AuditEvent.at, AuditEvent.person_id, AuditEvent.action, AuditEvent.object_type, AuditEvent.object_id,
        AuditEvent.commitment, AuditEvent.salt, AuditEvent.on_behalf_of, AuditEvent.before, AuditEvent.after,
    )  # fmt: skip
    chosen: sa.Select[Any] = sa.select(*(col(column) for column in columns))
    return (
        chosen.where(col(AuditEvent.chain) == chain)
        .order_by(col(AuditEvent.sequence))
        .execution_options(yield_per=AT_ONCE)
    )


@dataclass(frozen=True, slots=True)
class Found:
    """Where a head that somebody kept is in the chains."""

    row: int
    sequence: int
    city: str
    """The slug; empty for what belongs to no city."""


def with_head(session: Session, kept: str) -> Found | None:
    """The row that bears a hash, of which 16 digits are enough; `NUMBER:HASH` also wants the place. Or nothing."""
    number, _, digest = "".join(kept.split()).lower().rpartition(":")
    if not HASH.fullmatch(digest):
        return None
    found = session.execute(
        sa.select(col(AuditEvent.id), col(AuditEvent.sequence), sa.func.coalesce(col(City.slug), ""))
        .outerjoin(City, col(City.id) == AuditEvent.city_id)
        .where(col(AuditEvent.hash).startswith(digest))
    ).first()
    if found is None or number not in {"", str(found[1])}:
        return None
    return Found(*found)
