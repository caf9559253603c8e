"""`kipina worker`: what is not done while a person waits. Work is claimed, done and marked in separate transactions."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import aiosmtplib
import sqlalchemy as sa
import structlog
from sqlmodel import col

from app.adapters import clock, files, mail
from app.adapters.database import writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.models import KeptForm, OutgoingMail
from app.services import documents, jobs, limits, outbox, reminders, signing_in

PAUSE = 1.0
"""Seconds between looks when nothing is due."""
ROUND = timedelta(minutes=5)
"""How often the work that comes by the calendar is looked at."""


def _remove_file(_: sa.Engine, settings: Settings, payload: dict[str, Any]) -> None:
    files.remove(settings, payload["stored_as"])


JOBS: dict[str, Callable[[sa.Engine, Settings, dict[str, Any]], None]] = {
    "programme_pdf": documents.make_programme_pdf,
    "remove_file": _remove_file,
}
"""What does each kind of job. It may run twice, so it must not mind."""

log = structlog.get_logger()


def run(engine: sa.Engine, settings: Settings, *, once: bool = False) -> None:
    """Work until stopped; with `once`, until nothing is due."""
    next_round = clock.now()
    while True:
        if clock.now() >= next_round:
            by_calendar(engine, clock.now())
            next_round = clock.now() + ROUND
        busy = send_one_mail(engine, settings) or do_one_job(engine, settings)
        if not busy:
            if once:
                return
            time.sleep(PAUSE)


def send_one_mail(engine: sa.Engine, settings: Settings) -> bool:
    """Send the next mail that is due; False when there is none.

    No transaction is open while the server is spoken to. A kill between the server's OK and our mark sends it again,
    after the lease, under the same Message-ID.
    """
    with writing(engine, EVERY_CITY) as session:
        claimed = outbox.claim(session, clock.now())
        if claimed is None:
            return False
        mail_id, message = claimed.id, mail.compose(settings, claimed)
    try:
        mail.send(settings, message)
        error = ""
    except (OSError, aiosmtplib.SMTPException) as failure:
        log.warning("mail not sent", mail=mail_id, error=type(failure).__name__)
        error = f"{type(failure).__name__}: {failure}"
    with writing(engine, EVERY_CITY) as session:
        row = session.get_one(OutgoingMail, mail_id)
        if error:
            outbox.not_sent(row, error, clock.now())
        else:
            outbox.sent(row, clock.now())
    return True


def do_one_job(engine: sa.Engine, settings: Settings) -> bool:
    """Do the next job that is due; False when there is none."""
    with writing(engine, EVERY_CITY) as session:
        claimed = jobs.claim(session, clock.now())
    if claimed is None:
        return False
    job_id, kind, payload = claimed
    try:
        JOBS[kind](engine, settings, payload)
    except Exception as failure:
        log.warning("job failed", job=job_id, kind=kind, exc_info=failure)
        with writing(engine, EVERY_CITY) as session:
            jobs.failed(session, job_id, f"{type(failure).__name__}: {failure}", clock.now())
        return True
    with writing(engine, EVERY_CITY) as session:
        jobs.finished(session, job_id)
    return True


def by_calendar(engine: sa.Engine, now: datetime) -> None:
    """What comes with time: next steps to remind of, and forgetting yesterday's sign-ins and what was typed in them."""
    with writing(engine, EVERY_CITY) as session:
        session.execute(sa.delete(KeptForm).where(col(KeptForm.created_at) < now - timedelta(days=1)))
        signing_in.forget(session, now)
        limits.forget(session, now)
    with writing(engine, EVERY_CITY) as session:
        reminders.send_due(session, now)
