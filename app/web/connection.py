"""How long a client may take: one that sends or reads too slowly, or has gone without a word, is cut off.

No thread ever waits for a client; but each connection takes memory and one of the files that a process may open.
"""

import asyncio
import math
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD = 10.0
"""Seconds until the head of a request is there, from the connection or from its first byte."""
BODY = 20.0
"""Seconds for a body, and one more for every `SLOWEST` bytes that have come."""
SLOWEST = 1_000
"""Bytes per second."""
UNREAD = 60.0
"""Seconds that an answer may wait to be read on."""


class Connection(HttpToolsProtocol):
    """One connection with a client."""

    _coming: asyncio.TimerHandle | None = None
    _leaving: asyncio.TimerHandle | None = None
    _until = math.inf

    def connection_made(self, transport: Any) -> None:
        """Somebody is there."""
        super().connection_made(transport)
        self._expect_more(HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        if self._coming is not None:
            self._coming.cancel()
        self._stop_leaving()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._expect_more(HEAD)

    def on_headers_complete(self) -> None:
        """The head is there."""
        super().on_headers_complete()
        self._expect_more(BODY)

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        super().on_body(body)
        self._until += len(body) / SLOWEST

    def on_message_complete(self) -> None:
        """All of it."""
        super().on_message_complete()
        self._until = math.inf

    def pause_writing(self) -> None:
        """The client does not read what is sent to it."""
        super().pause_writing()
        self._leave()

    def resume_writing(self) -> None:
        """It does."""
        super().resume_writing()
        self._stop_leaving()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing more was asked for. What has not been read by then keeps the connection open."""
        super().timeout_keep_alive_handler()
        self._leave()

    def shutdown(self) -> None:
        """The server ends: whoever waits for news gets an answer now, and asks the next one."""
        super().shutdown()
        self.app_state["live"].close()

    def _expect_more(self, within: float) -> None:
        self._until = self.loop.time() + within
        if self._coming is None or self._coming.when() > self._until:
            self._look_at(self._until)

    def _look_at(self, moment: float) -> None:
        if self._coming is not None:
            self._coming.cancel()
        self._coming = self.loop.call_at(moment, self._look)

    def _look(self) -> None:
        # One that runs is left to run: most requests come whole and at once, and setting it each time costs more.
        self._coming = None
        if self.loop.time() >= self._until:
            self.transport.abort()
        elif self._until != math.inf:
            self._look_at(self._until)

    def _leave(self) -> None:
        self._stop_leaving()
        self._leaving = self.loop.call_later(UNREAD, self.transport.abort)

    def _stop_leaving(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
