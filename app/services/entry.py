"""Applications that reach the city on paper or by mail, entered by an organizer for a company without an account."""

from dataclasses import dataclass
from datetime import datetime

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.answers import Answers
from app.domain.company import register_number
from app.domain.phase import Phase, phase_at
from app.domain.refusals import Reason, Refused
from app.models import Application, Challenge, Company, Event
from app.queries import companies as company_queries
from app.services import applications, companies, people
from app.services.companies import CompanyDraft


@dataclass(frozen=True)
class Entered:
    """What stands on the paper: the company, who may be asked, the answers, and when it reached the city (UTC)."""

    company: CompanyDraft
    contact_name: str
    contact_email: str
    answers: Answers
    received_at: datetime


def enter(
    session: WriteSession, actor: Actor, event: Event, challenge: Challenge, entered: Entered, now: datetime
) -> Application:
    """Send it in on behalf of the company; all of it or nothing. The moment it was received decides.

    A company that is here already stays as it is, with its own people. Refused when the application did not arrive
    while the call was open, when the decisions are signed, and when the company has applied to this challenge before.
    """
    phase = phase_at(event.milestones, entered.received_at)
    if entered.received_at > now or phase is not Phase.CALL_OPEN:
        early = phase in {Phase.DRAFT, Phase.PUBLISHED}
        raise Refused(Reason.CALL_NOT_OPEN if early else Reason.CALL_CLOSED, "received_date")
    if phase_at(event.milestones, now).reached(Phase.DECIDED):
        raise Refused(Reason.DECISIONS_SIGNED)
    with session.begin_nested():
        company, contact_id = _company(session, actor, entered, now)
        behalf, at = company.name, entered.received_at
        application = applications.start(session, actor, event, challenge, company, at, on_behalf_of=behalf)
        application.locale = entered.company.locale
        applications.save(
            session, actor, application, entered.answers, application.version, at, phase, contact_person_id=contact_id
        )
        applications.submit(session, actor, application, at, phase, on_behalf_of=behalf)
    return application


def _company(session: WriteSession, actor: Actor, entered: Entered, now: datetime) -> tuple[Company, int | None]:
    number = register_number(entered.company.country, entered.company.register_number)
    known = company_queries.by_number(session, entered.company.country, number)
    if known is not None:
        return known, None
    contact = people.known_or_new(
        session, actor, entered.contact_email, entered.contact_name, entered.company.locale, now
    )
    session.flush()
    return companies.create(session, actor, entered.company, now, owner=contact), contact.id
