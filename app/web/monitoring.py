"""Every request gets an id, a line in the log and a place in the figures; none of them tells who asked for what."""

import secrets
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.adapters import logs
from app.web.headers import PROBES, STATIC
from app.web.metrics import Metrics

SEEN = "kipina.seen"
"""What the inner parts of the house tell the log: the name of the route, and why it refused.

The path names people's things by number.
"""


class Monitoring:
    """Stands outside of everything, so that what is refused at the door is seen, too."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = secrets.token_hex(8)  # one that came along could be anything, such as somebody else's
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request)
        scope[SEEN] = seen = {"route": "static" if scope["path"].startswith(STATIC) else "none"}
        began, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request.encode())]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - began
            self.metrics.note(seen["route"], status, seconds)
            if status >= 400 or not scope["path"].startswith((STATIC, *PROBES)):  # noqa: PLR2004
                logs.tell_request(
                    request=request, method=scope["method"], **seen, status=status,
                    milliseconds=round(seconds * 1000, 1),
                )  # fmt: skip


def tell_route(scope: Scope, name: str) -> None:
    """Say which route answers."""
    scope.get(SEEN, {})["route"] = name


def tell_refusal(scope: Scope, why: str) -> None:
    """Say why a request was turned away; the answer itself often must not tell."""
    scope.get(SEEN, {})["refused"] = why
