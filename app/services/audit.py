"""The audit trail: written in the same transaction as the change it tells of, and chained as that transaction ends."""

import secrets
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel, col, select

from app.adapters.database import WriteSession
from app.domain import audit_chain
from app.domain.access import Actor
from app.domain.localized import Localized
from app.models import AuditEvent, AuditHead, City

# Objects whose changes a public page may show: each change lets the city's cached pages go.
_SHOWN_TO_PUBLIC = frozenset(
    {
        "city",
        "unit",
        "platform",
        "event",
        "challenge",
        "criterion",
        "programme_release",
        "follow_up_case",
        "application",
    }
)

_WAITING = "audit_events_to_chain"


def snapshot(row: SQLModel, *fields: str) -> dict[str, Any]:
    """The values of a row as JSON; all columns when none are named."""
    names = fields or tuple(type(row).model_fields)
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, Localized):
        return value.as_dict()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def record(
    session: WriteSession,
    actor: Actor,
    action: str,
    row: SQLModel,
    now: datetime,
    *,
    city_id: int | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    on_behalf_of: str = "",
) -> AuditEvent:
    """Remember one change. `action` is a past tense such as `submitted`; only values that differ are kept.

    Flushes first, so that a new row has its id.
    """
    session.flush()
    before, after = before or {}, after or {}
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    object_type = str(type(row).__tablename__)
    before = {name: value for name, value in before.items() if name in changed}
    after = {name: value for name, value in after.items() if name in changed}
    salt = secrets.token_hex(32)
    event = AuditEvent(
        at=now,
        city_id=city_id,
        person_id=actor.person,
        on_behalf_of=on_behalf_of,
        action=action,
        object_type=object_type,
        object_id=sa.inspect(row).identity[0],
        before=before,
        after=after,
        salt=salt,
        commitment=audit_chain.commitment(salt, on_behalf_of, before, after),
        chain=city_id or 0,
    )
    session.add(event)
    session.info.setdefault(_WAITING, []).append(event)
    if city_id is not None and object_type in _SHOWN_TO_PUBLIC:
        session.execute(sa.update(City).where(col(City.id) == city_id).values(public_version=City.public_version + 1))
    return event


@sa.event.listens_for(WriteSession, "before_commit")
def _chain(session: WriteSession) -> None:
    """Give what was recorded its place.

    Last of all, and in the order of the cities: a head is locked only for as long as the commit takes, and two
    transactions never wait for each other.
    """
    if session.in_nested_transaction():
        return
    session.flush()
    by_chain: dict[int, list[AuditEvent]] = {}
    for event in session.info.pop(_WAITING, ()):
        if event in session:  # not undone together with a savepoint
            by_chain.setdefault(event.chain, []).append(event)
    for chain, events in sorted(by_chain.items()):
        head = _locked_head(session, chain)
        for event in events:
            event.sequence, event.previous = head.sequence + 1, head.hash
            event.hash = head.hash = audit_chain.hash_of(event)
            head.sequence = event.sequence


def _locked_head(session: WriteSession, chain: int) -> AuditHead:
    which = select(AuditHead).where(AuditHead.chain == chain).with_for_update()
    head = session.exec(which).one_or_none()
    if head is None:
        first = sa.text(
            "INSERT INTO audit_head (chain, sequence, hash) VALUES (:chain, 0, :start) ON CONFLICT DO NOTHING"
        )
        session.execute(first, {"chain": chain, "start": audit_chain.START})
        head = session.exec(which).one()
    return head
