"""The audit trail: written in the same transaction as the change it tells of."""

from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.localized import Localized
from app.models import AuditEvent, City

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
    event = AuditEvent(
        at=now,
        city_id=city_id,
        person_id=actor.person,
        on_behalf_of=on_behalf_of,
        action=action,
        object_type=object_type,
        object_id=sa.inspect(row).identity[0],
        before={name: value for name, value in before.items() if name in changed},
        after={name: value for name, value in after.items() if name in changed},
    )
    session.add(event)
    if city_id is not None and object_type in _SHOWN_TO_PUBLIC:
        session.execute(sa.update(City).where(col(City.id) == city_id).values(public_version=City.public_version + 1))
    return event
