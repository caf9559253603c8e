"""Who may do what: one readable table. Roles hold permissions; where a role is held decides on which rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from app.domain.ids import CityId, CompanyId, EventId, PersonId
from app.domain.refusals import Reason, Refused

EVERY_CITY: Final = "every city"
Cities = frozenset[CityId] | Literal["every city"]
"""The cities whose rows somebody's work may touch at all; a border around every query, whoever asks."""


class Role(StrEnum):
    """A part somebody plays. PUBLIC is everybody, PERSON everybody who has signed in."""

    PUBLIC = "public"
    PERSON = "person"
    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"
    JUROR = "juror"
    LEADERSHIP = "leadership"
    AGENT = "agent"
    PROCUREMENT = "procurement"
    ORGANIZER = "organizer"
    ADMIN = "admin"


COMPANY_ROLES = frozenset({Role.VIEWER, Role.EDITOR, Role.OWNER})
"""Held in a company."""

CITY_ROLES = frozenset({Role.LEADERSHIP, Role.AGENT, Role.PROCUREMENT, Role.ORGANIZER})
"""Held in a city."""


class Permission(StrEnum):
    """One thing a person may do; every route declares exactly one."""

    PUBLIC_READ = "public.read"
    SIGN_IN = "sign_in"
    ACCOUNT_USE = "account.use"
    COMPANY_CREATE = "company.create"
    COMPANY_SEE = "company.see"
    COMPANY_EDIT = "company.edit"
    COMPANY_MEMBERS = "company.members"
    APPLICATION_SEE_OWN = "application.see_own"
    APPLICATION_EDIT = "application.edit"
    APPLICATION_JUDGE = "application.judge"
    SCORE_ENTER = "score.enter"
    CONFLICT_DECLARE = "conflict.declare"
    EVENT_SEE = "event.see"
    EVENT_MANAGE = "event.manage"
    APPLICATION_SEE = "application.see"
    PANEL_MANAGE = "panel.manage"
    RESULTS_SEE = "results.see"
    DECISION_MANAGE = "decision.manage"
    PROGRAMME_MANAGE = "programme.manage"
    MAIL_MANAGE = "mail.manage"
    CASE_SEE = "case.see"
    CASE_EDIT = "case.edit"
    CASE_PUBLISH = "case.publish"
    CASE_SEE_OWN = "case.see_own"
    AUDIT_SEE = "audit.see"
    CITY_MANAGE = "city.manage"
    INSTALLATION_MANAGE = "installation.manage"


_COMPANY_WRITERS = frozenset({Role.EDITOR, Role.OWNER})
_FOLLOW_UP = frozenset({Role.ORGANIZER, Role.PROCUREMENT, Role.AGENT})
_ORGANIZER = frozenset({Role.ORGANIZER})

GRANTS: dict[Permission, frozenset[Role]] = {
    Permission.PUBLIC_READ: frozenset({Role.PUBLIC}),
    Permission.SIGN_IN: frozenset({Role.PUBLIC}),
    Permission.ACCOUNT_USE: frozenset({Role.PERSON}),
    Permission.COMPANY_CREATE: frozenset({Role.PERSON}),
    Permission.COMPANY_SEE: COMPANY_ROLES,
    Permission.COMPANY_EDIT: _COMPANY_WRITERS,
    Permission.COMPANY_MEMBERS: frozenset({Role.OWNER}),
    Permission.APPLICATION_SEE_OWN: COMPANY_ROLES,
    Permission.APPLICATION_EDIT: _COMPANY_WRITERS,
    Permission.APPLICATION_JUDGE: frozenset({Role.JUROR}),
    Permission.SCORE_ENTER: frozenset({Role.JUROR}),
    Permission.CONFLICT_DECLARE: frozenset({Role.JUROR}),
    Permission.EVENT_SEE: CITY_ROLES,
    Permission.EVENT_MANAGE: _ORGANIZER,
    Permission.APPLICATION_SEE: _ORGANIZER,
    Permission.PANEL_MANAGE: _ORGANIZER,
    Permission.RESULTS_SEE: _ORGANIZER,
    Permission.DECISION_MANAGE: _ORGANIZER,
    Permission.PROGRAMME_MANAGE: _ORGANIZER,
    Permission.MAIL_MANAGE: _ORGANIZER,
    Permission.CASE_SEE: CITY_ROLES,
    Permission.CASE_EDIT: _FOLLOW_UP,
    Permission.CASE_PUBLISH: frozenset({Role.ORGANIZER, Role.PROCUREMENT}),
    Permission.CASE_SEE_OWN: COMPANY_ROLES,
    Permission.AUDIT_SEE: _ORGANIZER,
    Permission.CITY_MANAGE: _ORGANIZER,
    Permission.INSTALLATION_MANAGE: frozenset({Role.ADMIN}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a person with the roles they hold, or the public (`person` is None)."""

    person: PersonId | None = None
    name: str = ""
    email: str = ""
    locale: str | None = None
    admin: bool = False
    in_cities: frozenset[tuple[CityId, Role]] = field(default_factory=frozenset)
    in_companies: frozenset[tuple[CompanyId, Role]] = field(default_factory=frozenset)
    jury_of: frozenset[EventId] = field(default_factory=frozenset)

    @property
    def signed_in(self) -> bool:
        """Somebody we know."""
        return self.person is not None

    @property
    def roles(self) -> frozenset[Role]:
        """Every role the actor holds anywhere."""
        roles = {Role.PUBLIC} | {role for _, role in self.in_cities} | {role for _, role in self.in_companies}
        if self.signed_in:
            roles.add(Role.PERSON)
        if self.jury_of:
            roles.add(Role.JUROR)
        if self.admin:
            roles.add(Role.ADMIN)
        return frozenset(roles)


PUBLIC = Actor()
"""Nobody in particular."""


@dataclass(frozen=True, slots=True)
class Scope:
    """On which rows a permission holds; queries turn it into WHERE."""

    everyone: bool
    person: PersonId | None
    cities: frozenset[CityId]
    companies: frozenset[CompanyId]
    jury_of: frozenset[EventId]


def scope_of(actor: Actor, permission: Permission) -> Scope:
    """The rows on which the actor holds the permission; all empty when nowhere."""
    roles = GRANTS[permission]
    return Scope(
        everyone=bool(roles & {Role.PUBLIC}) or (Role.ADMIN in roles and actor.admin),
        person=actor.person,
        cities=frozenset(city for city, role in actor.in_cities if role in roles),
        companies=frozenset(company for company, role in actor.in_companies if role in roles),
        jury_of=actor.jury_of if Role.JUROR in roles else frozenset(),
    )


def holds(actor: Actor, permission: Permission) -> bool:
    """Does the actor hold the permission anywhere at all."""
    return not GRANTS[permission].isdisjoint(actor.roles)


def holds_in_city(actor: Actor, permission: Permission, city: CityId) -> bool:
    """Does the actor hold the permission in this city."""
    return any(c == city and role in GRANTS[permission] for c, role in actor.in_cities)


def holds_in_company(actor: Actor, permission: Permission, company: CompanyId) -> bool:
    """Does the actor hold the permission in this company."""
    return any(c == company and role in GRANTS[permission] for c, role in actor.in_companies)


def cities_of(actor: Actor, permission: Permission, city: CityId | None) -> Cities:
    """The cities that a page may touch: its own; without one, those in which the actor holds the permission.

    Companies, jurors and the public have pages that lead over all borders; there the scope alone decides.
    """
    if city is not None:
        return frozenset({city})
    if GRANTS[permission] <= CITY_ROLES:
        return scope_of(actor, permission).cities
    return EVERY_CITY


@dataclass(frozen=True, slots=True)
class Facts:
    """What the object says about itself: where it belongs, and whose conflicts it carries."""

    city: CityId | None = None
    company: CompanyId | None = None
    event: EventId | None = None
    conflicted: Iterable[PersonId] = ()


def decide(actor: Actor, permission: Permission, facts: Facts) -> Refused | None:
    """None when allowed, else the refusal. A conflicted person is refused whatever their role (434/2003 §27-28)."""
    if not holds(actor, permission):
        return Refused(Reason.NOT_ALLOWED)
    scope = scope_of(actor, permission)
    inside = (
        scope.everyone
        or (GRANTS[permission] & {Role.PERSON} and actor.signed_in)
        or facts.city in scope.cities
        or facts.company in scope.companies
        or facts.event in scope.jury_of
    )
    if not inside:
        return Refused(Reason.NOT_FOUND)
    if actor.person is not None and actor.person in facts.conflicted:
        return Refused(Reason.CONFLICT_OF_INTEREST)
    return None
