"""The log tells what happened and how long it took, and of nobody who they are or what they wrote."""

import json
import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import col, select

from app import worker
from app.adapters import clock, logs
from app.adapters.database import writing
from app.domain import limits
from app.domain.access import EVERY_CITY
from app.models import Job, OutgoingMail, Person
from app.services import signing_in
from tests.leaks.canaries import stain
from tests.leaks.stage import NUMBER, TOKEN
from tests.security.conftest import House
from tests.straight import TestClient
from tests.strict import StrictClient, form_of
from tests.world import World

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsysbinary: pytest.CaptureFixture[bytes]) -> Lines:
    """What was logged since last asked."""

    def read() -> list[dict[str, Any]]:
        found = capsysbinary.readouterr()
        assert found.err == b""
        return [json.loads(line) for line in found.out.splitlines()]

    return read


def test_each_request_is_told_by_id_and_route(client: StrictClient, lines: Lines) -> None:
    lines()
    theirs = "0123456789abcdef"
    answers = [client.get("/sign-in/a-secret", headers={"X-Request-Id": theirs}) for _ in range(2)]
    client.get("/no/such/page/here")
    client.get("/static/css/kipina.css")
    client.get("/healthz")
    told = lines()
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert [line["request"] for line in told[:2]] == ids
    assert len({*ids, theirs}) == 3
    assert [(line["method"], line["route"], line["status"]) for line in told] == [
        ("GET", "account.sign_in.open", 200), ("GET", "account.sign_in.open", 200), ("GET", "none", 404),
    ]  # fmt: skip
    assert all(0 < line["milliseconds"] < 10_000 for line in told)
    assert all(line["timestamp"].endswith("Z") for line in told)


def test_why_somebody_was_turned_away_is_told_to_the_log_alone(
    world: World, client: StrictClient, sign_in: Callable[[Person], StrictClient], lines: Lines,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(limits.LIMITS, (limits.Act.ASK_LINK, limits.By.MAIL), limits.Limit(1, limits.HOUR * 10_000))
    nobody = sign_in(world.person())
    for _ in range(2):
        client.submit("/sign-in", email="maija@example.org")
    lines()
    client.get("/tasks")
    client.post("/sign-in", data={"email": "maija@example.org"})
    client.submit("/sign-in", email="maija@example.org")
    nobody.get("/admin")
    told = [(line["route"], line["status"], line["refused"]) for line in lines() if "refused" in line]
    assert told == [
        ("account.tasks.index", 303, "not_signed_in"),
        ("account.sign_in.create", 403, "no_token_of_its_form"),
        ("account.sign_in.create", 429, "too_often: ask_link"),
        ("admin.cities.index", 403, "not_allowed"),
    ]


def test_an_error_is_told_by_its_place_and_not_by_its_words(app: FastAPI, lines: Lines) -> None:
    def broken() -> None:
        message = "maija@example.org"
        raise ValueError(message)

    app.add_api_route("/broken/by/some/fault", broken)
    with TestClient(app, raise_server_exceptions=False) as browser:
        answer = browser.get("/fi/broken/by/some/fault")
    failed, request = lines()
    assert failed["request"] == request["request"] == answer.headers["x-request-id"]
    assert failed["error"] == "ValueError"
    assert failed["at"][-1].endswith(" broken")
    assert "maija" not in str(failed)


def test_what_the_database_refuses_is_not_quoted(engine: sa.Engine, lines: Lines) -> None:
    insert = sa.text("INSERT INTO person (email, name, locale, created_at) VALUES (:email, NULL, 'fi', 'x')")
    with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError) as refused:
        connection.execute(insert, {"email": "maija@example.org"})
    assert "maija" not in str(refused.value)
    assert logs.error_in_brief(refused.value)["behind"] == "IntegrityError"


def test_libraries_log_in_the_same_form() -> None:
    with pytest.raises(ValueError, match="maija") as caught:
        int("maija@example.org")
    about = (caught.type, caught.value, caught.tb)
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 1, "It\nfailed: %s", ("x",), about)
    line = json.loads(logs.JsonLines().format(record))
    assert (line["event"], line["level"], line["error"]) == ("It\nfailed: x", "error", "ValueError")
    assert "maija" not in str(line)
    assert line["timestamp"].endswith("Z")
    assert abs(datetime.fromisoformat(line["timestamp"]) - clock.now()) < timedelta(minutes=1)


def test_a_whole_house_at_work_names_nobody(house: House, lines: Lines) -> None:
    settings, engine = house.world.settings, house.world.engine
    stain(engine)
    with writing(engine, EVERY_CITY) as session:
        signing_in.send_link(session, "maija@example.org", "/", "fi", clock.now())
        body = session.exec(select(OutgoingMail.body).where(OutgoingMail.to_email == "maija@example.org")).one()
        link = next(word for word in body.split() if "/sign-in/" in word)
        session.add(Job(kind="unknown", payload={"x": "zqpayload1qz"}, due_at=clock.now(), created_at=clock.now()))
    secret = link.rpartition("/")[2]
    with house.browser(signed_in=False) as browser:
        data, _ = form_of(browser.get(link).text)
        browser.post("/fi/sign-in", data=data | {"email": "not an address zqpersonemail1qz"})
        browser.post("/fi/sign-in", data=data | {"email": "pekka@example.org", "next": "/zqpathqz"})
        came_in = browser.post(link, data=data)
        assert came_in.status_code == 303
        cookie = browser.cookies[settings.session_cookie]
    with house.browser(signed_in=True) as browser:
        cookies = [cookie, browser.cookies[settings.session_cookie], data["csrf"]]
        for address in house.one_of_each().values():
            browser.get(address)
        for address in house.one_of_each("POST").values():
            browser.post(address, data={"name_fi": "zqnamefi1qz"})
        browser.get("/fi/zqaddress1qz?search=zqsearch1qz")
    worker.run(engine, settings, once=True)
    with engine.connect() as connection:
        people = connection.execute(sa.select(col(Person.email), col(Person.name))).all()
    told = lines()
    assert len(told) > 150
    assert {line["event"] for line in told} == {"request", "job failed"}
    text = json.dumps(told, ensure_ascii=False)
    assert not TOKEN.findall(text)
    assert not NUMBER.findall(text)
    assert not re.findall(r"[\w.]+@[\w.]+|zq\w+qz", text)
    for word in {secret, *cookies, *(part for row in people for part in row if part)}:
        assert word not in text
    assert not [line for line in told if re.search(r"/\d", str(line.get("route")))]
