"""Addresses begin with the language: `/sv/tampere` is `/tampere` in Swedish. The routes know nothing of it."""

from urllib.parse import parse_qsl, urlencode

from babel import negotiate_locale
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.config import Settings
from app.domain.localized import LANGUAGES

WITHOUT_LANGUAGE = ("/static/", "/healthz", "/readyz", "/metrics", "/robots.txt", "/sitemap.xml", "/favicon")
"""Addresses that are the same in every language."""

LANGUAGE_COOKIE = "kipina_language"


def preferred(headers: Headers, cookie: str | None) -> str:
    """The language to begin with: what was chosen before, else what the browser asks for, else Finnish."""
    if cookie in LANGUAGES:
        return cookie
    asked = [part.split(";")[0].strip() for part in headers.get("accept-language", "").split(",")]
    return negotiate_locale(asked, LANGUAGES, sep="-", aliases={"no": "sv", "nb": "sv", "da": "sv"}) or "fi"


class LanguagePrefix:
    """Takes the language off the path; a path without one is sent to the preferred language."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.cookie = app, settings.cookie(LANGUAGE_COOKIE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        language, _, rest = path[1:].partition("/")
        if language in LANGUAGES:
            inner = {**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode(), "kipina.language": language}
            await self.app(inner, receive, send)
        elif path.startswith(WITHOUT_LANGUAGE) or scope["method"] not in {"GET", "HEAD"}:
            await self.app({**scope, "kipina.language": "fi"}, receive, send)
        else:
            headers = Headers(scope=scope)
            cookie = dict(parse_qsl(headers.get("cookie", "").replace("; ", "&"))).get(self.cookie)
            query = "?" + urlencode(parse_qsl(scope["query_string"].decode("latin-1"))) if scope["query_string"] else ""
            target = f"/{preferred(headers, cookie)}/{path.lstrip('/')}".rstrip("/") or "/"
            await RedirectResponse(target + query, 302, {"Vary": "Accept-Language, Cookie"})(scope, receive, send)
