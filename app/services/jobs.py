"""Work for the worker, written in the same transaction as what asks for it."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.refusals import Reason, Refused
from app.models import Job, JobState
from app.services import audit

LEASE = timedelta(minutes=5)
"""How long a claimed piece of work is left alone before somebody else may take it up."""
MAX_ATTEMPTS = 6


def enqueue(session: WriteSession, kind: str, payload: dict[str, Any], now: datetime) -> Job:
    """Ask for work."""
    job = Job(kind=kind, payload=payload, due_at=now, created_at=now)
    session.add(job)
    return job


def claim(session: WriteSession, now: datetime) -> tuple[int, str, dict[str, Any]] | None:
    """The next due job as (id, kind, payload), kept from others for the length of the lease."""
    job = session.exec(
        select(Job)
        .where(Job.state == JobState.WAITING, col(Job.due_at) <= now)
        .order_by(col(Job.due_at), col(Job.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if job is None:
        return None
    job.due_at = now + LEASE
    job.attempts += 1
    return job.id, job.kind, dict(job.payload)


def finished(session: WriteSession, job_id: int) -> None:
    """It is done."""
    job = session.get_one(Job, job_id)
    job.state, job.last_error = JobState.DONE, ""


def failed(session: WriteSession, job_id: int, error: str, now: datetime) -> None:
    """It is not: again later and later, until it is given up and shown."""
    job = session.get_one(Job, job_id)
    job.last_error = error[:500]
    if job.attempts >= MAX_ATTEMPTS:
        job.state = JobState.FAILED
    else:
        job.due_at = now + timedelta(minutes=2**job.attempts)


def try_again(session: WriteSession, actor: Actor, job: Job, now: datetime) -> None:
    """Take up work that was given up once more, from the beginning."""
    if job.state is not JobState.FAILED:
        raise Refused(Reason.WRONG_STATE)
    job.state, job.due_at, job.attempts = JobState.WAITING, now, 0
    before, after = {"state": JobState.FAILED.value}, audit.snapshot(job, "state")
    audit.record(session, actor, "tried_again", job, now, city_id=None, before=before, after=after)
