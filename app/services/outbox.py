"""Outgoing mail: written with the change it tells of, sent by the worker, readable and editable before it leaves."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from app.adapters import templates
from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.foreign_links import without_foreign_links
from app.domain.refusals import Reason, Refused
from app.models import MailState, OutgoingMail
from app.services import audit
from app.services.jobs import LEASE

MAX_ATTEMPTS = 12


def queue(
    session: WriteSession,
    kind: str,
    *,
    to_email: str,
    to_name: str,
    language: str,
    now: datetime,
    zone: ZoneInfo,
    context: dict[str, Any],
    city_id: int | None = None,
    event_id: int | None = None,
    application_id: int | None = None,
    held: bool = False,
    secret: bool = False,
    calendar: str = "",
) -> OutgoingMail:
    """Write one mail to one person from `templates/mail/<kind>.txt`; its first line is the subject.

    A held mail waits until a person releases it. The templates are plain text, and nothing typed becomes a link.
    """
    written = templates.render(
        f"mail/{kind}.txt", language, templates.Reader(zone, now), {"to_name": to_name, **context}
    )
    written = without_foreign_links(written, templates.base_url())
    subject, _, body = written.strip().partition("\n")
    mail = OutgoingMail(
        message_id=f"<{secrets.token_hex(16)}@kipina>",
        city_id=city_id,
        event_id=event_id,
        application_id=application_id,
        kind=kind,
        to_email=to_email,
        to_name=" ".join(to_name.split()),
        locale=language,
        subject=" ".join(subject.split())[:200],
        body=body.strip() + "\n",
        calendar=calendar,
        state=MailState.HELD if held else MailState.QUEUED,
        secret=secret,
        created_at=now,
        due_at=now,
    )
    session.add(mail)
    return mail


def edit(session: WriteSession, actor: Actor, mail: OutgoingMail, subject: str, body: str, now: datetime) -> None:
    """Change a mail that has not left; refused once it has, or may be on its way."""
    if not editable(mail):
        raise Refused(Reason.WRONG_STATE)
    before = audit.snapshot(mail, "subject", "body")
    mail.subject, mail.body = " ".join(subject.split()), body
    audit.record(
        session,
        actor,
        "edited",
        mail,
        now,
        city_id=mail.city_id,
        before=before,
        after=audit.snapshot(mail, "subject", "body"),
    )


def editable(mail: OutgoingMail) -> bool:
    """May its text still change: nobody has tried to send it yet, or it was given up."""
    untried = mail.state is MailState.QUEUED and mail.attempts == 0
    return untried or mail.state in {MailState.HELD, MailState.FAILED}


def release(session: WriteSession, actor: Actor, mails: list[OutgoingMail], now: datetime) -> None:
    """Let held mails go."""
    for mail in mails:
        _queue_again(session, actor, "let_go", mail, MailState.HELD, now)


def send_again(session: WriteSession, actor: Actor, mail: OutgoingMail, now: datetime) -> None:
    """Try a mail that was given up once more, from the beginning."""
    _queue_again(session, actor, "sent_again", mail, MailState.FAILED, now)


def _queue_again(
    session: WriteSession, actor: Actor, done: str, mail: OutgoingMail, was: MailState, now: datetime
) -> None:
    if mail.state is not was:
        raise Refused(Reason.WRONG_STATE)
    mail.state, mail.due_at, mail.attempts = MailState.QUEUED, now, 0
    after = audit.snapshot(mail, "state")
    audit.record(session, actor, done, mail, now, city_id=mail.city_id, before={"state": was.value}, after=after)


def claim(session: WriteSession, now: datetime) -> OutgoingMail | None:
    """The next mail to send, kept from other workers for the length of the lease."""
    mail = session.exec(
        select(OutgoingMail)
        .where(OutgoingMail.state == MailState.QUEUED, col(OutgoingMail.due_at) <= now)
        .order_by(col(OutgoingMail.due_at), col(OutgoingMail.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if mail is not None:
        mail.due_at = now + LEASE
        mail.attempts += 1
    return mail


def sent(mail: OutgoingMail, now: datetime) -> None:
    """It left. A mail with a sign-in link loses its text at once."""
    mail.state, mail.sent_at, mail.last_error = MailState.SENT, now, ""
    if mail.secret:
        mail.body = ""


def not_sent(mail: OutgoingMail, error: str, now: datetime, *, for_good: bool = False) -> None:
    """It did not: try again later and later, up to a day and a half; then, or when refused for good, it has failed."""
    mail.last_error = error[:500]
    if for_good or mail.attempts >= MAX_ATTEMPTS:
        mail.state = MailState.FAILED
    else:
        mail.due_at = now + timedelta(minutes=min(2**mail.attempts, 480))
