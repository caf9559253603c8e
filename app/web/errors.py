"""When something is refused or fails: a page in the person's language that says what to do next."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote, urlsplit

import sqlalchemy as sa
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.adapters import clock, database, files
from app.adapters.database import reading, writing
from app.adapters.language import translations
from app.domain.access import PUBLIC, Permission
from app.domain.refusals import Reason, Refused
from app.models import KeptForm
from app.services.signing_in import hash_of
from app.web.forms import CsrfFailed
from app.web.guard import SignInNeeded
from app.web.kept import KEPT_COOKIE
from app.web.monitoring import tell_refusal, tell_route
from app.web.pages import show
from app.web.sent import by_script
from app.web.session import actor_of
from app.web.visit import Visit, csrf_holds
from app.web.wording import say_refusal
from app.web.words import N_

STATUS = {Reason.NOT_FOUND: 404, Reason.CONFLICT_OF_INTEREST: 404, Reason.NOT_ALLOWED: 403}

log = structlog.get_logger()


@dataclass(frozen=True)
class ErrorPage:
    """One error, in words."""

    template: ClassVar[str] = "layouts/error.html"
    status: int
    title: str
    text: str


# By status: what happened, and what to do about it.
SENTENCES: dict[int, tuple[str, str]] = {
    400: (N_("This did not reach us in one piece"), N_("Go back and try again.")),
    403: (N_("This page is meant for others"), N_("If you need it, ask the event's organizer.")),
    404: (N_("There is nothing here"), N_("The page may have moved, or it is not for you to see.")),
    405: (N_("This cannot be done here"), N_("Go back and use the buttons on the page.")),
    409: (N_("This did not go through"), N_("Open the page again to see where things stand.")),
    413: (N_("That was too much at once"), N_("A file can be 25 MB at most. Go back: what you typed is still there.")),
    500: (N_("Something broke on our side"), N_("What you had saved is safe. Try again in a moment.")),
    503: (
        N_("Kipinä cannot reach its data right now"),
        N_("This usually passes within a minute. What you had saved is safe. Go back and try again: what you typed is "
           "still there."),
    ),
    507: (
        N_("There is no room left to save"),
        N_("Everything can still be read, but what you sent was not saved. Go back and try again later: what you typed "
           "is still there."),
    ),
}  # fmt: skip
RETRY_AFTER = "5"
"""Seconds after which it is worth trying again while the database is gone."""
FORM_TOO_OLD = (N_("This form has been open too long"), N_("Go back, open the page again and send it once more."))


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(SignInNeeded, _sign_in_needed)
    app.add_exception_handler(CsrfFailed, _csrf_failed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _unreadable)


def _error(request: Request, status: int, words: tuple[str, str] | None = None) -> Response:
    settings = request.app.state.settings
    language = request.scope.get("kipina.language", "fi")
    gettext = translations(language).gettext
    title, text = words or tuple(gettext(part) for part in SENTENCES.get(status, SENTENCES[500]))
    with reading(request.app.state.engine, None) as session:
        # A failing database must not be asked who is there.
        actor = PUBLIC if status >= 500 else actor_of(session, request, settings, clock.now())  # noqa: PLR2004
        visit = Visit(
            request=request,
            session=session,
            actor=actor,
            permission=Permission.PUBLIC_READ,
            now=clock.now(),
            language=language,
            settings=settings,
        )
        return show(visit, ErrorPage(status, title, text), status=status)


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refused)  # noqa: S101
    tell_refusal(request.scope, refusal.reason)
    status = STATUS.get(refusal.reason, 409)
    if status != 409:  # noqa: PLR2004  a conflict looks like nothing at all: its very existence is not told
        return await asyncio.to_thread(_error, request, status)
    language = request.scope.get("kipina.language", "fi")
    words = (translations(language).gettext(SENTENCES[409][0]), say_refusal(refusal.reason, language))
    return await asyncio.to_thread(_error, request, status, words)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    return await asyncio.to_thread(_error, request, error.status_code)


async def _unreadable(request: Request, _: Exception) -> Response:
    """An address whose parts cannot be read, such as a word where a number belongs."""
    return await asyncio.to_thread(_error, request, 404)


async def _csrf_failed(request: Request, _: Exception) -> Response:
    tell_refusal(request.scope, "no_token_of_its_form")
    if by_script(request):
        return Response(status_code=401)
    language = request.scope.get("kipina.language", "fi")
    words = (translations(language).gettext(FORM_TOO_OLD[0]), translations(language).gettext(FORM_TOO_OLD[1]))
    return await asyncio.to_thread(_error, request, 403, words)


class Failures:
    """What no handler expects still becomes a page: in the language of the address, and with the headers of all pages.

    So it stands inside of what adds those, while Starlette would answer for `Exception` outside of everything.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            if begun:
                raise
            status = _status_of(error)
            response = await _failed(Request(scope, receive), error, status)
            await response(scope, receive, send)
            if status == 500:  # noqa: PLR2004  for the server, or the test, to see
                raise
        finally:
            if isinstance(route := scope.get("route"), APIRoute):
                tell_route(scope, route.name)


def _status_of(error: Exception) -> int:
    """503 while the database or the store of the files is gone, 507 when a disk is full, else 500.

    404 for an id or a page number in the address that no database can hold: there is nothing there.
    """
    if isinstance(error, HTTPException):
        return error.status_code  # raised before the routes: by the limit of bodies
    if database.is_gone(error) or isinstance(error, files.Unreachable):
        return 503
    if database.is_full(error):
        return 507
    refused_by = type(error.orig).__name__ if isinstance(error, sa.exc.DataError) else str(error)
    number = refused_by == "NumericValueOutOfRange" or refused_by.endswith("SQLite INTEGER")
    return 404 if number and isinstance(error, OverflowError | sa.exc.DataError) else 500


async def _failed(request: Request, error: Exception, status: int) -> Response:
    if status >= 500:  # noqa: PLR2004
        log.error("request failed", status=status, exc_info=error)
    try:
        response = await asyncio.to_thread(_error, request, status)
    except Exception:  # noqa: BLE001  the page itself may be what is broken
        response = HTMLResponse(f"<!doctype html><title>Kipinä</title><h1>{status}</h1>", status)
    if status == 503:  # noqa: PLR2004
        response.headers["Retry-After"] = RETRY_AFTER
    return response


async def _sign_in_needed(request: Request, _: Exception) -> Response:
    """To the sign-in page, and back afterwards; a posted form is kept until then."""
    tell_refusal(request.scope, "not_signed_in")
    if by_script(request):
        return Response(status_code=401)
    language = request.scope.get("kipina.language", "fi")
    back = request.scope["path"] + (f"?{request.url.query}" if request.url.query else "")
    kept = None
    if request.method == "POST":
        back = _local_path(request.headers.get("referer", ""), language)
        posted = await request.form()
        if csrf_holds(request, request.app.state.settings, str(posted.get("csrf", ""))) and posted.get("form_id"):
            kept = secrets.token_urlsafe(24)
            values: dict[str, list[str]] = {}
            for name, value in posted.multi_items():
                if isinstance(value, str) and name != "csrf":
                    values.setdefault(name, []).append(value)
            await asyncio.to_thread(_keep, request, kept, str(posted["form_id"]), back, values)
    path = request.app.url_path_for("account.sign_in.new")
    response = RedirectResponse(f"/{language}{path}?next={quote(back)}" + ("&kept=1" if kept else ""), 303)
    if kept:
        settings = request.app.state.settings
        response.set_cookie(
            settings.cookie(KEPT_COOKIE), kept, max_age=86_400, httponly=True, samesite="lax", secure=settings.secure
        )
    return response


def _keep(request: Request, token: str, form_id: str, path: str, values: dict[str, list[str]]) -> None:
    with writing(request.app.state.engine, None) as session:
        session.add(
            KeptForm(token_hash=hash_of(token), form_id=form_id, path=path, values=values, created_at=clock.now())
        )


def _local_path(address: str, language: str) -> str:
    path = urlsplit(address).path
    prefix = f"/{language}"
    return path.removeprefix(prefix) if path.startswith(prefix + "/") else "/"
