import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import col

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.models import OutgoingMail, Person, WebSession
from tests.strict import StrictClient, form_of
from tests.world import World


def link_of(engine: sa.Engine) -> str:
    with reading(engine, EVERY_CITY) as session:
        body = (
            session.execute(sa.select(col(OutgoingMail.body)).order_by(col(OutgoingMail.id).desc())).scalars().first()
        )
    assert body is not None
    return next(str(line) for line in body.splitlines() if "/sign-in/" in line).removeprefix("http://testserver")


def test_a_link_by_mail_signs_in_once(client: StrictClient, engine: sa.Engine) -> None:
    sent = client.submit("/sign-in", email="Maija@Example.org")
    assert sent.status_code == 200
    link = link_of(engine)
    assert link.startswith("/fi/sign-in/")

    for _ in range(50):
        assert client.get(link).status_code == 200, "opening the link must not spend it"
    came_in = client.submit(link)
    assert came_in.status_code == 303
    assert came_in.headers["location"] == "/fi/tasks"
    assert client.get("/tasks").status_code == 200

    again = client.post(link, data=form_of(client.get(link).text)[0])
    assert again.status_code == 409


def test_the_cookie_outlives_the_session_so_that_a_form_sent_too_late_is_known_as_ones_own(
    client: StrictClient, engine: sa.Engine
) -> None:
    client.submit("/sign-in", email="maija@example.org")
    came_in = client.submit(link_of(engine))
    [kept] = re.findall(r"kipina=[^;]+;.*?Max-Age=(\d+)", ", ".join(came_in.headers.get_list("set-cookie")))
    with reading(engine, EVERY_CITY) as session:
        row = session.execute(sa.select(col(WebSession.created_at), col(WebSession.expires_at))).one()
    assert timedelta(seconds=int(kept)) > row.expires_at - row.created_at + timedelta(days=30)


def test_the_token_is_nowhere_in_the_database_but_in_the_mail(client: StrictClient, engine: sa.Engine) -> None:
    client.submit("/sign-in", email="maija@example.org")
    token = link_of(engine).rpartition("/")[2]
    with engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            if table != "outgoing_mail":
                rows = connection.exec_driver_sql(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608
                assert token not in str(rows), table


@pytest.mark.parametrize("address", ["", "maija", "maija@", "a@b@c", "x" * 300 + "@example.org"])
def test_a_wrong_address_is_told_at_the_field_and_kept(client: StrictClient, address: str) -> None:
    answer = client.submit("/sign-in", email=address)
    assert answer.status_code == 422
    assert form_of(answer.text)[0]["email"] == address


def test_a_form_without_its_token_is_refused(client: StrictClient) -> None:
    assert client.post("/sign-in", data={"email": "maija@example.org"}).status_code == 403


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "/%09/evil", "javascript:x"]
)
def test_the_way_back_is_always_local(client: StrictClient, engine: sa.Engine, path: str) -> None:
    client.submit(f"/sign-in?next={path}", email="maija@example.org")
    came_in = client.submit(link_of(engine))
    assert came_in.headers["location"] == "/fi/tasks"


def test_a_page_for_people_asks_to_sign_in_and_comes_back(client: StrictClient, engine: sa.Engine) -> None:
    asked = client.get("/tasks")
    assert asked.status_code == 303
    client.submit(asked.headers["location"], email="maija@example.org")
    assert client.submit(link_of(engine)).headers["location"] == "/fi/tasks"


def test_signing_out_ends_the_session(world: World, sign_in: Callable[[Person], StrictClient]) -> None:
    browser = sign_in(world.person())
    data, _ = form_of(
        browser.get("/tasks").text.replace("<header", "<main").replace("</header>", "</main>"), "/sign-out"
    )
    left = browser.post("/sign-out", data=data)
    assert left.status_code == 303
    assert left.headers["Clear-Site-Data"] == '"storage"', "copies of unsaved forms stay on no device"
    assert "Olet kirjautunut ulos." in browser.get(left.headers["location"]).text
    assert "Olet kirjautunut ulos." not in browser.get("/sign-in").text, "said once"
    assert browser.get("/tasks").status_code == 303


def test_demo_people_are_nowhere_outside_the_demo(client: StrictClient, app: FastAPI) -> None:
    assert client.get("/demo").status_code == 404
