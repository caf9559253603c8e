"""Only a form of ours, sent from the browser it was shown in, changes anything; and looking never does (T17)."""

from collections import Counter
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlmodel import select

from app.adapters import clock
from app.adapters.database import change_mark
from app.adapters.language import translations
from app.models import OutgoingMail
from app.services import signing_in
from app.web.errors import FORM_TOO_OLD
from app.web.visit import csrf_token
from tests.security.conftest import House

MOST = 4
"""Addresses opened of one route; the last as htmx would."""
TOO_OLD = translations("fi").gettext(FORM_TOO_OLD[0])


def test_a_route_either_shows_or_changes(app: FastAPI) -> None:
    routes = [context.route for context in iter_route_contexts(app.routes) if isinstance(context.route, APIRoute)]
    assert {method for route in routes for method in route.methods or ()} == {"GET", "POST"}


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "nobody"])
def test_without_the_token_of_its_form_nothing_changes(house: House, *, signed_in: bool) -> None:
    of_another_browser = csrf_token(house.world.settings.key, "another")
    tries: list[dict[str, Any]] = [
        {"data": {}},
        {"data": {"csrf": "", "name": "x"}},
        {"data": {"csrf": of_another_browser}},
        {"files": {"files": ("x.pdf", b"%PDF-")}},
        {"json": {"csrf": of_another_browser}},
    ]
    routes = house.one_of_each("POST")
    assert len(routes) > 50
    with house.browser(signed_in=signed_in) as browser:
        before = house.dump()
        for route, address in routes.items():
            for sent in tries:
                answer = browser.post(address, **sent)
                if signed_in:
                    assert answer.status_code == 403, (route, sent)
                    assert TOO_OLD in answer.text, f"{route} was refused for another reason"
                else:
                    to_sign_in = answer.status_code == 303 and "/sign-in" in answer.headers["location"]
                    assert to_sign_in or answer.status_code == 403, (route, sent)
            assert house.dump() == before, f"{route} changed something"


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "nobody"])
def test_looking_at_a_page_changes_nothing(house: House, *, signed_in: bool) -> None:
    with house.world.change() as session:
        signing_in.send_link(session, "maija@example.org", "/", "fi", clock.now())
        body = session.exec(select(OutgoingMail.body).where(OutgoingMail.to_email == "maija@example.org")).one()
    link = next(line for line in body.split() if "/sign-in/" in line).removeprefix(house.world.settings.base_url)
    mark = change_mark(house.world.engine)
    with house.browser(signed_in=signed_in) as browser:
        before, at_first = house.dump(), mark()
        shown = 0
        times: Counter[str] = Counter()
        for address, route in {link: "account.sign_in.open", **house.addresses()}.items():
            times[route] += 1
            if times[route] > MOST:
                continue
            answer = browser.get(address, headers={"HX-Request": "true"} if times[route] == MOST else {})
            shown += answer.status_code == 200
            assert mark() == at_first, f"{route} wrote something"
        assert house.dump() == before
    assert shown > (150 if signed_in else 15), "pages are shown at all"
