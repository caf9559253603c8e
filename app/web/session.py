"""The signed-in browser: its cookie and its row."""

import hashlib
import secrets
from datetime import datetime, timedelta

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.adapters.database import WriteSession
from app.config import Settings
from app.domain.access import PUBLIC, Actor
from app.models import WebSession
from app.queries import people

LIFETIME = timedelta(days=14)
KEPT_LONGER = timedelta(days=90)
"""By so much the cookie outlives the session. It lets nobody in any more, but a form opened under it can still be told
from a stranger's, so that what was typed is kept until its writer has signed in again."""


def hash_of(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor_of(session: Session, request: Request, settings: Settings, now: datetime) -> Actor:
    """Who asks, by the cookie; the public when there is none or it has run out."""
    token = request.cookies.get(settings.session_cookie)
    return (people.actor_of_session(session, hash_of(token), now) if token else None) or PUBLIC


def begin(session: WriteSession, person_id: int, now: datetime) -> str:
    """Sign a person in: a new session with a token of its own. Returns the token for the cookie."""
    token = secrets.token_urlsafe(32)
    session.add(WebSession(token_hash=hash_of(token), person_id=person_id, created_at=now, expires_at=now + LIFETIME))
    return token


def end(session: WriteSession, request: Request, settings: Settings, now: datetime) -> None:
    """Sign the browser out."""
    token = request.cookies.get(settings.session_cookie)
    row = session.get(WebSession, hash_of(token)) if token else None
    if row is not None:
        row.ended_at = now


def set_cookie(response: Response, settings: Settings, token: str) -> None:
    """Give the browser its token."""
    response.set_cookie(
        settings.session_cookie, token, max_age=int((LIFETIME + KEPT_LONGER).total_seconds()),
        httponly=True, samesite="lax", secure=settings.secure, path="/",
    )  # fmt: skip


def clear_cookie(response: Response, settings: Settings) -> None:
    """Take it back."""
    response.delete_cookie(settings.session_cookie, path="/", secure=settings.secure, httponly=True, samesite="lax")
