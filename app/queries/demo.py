"""The demo's people and mails."""

from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.access import Role
from app.domain.localized import Localized
from app.models import City, CityMember, Company, CompanyMember, JurySeat, OutgoingMail, Person


@dataclass
class Somebody:
    """One person to step into."""

    id: int
    name: str
    title: str
    places: list[str] = field(default_factory=list)


@dataclass
class Group:
    """The people of one role."""

    role: Role
    people: list[Somebody]


_ORDER = (
    Role.ORGANIZER, Role.JUROR, Role.OWNER, Role.EDITOR, Role.VIEWER, Role.PROCUREMENT, Role.AGENT, Role.LEADERSHIP,
    Role.ADMIN,
)  # fmt: skip


def groups(session: Session, language: str) -> list[Group]:
    """Everybody with a role, by role; somebody with two roles stands in both. Cities are named in the language."""
    held = [
        *session.execute(
            sa.select(col(CityMember.person_id), col(CityMember.role), col(City.name)).join(
                City, col(City.id) == CityMember.city_id
            )
        ),
        *session.execute(
            sa.select(col(CompanyMember.person_id), col(CompanyMember.role), col(Company.name)).join(
                Company, col(Company.id) == CompanyMember.company_id
            )
        ),
        *((row[0], Role.JUROR, None) for row in session.execute(sa.select(col(JurySeat.person_id)).distinct())),
        *((row[0], Role.ADMIN, None) for row in session.execute(sa.select(col(Person.id)).where(col(Person.is_admin)))),
    ]
    people = {person.id: person for person in session.exec(select(Person).order_by(col(Person.name)))}
    by_role: dict[Role, dict[int, Somebody]] = {}
    for person_id, role, place in held:
        person = people[person_id]
        somebody = by_role.setdefault(role, {}).setdefault(person_id, Somebody(person.id, person.name, person.title))
        if place is not None:
            somebody.places.append(place.text(language) if isinstance(place, Localized) else place)
    return [
        Group(role, sorted(by_role[role].values(), key=lambda somebody: somebody.name))
        for role in _ORDER
        if role in by_role
    ]


def newest_mails(session: Session, most: int = 50) -> list[OutgoingMail]:
    """The newest mails, newest first."""
    return list(
        session.exec(
            select(OutgoingMail).order_by(col(OutgoingMail.created_at).desc(), col(OutgoingMail.id).desc()).limit(most)
        )
    )
