"""Applications, as far as the scope reaches; a conflict of interest hides one altogether."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.access import Role, Scope
from app.domain.application import State
from app.domain.refusals import Reason, Refused
from app.models import Application, CompanyMember, Conflict, Event, Person


def visible_to(scope: Scope) -> sa.ColumnElement[bool]:
    """Applications of the scope's companies, and sent ones of its cities without a conflict of the person's own."""
    sent_to_us = sa.and_(
        col(Application.city_id).in_(scope.cities), col(Application.state) != State.DRAFT, not_conflicted(scope)
    )
    return sa.or_(col(Application.company_id).in_(scope.companies), sent_to_us)


def not_conflicted(scope: Scope) -> sa.ColumnElement[bool]:
    """Leaves out the applications in which the person has a conflict of interest (434/2003 §27)."""
    return ~(
        sa.exists()
        .where(col(Conflict.application_id) == Application.id, col(Conflict.person_id) == scope.person)
        .correlate(Application)
    )


def for_update(session: Session, scope: Scope, application_id: int) -> tuple[Application, Event]:
    """An application of one of the scope's companies with its event, to be changed. Refused as not found otherwise."""
    found = session.exec(
        select(Application, Event)
        .join(Event, col(Event.id) == Application.event_id)
        .where(Application.id == application_id, col(Application.company_id).in_(scope.companies))
        .with_for_update(of=Application)
    ).one_or_none()
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    application, event = found
    return application, event


def recipients(session: Session, application: Application) -> list[Person]:
    """Who is written to about an application: its contact person, or the company's owners when there is none."""
    if application.contact_person_id is not None:
        contact = session.get(Person, application.contact_person_id)
        return [contact] if contact else []
    owners = sa.select(col(CompanyMember.person_id)).where(
        col(CompanyMember.company_id) == application.company_id, col(CompanyMember.role) == Role.OWNER
    )
    return list(session.exec(select(Person).where(col(Person.id).in_(owners)).order_by(col(Person.id))))
