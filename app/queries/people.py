"""People and the roles they hold."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.access import Actor, Role
from app.domain.ids import CityId, CompanyId, EventId, PersonId
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.domain.staying import still_signed_in
from app.models import CityMember, CompanyMember, JurySeat, Person, Unit, WebSession

# Asked for every page, so these statements are put together once.
_PERSON = sa.select(col(Person.id), col(Person.name), col(Person.email), col(Person.locale), col(Person.is_admin))
_BY_TOKEN = (
    _PERSON.add_columns(
        col(WebSession.id), col(WebSession.created_at), col(WebSession.last_seen_at), col(WebSession.proven_at)
    )
    .join(WebSession, col(WebSession.person_id) == Person.id)
    .where(
        col(WebSession.token_hash) == sa.bindparam("token"),
        col(WebSession.expires_at) > sa.bindparam("now"),
        col(WebSession.ended_at).is_(None),
    )
)
_BY_ID = _PERSON.where(col(Person.id) == sa.bindparam("person"))
_HELD = sa.union_all(
    sa.select(sa.literal("city"), col(CityMember.city_id), sa.cast(col(CityMember.role), sa.String)).where(
        col(CityMember.person_id) == sa.bindparam("person")
    ),
    sa.select(sa.literal("company"), col(CompanyMember.company_id), sa.cast(col(CompanyMember.role), sa.String)).where(
        col(CompanyMember.person_id) == sa.bindparam("person")
    ),
    sa.select(sa.literal("jury"), col(JurySeat.event_id), sa.literal(Role.JUROR.value)).where(
        col(JurySeat.person_id) == sa.bindparam("person")
    ),
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The browser that asks: when somebody signed in, was last seen, and last showed who they are."""

    id: int
    begun_at: datetime
    last_seen_at: datetime
    proven_at: datetime | None


def signed_in(session: Session, token_hash: str, now: datetime) -> tuple[Actor, SignedIn] | None:
    """The actor behind a browser's cookie, or None when nobody is signed in there any more."""
    found = session.execute(_BY_TOKEN, {"token": token_hash, "now": now}).one_or_none()
    if found is None:
        return None
    *person, session_id, begun_at, last_seen_at, proven_at = found
    actor = _actor(session, *person)
    if not still_signed_in(actor, begun_at, last_seen_at, now):
        return None
    return actor, SignedIn(session_id, begun_at, last_seen_at, proven_at)


@dataclass(frozen=True, slots=True)
class Browser:
    """One place where somebody is signed in. `here`: the browser that asks."""

    id: int
    browser: str
    system: str
    begun_at: datetime
    last_seen_at: datetime
    here: bool


def browsers(session: Session, actor: Actor, here: int | None, now: datetime) -> list[Browser]:
    """Where the actor is signed in: this browser first, then the one used last."""
    rows = session.exec(
        select(WebSession)
        .where(
            WebSession.person_id == actor.person, col(WebSession.expires_at) > now, col(WebSession.ended_at).is_(None)
        )
        .order_by(col(WebSession.last_seen_at).desc(), col(WebSession.id).desc())
    )
    found = [
        Browser(row.id, row.browser, row.system, row.created_at, row.last_seen_at, row.id == here)
        for row in rows
        if still_signed_in(actor, row.created_at, row.last_seen_at, now)
    ]
    return sorted(found, key=lambda one: not one.here)


def actor_of_person(session: Session, person_id: int) -> Actor | None:
    """The same for a person by id: for the worker, the command line and the demo."""
    person = session.execute(_BY_ID, {"person": person_id}).one_or_none()
    return None if person is None else _actor(session, *person)


def _actor(session: Session, person_id: int, name: str, email: str, locale: str, is_admin: bool) -> Actor:  # noqa: FBT001
    held = session.execute(_HELD, {"person": person_id}).all()
    return Actor(
        person=PersonId(person_id),
        name=name,
        email=email,
        locale=locale,
        admin=is_admin,
        in_cities=frozenset((CityId(where), Role(role)) for kind, where, role in held if kind == "city"),
        in_companies=frozenset((CompanyId(where), Role(role)) for kind, where, role in held if kind == "company"),
        jury_of=frozenset(EventId(where) for kind, where, _ in held if kind == "jury"),
    )


def by_email(session: Session, email: str) -> Person | None:
    """The person with this mail address."""
    return session.exec(select(Person).where(Person.email == email.strip().lower())).one_or_none()


def admins(session: Session) -> list[Person]:
    """Those who look after the installation."""
    return list(session.exec(select(Person).where(col(Person.is_admin)).order_by(col(Person.id))))


def one(session: Session, person_id: int) -> Person:
    """One person, to be read."""
    return session.exec(select(Person).where(Person.id == person_id)).one()


def for_update(session: Session, person_id: int) -> Person:
    """One person, to be changed."""
    return session.exec(select(Person).where(Person.id == person_id).with_for_update()).one()


def staff(session: Session, city_id: int, *roles: Role) -> list[Person]:
    """Those who hold one of these roles (any, when none is named) in a city, by name."""
    wanted = [col(CityMember.city_id) == city_id]
    if roles:
        wanted.append(col(CityMember.role).in_(roles))
    members = sa.select(col(CityMember.person_id)).where(*wanted)
    return list(
        session.exec(select(Person).where(col(Person.id).in_(members)).order_by(col(Person.name), col(Person.id)))
    )


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role in the city, with the unit it is held for; `fixed`: the asking person cannot take it away."""

    member_id: int
    role: Role
    unit: Localized
    fixed: bool


@dataclass(frozen=True, slots=True)
class StaffPerson:
    """Somebody with roles in a city."""

    name: str
    email: str
    title: str
    roles: list[HeldRole]


def staff_of(session: Session, city_id: int, asker: int | None) -> list[StaffPerson]:
    """Everybody with a role in the city, by name, with all their roles there."""
    rows = session.execute(
        sa.select(
            col(Person.id),
            col(Person.name),
            col(Person.email),
            col(Person.title),
            col(CityMember.id),
            col(CityMember.role),
            col(Unit.name),
        )
        .join(CityMember, col(CityMember.person_id) == Person.id)
        .outerjoin(Unit, col(Unit.id) == CityMember.unit_id)
        .where(col(CityMember.city_id) == city_id)
        .order_by(col(Person.name), col(Person.email), col(CityMember.id))
    )
    found: dict[int, StaffPerson] = {}
    for person_id, name, email, title, member_id, role, unit in rows:
        somebody = found.setdefault(person_id, StaffPerson(name, email, title, []))
        somebody.roles.append(HeldRole(member_id, role, unit, person_id == asker and role is Role.ORGANIZER))
    return list(found.values())


def member_for_update(session: Session, city_id: int, member_id: int) -> tuple[CityMember, Person]:
    """A role held in the city with who holds it, to be changed. Refused when the city has none such."""
    found = session.execute(
        sa.select(CityMember, Person)
        .join(Person, col(Person.id) == CityMember.person_id)
        .where(col(CityMember.city_id) == city_id, col(CityMember.id) == member_id)
        .with_for_update(of=CityMember)
    ).one_or_none()
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    member, person = found
    return member, person
