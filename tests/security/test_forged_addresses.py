"""Who asks may write anything into the headers that name a host (T9), and into where they want to go (T10)."""

import re
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.adapters import clock
from app.adapters.database import writing
from app.domain.access import EVERY_CITY
from app.models import SignInLink
from app.services.signing_in import hash_of
from app.web.headers import PROBES
from app.web.visit import csrf_token
from tests.security.conftest import House
from tests.strict import form_of

EVIL = "evil.example"
HOSTS = (EVIL, f"{EVIL}:80", f"testserver.{EVIL}", f"{EVIL}/testserver", f"testserver@{EVIL}", "", "127.0.0.1")
FORGED = {
    "X-Forwarded-Host": EVIL, "X-Forwarded-Proto": f"https://{EVIL}", "X-Forwarded-For": "6.6.6.6", "X-Host": EVIL,
    "Forwarded": f"for=6.6.6.6;host={EVIL};proto=https", "X-Forwarded-Server": EVIL, "X-Original-URL": f"//{EVIL}/",
    "X-Rewrite-URL": f"//{EVIL}/", "X-Forwarded-Prefix": f"//{EVIL}", "Origin": f"https://{EVIL}",
    "Referer": f"https://{EVIL}/fi/tasks", "Host": f"testserver:{EVIL}",
}  # fmt: skip


def traces(answer: object) -> list[str]:
    """What of a forged header is in an answer."""
    text = f"{answer.headers}{answer.content.decode('utf-8', 'replace')}"  # type: ignore[attr-defined]
    return [trace for trace in (EVIL, "6.6.6.6") if trace in text]


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "nobody"])
def test_no_answer_speaks_of_another_host(house: House, *, signed_in: bool) -> None:
    with house.browser(signed_in=signed_in) as browser:
        for route, address in house.one_of_each().items():
            for host in HOSTS:
                answer = browser.get(address, headers={"Host": host})
                probe = address.removeprefix("/fi") in PROBES
                assert answer.status_code == 400 or probe, (route, host)
                assert not traces(answer), (route, host)
            answer = browser.get(address, headers=FORGED)
            assert not traces(answer), route


BACKSLASH = "\\"
PAYLOADS = [
    "//evil.example", "///evil.example", "////evil.example/%2f..", "https://evil.example", "http:evil.example",
    "https:/evil.example", "https:///evil.example", "HTTPS://evil.example", "ftp://evil.example", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", " javascript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "vbscript:x", "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\\/evil.example", "/\t/evil.example",
    "/\n/evil.example", "/\r/evil.example", "\t//evil.example", "%2f%2fevil.example", "/%2fevil.example",
    "/%2f%2fevil.example", "%252f%252fevil.example", "/%252fevil.example", "/%5cevil.example", "/%255cevil.example",
    "/%09/evil.example", "/%0a/evil.example", "/%0d%0aLocation:%20https://evil.example", "//user@evil.example",
    "https://testserver@evil.example", "https://testserver%40evil.example", "//testserver.evil.example",
    "/@evil.example", "@evil.example", ".evil.example", "/.//evil.example", "/..//evil.example",
    "/../../../evil.example", "/\u2215/evil.example", "\uff0f\uff0fevil.example", "/\u2044evil.example",
    "//evil\u3002example", "/\u200b/evil.example", "/\u00a0/evil.example", "//[::1]@evil.example",
    "///\\;@evil.example", "?next=//evil.example", "#//evil.example", "", "evil.example", "/fi//evil.example",
    f"/{'/' * 30}evil.example", "/" + "a" * 2_000,
]  # fmt: skip
assert len(PAYLOADS) >= 40


def leads_to(location: str) -> str:
    """The host to which a browser would go: it drops tabs and line ends, and takes a backslash for a slash."""
    seen = re.sub(r"[\t\r\n]", "", location.strip(" \x00")).replace(BACKSLASH, "/")
    seen = re.sub(r"^/{2,}", "//", seen)
    return urlsplit(urljoin("http://testserver/fi/sign-in/x", seen)).netloc


def test_the_judge_knows_a_way_out() -> None:
    for way_out in (
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "https://evil.example",
        "\\\\evil.example",
    ):
        assert leads_to(way_out) != "testserver"
    assert leads_to("/fi/tasks") == "testserver"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_signing_in_never_leads_away(app: FastAPI, engine: sa.Engine, payload: str) -> None:
    """By the form, by the address of the form, and even when it had got into the database."""
    key = app.state.settings.key
    with TestClient(app, follow_redirects=False) as browser:
        asked = browser.get("/fi/sign-in", params={"next": payload})
        data, _ = form_of(asked.text)
        assert leads_to("/fi" + data["next"]) == "testserver"
        assert leads_to(data["next"]) == "testserver"
        with writing(engine, EVERY_CITY) as session:
            now = clock.now()
            session.add(
                SignInLink(
                    token_hash=hash_of("secret"), email="maija@example.org", next_path=payload, locale="fi",
                    created_at=now, expires_at=now.replace(year=now.year + 1),
                )
            )  # fmt: skip
        guest = csrf_token(key, browser.cookies[app.state.settings.guest_cookie])
        came_in = browser.post("/fi/sign-in/secret", data={"csrf": guest})
        assert came_in.status_code == 303
        location = came_in.headers["location"]
        assert leads_to(location) == "testserver"
        assert leads_to(unquote(location)) == "testserver"
        assert location.startswith("/fi")
        # The way to the sign-in page carries where one was going.
        sent = browser.get(f"http://testserver/fi/{quote(payload)}", headers={"Cookie": ""})
        assert leads_to(sent.headers.get("location", "/")) == "testserver"
        without_language = browser.get(f"http://testserver/{quote(payload)}", headers={"Cookie": ""})
        assert leads_to(without_language.headers.get("location", "/")) == "testserver"
