"""What every answer carries, whatever becomes of the request."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from app.adapters import clock
from app.adapters.database import writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.main import create_app
from app.models import OutgoingMail
from app.services import signing_in
from app.web.visit import csrf_token
from tests.security.conftest import House

HOME = "https://kipina.example"


def faults(answer: object) -> list[str]:
    """What is wrong with the headers of an answer."""
    headers: dict[str, str] = answer.headers  # type: ignore[attr-defined]
    policy = {part.split()[0]: part.split()[1:] for part in headers.get("content-security-policy", "").split("; ")}
    attachment = "sandbox" in policy
    framed = ["'self'"] if attachment else ["'none'"]
    expected = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "x-frame-options": "SAMEORIGIN" if attachment else "DENY",
        "cross-origin-opener-policy": "same-origin",
    }
    wrong = [f"{name}: {headers.get(name)}" for name, value in expected.items() if headers.get(name) != value]
    for directive, sources in {"default-src": ["'none'"], "frame-ancestors": framed}.items():
        wrong += [] if policy.get(directive) == sources else [f"{directive} {policy.get(directive)}"]
    if not attachment:
        wrong += [d for d in ("script-src", "style-src", "connect-src", "form-action") if policy.get(d) != ["'self'"]]
        wrong += [d for d in ("base-uri", "object-src") if policy.get(d) != ["'none'"]]
    wrong += [word for word in ("unsafe", "http:", "https:", "*") if word in str(policy)]
    wrong += ["open to other origins"] if "access-control-allow-origin" in headers else []
    kind = headers.get("content-type", "")
    is_text = kind.startswith("text/") or "+xml" in kind or "/xml" in kind
    wrong += [kind] if is_text and "charset=utf-8" not in kind.lower() else []
    switched_off = headers.get("permissions-policy", "")
    wrong += [part for part in ("camera=()", "microphone=()", "geolocation=()") if part not in switched_off]
    return wrong


def test_every_page_and_file_carries_them_and_no_page_of_a_person_is_kept(house: House) -> None:
    found = {}
    with house.browser(signed_in=True) as browser:
        for route, address in house.one_of_each().items():
            answer = browser.get(address)
            wrong = faults(answer)
            kept = answer.headers["cache-control"]
            if "no-store" not in kept and not (route.startswith("public.") and "no-cache" in kept):
                wrong.append(f"cache-control: {kept}")
            if wrong:
                found[route] = wrong
    assert not found


def test_files_are_saved_and_not_run(house: House) -> None:
    """What people sent is an attachment in a sandbox; a deck may be looked at, as it was opened as a PDF (T6)."""
    kinds: dict[str, tuple[str, str]] = {}
    with house.browser(signed_in=True) as browser:
        for address, route in house.addresses().items():
            answer = browser.get(address)
            if answer.status_code != 200 or answer.headers["content-type"].startswith("text/html"):
                continue
            how = answer.headers.get("content-disposition", "").split(";")[0]
            kinds[route] = (answer.headers["content-type"], how)
            if "attachments" in route:
                assert "sandbox" in answer.headers["content-security-policy"], address
                assert answer.headers["x-content-type-options"] == "nosniff"
                assert how == "attachment" or (how == "inline" and kinds[route][0] == "application/pdf"), address
    assert {route for route in kinds if "attachments" in route} == {
        "company.attachments.show",
        "jury.attachments.show",
        "organizer.attachments.show",
        "procurement.attachments.show",
    }
    ours = {"account.data.show", "organizer.results.download", "public.programme.calendar", "public.session.calendar"}
    assert {route: kinds[route][1] for route in ours} == dict.fromkeys(ours, "attachment")


@pytest.fixture
def over_tls(settings: Settings) -> Iterator[FastAPI]:
    """The app at an address with TLS, and a route that breaks."""
    app = create_app(settings.model_copy(update={"base_url": HOME}))
    app.add_api_route("/broken/by/some/fault", lambda: 1 / 0)
    yield app
    app.state.engine.dispose()


CASES: dict[str, tuple[str, str, dict[str, Any], int]] = {
    "a page": ("GET", "/fi/sign-in", {}, 200),
    "health": ("GET", "/healthz", {}, 200),
    "no language": ("GET", "/sign-in", {}, 302),
    "sign-in needed": ("GET", "/fi/tasks", {}, 303),
    "nothing there": ("GET", "/fi/no/such/page/at/all", {}, 404),
    "no number": ("GET", "/fi/company/applications/x", {}, 404),
    "no such method": ("DELETE", "/fi/sign-in", {}, 405),
    "a request sent back": ("TRACE", "/fi/sign-in", {}, 405),
    "no token": ("POST", "/fi/sign-in", {"data": {"email": "x"}}, 403),
    "a fault in the form": ("POST", "/fi/sign-in", {"data": {"email": "x", "csrf": "right"}}, 422),
    "a large form": ("POST", "/fi/sign-in", {"content": b"x" * 2_000_000}, 413),
    "a huge body": ("POST", "/fi/sign-in", {"content": b"x" * 32_000_000}, 413),
    "broken": ("GET", "/sv/broken/by/some/fault", {}, 500),
    "static": ("GET", "/static/css/kipina.css", {}, 200),
    "a picture of letters": ("GET", "/static/img/mark.svg", {}, 200),
    "static, marked": ("GET", "/static/css/kipina.css?v=1", {}, 200),
    "a folder": ("GET", "/static/css/", {}, 404),
    "no such file": ("GET", "/static/no.css", {}, 404),
    "a way out of static": ("GET", "/static/..%2f..%2fconfig.py", {}, 404),
    "unknown host": ("GET", "/fi/sign-in", {"headers": {"Host": "evil.example"}}, 400),
}


@pytest.mark.parametrize("case", CASES)
def test_so_does_every_other_answer(over_tls: FastAPI, case: str) -> None:
    method, path, sent, status = CASES[case]
    settings: Settings = over_tls.state.settings
    with TestClient(over_tls, HOME, follow_redirects=False, raise_server_exceptions=False) as browser:
        browser.cookies.set(settings.guest_cookie, "guest")
        if "content" in sent:
            sent = {**sent, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
        if sent.get("data", {}).get("csrf"):
            sent = {"data": {**sent["data"], "csrf": csrf_token(settings.key, "guest")}}
        answer = browser.request(method, path, **sent)
    assert answer.status_code == status
    assert faults(answer) == []
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    if not path.startswith("/static/"):
        assert answer.headers["cache-control"] == "no-store"


def test_what_breaks_is_told_in_the_language_of_the_address(over_tls: FastAPI) -> None:
    with TestClient(over_tls, HOME, raise_server_exceptions=False) as browser:
        answer = browser.get("/sv/broken/by/some/fault")
    assert '<html lang="sv"' in answer.text
    assert "ZeroDivisionError" not in answer.text


def test_over_tls_every_cookie_is_bound_to_this_host(over_tls: FastAPI) -> None:
    settings, engine = over_tls.state.settings, over_tls.state.engine
    with writing(engine, EVERY_CITY) as session:
        signing_in.send_link(session, "maija@example.org", "/", "fi", clock.now())
        body = session.exec(select(OutgoingMail.body).where(OutgoingMail.to_email == "maija@example.org")).one()
    link = next(line for line in body.split() if "/sign-in/" in line).removeprefix(HOME)
    with TestClient(over_tls, HOME, follow_redirects=False) as browser:
        shown = browser.get(link)
        guest = browser.cookies[settings.guest_cookie]
        came_in = browser.post(link, data={"csrf": csrf_token(settings.key, guest)})
        assert came_in.status_code == 303
        answers = [shown, came_in]
        token = {"csrf": csrf_token(settings.key, browser.cookies[settings.session_cookie])}
        answers.append(browser.post("/fi/sign-out", data=token))
        answers.append(browser.get("/fi/sign-in"))  # says it, and takes the word back
        browser.cookies.set(settings.session_cookie, "that has ended")
        token = {"csrf": csrf_token(settings.key, "that has ended")}
        answers.append(browser.post("/fi/account/profile", data=token | {"form_id": "profile-form", "name": "Maija"}))
        assert [answer.status_code for answer in answers] == [200, 303, 303, 200, 303]
    given = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    names = {cookie.split("=")[0] for cookie in given}
    assert names == {f"__Host-kipina{part}" for part in ("", "_guest", "_language", "_flash", "_kept")}
    for cookie in given:
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "path=/", "samesite=lax"} <= parts, cookie
        assert not any(part.startswith("domain") for part in parts), cookie
        assert "httponly" in parts, cookie
    with engine.connect() as connection:
        kept = connection.execute(sa.text("SELECT token_hash FROM web_session")).scalar_one()
    assert kept not in str(given), "the database keeps a hash"
