"""What follow-up asks of a person: next steps of their own cases, what cases lack, and cases to be opened."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col

from app.domain.access import Actor, Permission, scope_of
from app.domain.application import PITCHING
from app.domain.followup import CaseFacts, Stage, missing
from app.domain.task import Task, TaskKind
from app.models import Application, City, Company, Event, FollowUpCase
from app.queries.applications import not_conflicted
from app.queries.followup import visible_to

AHEAD = timedelta(days=14)
"""How long before its day a next step is a task."""


def waiting(session: Session, actor: Actor, now: datetime, language: str) -> list[Task]:
    """The tasks of follow-up. One query for the cases and one for the events, none when the actor has no part in it."""
    return [*_of_cases(session, actor, now), *_cases_to_open(session, actor, now, language)]


def _of_cases(session: Session, actor: Actor, now: datetime) -> list[Task]:
    scope = scope_of(actor, Permission.CASE_EDIT)
    if not scope.cities:
        return []
    own_or_nobodys = col(FollowUpCase.owner_person_id).is_(None) | (col(FollowUpCase.owner_person_id) == actor.person)
    found = session.execute(
        sa.select(
            col(FollowUpCase.id),
            col(FollowUpCase.stage),
            col(FollowUpCase.owner_person_id),
            col(FollowUpCase.next_step),
            col(FollowUpCase.next_step_on),
            col(FollowUpCase.pilot_metric),
            col(FollowUpCase.pilot_baseline),
            col(FollowUpCase.pilot_ends_on),
            col(Company.name),
            col(City.slug),
            col(City.time_zone),
        )
        .join(Company, col(Company.id) == col(FollowUpCase.company_id))
        .join(City, col(City.id) == col(FollowUpCase.city_id))
        .where(visible_to(scope), col(FollowUpCase.stage) != Stage.CLOSED, own_or_nobodys)
        .order_by(col(FollowUpCase.next_step_on), col(FollowUpCase.id))
    ).all()
    tasks: list[Task] = []
    lacking: dict[str, int] = {}
    for id, stage, owner, step, step_on, metric, baseline, ends_on, company, slug, time_zone in found:
        if missing(CaseFacts(stage, owner, step, step_on, metric, baseline, ends_on)):
            lacking[slug] = lacking.get(slug, 0) + 1
        if owner is None or step_on is None:
            continue
        due = datetime.combine(step_on + timedelta(days=1), time(0), ZoneInfo(time_zone))
        if due - AHEAD <= now:
            about = f"{company}: {step}" if step else company
            params = {"city": slug, "case_id": id}
            # The day itself is shown, so the task is due at its last minute, not at the midnight after it.
            due -= timedelta(minutes=1)
            tasks.append(Task(TaskKind.NEXT_STEP, about, "procurement.cases.show", params, due, overdue=due < now))
    for slug, number in lacking.items():
        params = {"city": slug, "q_view": "lacking"}
        tasks.append(Task(TaskKind.COMPLETE_CASE, "", "procurement.cases.index", params, count=number))
    return tasks


def _cases_to_open(session: Session, actor: Actor, now: datetime, language: str) -> list[Task]:
    scope = scope_of(actor, Permission.EVENT_MANAGE)
    if not scope.cities:
        return []
    has_case = sa.exists().where(col(FollowUpCase.application_id) == col(Application.id))
    found = session.execute(
        sa.select(col(Event.id), col(Event.name), col(City.slug), sa.func.count())
        .join(City, col(City.id) == col(Event.city_id))
        .join(Application, col(Application.event_id) == col(Event.id))
        .where(
            col(Event.city_id).in_(scope.cities),
            col(Event.day_ends_at) <= now,
            col(Event.closed_at).is_(None),
            col(Application.state).in_(PITCHING),
            not_conflicted(scope),
            ~has_case,
        )
        .group_by(col(Event.id), col(City.slug))
        .order_by(col(Event.id))
    ).all()
    return [
        Task(
            TaskKind.OPEN_CASES,
            name.text(language),
            "procurement.opening.new",
            {"city": slug, "event_id": event_id},
            count=number,
        )
        for event_id, name, slug, number in found
    ]
