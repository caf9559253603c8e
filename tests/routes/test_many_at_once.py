import asyncio
from collections import Counter
from typing import Any

import httpx2
from fastapi import FastAPI

from app.web.visit import GUEST_COOKIE, csrf_token

MANY = 60
"""More than there are threads and connections together."""


async def _all_at_once(app: FastAPI, method: str, **sent: Any) -> Counter[int]:
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://testserver") as browser,
    ):
        browser.cookies.set(GUEST_COOKIE, "guest")
        answers = asyncio.gather(*(browser.request(method, "/fi/sign-in", **sent) for _ in range(MANY)))
        return Counter(answer.status_code for answer in await asyncio.wait_for(answers, 60))


def test_many_readers_at_once_are_all_answered(app: FastAPI) -> None:
    assert asyncio.run(_all_at_once(app, "GET")) == {200: MANY}


def test_many_writers_at_once_are_all_answered(app: FastAPI) -> None:
    token = csrf_token(app.state.settings.key, "guest")
    sent = {"csrf": token, "email": "maija@example.org"}
    assert asyncio.run(_all_at_once(app, "POST", data=sent)) == {200: MANY}
