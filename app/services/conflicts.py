"""Conflicts of interest: declared by a juror, recorded by an organizer, withdrawn when it was a mistake.

Nothing else is written: whoever has a conflict is left out of every read, and their sheet of every figure, for as long
as the conflict stands. So withdrawing one brings everything back as it was.
"""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.conflict import Ground, Source
from app.domain.refusals import Reason, Refused
from app.models import Application, Conflict
from app.services import audit


def declare(
    session: WriteSession,
    actor: Actor,
    application: Application,
    person_id: int,
    ground: Ground,
    note: str,
    now: datetime,
) -> Conflict:
    """Record that a person may not take part in an application (434/2003 §27–28). Once only for each."""
    source = Source.JUROR if person_id == actor.person and application.event_id in actor.jury_of else Source.ORGANIZER
    conflict = Conflict(
        application_id=application.id,
        person_id=person_id,
        ground=ground,
        note=note,
        source=source,
        declared_by=actor.person,
        declared_at=now,
    )
    try:
        with session.begin_nested():
            session.add(conflict)
    except IntegrityError:
        raise Refused(Reason.ALREADY_EXISTS, "person") from None
    after = audit.snapshot(conflict, "application_id", "person_id", "ground", "note")
    audit.record(session, actor, "declared", conflict, now, city_id=application.city_id, after=after)
    return conflict


def withdraw(session: WriteSession, actor: Actor, city_id: int, conflict: Conflict, now: datetime) -> None:
    """Take back a conflict that was recorded by mistake. Nobody opens a door to themselves: not one's own."""
    if conflict.person_id == actor.person:
        raise Refused(Reason.NOT_ALLOWED)
    before = audit.snapshot(conflict, "application_id", "person_id", "ground", "note")
    audit.record(session, actor, "withdrawn", conflict, now, city_id=city_id, before=before)
    session.delete(conflict)
    session.flush()
