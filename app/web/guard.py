"""The door: every route declares one permission and gets a visit whose session can read, or write and commit."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import sqlalchemy as sa
from anyio.lowlevel import RunVar
from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.background import BackgroundTask
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from app.adapters import clock, inspection
from app.adapters.database import WriteSession, is_deadlock, reading, writing
from app.config import Settings
from app.domain.access import CITY_ROLES, GRANTS, Permission, Role, cities_of, holds, holds_in_city
from app.domain.limits import Act, By
from app.domain.refusals import Reason, Refused
from app.domain.staying import to_be_noted
from app.queries import cities
from app.services import limits, signing_in
from app.web.forms import CsrfFailed, read_form
from app.web.sent import key_of, once
from app.web.session import known
from app.web.visit import S, Visit, csrf_holds

T = TypeVar("T")


class SignInNeeded(Exception):
    """Nobody is signed in, and the page is not for everybody."""


@dataclass(frozen=True, slots=True)
class Door:
    """A visit that has not begun yet. Without a form it can only read.

    A handler that is a coroutine gets the door instead of the visit: it waits for something, and opens it for a moment,
    or for several: each is a transaction of its own, and none is open in between.
    """

    request: Request
    permission: Permission
    received_at: datetime
    form: FormData | None = None
    key: str | None = None
    """Of the form; None when it has none (`app.web.sent`)."""

    @contextmanager
    def opened(self) -> Iterator[Visit[Any]]:
        """The visit, over a session that is closed, and committed, behind it."""
        engine, settings = self.request.app.state.engine, self.request.app.state.settings
        if self.form is None:
            with reading(engine, None) as session:
                yield _enter(self.request, session, self.permission, self.received_at)
            return
        with writing(engine, None) as session:
            visit = _enter(self.request, session, self.permission, self.received_at)
            if not csrf_holds(self.request, settings, str(self.form.get("csrf", ""))):
                raise CsrfFailed
            yield visit

    async def step(self, work: Callable[[Visit[WriteSession]], T]) -> T:
        """One transaction of a change in several, in a thread."""

        def take() -> T:
            with self.opened() as visit:
                return work(visit)

        def insist() -> T:
            return self.insist(take)

        async with _writer(self.request):
            return await anyio.to_thread.run_sync(insist)

    def insist(self, transaction: Callable[[], T]) -> T:
        """Do it; when the database undid it to end a deadlock, from its beginning once more, three times at most."""
        for _ in range(3):
            try:
                return transaction()
            except sa.exc.OperationalError as failure:
                if not is_deadlock(failure):
                    raise
            for _, value in self.form.multi_items() if self.form else ():
                if isinstance(value, UploadFile):
                    value.file.seek(0)
        return transaction()


class _InOneThread(APIRoute):
    """A route that enters, works and commits in one thread: each change of thread costs as much as two queries."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _behind_the_door(endpoint), **options)


def _behind_the_door(handler: Callable[..., Any]) -> Callable[..., Any]:
    if iscoroutinefunction(handler):
        return handler

    @wraps(handler)
    def handle(visit: Door, **given: Any) -> Any:
        def answered() -> tuple[Visit[Any], Response]:
            with visit.opened() as opened:
                return opened, once(opened, visit.key, lambda: handler(visit=opened, **given))

        opened, answer = visit.insist(answered)
        _note_seen(opened, answer)
        return answer

    return handle


def _note_seen(visit: Visit[Any], answer: Response) -> None:
    """Now and then, when the answer has left: a page that only shows something writes nothing by itself."""
    if visit.browser is None or answer.background is not None or not to_be_noted(visit.browser.last_seen_at, visit.now):
        return
    engine, session_id, now = visit.request.app.state.engine, visit.browser.id, visit.now

    def note() -> None:
        with writing(engine, None) as session:
            signing_in.note_seen(session, session_id, now)

    answer.background = BackgroundTask(note)


class Router(APIRouter):
    """The routes of one module. Their handlers call their visit `visit`."""

    def __init__(self, prefix: str = "") -> None:
        super().__init__(prefix=prefix, route_class=_InOneThread)


# Per event loop: files that are looked at together. They leave the threads of requests alone.
_looks: RunVar[anyio.CapacityLimiter] = RunVar("kipina_looks")


async def _look_ahead(request: Request, form: FormData) -> None:
    """Look at the files of a form before it is its turn: with the pen in hand everybody else would wait for that."""
    uploads = [value for _, value in form.multi_items() if isinstance(value, UploadFile) and value.filename]
    if not uploads:
        return
    limiter = _looks.get(None)
    if limiter is None:
        _looks.set(limiter := anyio.CapacityLimiter(2))
    await anyio.to_thread.run_sync(_look_at, request, form, uploads, limiter=limiter)


def _look_at(request: Request, form: FormData, uploads: list[UploadFile]) -> None:
    settings: Settings = request.app.state.settings
    if not csrf_holds(request, settings, str(form.get("csrf", ""))):
        return
    with reading(request.app.state.engine, None) as session:
        now = clock.now()
        person = known(session, request, settings, now)[0].person
        if person is None or limits.reached(session, settings.key, Act.SEND_FILE, By.PERSON, str(person), now):
            return  # strangers, and whoever has sent many, have no work done for them
    for upload in uploads:
        inspection.look_ahead(settings, upload.file.read())
        upload.file.seek(0)


# Per event loop: the one who may write to SQLite.
_pen: RunVar[anyio.Lock] = RunVar("kipina_pen")


@asynccontextmanager
async def _writer(request: Request) -> AsyncIterator[None]:
    # SQLite has one writer: whoever waited in a thread would keep it from those who only read.
    if request.app.state.engine.dialect.name != "sqlite":
        yield
        return
    pen = _pen.get(None)
    if pen is None:
        _pen.set(pen := anyio.Lock())
    async with pen:
        yield


def reads(permission: Permission) -> Any:
    """The visit of a page that only shows something; declare it with Annotated, as every route does."""

    async def door(request: Request) -> Door:
        return Door(request, permission, clock.now())

    door.permission = permission  # type: ignore[attr-defined]
    return Depends(door)


def writes(permission: Permission) -> Any:
    """The visit of a change by a form of ours. It commits after the handler and before the response.

    Its moment is that of the request's arrival, which decides at a deadline, however long the body or the queue takes.
    """

    async def door(request: Request) -> AsyncIterator[Door]:
        received_at = clock.now()
        form = await read_form(request)  # a slow sender must not keep the others waiting
        try:
            await _look_ahead(request, form)
            key = await anyio.to_thread.run_sync(key_of, request, form) if _has_files(form) else key_of(request, form)
            async with _writer(request):
                yield Door(request, permission, received_at, form, key)
        finally:
            await request.close()  # the files of the form

    door.permission = permission  # type: ignore[attr-defined]
    return Depends(door, scope="function")


def in_steps(permission: Permission) -> Any:
    """The door for a change that asks another server in between, and so is several transactions: `Door.step`.

    For asynchronous handlers: neither a transaction nor a thread of the app waits for that server.
    """

    async def door(request: Request) -> AsyncIterator[Door]:
        received_at = clock.now()
        form = await read_form(request)
        try:
            yield Door(request, permission, received_at, form)
        finally:
            await request.close()

    door.permission = permission  # type: ignore[attr-defined]
    return Depends(door, scope="function")


def _has_files(form: FormData) -> bool:
    return any(isinstance(value, UploadFile) for _, value in form.multi_items())


def _enter(request: Request, session: S, permission: Permission, now: datetime) -> Visit[S]:
    settings: Settings = request.app.state.settings
    actor, browser = known(session, request, settings, now)
    visit = Visit(
        request=request,
        session=session,
        actor=actor,
        permission=permission,
        now=now,
        language=request.scope.get("kipina.language", "fi"),
        settings=settings,
        browser=browser,
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
    session.enter(cities_of(actor, permission, visit.city.id if visit.city else None))
    return visit


def declares(permission: Permission) -> Any:
    """For the few routes that need no visit, in their `dependencies`: the declaration alone."""

    async def declare() -> None:
        return None

    declare.permission = permission  # type: ignore[attr-defined]
    return Depends(declare)
