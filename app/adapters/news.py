"""That something new was told, heard in every process of the installation."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import sqlalchemy as sa
import structlog

from app.adapters.database import WriteSession, change_mark

CHANNEL = "kipina_news"
LOOK = 0.5
"""Seconds between two looks at SQLite, which has no messages but says in microseconds whether anything was written."""
AGAIN = 1.0
"""Seconds until a lost line to PostgreSQL is taken up again."""

log = structlog.get_logger()


def tell(session: WriteSession) -> None:
    """Say so when the transaction is committed. What is new is in the database, so the message carries nothing."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text(f"NOTIFY {CHANNEL}"))


async def heard(engine: sa.Engine) -> AsyncIterator[None]:
    """Yields at once, and whenever something may be new: after a message, a write, or a line that was lost."""
    if engine.dialect.name == "sqlite":
        mark, known = change_mark(engine), object()
        while True:
            if (now := mark()) != known:
                known = now
                yield
            await asyncio.sleep(LOOK)
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(address, autocommit=True, connect_timeout=3) as line:
                await line.execute(f"LISTEN {CHANNEL}")
                yield
                async for _ in line.notifies():
                    yield
        except psycopg.Error as failure:
            log.warning("news not heard", error=type(failure).__name__)
        await asyncio.sleep(AGAIN)
