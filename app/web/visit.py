"""One visit: everything a handler knows of the request it answers."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Request

from app.adapters.database import ReadSession, WriteSession
from app.config import Settings
from app.domain.access import Actor, Permission, Scope, scope_of
from app.domain.staying import is_fresh
from app.queries.cities import CityFacts
from app.queries.people import SignedIn

S = TypeVar("S", ReadSession, WriteSession)


@dataclass
class Visit(Generic[S]):
    """Who asks, in which language, at what moment, for which city, and over which session."""

    request: Request
    session: S
    actor: Actor
    permission: Permission
    now: datetime
    language: str
    settings: Settings
    browser: SignedIn | None = None
    city: CityFacts | None = None
    new_cookies: dict[str, str] = field(default_factory=dict)
    key: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    """Of the page that is shown: what is sent from it twice is the same (`app.web.sent`)."""

    @property
    def scope(self) -> Scope:
        """The rows on which the route's permission holds for the actor."""
        return scope_of(self.actor, self.permission)

    @property
    def zone(self) -> ZoneInfo:
        """The city's zone; without a city, Finland's."""
        return ZoneInfo(self.city.time_zone if self.city else "Europe/Helsinki")

    @property
    def is_fresh(self) -> bool:
        """Did whoever asks show a moment ago who they are."""
        return self.browser is not None and is_fresh(self.browser.proven_at, self.now)

    @property
    def path(self) -> str:
        """The path without its language."""
        return str(self.request.scope["path"])

    @property
    def browser_mark(self) -> str:
        """What only this browser can show, signed in or not; a guest gets a cookie to bind it to."""
        guest = self.settings.guest_cookie
        bound_to = self.request.cookies.get(self.settings.session_cookie) or self.request.cookies.get(guest)
        if not bound_to:
            bound_to = self.new_cookies.setdefault(guest, secrets.token_urlsafe(18))
        return csrf_token(self.settings.key, bound_to)

    @property
    def csrf(self) -> str:
        """The token for this browser's forms, with the page's key."""
        return f"{self.browser_mark}.{self.key}"


Reading: TypeAlias = Visit[ReadSession]
Writing: TypeAlias = Visit[WriteSession]


def csrf_token(signing_key: bytes, bound_to: str) -> str:
    """A token that only this installation can make, for one browser."""
    return hmac.new(signing_key, b"csrf:" + bound_to.encode(), hashlib.sha256).hexdigest()


def csrf_holds(request: Request, settings: Settings, token: str) -> bool:
    """Does the token belong to the browser that sent it."""
    token = token.partition(".")[0]
    held = (request.cookies.get(settings.session_cookie), request.cookies.get(settings.guest_cookie))
    return any(cookie and hmac.compare_digest(csrf_token(settings.key, cookie), token) for cookie in held)
