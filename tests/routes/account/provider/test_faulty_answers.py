"""Coming in by the city's own sign-in: a provider that lies, is ill or slow, and answers at the wrong time."""

import threading
import time
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from app.adapters import clock, identity_provider
from app.domain import limits
from app.domain.refusals import Reason
from app.models import City
from app.web import speaking
from app.web.wording import say_refusal
from tests import provider as real
from tests.provider import Provider
from tests.routes.account.provider.steps import (
    BASE,
    RETURN,
    SIGN_IN,
    Browser,
    away,
    back,
    connected,
    kept,
    set_up,
    walk,
    who,
)
from tests.strict import form_of
from tests.world import World

TOKENS = [
    "nonce", "no_nonce", "issuer", "audience", "audiences", "party", "expired", "future", "no_subject",
    "number_subject", "later_sign_in", "none", "foreign_key", "unknown_key", "shared_secret", "cut",
]  # fmt: skip
DOCUMENTS = ["other_issuer", "plain_keys", "file_keys", "elsewhere", "script", "list", "no_json", "deep"]


def test_a_token_with_a_fault_lets_nobody_in(
    world: World,
    city: City,
    provider: Provider,
    browser: Browser,
    engine: sa.Engine,
    capsys: pytest.CaptureFixture[str],
) -> None:
    connected(world, city, provider, "subject-7")
    client, at_provider = browser(), provider.browser()
    before = kept(engine)
    for mode in TOKENS:
        provider.turn(mode)
        answer = back(client, at_provider.sign_in(away(client), "subject-7"))
        assert answer.status_code == 409, mode
        assert say_refusal(Reason.PROVIDER_NOT_BELIEVED, "fi") in unescape(answer.text), mode
        assert who(client) == "", mode
        assert kept(engine) == before, mode
    told = capsys.readouterr().out
    assert told.count("provider not believed") == len(TOKENS)
    assert "subject-7" not in told
    assert real.SECRET not in told
    provider.turn()
    assert back(client, at_provider.sign_in(away(client), "subject-7")).status_code == 303, "the honest one does"


def test_a_description_with_a_fault_leads_nowhere(
    city: City, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    before = kept(engine)
    client = browser(language="sv")
    for mode in DOCUMENTS:
        provider.turn(mode)
        answer = client.submit("/sign-in", SIGN_IN)
        assert answer.status_code == 409, mode
        assert say_refusal(Reason.PROVIDER_NOT_BELIEVED, "sv") in unescape(answer.text), mode
        assert "javascript:" not in answer.text
        assert kept(engine) == before, mode
        assert provider.asked() == ["/.well-known/openid-configuration"], "nothing else is asked, there or elsewhere"


def test_a_provider_that_is_ill_is_told_in_ones_language(city: City, provider: Provider, browser: Browser) -> None:
    client = browser(language="en")
    for mode in ("broken", "moved", "huge"):
        provider.turn(mode)
        answer = client.submit("/sign-in", SIGN_IN)
        assert answer.status_code == 502, mode
        assert say_refusal(Reason.PROVIDER_SILENT, "en") in unescape(answer.text)
        assert provider.asked() == ["/.well-known/openid-configuration"], "no way elsewhere is followed"


def test_a_provider_that_is_gone_is_told(world: World, city: City, provider: Provider, browser: Browser) -> None:
    set_up(world, city, provider, issuer="http://127.0.0.1:9")
    assert browser().submit("/sign-in", SIGN_IN).status_code == 502


def test_one_client_secret_by_post_works_too(world: World, city: City, provider: Provider, browser: Browser) -> None:
    person = connected(world, city, provider, "subject-7")
    provider.turn("post")
    client = browser()
    walk(client, provider, "subject-7")
    assert who(client) == person.email


# Answers that come twice, too late, or in another browser


def test_an_answer_counts_once_in_the_browser_that_asked_and_in_time(
    world: World, city: City, provider: Provider, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected(world, city, provider, "subject-7")
    client, thief, late = browser(), browser(), browser()
    at = provider.browser().sign_in(away(client), "subject-7").removeprefix(BASE)
    thief.get("/sign-in")
    stolen, target = form_of(thief.get(at).text, "/return")
    assert say_refusal(Reason.NOT_ASKED, "fi") in unescape(thief.post(target, data=stolen).text)
    own, _ = form_of(client.get(at).text, "/return")
    other_state = client.post(target, data=own | {"state": own["state"][:-1] + "x"})
    assert other_state.status_code == 409
    assert client.post(target, data=own).status_code == 303
    assert client.post(target, data=form_of(client.get(at).text, "/return")[0]).status_code == 409
    assert thief.post(target, data=stolen).status_code == 409
    assert who(thief) == ""

    at = provider.browser().sign_in(away(late), "subject-7").removeprefix(BASE)
    data, target = form_of(late.get(at).text, "/return")
    then = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: then)
    assert late.post(target, data=data).status_code == 409


def test_a_code_that_was_used_is_refused_by_the_provider(
    world: World, city: City, provider: Provider, browser: Browser
) -> None:
    connected(world, city, provider, "subject-7")
    client = browser()
    first = parse_qs(urlsplit(provider.browser().sign_in(away(client), "subject-7")).query)
    second = provider.browser().sign_in(away(client), "subject-7").removeprefix(BASE)
    data, target = form_of(client.get(second).text, "/return")
    crossed = client.post(target, data=data | {"code": first["code"][0]})
    assert crossed.status_code == 409, "a code belongs to the challenge it was asked for with"
    assert who(client) == ""


def test_an_answer_that_names_another_issuer_is_refused(
    world: World, city: City, provider: Provider, browser: Browser
) -> None:
    connected(world, city, provider, "subject-7")
    for iss in ("https://other.example", ""):
        client = browser()
        at = provider.browser().sign_in(away(client), "subject-7").removeprefix(BASE)
        data, target = form_of(client.get(at).text, "/return")
        assert data["iss"] == provider.issuer
        assert client.post(target, data=data | {"iss": iss}).status_code == 409
        assert "/token" not in provider.asked()
        provider.turn()


def test_coming_back_without_a_code_says_so_and_looking_changes_nothing(
    world: World, city: City, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    connected(world, city, provider, "subject-7")
    client = browser()
    said_no = client.get(f"{RETURN}?error=access_denied&state=x")
    assert said_no.status_code == 409
    assert say_refusal(Reason.PROVIDER_SAID_NO, "fi") in unescape(said_no.text)
    at = provider.browser().sign_in(away(client), "subject-7").removeprefix(BASE)
    before = kept(engine)
    for _ in range(20):
        assert client.get(at).status_code == 200
    assert kept(engine) == before
    assert "/token" not in provider.asked()
    assert back(client, f"{BASE}{at}").status_code == 303


# A slow provider holds nothing up


def test_while_a_provider_is_slow_others_read_and_write(
    world: World, city: City, provider: Provider, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaking, "WITHIN", 2)
    waiting, others = browser(), browser()
    data, target = form_of(waiting.get("/sign-in").text, SIGN_IN)
    others.get("/sign-in")
    provider.turn("silent")
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(waiting.post(target, data=data)))
    began = time.monotonic()
    thread.start()
    while not provider.asked():
        time.sleep(0.02)
    assert others.submit("/sign-in", "/fi/sign-in", email="maija@example.org").status_code == 200
    assert time.monotonic() - began < 1.5, "a change was written meanwhile"
    thread.join()
    assert answers[0].status_code == 502
    assert 1.9 < time.monotonic() - began < 6


def test_an_answer_in_drops_is_not_waited_for(
    city: City, provider: Provider, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_provider, "ANSWER_WITHIN", 1)
    provider.turn("drip")
    began = time.monotonic()
    assert browser().submit("/sign-in", SIGN_IN).status_code == 502
    assert time.monotonic() - began < 4


def test_there_is_a_limit(world: World, city: City, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, (limits.Act.PROVE, limits.By.CLIENT), limits.Limit(3, limits.QUARTER))
    client = browser()
    for _ in range(3):
        away(client)
    answer = client.submit("/sign-in", SIGN_IN)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
