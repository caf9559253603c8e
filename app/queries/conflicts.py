"""Declared conflicts of interest, and signs that suggest one. What the person who asks may not see is not here."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.domain.access import CITY_ROLES, Scope
from app.domain.conflict import CompanyFacts, Ground, PersonFacts, Source, Suggestion, suggest
from app.domain.refusals import Reason, Refused
from app.models import Application, CityMember, Company, CompanyMember, Conflict, JurySeat, Person
from app.queries.panel import in_review


@dataclass(frozen=True, slots=True)
class Declared:
    """A conflict on record."""

    id: int
    application_id: int
    title: str
    company: str
    person_id: int
    person: str
    ground: Ground
    note: str
    source: Source
    declared_by: str | None
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class Party:
    """An application by whose it is, for choosing one."""

    id: int
    number: int | None
    title: str
    company: str
    company_id: int
    contact_person_id: int | None


@dataclass(frozen=True, slots=True)
class Official:
    """A juror or somebody who holds a role in the city."""

    id: int
    name: str
    email: str
    title: str


@dataclass(frozen=True, slots=True)
class Suspected:
    """A person and an application that seem to be tied, and by what."""

    person: Official
    application: Party
    by: Suggestion


def declared(session: Session, scope: Scope, event_id: int) -> list[Declared]:
    """The conflicts of an event, the latest first."""
    who, by = aliased(Person), aliased(Person)
    rows = session.execute(
        sa.select(
            col(Conflict.id),
            col(Conflict.application_id),
            col(Application.title),
            col(Company.name),
            col(Conflict.person_id),
            col(who.name),
            col(Conflict.ground),
            col(Conflict.note),
            col(Conflict.source),
            col(by.name),
            col(Conflict.declared_at),
        )
        .select_from(Conflict)
        .join(Application, col(Application.id) == Conflict.application_id)
        .join(Company, col(Company.id) == Application.company_id)
        .join(who, col(who.id) == Conflict.person_id)
        .outerjoin(by, col(by.id) == Conflict.declared_by)
        .where(in_review(scope, event_id))
        .order_by(col(Conflict.declared_at).desc(), col(Conflict.id).desc())
    )
    return [Declared(*row) for row in rows]


def for_update(session: Session, scope: Scope, event_id: int, conflict_id: int) -> Conflict:
    """One conflict, to be withdrawn. Refused as not found when there is none that the person may see."""
    found = session.exec(
        select(Conflict)
        .join(Application, col(Application.id) == Conflict.application_id)
        .where(Conflict.id == conflict_id, in_review(scope, event_id))
        .with_for_update(of=Conflict)
    ).one_or_none()
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    return found


def application(session: Session, scope: Scope, event_id: int, application_id: int) -> Application:
    """An application in which a conflict may be recorded. Refused as not found otherwise."""
    found = session.exec(
        select(Application).where(Application.id == application_id, in_review(scope, event_id))
    ).one_or_none()
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    return found


def parties(session: Session, scope: Scope, event_id: int) -> list[Party]:
    """The event's applications by number."""
    rows = session.execute(
        sa.select(
            col(Application.id),
            col(Application.number),
            col(Application.title),
            col(Company.name),
            col(Company.id),
            col(Application.contact_person_id),
        )
        .join(Company, col(Company.id) == Application.company_id)
        .where(in_review(scope, event_id))
        .order_by(col(Application.number), col(Application.id))
    )
    return [Party(*row) for row in rows]


def officials(session: Session, city_id: int, event_id: int) -> list[Official]:
    """The event's jurors and everybody with a role in the city, by name."""
    jurors = sa.select(col(JurySeat.person_id)).where(col(JurySeat.event_id) == event_id)
    staff = sa.select(col(CityMember.person_id)).where(
        col(CityMember.city_id) == city_id, col(CityMember.role).in_(CITY_ROLES)
    )
    rows = session.execute(
        sa.select(col(Person.id), col(Person.name), col(Person.email), col(Person.title))
        .where(sa.or_(col(Person.id).in_(jurors), col(Person.id).in_(staff)))
        .order_by(col(Person.name), col(Person.id))
    )
    return [Official(*row) for row in rows]


def suggestions(
    session: Session, people: list[Official], applications: list[Party], known: set[tuple[int, int]]
) -> list[Suspected]:
    """Whom to ask about a tie: each person with each company of an application, except where it is `known`.

    `known` holds (person, application) pairs that are on record.
    """
    companies = _companies(session, applications)
    facts = {person.id: PersonFacts(person.name, person.email, person.title) for person in people}
    return [
        Suspected(person, party, signs[0])
        for person in people
        for party in applications
        if (person.id, party.id) not in known and (signs := suggest(facts[person.id], companies[party.company_id]))
    ]


def _companies(session: Session, applications: list[Party]) -> dict[int, CompanyFacts]:
    """The applicants with those who act for them: their members and the contact persons."""
    ids = {party.company_id for party in applications}
    members: dict[int, list[PersonFacts]] = {}
    rows = session.execute(
        sa.select(col(CompanyMember.company_id), col(Person.name), col(Person.email))
        .join(Person, col(Person.id) == CompanyMember.person_id)
        .where(col(CompanyMember.company_id).in_(ids))
    )
    for company_id, name, email in rows:
        members.setdefault(company_id, []).append(PersonFacts(name, email))
    contacts = {party.contact_person_id for party in applications}
    acting = {
        person_id: PersonFacts(name, email)
        for person_id, name, email in session.execute(
            sa.select(col(Person.id), col(Person.name), col(Person.email)).where(col(Person.id).in_(contacts))
        )
    }
    for party in applications:
        if party.contact_person_id in acting:
            members.setdefault(party.company_id, []).append(acting[party.contact_person_id])
    named = session.execute(
        sa.select(col(Company.id), col(Company.name), col(Company.website)).where(col(Company.id).in_(ids))
    )
    return {
        company_id: CompanyFacts(name, website, tuple(members.get(company_id, ())))
        for company_id, name, website in named
    }
