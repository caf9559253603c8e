"""What a company answers to its invitation: we come, or we do not."""

from datetime import datetime

from app.adapters.database import WriteSession
from app.domain.access import PUBLIC, Actor
from app.domain.application import PITCHING, Action
from app.domain.phase import phase_at
from app.models import Application, Event
from app.services import applications, deciding


def confirm(session: WriteSession, actor: Actor, application: Application, event: Event, now: datetime) -> None:
    """The company comes to pitch."""
    applications.move(session, actor, application, Action.CONFIRM, now, phase_at(event.milestones, now))


def cancel(session: WriteSession, actor: Actor, application: Application, event: Event, now: datetime) -> None:
    """The company does not come after all; when it had a place, the next on the reserve list gets it by itself."""
    had_place = application.state in PITCHING
    applications.move(session, actor, application, Action.CANCEL, now, phase_at(event.milestones, now))
    if had_place:
        deciding.promote_next(session, PUBLIC, event, now)
