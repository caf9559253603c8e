"""The signed-in browser: its cookie and its row."""

import secrets
from datetime import datetime, timedelta
from typing import Literal

from fastapi import Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from app.adapters.database import WriteSession
from app.config import Settings
from app.domain.access import PUBLIC, Actor
from app.domain.browser import names_of
from app.domain.staying import LONGEST
from app.models import WebSession
from app.queries import people
from app.queries.people import SignedIn
from app.services.signing_in import hash_of

KEPT_LONGER = timedelta(days=90)
"""By so much the cookie outlives the session. It lets nobody in any more, but a form opened under it can still be told
from a stranger's, so that what was typed is kept until its writer has signed in again."""


def known(session: Session, request: Request, settings: Settings, now: datetime) -> tuple[Actor, SignedIn | None]:
    """Who asks, by the cookie, and in which browser; the public when there is none or it has run out."""
    token = request.cookies.get(settings.session_cookie)
    return (people.signed_in(session, hash_of(token), now) if token else None) or (PUBLIC, None)


def actor_of(session: Session, request: Request, settings: Settings, now: datetime) -> Actor:
    """Who asks."""
    return known(session, request, settings, now)[0]


Proven = datetime | Literal["now"] | None
"""When somebody showed who they are: by what they just did, or at another moment, or nobody knows."""


def begin(
    session: WriteSession, person_id: int, now: datetime, user_agent: str = "", *, proven_at: Proven = "now"
) -> str:
    """Sign a person in: a new session with a token of its own. Returns the token for the cookie."""
    token = secrets.token_urlsafe(32)
    browser, system = names_of(user_agent)
    session.add(
        WebSession(
            token_hash=hash_of(token),
            person_id=person_id,
            browser=browser,
            system=system,
            created_at=now,
            last_seen_at=now,
            expires_at=now + LONGEST,
            proven_at=now if proven_at == "now" else proven_at,
        )
    )
    return token


def begin_anew(
    session: WriteSession,
    request: Request,
    settings: Settings,
    person_id: int,
    now: datetime,
    *,
    proven_at: Proven = "now",
) -> str:
    """Sign a person in with a token that nobody has seen, whatever the browser brought along."""
    end(session, request, settings, now)
    return begin(session, person_id, now, request.headers.get("user-agent", ""), proven_at=proven_at)


def end(session: WriteSession, request: Request, settings: Settings, now: datetime) -> None:
    """Sign the browser out."""
    token = request.cookies.get(settings.session_cookie)
    if not token:
        return
    row = session.exec(select(WebSession).where(col(WebSession.token_hash) == hash_of(token))).one_or_none()
    if row is not None and row.ended_at is None:
        row.ended_at = now


def set_cookie(response: Response, settings: Settings, token: str) -> None:
    """Give the browser its token."""
    response.set_cookie(
        settings.session_cookie, token, max_age=int((LONGEST + KEPT_LONGER).total_seconds()),
        httponly=True, samesite="lax", secure=settings.secure, path="/",
    )  # fmt: skip


def clear_cookie(response: Response, settings: Settings) -> None:
    """Take it back."""
    response.delete_cookie(settings.session_cookie, path="/", secure=settings.secure, httponly=True, samesite="lax")
