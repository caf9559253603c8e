"""Counting what is done often, in the database, so that every process counts together."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.adapters.database import WriteSession
from app.domain.limits import LIMITS, Act, By
from app.models import RateCount


def count(
    session: WriteSession, key: bytes, act: Act, who: Mapping[By, str], now: datetime, many: int = 1
) -> datetime | None:
    """Count it; None while it is within every limit, else the moment from which it may be done again.

    What is kept is a keyed hash: nobody can read from the table who did what.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    again_at: list[datetime] = []
    # Always in this order: two requests that count the same two things must not wait for each other.
    for by in By:
        if by not in who:
            continue
        limit = LIMITS[act, by]
        ends_at = limit.ends_at(now)
        counted = insert(RateCount).values(key=_name(key, act, by, who[by]), ends_at=ends_at, count=many)
        counted = counted.on_conflict_do_update(
            index_elements=["key", "ends_at"], set_={"count": RateCount.count + counted.excluded.count}
        )
        so_far = session.execute(counted.returning(col(RateCount.count))).scalar_one()
        if so_far > limit.most:
            again_at.append(ends_at)
    return max(again_at, default=None)


def reached(session: Session, key: bytes, act: Act, by: By, who: str, now: datetime) -> bool:
    """Is a limit reached already, so that the next time would be too often; nothing is counted."""
    limit = LIMITS[act, by]
    counted = sa.select(col(RateCount.count)).where(
        col(RateCount.key) == _name(key, act, by, who), col(RateCount.ends_at) == limit.ends_at(now)
    )
    return (session.execute(counted).scalar_one_or_none() or 0) >= limit.most


def _name(key: bytes, act: Act, by: By, who: str) -> str:
    return hmac.new(key, f"limit:{act}:{by}:{who}".encode(), hashlib.sha256).hexdigest()[:32]


def forget(session: WriteSession, now: datetime) -> None:
    """Counts of stretches that are over."""
    session.execute(sa.delete(RateCount).where(col(RateCount.ends_at) <= now))
