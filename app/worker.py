"""`kipina worker`: what is not done while a person waits. Work is claimed, done and marked in separate transactions.

Nothing that fails outside stops it: while the database is gone it waits, and each mail and job has its own attempts.
"""

import math
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlmodel import col

from app.adapters import clock, files, mail
from app.adapters.database import writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.models import KeptForm, OutgoingMail
from app.services import (
    decision_documents,
    documents,
    jobs,
    limits,
    outbox,
    reminders,
    retention,
    sent_forms,
    signing_in,
)

PAUSE = 1.0
"""Seconds between looks when nothing is due."""
ROUND = timedelta(minutes=5)
"""How often the work that comes by the calendar is looked at."""
MAILERS = 3
"""Mails on their way at the same time: a server that takes its time with one keeps few others waiting."""
GRACE = 20.0
"""Seconds for mails on their way when the worker is told to end."""


def _remove_file(_: sa.Engine, settings: Settings, payload: dict[str, Any]) -> None:
    files.remove(settings, payload["stored_as"])


JOBS: dict[str, Callable[[sa.Engine, Settings, dict[str, Any]], None]] = {
    "decision_pdf": decision_documents.make_decision_pdf,
    "programme_pdf": documents.make_programme_pdf,
    "remove_file": _remove_file,
}
"""What does each kind of job. It may run twice, so it must not mind."""

log = structlog.get_logger()


def run(engine: sa.Engine, settings: Settings, *, once: bool = False) -> None:
    """Work until told to end, and end what was begun; with `once`, until nothing is due."""
    with suppress(sa.exc.SQLAlchemyError):  # while it is gone there is nothing to do
        clock.follow(engine)
    if once:
        by_calendar(engine, clock.now())
        while send_one_mail(engine, settings) or do_one_job(engine, settings):
            pass
        return
    told = threading.Event()

    def end(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)  # who tells it twice means at once
        told.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    mailers = [
        threading.Thread(target=_steadily, args=(send_one_mail, engine, settings, told), daemon=True)
        for _ in range(MAILERS)
    ]
    for mailer in mailers:
        mailer.start()
    _steadily(_calendar_and_jobs(), engine, settings, told)
    last = time.monotonic() + GRACE
    for mailer in mailers:
        mailer.join(max(0.0, last - time.monotonic()))


def _steadily(
    work: Callable[[sa.Engine, Settings], bool], engine: sa.Engine, settings: Settings, told: threading.Event
) -> None:
    while not told.is_set():
        try:
            busy = work(engine, settings)
        except Exception as failure:  # such as a database that is gone: it comes back, and we go on
            log.exception("work interrupted", exc_info=failure)
            busy = False
        if not busy:
            time.sleep(PAUSE)  # not `told.wait`: a signal in the midst of that would wait for itself


def _calendar_and_jobs() -> Callable[[sa.Engine, Settings], bool]:
    next_round, asked = clock.now(), -math.inf

    def work(engine: sa.Engine, settings: Settings) -> bool:
        nonlocal next_round, asked
        if time.monotonic() >= asked + clock.AGAIN:
            clock.follow(engine)
            asked = time.monotonic()
        if clock.now() >= next_round:
            by_calendar(engine, clock.now())
            next_round = clock.now() + ROUND
        return do_one_job(engine, settings)

    return work


def send_one_mail(engine: sa.Engine, settings: Settings) -> bool:
    """Send the next mail that is due; False when there is none.

    No transaction is open while the server is spoken to. A kill between the server's OK and our mark sends it again,
    after the lease, under the same Message-ID.
    """
    with writing(engine, EVERY_CITY) as session:
        claimed = outbox.claim(session, clock.now())
        if claimed is None:
            return False
        session.flush()
        session.expunge(claimed)

    def note(what: Callable[[OutgoingMail], None]) -> None:
        with writing(engine, EVERY_CITY) as session:
            what(session.get_one(OutgoingMail, claimed.id))

    try:
        message = mail.compose(settings, claimed)
        mail.send(settings, message, taken=lambda: note(lambda row: outbox.sent(row, clock.now())))
    except mail.NotSent as failure:
        log.warning("mail not sent", mail=claimed.id, error=type(failure.__cause__).__name__)
        error, for_good = str(failure), failure.for_good
        note(lambda row: outbox.not_sent(row, error, clock.now(), for_good=for_good))
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
    """What comes with time: what has been kept long enough goes, and next steps are reminded of."""
    with writing(engine, EVERY_CITY) as session:
        session.execute(sa.delete(KeptForm).where(col(KeptForm.created_at) < now - timedelta(days=1)))
        signing_in.forget(session, now)
        limits.forget(session, now)
        sent_forms.forget(session, now)
    with writing(engine, EVERY_CITY) as session:
        retention.announce(session, now)
    for remove_some in (retention.remove_next, retention.remove_mails_of_no_event):
        more = True
        while more:
            with writing(engine, EVERY_CITY) as session:
                more = remove_some(session, now)
    with writing(engine, EVERY_CITY) as session:
        reminders.send_due(session, now)
