"""What becomes of each application."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.application import Action, State
from app.domain.deciding import Outcome
from app.domain.phase import phase_at
from app.models import Application, City, Company, Decision, Event
from app.queries import applications as application_queries
from app.services import applications, outbox


def promote_next(session: WriteSession, actor: Actor, event: Event, now: datetime) -> Application | None:
    """The reserve with the lowest rank moves up, and its company is told; None when nobody is left in reserve."""
    waiting = session.exec(
        select(Application, Decision, Company.name, City.time_zone)
        .join(Decision, col(Decision.application_id) == Application.id)
        .join(Company, col(Company.id) == Application.company_id)
        .join(City, col(City.id) == Application.city_id)
        .where(
            Application.event_id == event.id,
            Application.state == State.RESERVED,
            Decision.outcome == Outcome.RESERVE,
        )
        .order_by(col(Decision.reserve_rank))
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if waiting is None:
        return None
    application, decision, company, time_zone = waiting
    applications.move(session, actor, application, Action.PROMOTE, now, phase_at(event.milestones, now))
    decision.promoted_at = now
    for person in application_queries.recipients(session, application):
        outbox.queue(
            session,
            "promotion",
            to_email=person.email,
            to_name=person.name,
            language=application.locale,
            now=now,
            zone=ZoneInfo(time_zone),
            context={
                "application_id": application.id,
                "company": company,
                "event": event.name.text(application.locale),
                "day_starts_at": event.day_starts_at,
            },
            city_id=application.city_id,
            event_id=event.id,
            application_id=application.id,
        )
    return application
