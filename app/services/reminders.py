"""Reminding owners of the next steps of their cases, in one mail a person."""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col

from app.adapters.database import WriteSession
from app.domain.followup import Stage
from app.domain.reminder import DAYS_BEFORE, Reminder, reminder_due
from app.models import City, Company, FollowUpCase, Person
from app.queries.followup import without_conflict_of_owner
from app.services import outbox

FROM_HOUR = 7
"""Nobody is reminded before this hour of the city's day."""


def send_due(session: WriteSession, now: datetime) -> int:
    """Remind every owner whose next step is near or late; returns how many mails are on their way.

    Each step is told of once before it is due and once after, whatever number of workers asks.
    """
    sent = 0
    for city in session.scalars(sa.select(City).order_by(col(City.id))):
        zone = ZoneInfo(city.time_zone)
        if now.astimezone(zone).hour >= FROM_HOUR:
            sent += _in_city(session, city, zone, now)
    return sent


def _in_city(session: WriteSession, city: City, zone: ZoneInfo, now: datetime) -> int:
    today = now.astimezone(zone).date()
    near = today.toordinal() + DAYS_BEFORE
    found = session.execute(
        sa.select(FollowUpCase, col(Company.name), Person)
        .join(Company, col(Company.id) == col(FollowUpCase.company_id))
        .join(Person, col(Person.id) == col(FollowUpCase.owner_person_id))
        .where(
            col(FollowUpCase.city_id) == city.id,
            col(FollowUpCase.stage) != Stage.CLOSED,
            col(FollowUpCase.next_step_on) <= today.fromordinal(near),
            without_conflict_of_owner(),
        )
        .order_by(col(FollowUpCase.next_step_on), col(FollowUpCase.id))
        .with_for_update(of=FollowUpCase, skip_locked=True)
    ).all()
    by_owner: dict[int, list[tuple[FollowUpCase, str, Reminder, Person]]] = {}
    for case, company, owner in found:
        reminded_on = case.reminded_at.astimezone(zone).date() if case.reminded_at else None
        assert case.next_step_on is not None  # noqa: S101  the query asked for it
        kind = reminder_due(case.next_step_on, reminded_on, today)
        if kind is not None:
            by_owner.setdefault(owner.id, []).append((case, company, kind, owner))
    for steps in by_owner.values():
        owner = steps[0][3]
        outbox.queue(
            session,
            "next_step_reminder",
            to_email=owner.email,
            to_name=owner.name,
            language=owner.locale,
            now=now,
            zone=zone,
            context={
                "coming": [(case, company) for case, company, kind, _ in steps if kind is Reminder.COMING],
                "overdue": [(case, company) for case, company, kind, _ in steps if kind is Reminder.OVERDUE],
                "city_slug": city.slug,
            },
            city_id=city.id,
        )
        for case, *_ in steps:
            case.reminded_at = now
    return len(by_owner)
