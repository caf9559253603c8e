"""Placing a legal hold, and lifting it. Both have a reason, and both stand in the history of what is held."""

from datetime import datetime

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.refusals import Reason, Refused
from app.models import Application, Event, FollowUpCase, Hold
from app.queries import events
from app.services import audit


def place(
    session: WriteSession, actor: Actor, row: Event | Application | FollowUpCase, reason: str, now: datetime
) -> Hold:
    """From now on nothing of it goes, until every hold on it is lifted."""
    if not reason.strip():
        raise Refused(Reason.MISSING_FIELD, "reason")
    event_id = row.id if isinstance(row, Event) else row.event_id
    events.lock(session, event_id)
    hold = Hold(
        city_id=row.city_id,
        event_id=event_id,
        reason=reason,
        placed_at=now,
        placed_by=actor.person,
    )
    if isinstance(row, FollowUpCase):
        hold.application_id, hold.case_id = row.application_id, row.id
    elif isinstance(row, Application):
        hold.application_id = row.id
    session.add(hold)
    audit.record(session, actor, "held", row, now, city_id=row.city_id, after={"hold_reason": reason})
    return hold


def lift(session: WriteSession, actor: Actor, hold: Hold, reason: str, now: datetime) -> None:
    """From now on the periods count again; what was due meanwhile is announced anew before it goes."""
    if not reason.strip():
        raise Refused(Reason.MISSING_FIELD, "reason")
    hold.lifted_at, hold.lifted_by, hold.lift_reason = now, actor.person, reason
    row: Event | Application | FollowUpCase
    if hold.case_id is not None:
        row = session.get_one(FollowUpCase, hold.case_id)
    elif hold.application_id is not None:
        row = session.get_one(Application, hold.application_id)
    else:
        row = session.get_one(Event, hold.event_id)
    audit.record(session, actor, "hold_lifted", row, now, city_id=hold.city_id, after={"lift_reason": reason})
