"""How much may be sent. Starlette has the like of this, but answers with two words where people need a page."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import Settings

LONGEST_FORM = 1024 * 1024
"""Bytes of a form without files, and of each field of one with files."""


class BodyLimit:
    """Refuses what is too large with 413: by the length it claims, or as soon as more has come than may."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        with_files = headers.get("content-type", "").startswith("multipart/")
        most = self.settings.max_body_bytes if with_files else LONGEST_FORM
        if int(headers.get("content-length", 0)) > most:
            raise HTTPException(413)
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)
