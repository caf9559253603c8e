"""Public pages from memory: rendered and compressed once per language, version of the city and minute."""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from starlette.responses import Response

from app.web.pages import FLASH_COOKIE, Page, render
from app.web.visit import GUEST_COOKIE, Reading

MOST = 500
"""Pages kept; the least lately used goes first."""

SMALLEST_TO_COMPRESS = 1_000


@dataclass(frozen=True, slots=True)
class _Kept:
    body: bytes
    compressed: bytes
    etag: str
    media_type: str


_pages: OrderedDict[tuple[str, str, str, int, int], _Kept] = OrderedDict()
_lock = Lock()


def show_public(
    visit: Reading, build: Callable[[], Page], *, version: int, media_type: str = "text/html; charset=utf-8"
) -> Response:
    """A page that is the same for everybody who is not signed in.

    `build` runs only when the page is not in memory. `version` is the city's `public_version`, raised by every
    change that a public page may show. Times such as "closes in 3 hours" and phases turn at full minutes, so the minute
    is part of the key.
    """
    cookies = visit.request.cookies
    if visit.actor.signed_in or FLASH_COOKIE in cookies or GUEST_COOKIE in cookies:
        html = render(visit, build())
        return Response(html, media_type=media_type, headers={"Cache-Control": "no-store", "Vary": "Cookie"})
    address = f"{visit.language} {visit.path}?{visit.request.url.query}"
    key = (
        visit.settings.base_url, visit.settings.database_url, address, version, int(visit.now.timestamp() // 60),
    )  # fmt: skip
    with _lock:
        kept = _pages.get(key)
        if kept is not None:
            _pages.move_to_end(key)
    if kept is None:
        body = render(visit, build()).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        kept = _Kept(body, gzip.compress(body, 6, mtime=0), etag, media_type)
        with _lock:
            _pages[key] = kept
            while len(_pages) > MOST:
                _pages.popitem(last=False)
    return _answer(visit, kept)


def _answer(visit: Reading, kept: _Kept) -> Response:
    headers = {"ETag": kept.etag, "Cache-Control": "public, no-cache", "Vary": "Cookie, Accept-Encoding"}
    if kept.etag in visit.request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    small = len(kept.body) < SMALLEST_TO_COMPRESS
    if not small and "gzip" in visit.request.headers.get("accept-encoding", ""):
        return Response(kept.compressed, media_type=kept.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(kept.body, media_type=kept.media_type, headers=headers)
