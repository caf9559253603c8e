"""What waits for a person: one query per kind of work, none per row."""

from datetime import datetime

from sqlmodel import Session

from app.domain.access import Actor
from app.domain.task import Task
from app.queries import case_tasks, jury_tasks


def of(session: Session, actor: Actor, now: datetime, language: str) -> list[Task]:
    """Everything that waits for the actor, what is due first at the top."""
    tasks: list[Task] = []
    tasks += case_tasks.waiting(session, actor, now, language)
    tasks += jury_tasks.waiting(session, actor, now, language)
    return sorted(tasks, key=lambda task: (task.due is None, task.due or now, task.kind, task.about))
