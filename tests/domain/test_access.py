import pytest

from app.domain.access import (
    CITY_ROLES,
    COMPANY_ROLES,
    GRANTS,
    PUBLIC,
    Actor,
    Facts,
    Permission,
    Role,
    decide,
    holds,
    scope_of,
)  # fmt: skip
from app.domain.ids import CityId, CompanyId, EventId, PersonId
from app.domain.refusals import Reason

ME = PersonId(1)
HERE, THERE = CityId(1), CityId(2)
OURS, THEIRS = CompanyId(1), CompanyId(2)
THIS, OTHER = EventId(1), EventId(2)


def holder(role: Role) -> Actor:
    """Somebody who holds just this role, here."""
    if role is Role.PUBLIC:
        return PUBLIC
    return Actor(
        person=ME,
        admin=role is Role.ADMIN,
        in_cities=frozenset({(HERE, role)} if role in CITY_ROLES else ()),
        in_companies=frozenset({(OURS, role)} if role in COMPANY_ROLES else ()),
        jury_of=frozenset({THIS} if role is Role.JUROR else ()),
    )


def facts(role: Role, *, own: bool) -> Facts:
    return Facts(
        city=(HERE if own else THERE) if role in CITY_ROLES else None,
        company=(OURS if own else THEIRS) if role in COMPANY_ROLES else None,
        event=(THIS if own else OTHER) if role is Role.JUROR else None,
    )


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_a_role_may_do_in_its_own_place_what_the_table_grants_and_nothing_else(
    permission: Permission, role: Role
) -> None:
    actor = holder(role)
    granted = bool(GRANTS[permission] & actor.roles)
    refusal = decide(actor, permission, facts(role, own=True))
    assert (refusal is None) == granted
    if not granted:
        assert refusal is not None
        assert refusal.reason is Reason.NOT_ALLOWED


@pytest.mark.parametrize("role", [*sorted(CITY_ROLES), *sorted(COMPANY_ROLES), Role.JUROR])
@pytest.mark.parametrize("permission", Permission)
def test_nobody_reaches_into_another_place(permission: Permission, role: Role) -> None:
    if role not in GRANTS[permission]:
        return
    refusal = decide(holder(role), permission, facts(role, own=False))
    assert refusal is not None
    assert refusal.reason is Reason.NOT_FOUND


@pytest.mark.parametrize("role", [*sorted(CITY_ROLES), Role.JUROR])
@pytest.mark.parametrize("permission", Permission)
def test_a_conflicted_person_is_refused_whatever_their_role(permission: Permission, role: Role) -> None:
    if role not in GRANTS[permission]:
        return
    own = facts(role, own=True)
    refusal = decide(holder(role), permission, Facts(own.city, own.company, own.event, conflicted=(ME,)))
    assert refusal is not None
    assert refusal.reason is Reason.CONFLICT_OF_INTEREST


def test_the_public_may_only_read_and_sign_in() -> None:
    assert {p for p in Permission if holds(PUBLIC, p)} == {Permission.PUBLIC_READ, Permission.SIGN_IN}


def test_an_admin_of_the_installation_sees_no_application_by_that() -> None:
    admin = holder(Role.ADMIN)
    for permission in (Permission.APPLICATION_SEE, Permission.RESULTS_SEE, Permission.CASE_SEE, Permission.AUDIT_SEE):
        assert not holds(admin, permission)


def test_a_scope_holds_only_the_places_where_the_role_is_held() -> None:
    actor = Actor(person=ME, in_cities=frozenset({(HERE, Role.ORGANIZER), (THERE, Role.LEADERSHIP)}))
    assert scope_of(actor, Permission.EVENT_MANAGE).cities == {HERE}
    assert scope_of(actor, Permission.CASE_SEE).cities == {HERE, THERE}
    assert scope_of(actor, Permission.APPLICATION_JUDGE).jury_of == frozenset()
