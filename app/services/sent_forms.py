"""Forms that were sent and changed something, with how they were answered."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import ORMExecuteState
from sqlmodel import Session, col

from app.adapters.database import WriteSession
from app.models import SentForm

REMEMBERED = timedelta(days=1)
"""So long a form that is sent again is answered as the first time."""

_CHANGED = "something_changed"


def earlier(session: WriteSession, key: str) -> SentForm | None:
    """The same form sent before. Whoever sends it at the same moment waits here until the first one is answered."""
    if session.get_bind().dialect.name != "sqlite":  # which has one writer at a time anyway
        number = int.from_bytes(bytes.fromhex(key)[:8], signed=True)
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
    return session.get(SentForm, key)


def remember(session: WriteSession, key: str, status: int, headers: list[tuple[str, str]], now: datetime) -> None:
    """Keep the answer in the transaction of the change; what changed nothing is not worth a row."""
    session.flush()
    if session.info.get(_CHANGED):
        row = {"key": key, "status": status, "headers": headers, "created_at": now}
        session.connection().execute(sa.insert(SentForm).values(row))


def forget(session: WriteSession, now: datetime) -> None:
    """Yesterday's."""
    session.execute(sa.delete(SentForm).where(col(SentForm.created_at) < now - REMEMBERED))


@sa.event.listens_for(WriteSession, "after_flush")
def _flushed(session: Session, _context: Any) -> None:
    session.info[_CHANGED] = True


@sa.event.listens_for(WriteSession, "do_orm_execute")
def _executed(executing: ORMExecuteState) -> None:
    if executing.is_insert or executing.is_update or executing.is_delete:
        executing.session.info[_CHANGED] = True
