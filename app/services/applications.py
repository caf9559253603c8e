"""Applications: begun, written, sent, changed, withdrawn, and moved on by what is decided.

A draft is the company's own: its saves are not in the audit trail, which begins with the whole text when it is sent.
From then on every change is there with the values before and after.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.answers import ANSWER_FIELDS, Answers, gaps
from app.domain.application import Action, State, next_state
from app.domain.phase import Phase, phase_at
from app.domain.refusals import Reason, Refused
from app.models import Application, Challenge, City, Company, Event, Person
from app.queries import applications as application_queries
from app.services import audit, outbox

# What the trail says was done.
DONE: dict[Action, str] = {
    Action.SAVE: "edited",
    Action.SUBMIT: "submitted",
    Action.WITHDRAW: "withdrawn",
    Action.REOPEN: "reopened",
    Action.INVITE: "invited",
    Action.RESERVE: "reserved",
    Action.DECLINE: "declined",
    Action.PROMOTE: "promoted",
    Action.CONFIRM: "confirmed",
    Action.CANCEL: "cancelled",
}


def move(
    session: WriteSession,
    actor: Actor,
    application: Application,
    action: Action,
    now: datetime,
    phase: Phase,
    *,
    on_behalf_of: str = "",
) -> None:
    """Take one step: the only place that changes the state of an application. Refused when the step is not legal.

    The version stays: it counts the revisions of the text, which a score sheet refers to.
    """
    before = application.state
    application.state = next_state(before, action, phase)
    audit.record(
        session,
        actor,
        DONE[action],
        application,
        now,
        city_id=application.city_id,
        before={"state": before.value},
        after={"state": application.state.value},
        on_behalf_of=on_behalf_of,
    )


def start(
    session: WriteSession,
    actor: Actor,
    event: Event,
    challenge: Challenge,
    company: Company,
    now: datetime,
    *,
    on_behalf_of: str = "",
) -> Application:
    """A new draft of a company for a challenge, while the call is open. A company has one application to each."""
    next_state(State.DRAFT, Action.SAVE, phase_at(event.milestones, now))
    application = Application(
        city_id=event.city_id,
        event_id=event.id,
        challenge_id=challenge.id,
        company_id=company.id,
        locale=company.locale,
        contact_person_id=None if on_behalf_of else actor.person,
        created_at=now,
        created_by=actor.person,
        updated_at=now,
    )
    try:
        with session.begin_nested():
            session.add(application)
    except IntegrityError:
        raise Refused(Reason.ALREADY_APPLIED, "challenge") from None
    after = audit.snapshot(application, "challenge_id", "company_id")
    audit.record(
        session, actor, "started", application, now, city_id=event.city_id, after=after, on_behalf_of=on_behalf_of
    )
    return application


def save(
    session: WriteSession,
    actor: Actor,
    application: Application,
    answers: Answers,
    version: int,
    now: datetime,
    phase: Phase,
    *,
    contact_person_id: int | None = None,
    on_behalf_of: str = "",
) -> None:
    """Write the answers. Refused when `version` is old, when the call has closed, or when a sent one loses a part."""
    next_state(application.state, Action.SAVE, phase)
    if application.version != version:
        raise Refused(Reason.CHANGED_MEANWHILE)
    sent = application.state is State.SUBMITTED
    if sent and (missing := gaps(answers)):
        raise Refused(Reason.INCOMPLETE, next(iter(missing)))
    before = audit.snapshot(application, *ANSWER_FIELDS, "contact_person_id")
    for name in ANSWER_FIELDS:
        setattr(application, name, answers[name])
    if contact_person_id is not None:
        application.contact_person_id = contact_person_id
    after = audit.snapshot(application, *before)
    if after == before:
        return
    application.version += 1
    application.updated_at = now
    if sent:
        audit.record(
            session,
            actor,
            DONE[Action.SAVE],
            application,
            now,
            city_id=application.city_id,
            before=before,
            after=after,
            on_behalf_of=on_behalf_of,
        )
    session.flush()


def submit(
    session: WriteSession,
    actor: Actor,
    application: Application,
    now: datetime,
    phase: Phase,
    *,
    on_behalf_of: str = "",
) -> bool:
    """Send the application in; False when it had been sent already, and then nothing happens: the receipt stands.

    `now` is when the request was received. The first submit fixes `receipt_at` and gives the number of the event.
    Refused when something is missing, at the first field that lacks it.
    """
    if application.state not in {State.DRAFT, State.WITHDRAWN}:
        return False
    state = next_state(application.state, Action.SUBMIT, phase)
    if missing := gaps(answers_of(application)):
        raise Refused(Reason.INCOMPLETE, next(iter(missing)))
    before = {"state": application.state.value}
    if application.number is None:
        application.number = _next_number(session, application.event_id)
    application.state = state
    application.submitted_at = now
    application.receipt_at = application.receipt_at or now
    after = audit.snapshot(application, "state", "number", "receipt_at", *ANSWER_FIELDS)
    audit.record(
        session,
        actor,
        DONE[Action.SUBMIT],
        application,
        now,
        city_id=application.city_id,
        before=before,
        after=after,
        on_behalf_of=on_behalf_of,
    )
    _mail_receipt(session, actor, application, now, entered=bool(on_behalf_of))
    return True


def withdraw(session: WriteSession, actor: Actor, application: Application, now: datetime, phase: Phase) -> None:
    """Take the application back; nobody assesses it any more."""
    move(session, actor, application, Action.WITHDRAW, now, phase)


def reopen(session: WriteSession, actor: Actor, application: Application, now: datetime, phase: Phase) -> None:
    """Make a withdrawn application a draft again, while the call is open."""
    move(session, actor, application, Action.REOPEN, now, phase)


def answers_of(application: Application) -> Answers:
    """The content of an application."""
    return Answers(**{name: getattr(application, name) for name in ANSWER_FIELDS})


def _next_number(session: WriteSession, event_id: int) -> int:
    # The event's row is locked, so that two that are sent at the same moment do not get one number.
    session.execute(sa.select(col(Event.id)).where(col(Event.id) == event_id).with_for_update())
    last = session.execute(
        sa.select(sa.func.max(Application.number)).where(col(Application.event_id) == event_id)
    ).scalar_one()
    return (last or 0) + 1


def _mail_receipt(
    session: WriteSession, actor: Actor, application: Application, now: datetime, *, entered: bool
) -> None:
    """In the company's language, one mail each: to whoever sent it and to the contact person.

    When the city entered it, to the contact person or the company's owners alone.
    """
    about = session.execute(
        sa.select(
            col(Challenge.title),
            col(Event.name),
            col(Event.call_closes_at),
            col(City.name),
            col(City.time_zone),
            col(Company.name),
        )
        .select_from(Challenge)
        .join(Event, col(Event.id) == Challenge.event_id)
        .join(City, col(City.id) == Event.city_id)
        .join(Company, col(Company.id) == application.company_id)
        .where(col(Challenge.id) == application.challenge_id)
    ).one()
    challenge, event, closes_at, city, time_zone, company = about
    context = {
        "application": application,
        "challenge": challenge.text(application.locale),
        "event": event.text(application.locale),
        "city": city.text(application.locale),
        "company": company,
        "closes_at": closes_at,
    }
    if entered:
        people = application_queries.recipients(session, application)
    else:
        who = {application.contact_person_id, actor.person} - {None}
        people = list(session.exec(select(Person).where(col(Person.id).in_(who)).order_by(col(Person.id))))
    for person in people:
        outbox.queue(
            session,
            "receipt",
            to_email=person.email,
            to_name=person.name,
            language=application.locale,
            now=now,
            zone=ZoneInfo(time_zone),
            context=context,
            city_id=application.city_id,
            event_id=application.event_id,
            application_id=application.id,
        )
