"""The door: every route declares one permission and gets a visit whose session can read, or write and commit."""

from collections.abc import Iterator
from typing import Any

from fastapi import Depends, Request

from app.adapters import clock
from app.adapters.database import ReadSession, WriteSession, reading, writing
from app.config import Settings
from app.domain.access import CITY_ROLES, GRANTS, Permission, Role, holds, holds_in_city
from app.domain.refusals import Reason, Refused
from app.queries import cities
from app.web.session import actor_of
from app.web.visit import S, Visit


class SignInNeeded(Exception):
    """Nobody is signed in, and the page is not for everybody."""


def reads(permission: Permission) -> Any:
    """The visit of a page that only shows something; declare it with Annotated, as every route does."""

    def open_visit(request: Request) -> Iterator[Visit[ReadSession]]:
        with reading(request.app.state.engine) as session:
            yield _enter(request, session, permission)

    open_visit.permission = permission  # type: ignore[attr-defined]
    return Depends(open_visit, scope="function")


def writes(permission: Permission) -> Any:
    """The visit of a change. It commits after the handler and before the response (scope "function")."""

    def open_visit(request: Request) -> Iterator[Visit[WriteSession]]:
        with writing(request.app.state.engine) as session:
            yield _enter(request, session, permission)

    open_visit.permission = permission  # type: ignore[attr-defined]
    return Depends(open_visit, scope="function")


def _enter(request: Request, session: S, permission: Permission) -> Visit[S]:
    settings: Settings = request.app.state.settings
    now = clock.now()
    actor = actor_of(session, request, settings, now)
    visit = Visit(
        request=request,
        session=session,
        actor=actor,
        permission=permission,
        now=now,
        language=request.scope.get("kipina.language", "fi"),
        settings=settings,
    )
    for_everybody = Role.PUBLIC in GRANTS[permission]
    if not for_everybody and not actor.signed_in:
        raise SignInNeeded
    if not holds(actor, permission):
        raise Refused(Reason.NOT_ALLOWED)
    slug = request.path_params.get("city")
    if slug is not None:
        visit.city = cities.facts(session, slug)
        if visit.city is None:
            raise Refused(Reason.NOT_FOUND)
        if GRANTS[permission] <= CITY_ROLES and not holds_in_city(actor, permission, visit.city.id):
            raise Refused(Reason.NOT_FOUND)
    return visit


def declares(permission: Permission) -> Any:
    """For the few routes that need no visit, in their `dependencies`: the declaration alone."""

    async def declare() -> None:
        return None

    declare.permission = permission  # type: ignore[attr-defined]
    return Depends(declare)
