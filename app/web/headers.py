"""What every answer carries, and who may be spoken to: security headers, and a check of the Host."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import LOOPBACK, Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; object-src 'none'; frame-ancestors 'none'; "
    "base-uri 'none'"
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    # What may be kept says so itself.
    "Cache-Control": "no-store",
}
TLS_ONLY = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}

STATIC = "/static/"
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by machines of the same house, by address: they must not depend on the configured name."""


class SecurityHeaders:
    """Adds the headers to every answer, errors included; an unknown Host gets 400."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.hosts = {settings.host} | (set(LOOPBACK) if settings.host in LOOPBACK else set())
        headers = HEADERS | (TLS_ONLY if settings.secure else {})
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                if scope["path"].startswith(STATIC):
                    said.add(b"cache-control")
                message["headers"] = [*message["headers"], *(one for one in self.headers if one[0] not in said)]
            await send(message)

        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        if host.rpartition(":")[0] not in self.hosts and host not in self.hosts and scope["path"] not in PROBES:
            await PlainTextResponse("unknown host", 400)(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)
