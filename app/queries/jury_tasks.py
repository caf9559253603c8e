"""What a jury asks of a juror: applications that are theirs to score."""

from collections import Counter
from datetime import datetime

from sqlmodel import Session

from app.domain.access import Actor, Permission, scope_of
from app.domain.task import Task, TaskKind
from app.queries import scoring


def waiting(session: Session, actor: Actor, now: datetime, language: str) -> list[Task]:
    """One task for each event at work in which something is not scored yet. No query when the actor is no juror."""
    scope = scope_of(actor, Permission.SCORE_ENTER)
    if not scope.jury_of:
        return []
    events = {event.id: event for event in scoring.events_of(session, scope, now) if event.at_work}
    left = Counter(item.event_id for item in scoring.places(session, scope, events) if not item.sent)
    return [
        Task(
            TaskKind.SCORE,
            events[event_id].name.text(language),
            "jury.queue.index",
            due=events[event_id].day_starts_at,
            count=count,
        )
        for event_id, count in sorted(left.items())
    ]
