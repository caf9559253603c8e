"""The app: settings in, ASGI out."""

import asyncio
import gc
import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio.to_thread
import sqlalchemy as sa
import structlog
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from app import routes
from app.adapters import clock, logs
from app.adapters.database import PATIENCE, make_engine
from app.adapters.templates import STATIC_DIR
from app.config import Settings
from app.web import errors, pages
from app.web.body_limit import BodyLimit
from app.web.cache import Memory, PublicMemory
from app.web.headers import SecurityHeaders
from app.web.language import LanguagePrefix
from app.web.live import Live
from app.web.metrics import Metrics
from app.web.monitoring import Monitoring
from app.web.remembered import Answers

# Letters in a picture are text, too: what is sent says which kind.
mimetypes.add_type("image/svg+xml; charset=utf-8", ".svg")

FAR_OFF = 5
"""Seconds by which the clock of this machine may differ from the one that decides before it is told."""

log = structlog.get_logger()


class _Static(StaticFiles):
    """Vendored and own files; an address with a mark never changes, so it is kept for a year."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def kept(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start" and b"v=" in scope["query_string"]:
                message["headers"] = [*message["headers"], (b"cache-control", b"public, max-age=31536000, immutable")]  # type: ignore[misc]
            await send(message)

        await super().__call__(scope, receive, kept)  # type: ignore[arg-type]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    settings: Settings = app.state.settings
    anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
    await _follow_clock(app.state.engine)
    following = asyncio.create_task(_keep_following(app.state.engine))
    yield {"live": app.state.live}
    following.cancel()
    app.state.live.close()
    app.state.engine.dispose()
    if app.state.tracer is not None:
        app.state.tracer.shutdown()  # what waits to be sent is sent


def _tracer(settings: Settings, engine: sa.Engine) -> Any:
    if not settings.otlp_endpoint:
        return None
    from app.adapters import tracing  # noqa: PLC0415  half a second and 15 MB, for those who want it

    return tracing.start(settings.otlp_endpoint, engine)


async def _follow_clock(engine: sa.Engine) -> None:
    with suppress(sa.exc.SQLAlchemyError):  # a database that is gone: until it is back, what it said last holds
        await asyncio.to_thread(clock.follow, engine)
    if abs(clock.ahead()) > FAR_OFF:
        log.warning("the clock of this machine is wrong", seconds_ahead=round(clock.ahead()))


async def _keep_following(engine: sa.Engine) -> None:
    while True:
        await asyncio.sleep(clock.AGAIN)
        await _follow_clock(engine)


def create_served_app() -> FastAPI:
    """The app of a process that serves it and does nothing else."""
    app = create_app()
    # What was loaded at start-up lives for ever: keeping the collector off it shortens the slowest answers by half.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    return app


def create_app(settings: Settings | None = None) -> FastAPI:
    """One app for one installation."""
    settings = settings or Settings()
    logs.configure()
    engine = make_engine(settings.database_url, threads=settings.threads, patience=PATIENCE)
    tracer = _tracer(settings, engine)
    app = FastAPI(
        title="Kipinä", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan, redirect_slashes=False,
        telemetry={"tracing": bool(tracer), "tracer_provider": tracer, "metrics": False, "logs": False},
    )  # fmt: skip
    app.state.settings = settings
    app.state.engine, app.state.tracer = engine, tracer
    app.mount("/static", _Static(directory=STATIC_DIR), name="static")
    # Their routes as they are: `include_router` would work each of them out anew, for a tenth of a second.
    app.router.routes += [route for router in routes.ROUTERS for route in router.routes]
    errors.install(app)
    pages.connect(app, settings.base_url)
    app.state.memory = Memory(app.state.engine)
    app.state.answers = Answers()
    app.state.live = Live(app.state.engine)
    app.add_middleware(BodyLimit, settings=settings)
    app.add_middleware(PublicMemory, memory=app.state.memory, settings=settings)
    app.add_middleware(errors.Failures)
    app.add_middleware(LanguagePrefix, settings=settings)
    app.add_middleware(SecurityHeaders, settings=settings)
    app.state.metrics = Metrics()
    app.add_middleware(Monitoring, metrics=app.state.metrics)
    return app
