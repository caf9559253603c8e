"""What came of an event, made public after somebody of the city has looked at it."""

from datetime import datetime

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.phase import Phase, phase_at
from app.domain.refusals import Reason, Refused
from app.models import Event
from app.services import audit


def publish(session: WriteSession, actor: Actor, event: Event, now: datetime) -> None:
    """Let everybody read the results. Refused before the pitch day is over; a second time changes nothing."""
    if not phase_at(event.milestones, now).reached(Phase.FOLLOW_UP):
        raise Refused(Reason.DAY_NOT_OVER)
    if event.results_published_at is not None:
        return
    event.results_published_at = now
    event.version += 1
    after = audit.snapshot(event, "results_published_at")
    audit.record(session, actor, "results_published", event, now, city_id=event.city_id, after=after)
