"""Figures for a monitoring system, behind a token of its own."""

import asyncio
import hmac

from fastapi import Request
from starlette.responses import PlainTextResponse

from app.domain.access import Permission
from app.domain.refusals import Reason, Refused
from app.web.guard import Router, declares
from app.web.metrics import MEDIA_TYPE

router = Router()


@router.get("/metrics", name="metrics", dependencies=[declares(Permission.PUBLIC_READ)])
async def metrics(request: Request) -> PlainTextResponse:
    """Only for who knows the token; without one in the settings there is nothing here."""
    state = request.app.state
    expected, given = state.settings.metrics_token, request.headers.get("authorization", "")
    if not expected or not hmac.compare_digest(given.encode(), f"Bearer {expected}".encode()):
        raise Refused(Reason.NOT_FOUND)
    return PlainTextResponse(await asyncio.to_thread(state.metrics.text, state.engine), media_type=MEDIA_TYPE)
