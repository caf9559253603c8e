import asyncio
from collections import Counter

import httpx2
from fastapi import FastAPI

from app.web.visit import GUEST_COOKIE, csrf_token

MANY = 60
"""More than there are threads and connections together."""


async def _all_at_once(app: FastAPI, method: str, sent: list[dict[str, str] | None]) -> Counter[int]:
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://testserver") as browser,
    ):
        browser.cookies.set(GUEST_COOKIE, "guest")
        answers = asyncio.gather(*(browser.request(method, "/fi/sign-in", data=form) for form in sent))
        return Counter(answer.status_code for answer in await asyncio.wait_for(answers, 60))


def test_many_readers_at_once_are_all_answered(app: FastAPI) -> None:
    assert asyncio.run(_all_at_once(app, "GET", [None] * MANY)) == {200: MANY}


def test_many_writers_at_once_are_all_answered(app: FastAPI) -> None:
    token = csrf_token(app.state.settings.key, "guest")
    sent: list[dict[str, str] | None] = [{"csrf": token, "email": f"maija{n}@example.org"} for n in range(MANY)]
    assert asyncio.run(_all_at_once(app, "POST", sent)) == {200: MANY}
