"""Pages that are told when there is something new: their requests wait here, without a thread or a connection each."""

import asyncio
from dataclasses import dataclass, field

import sqlalchemy as sa

from app.adapters.database import reading
from app.adapters.news import heard
from app.domain.access import EVERY_CITY
from app.domain.ids import EventId
from app.queries import programme

WAIT = 25.0
"""Seconds until a waiting request is answered though nothing is new: less than proxies wait for an answer."""
MOST = 5_000
"""Requests that wait in one process; whoever comes after them is answered at once, and asks again later."""


@dataclass
class _Waiting:
    number: int
    many: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Live:
    """The requests of one process that wait for an event's next release. One look at the database serves them all."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._waiting: dict[EventId, _Waiting] = {}
        self._follower: asyncio.Task[None] | None = None
        self._closed = False

    async def newer(self, event: EventId, known: int, seconds: float = WAIT) -> int:
        """The number of the newest release as soon as it is not `known` any more, or after so many seconds."""
        if self._closed or sum(waiting.many for waiting in self._waiting.values()) >= MOST:
            return known
        waiting = self._waiting.setdefault(event, _Waiting(known))
        waiting.many += 1
        try:
            if self._follower is None or self._follower.done():
                self._follower = asyncio.create_task(self._follow())
            else:
                await self._look()  # released after the caller looked and before it began to wait
            while waiting.number == known and not self._closed:
                await asyncio.wait_for(waiting.news.wait(), seconds)
        except TimeoutError:
            pass
        finally:
            waiting.many -= 1
            if not waiting.many:
                del self._waiting[event]
        return waiting.number

    def close(self) -> None:
        """Answer whoever waits, and stop listening: the process is about to end."""
        self._closed = True
        for waiting in self._waiting.values():
            waiting.news.set()
        if self._follower is not None:
            self._follower.cancel()

    async def _follow(self) -> None:
        async for _ in heard(self.engine):
            if not self._waiting:
                return  # the next to wait begins anew
            await self._look()

    async def _look(self) -> None:
        newest = await asyncio.to_thread(self._newest, frozenset(self._waiting))
        for event, waiting in self._waiting.items():
            number = newest.get(event, waiting.number)
            if number != waiting.number:
                waiting.number = number
                waiting.news.set()
                waiting.news = asyncio.Event()

    def _newest(self, events: frozenset[EventId]) -> dict[EventId, int]:
        with reading(self.engine, EVERY_CITY) as session:  # each event was let in by the door of its own city
            return programme.newest_releases(session, events)
