from datetime import datetime

import pytest
from sqlmodel import select

from app.adapters.database import WriteSession
from app.domain.refusals import Reason, Refused
from app.models import AuditEvent, MailState, OutgoingMail
from app.services import outbox
from tests.world import SYSTEM, ZONE


def mail(session: WriteSession, now: datetime, *, held: bool = False) -> OutgoingMail:
    context = {"company": "Anturi Oy", "inviter": "Maija", "company_id": 1}
    queued = outbox.queue(
        session, "company_invitation", to_email="a@example.org", to_name="Aino", language="fi", now=now, zone=ZONE,
        context=context, held=held,
    )  # fmt: skip
    session.flush()
    return queued


def refusal(change: object) -> Reason:
    with pytest.raises(Refused) as refused:
        change()  # type: ignore[operator]
    return refused.value.reason


def test_a_mail_changes_until_somebody_has_tried_to_send_it(session: WriteSession, now: datetime) -> None:
    waiting = mail(session, now)
    outbox.edit(session, SYSTEM, waiting, "Uusi  otsikko", "Uusi teksti", now)
    assert (waiting.subject, waiting.body) == ("Uusi otsikko", "Uusi teksti")
    assert outbox.claim(session, now) is waiting
    assert refusal(lambda: outbox.edit(session, SYSTEM, waiting, "x", "y", now)) is Reason.WRONG_STATE
    outbox.sent(waiting, now)
    assert refusal(lambda: outbox.edit(session, SYSTEM, waiting, "x", "y", now)) is Reason.WRONG_STATE


def test_a_held_mail_leaves_only_when_it_is_let_go(session: WriteSession, now: datetime) -> None:
    held = mail(session, now, held=True)
    assert outbox.claim(session, now) is None
    outbox.release(session, SYSTEM, [held], now)
    assert outbox.claim(session, now) is held
    assert refusal(lambda: outbox.release(session, SYSTEM, [held], now)) is Reason.WRONG_STATE


def test_a_mail_that_was_given_up_is_tried_again_from_the_beginning(session: WriteSession, now: datetime) -> None:
    failed = mail(session, now)
    assert refusal(lambda: outbox.send_again(session, SYSTEM, failed, now)) is Reason.WRONG_STATE
    failed.attempts = outbox.MAX_ATTEMPTS
    outbox.not_sent(failed, "550 no such address", now)
    assert failed.state is MailState.FAILED
    outbox.send_again(session, SYSTEM, failed, now)
    assert (failed.state, failed.attempts) == (MailState.QUEUED, 0)
    assert session.exec(select(AuditEvent.action).where(AuditEvent.object_type == "outgoing_mail")).all() == [
        "sent_again"
    ]
