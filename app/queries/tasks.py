"""What waits for a person, and where they belong: one query per kind of work, none per row."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.domain.access import Actor, Permission, Role, scope_of
from app.domain.application import State
from app.domain.localized import Localized
from app.domain.phase import Milestones, Phase, phase_at
from app.domain.task import Task, TaskKind
from app.models import (
    Application,
    Challenge,
    City,
    Company,
    Event,
)
from app.queries import case_tasks, event_tasks, jury_tasks, retention

_MILESTONES = tuple(col(getattr(Event, field.name)) for field in fields(Milestones))


@dataclass(frozen=True, slots=True)
class Belonging:
    """Somewhere a person has a part: a city, a company, or the jury of an event; `slug` is a city's only."""

    id: int
    name: Localized | str
    roles: tuple[Role, ...]
    slug: str = ""


@dataclass(frozen=True, slots=True)
class Belongings:
    """Everywhere a person has a part."""

    cities: list[Belonging]
    companies: list[Belonging]
    juries: list[Belonging]

    def __bool__(self) -> bool:
        return any((self.cities, self.companies, self.juries))


def of(session: Session, actor: Actor, now: datetime, language: str) -> list[Task]:
    """Everything that waits for the actor: what is late, then by when it is due, what has no date last."""
    tasks = [
        *_of_companies(session, actor, now, language),
        *jury_tasks.waiting(session, actor, now, language),
        *event_tasks.waiting(session, actor, now, language),
        *case_tasks.waiting(session, actor, now, language),
        *retention.waiting(session, actor, language),
    ]
    return sorted(
        tasks, key=lambda t: (not t.overdue, t.due is None, t.due or now, list(TaskKind).index(t.kind), t.about)
    )


def belongings(session: Session, actor: Actor) -> Belongings:
    """Where the actor has a part, each kind by name."""
    roles: dict[tuple[str, int], list[Role]] = {}
    for city, role in sorted(actor.in_cities):
        roles.setdefault(("city", city), []).append(role)
    for company, role in sorted(actor.in_companies):
        roles.setdefault(("company", company), []).append(role)

    def named(kind: str, table: Any, *more: Any) -> list[Belonging]:
        ids = [key for held_in, key in roles if held_in == kind]
        if not ids:
            return []
        rows = session.execute(sa.select(col(table.id), col(table.name), *more).where(col(table.id).in_(ids)))
        return [Belonging(row[0], row[1], tuple(roles[kind, row[0]]), *row[2:]) for row in rows]

    roles |= {("jury", event): [Role.JUROR] for event in actor.jury_of}
    return Belongings(
        cities=sorted(named("city", City, col(City.slug)), key=_name),
        companies=sorted(named("company", Company), key=_name),
        juries=sorted(named("jury", Event), key=_name),
    )


def _name(belonging: Belonging) -> str:
    return belonging.name if isinstance(belonging.name, str) else belonging.name.text("fi")


def _of_companies(session: Session, actor: Actor, now: datetime, language: str) -> Iterable[Task]:
    """Drafts while the call is open, and invitations that wait for an answer."""
    scope = scope_of(actor, Permission.APPLICATION_EDIT)
    if not scope.companies:
        return
    rows = session.execute(
        sa.select(
            col(Application.id), col(Application.title), col(Application.state), col(Challenge.title), col(Event.name),
            *_MILESTONES,
        )
        .join(Challenge, col(Challenge.id) == Application.challenge_id)
        .join(Event, col(Event.id) == Application.event_id)
        .where(
            col(Application.company_id).in_(scope.companies),
            col(Application.state).in_((State.DRAFT, State.INVITED)),
        )
    )  # fmt: skip
    for id_, title, state, challenge, event, *moments in rows:
        milestones = Milestones(*moments)
        phase = phase_at(milestones, now)
        about = f"{title or challenge.text(language)} – {event.text(language)}"
        params = {"application_id": id_}
        if state is State.DRAFT and phase is Phase.CALL_OPEN:
            due = milestones.call_closes_at
            yield Task(TaskKind.FINISH_APPLICATION, about, "company.applications.edit", params, due)
        elif state is State.INVITED and phase in {Phase.DECIDED, Phase.PROGRAMME_RELEASED, Phase.HELD}:
            due = milestones.day_starts_at
            yield Task(TaskKind.CONFIRM_PITCH, about, "company.applications.show", params, due)
