"""Companies and their members, as far as the scope reaches."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.access import Role, Scope
from app.domain.refusals import Reason, Refused
from app.models import Company, CompanyMember, Person


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a company."""

    id: int
    person_id: int
    name: str
    email: str
    role: Role


def one(session: Session, scope: Scope, company_id: int) -> Company:
    """The company, to be read by its members. Refused as not found for everybody else."""
    return _found(session.exec(select(Company).where(Company.id == company_id, _in(scope))).one_or_none())


def for_update(session: Session, scope: Scope, company_id: int) -> Company:
    """The same to be changed."""
    chosen = select(Company).where(Company.id == company_id, _in(scope)).with_for_update()
    return _found(session.exec(chosen).one_or_none())


def mine(session: Session, scope: Scope) -> list[Company]:
    """The companies in which the scope holds, by name."""
    return list(session.exec(select(Company).where(_in(scope)).order_by(col(Company.name), col(Company.id))))


def members(session: Session, company_id: int) -> list[Member]:
    """Who belongs to a company: owners first, then by name."""
    rows = session.execute(
        sa.select(
            col(CompanyMember.id),
            col(CompanyMember.person_id),
            col(Person.name),
            col(Person.email),
            col(CompanyMember.role),
        )
        .join(Person, col(Person.id) == CompanyMember.person_id)
        .where(col(CompanyMember.company_id) == company_id)
        .order_by(col(CompanyMember.role) != Role.OWNER, col(Person.name), col(Person.id))
    )
    return [Member(*row) for row in rows]


def by_number(session: Session, country: str, register_number: str) -> Company | None:
    """The company with this number, whoever asks: for rules, never for a page."""
    return session.exec(
        select(Company).where(Company.country == country, Company.register_number == register_number)
    ).one_or_none()


def owners(session: Session, company_id: int) -> list[Person]:
    """Who decides over a company, in the order in which they came."""
    return list(
        session.exec(
            select(Person)
            .join(CompanyMember, col(CompanyMember.person_id) == Person.id)
            .where(CompanyMember.company_id == company_id, CompanyMember.role == Role.OWNER)
            .order_by(col(CompanyMember.id))
        )
    )


def member_for_update(session: Session, scope: Scope, company_id: int, member_id: int) -> CompanyMember:
    """One membership of a company in the scope, to be changed."""
    chosen = (
        select(CompanyMember)
        .where(
            CompanyMember.id == member_id,
            CompanyMember.company_id == company_id,
            col(CompanyMember.company_id).in_(scope.companies),
        )
        .with_for_update()
    )
    member = session.exec(chosen).one_or_none()
    if member is None:
        raise Refused(Reason.NOT_FOUND)
    return member


def _in(scope: Scope) -> sa.ColumnElement[bool]:
    return col(Company.id).in_(scope.companies)


def _found(company: Company | None) -> Company:
    if company is None:
        raise Refused(Reason.NOT_FOUND)
    return company
