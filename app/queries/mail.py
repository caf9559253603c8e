"""Mail of an event: what waits, what has left, what failed. A sign-in link is never among it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.access import Scope
from app.domain.refusals import Reason, Refused
from app.domain.revision import revision_of
from app.models import Application, Conflict, MailState, OutgoingMail

DECISION_KINDS = ("invited", "reserved", "declined")
"""Mails that tell of a decision: written while it is prepared, let go only by the signature."""

PAGE = 50


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail in a list."""

    id: int
    to_name: str
    to_email: str
    subject: str
    state: MailState
    created_at: datetime
    sent_at: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True)
class DecisionMail:
    """A mail that waits for the signature, as it will be read."""

    id: int
    application_id: int
    to_name: str
    to_email: str
    locale: str
    subject: str
    body: str


def visible_to(scope: Scope, event_id: int) -> sa.ColumnElement[bool]:
    """The event's mails that are for the person to read: no sign-in links, nothing across a conflict of interest."""
    conflicted = sa.exists().where(
        col(Conflict.application_id) == OutgoingMail.application_id, col(Conflict.person_id) == scope.person
    )
    # One mail names all the cases of an owner: it is for those alone who may know of each.
    in_the_event = sa.exists().where(
        col(Application.event_id) == event_id,
        col(Conflict.application_id) == Application.id,
        col(Conflict.person_id) == scope.person,
    )
    return sa.and_(
        col(OutgoingMail.event_id) == event_id,
        col(OutgoingMail.city_id).in_(scope.cities),
        col(OutgoingMail.secret).is_(False),
        ~conflicted,
        ~sa.and_(col(OutgoingMail.kind) == "cases_opened", in_the_event),
    )


def counts(session: Session, scope: Scope, event_id: int) -> dict[MailState, int]:
    """How many mails there are in each state."""
    of_state = (
        select(OutgoingMail.state, sa.func.count()).where(visible_to(scope, event_id)).group_by(col(OutgoingMail.state))
    )
    found = dict(session.exec(of_state).all())
    return {state: found.get(state, 0) for state in MailState}


def page_of(session: Session, scope: Scope, event_id: int, state: MailState | None, page: int) -> list[MailRow]:
    """One page of the mails, in one state or all, newest first; the first page is 1."""
    chosen = [visible_to(scope, event_id)] + ([col(OutgoingMail.state) == state] if state else [])
    rows = session.execute(
        sa.select(
            col(OutgoingMail.id),
            col(OutgoingMail.to_name),
            col(OutgoingMail.to_email),
            col(OutgoingMail.subject),
            col(OutgoingMail.state),
            col(OutgoingMail.created_at),
            col(OutgoingMail.sent_at),
            col(OutgoingMail.last_error),
        )
        .where(*chosen)
        .order_by(col(OutgoingMail.created_at).desc(), col(OutgoingMail.id).desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [MailRow(*row) for row in rows]


def one(session: Session, scope: Scope, event_id: int, mail_id: int) -> OutgoingMail:
    """One mail, to be read. Refused as not found when it is not for the person."""
    return _found(
        session.exec(select(OutgoingMail).where(OutgoingMail.id == mail_id, visible_to(scope, event_id))).one_or_none()
    )


def for_update(session: Session, scope: Scope, event_id: int, mail_id: int) -> OutgoingMail:
    """The same to be changed: the worker does not take it meanwhile."""
    chosen = select(OutgoingMail).where(OutgoingMail.id == mail_id, visible_to(scope, event_id)).with_for_update()
    return _found(session.exec(chosen).one_or_none())


def held_to_release(session: Session, scope: Scope, event_id: int) -> int:
    """How many held mails the person may let go; those of decisions wait for the signature."""
    held = sa.select(sa.func.count()).select_from(OutgoingMail).where(_to_release(scope, event_id))
    return int(session.execute(held).scalar_one())


def held_for_update(session: Session, scope: Scope, event_id: int) -> list[OutgoingMail]:
    """The same as rows to change."""
    held = select(OutgoingMail).where(_to_release(scope, event_id)).order_by(col(OutgoingMail.id)).with_for_update()
    return list(session.exec(held))


def _to_release(scope: Scope, event_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        visible_to(scope, event_id),
        col(OutgoingMail.state) == MailState.HELD,
        col(OutgoingMail.kind).not_in(DECISION_KINDS),
    )


def of_decisions(session: Session, scope: Scope, event_id: int) -> list[DecisionMail]:
    """The mails that wait for the signature, by application."""
    rows = session.execute(
        sa.select(
            col(OutgoingMail.id),
            col(OutgoingMail.application_id),
            col(OutgoingMail.to_name),
            col(OutgoingMail.to_email),
            col(OutgoingMail.locale),
            col(OutgoingMail.subject),
            col(OutgoingMail.body),
        )
        .where(
            visible_to(scope, event_id),
            col(OutgoingMail.state) == MailState.HELD,
            col(OutgoingMail.kind).in_(DECISION_KINDS),
        )
        .order_by(col(OutgoingMail.application_id), col(OutgoingMail.id))
    )
    return [DecisionMail(*row) for row in rows]


def of_decisions_for_update(session: Session, event_id: int) -> list[OutgoingMail]:
    """The same as rows to change, whoever asks."""
    return list(
        session.exec(
            select(OutgoingMail)
            .where(
                OutgoingMail.event_id == event_id,
                OutgoingMail.state == MailState.HELD,
                col(OutgoingMail.kind).in_(DECISION_KINDS),
            )
            .order_by(col(OutgoingMail.application_id), col(OutgoingMail.id))
            .with_for_update()
        )
    )


def revision(mail: OutgoingMail | DecisionMail) -> str:
    """A mark of what the mail says: it differs as soon as somebody has changed it."""
    return revision_of(mail.subject, mail.body)


def _found(mail: OutgoingMail | None) -> OutgoingMail:
    if mail is None:
        raise Refused(Reason.NOT_FOUND)
    return mail
