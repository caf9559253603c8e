"""Is the process alive, and is it ready to answer."""

import asyncio

from fastapi import Request
from starlette.responses import PlainTextResponse

from app.adapters import migrations
from app.domain.access import Permission
from app.web.errors import RETRY_AFTER
from app.web.guard import Router, declares

router = Router()


@router.get("/healthz", name="healthz", dependencies=[declares(Permission.PUBLIC_READ)])
async def healthz() -> PlainTextResponse:
    """Answers without a database, so that a slow one does not get the process killed."""
    return PlainTextResponse("ok")


@router.get("/readyz", name="readyz", dependencies=[declares(Permission.PUBLIC_READ)])
async def readyz(request: Request) -> PlainTextResponse:
    """Ready when the database answers and has the tables that this version knows."""
    lacking = await asyncio.to_thread(migrations.lacking, request.app.state.engine)
    if lacking:
        return PlainTextResponse(lacking, 503, {"Retry-After": RETRY_AFTER})
    return PlainTextResponse("ok")
