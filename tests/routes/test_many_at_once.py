import asyncio
from collections import Counter

import httpx2
import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.models import WebSession
from app.web.visit import csrf_token
from tests.routes.account.test_sign_in import link_of
from tests.strict import StrictClient

MANY = 60
"""More than there are threads and connections together."""


async def _all_at_once(
    app: FastAPI, method: str, sent: list[dict[str, str] | None], path: str = "/fi/sign-in"
) -> Counter[int]:
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://testserver") as browser,
    ):
        browser.cookies.set(app.state.settings.guest_cookie, "guest")
        answers = asyncio.gather(*(browser.request(method, path, data=form) for form in sent))
        return Counter(answer.status_code for answer in await asyncio.wait_for(answers, 60))


def test_many_readers_at_once_are_all_answered(app: FastAPI) -> None:
    assert asyncio.run(_all_at_once(app, "GET", [None] * MANY)) == {200: MANY}


def test_many_writers_at_once_are_all_answered(app: FastAPI) -> None:
    token = csrf_token(app.state.settings.key, "guest")
    sent: list[dict[str, str] | None] = [{"csrf": token, "email": f"maija{n}@example.org"} for n in range(MANY)]
    assert asyncio.run(_all_at_once(app, "POST", sent)) == {200: MANY}


def test_of_twenty_who_press_the_same_link_at_once_one_comes_in(app: FastAPI, engine: sa.Engine) -> None:
    with StrictClient(app) as browser:
        browser.submit("/sign-in", email="maija@example.org")
    link = link_of(engine)
    sent: list[dict[str, str] | None] = [{"csrf": csrf_token(app.state.settings.key, "guest")}] * 20
    assert asyncio.run(_all_at_once(app, "POST", sent, link)) == {303: 1, 409: 19}
    with reading(engine, EVERY_CITY) as session:
        assert len(session.exec(select(WebSession)).all()) == 1
