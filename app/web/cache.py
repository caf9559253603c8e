"""Public pages from memory: rendered and compressed once per language, version of the city and minute."""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import sqlalchemy as sa
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.adapters import clock
from app.adapters.database import change_mark
from app.config import Settings
from app.web.monitoring import tell_route
from app.web.pages import FLASH_COOKIE, Page, render, show
from app.web.visit import Reading

MOST = 500
"""Pages kept; the least lately used goes first."""

SMALLEST_TO_COMPRESS = 1_000

Address = tuple[str, str, str]
"""Language, path and query."""


@dataclass(slots=True)
class Kept:
    """A rendered page. It holds for one version of the city and one minute; `mark` is when that was last made sure."""

    version: int
    minute: int
    mark: object
    body: bytes
    compressed: bytes
    etag: str
    route: str
    media_type: str

    def answer(self, headers: Headers) -> Response:
        """304 when the reader has it already, else the page, compressed when they take that."""
        about = {"ETag": self.etag, "Cache-Control": "public, no-cache", "Vary": "Cookie, Accept-Encoding"}
        if self.etag in headers.get("if-none-match", ""):
            return Response(status_code=304, headers=about)
        if len(self.body) >= SMALLEST_TO_COMPRESS and "gzip" in headers.get("accept-encoding", ""):
            return Response(self.compressed, media_type=self.media_type, headers={**about, "Content-Encoding": "gzip"})
        return Response(self.body, media_type=self.media_type, headers=about)


class Memory:
    """The pages of one app, shared by its threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self.mark = change_mark(engine)
        self._pages: OrderedDict[Address, Kept] = OrderedDict()
        self._lock = Lock()

    def find(self, address: Address) -> Kept | None:
        """The page at an address, if it is of this minute."""
        with self._lock:
            kept = self._pages.get(address)
            if kept is None or kept.minute != _minute():
                return None
            self._pages.move_to_end(address)
            return kept

    def keep(self, address: Address, kept: Kept) -> None:
        """Remember a page."""
        with self._lock:
            self._pages[address] = kept
            while len(self._pages) > MOST:
                self._pages.popitem(last=False)


class PublicMemory:
    """Answers from memory before anything else is asked, while nothing in the database has changed."""

    def __init__(self, app: ASGIApp, memory: Memory, settings: Settings) -> None:
        self.app, self.memory = app, memory
        flash = settings.cookie(FLASH_COOKIE)
        self.personal = tuple(name.encode() for name in (settings.session_cookie, settings.guest_cookie, flash))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            # Read before the page's own look at the database begins: what is written meanwhile makes it old at once.
            mark = self.memory.mark()
            scope["kipina.mark"] = mark
            kept = self.memory.find(address_of(scope))
            if kept is not None and kept.mark == mark and not self._knows_somebody(scope):
                tell_route(scope, kept.route)
                await kept.answer(Headers(scope=scope))(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _knows_somebody(self, scope: Scope) -> bool:
        return any(name == b"cookie" and any(own in value for own in self.personal) for name, value in scope["headers"])


def address_of(scope: Scope) -> Address:
    """What a page is kept under."""
    return scope.get("kipina.language", "fi"), scope["path"], scope["query_string"].decode("latin-1")


def show_public(
    visit: Reading, build: Callable[[], Page], *, version: int, media_type: str = "text/html; charset=utf-8"
) -> Response:
    """A page that is the same for everybody who is not signed in.

    `build` runs only when the page is not in memory. `version` is the city's `public_version`, raised by every
    change that a public page may show. Times such as "closes in 3 hours" and phases turn at full minutes, so the minute
    is part of what a page holds for.
    """
    request = visit.request
    settings = visit.settings
    for_this_browser = {settings.cookie(FLASH_COOKIE), settings.guest_cookie} & request.cookies.keys()
    if visit.actor.signed_in or for_this_browser:
        if media_type.startswith("text/html"):
            return show(visit, build())
        return Response(
            render(visit, build()), media_type=media_type, headers={"Cache-Control": "no-store", "Vary": "Cookie"}
        )
    memory: Memory = request.app.state.memory
    address = address_of(request.scope)
    kept = memory.find(address)
    if kept is None or kept.version != version:
        body = render(visit, build()).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        minute = int(visit.now.timestamp() // 60)
        route = request.scope["route"].name
        kept = Kept(version, minute, None, body, gzip.compress(body, 6, mtime=0), etag, route, media_type)
        memory.keep(address, kept)
    kept.mark = request.scope.get("kipina.mark")
    return kept.answer(request.headers)


def _minute() -> int:
    return int(clock.now().timestamp() // 60)
