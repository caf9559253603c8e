"""The door: every route declares one permission and gets a visit whose session can read, or write and commit."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

import anyio
from anyio.lowlevel import RunVar
from fastapi import Depends, Request
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool

from app.adapters import clock
from app.adapters.database import ReadSession, WriteSession, reading, writing
from app.config import Settings
from app.domain.access import CITY_ROLES, GRANTS, Permission, Role, holds, holds_in_city
from app.domain.refusals import Reason, Refused
from app.queries import cities
from app.web.forms import read_form
from app.web.session import actor_of
from app.web.visit import S, Visit


class SignInNeeded(Exception):
    """Nobody is signed in, and the page is not for everybody."""


# Per event loop: how many may be inside at once, and the one who may write to SQLite.
_places: RunVar[anyio.Semaphore] = RunVar("kipina_places")
_pen: RunVar[anyio.Lock] = RunVar("kipina_pen")


def reads(permission: Permission) -> Any:
    """The visit of a page that only shows something; declare it with Annotated, as every route does."""

    async def open_visit(request: Request) -> AsyncIterator[Visit[ReadSession]]:
        received_at = clock.now()
        async with _turn(request), contextmanager_in_threadpool(reading(request.app.state.engine)) as session:
            yield await run_in_threadpool(_enter, request, session, permission, received_at)

    open_visit.permission = permission  # type: ignore[attr-defined]
    return Depends(open_visit, scope="function")


def writes(permission: Permission) -> Any:
    """The visit of a change. It commits after the handler and before the response (scope "function").

    Its moment is that of the request's arrival, which decides at a deadline, however long the body or the queue takes.
    """

    async def open_visit(request: Request) -> AsyncIterator[Visit[WriteSession]]:
        received_at = clock.now()
        await read_form(request)  # a slow sender must not keep the others waiting
        try:
            async with (
                _turn(request, to_write=True),
                contextmanager_in_threadpool(writing(request.app.state.engine)) as session,
            ):
                yield await run_in_threadpool(_enter, request, session, permission, received_at)
        finally:
            await request.close()  # the files of the form

    open_visit.permission = permission  # type: ignore[attr-defined]
    return Depends(open_visit, scope="function")


@asynccontextmanager
async def _turn(request: Request, *, to_write: bool = False) -> AsyncIterator[None]:
    """Wait here, without a thread, until there is a thread and a connection for the whole visit.

    Whoever waited in a thread instead would take it from the one who is inside and needs it to finish.
    """
    async with AsyncExitStack() as stack:
        if to_write and request.app.state.engine.dialect.name == "sqlite":
            pen = _pen.get(None)
            if pen is None:
                _pen.set(pen := anyio.Lock())
            await stack.enter_async_context(pen)
        places = _places.get(None)
        if places is None:
            _places.set(places := anyio.Semaphore(request.app.state.settings.threads))
        await stack.enter_async_context(places)
        yield


def _enter(request: Request, session: S, permission: Permission, now: datetime) -> Visit[S]:
    settings: Settings = request.app.state.settings
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
