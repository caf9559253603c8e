"""What was done to an object, for those who may see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import AuditEvent, Person


@dataclass(frozen=True, slots=True)
class Deed:
    """One change: who did it, on whose behalf, and the values before and after."""

    at: datetime
    who: str
    on_behalf_of: str
    action: str
    object_type: str
    object_id: int
    before: dict[str, Any]
    after: dict[str, Any]


def trail(session: Session, object_type: str, object_id: int) -> list[Deed]:
    """Every change of one object, the newest first. The caller has made sure that the object is for this person."""
    rows = session.execute(
        sa.select(
            col(AuditEvent.at),
            sa.func.coalesce(sa.func.nullif(col(Person.name), ""), col(Person.email), ""),
            col(AuditEvent.on_behalf_of),
            col(AuditEvent.action),
            col(AuditEvent.object_type),
            col(AuditEvent.object_id),
            col(AuditEvent.before),
            col(AuditEvent.after),
        )
        .outerjoin(Person, col(Person.id) == AuditEvent.person_id)
        .where(col(AuditEvent.object_type) == object_type, col(AuditEvent.object_id) == object_id)
        .order_by(col(AuditEvent.id).desc())
    )
    return [Deed(*row) for row in rows]
