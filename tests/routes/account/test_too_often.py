"""What is done too often waits, and says until when; nothing typed is lost, and nothing is told about others."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import select

from app.adapters.database import reading
from app.domain import limits
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.domain.limits import By, Limit
from app.models import Attachment, OutgoingMail, Person
from tests.routes.account.test_sign_in import link_of
from tests.strict import StrictClient, form_of, parse
from tests.world import World

SignIn = Callable[[Person], StrictClient]
ALERT = re.compile(r"Yritä uudelleen klo \d+\.\d\d|Uuden linkin voit pyytää klo \d+\.\d\d")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small limits, in stretches so long that none ends during a test."""
    most = {By.CLIENT: 10, By.MAIL: 3, By.PERSON: 2}
    hour = limits.HOUR * 10_000
    monkeypatch.setattr(limits, "LIMITS", {k: Limit(most[k[1]], hour) for k in limits.LIMITS})
    monkeypatch.setattr("app.services.limits.LIMITS", limits.LIMITS)


def words(html: str) -> str:
    return " ".join("".join(parse(html).find(".//main").itertext()).split())


def test_a_mailbox_gets_no_more_links_whether_anybody_knows_it_or_not(
    client: StrictClient, world: World, engine: sa.Engine
) -> None:
    answers = {}
    known = world.person().email
    for email in (known, "nobody@example.org"):
        answers[email] = [client.submit("/sign-in?next=/tasks", email=email) for _ in range(3)]
    with reading(engine, EVERY_CITY) as session:
        assert len(session.exec(select(OutgoingMail)).all()) == 6
    client_now = client.submit("/sign-in?next=/tasks", email=known)
    other_now = client.submit("/sign-in?next=/tasks", email="nobody@example.org")
    for email, answer in ((known, client_now), ("nobody@example.org", other_now)):
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert ALERT.search(words(answer.text))
        data, _ = form_of(answer.text)
        assert (data["email"], data["next"]) == (email, "/tasks"), "what was typed is still there"
    assert words(client_now.text) == words(other_now.text)
    for one, two in zip(*answers.values(), strict=True):
        assert one.status_code == two.status_code
        assert one.text.replace(known, "") == two.text.replace("nobody@example.org", "")
    with reading(engine, EVERY_CITY) as session:
        assert len(session.exec(select(OutgoingMail)).all()) == 6


def test_an_invented_forwarded_address_does_not_help(client: StrictClient) -> None:
    client._transport.client = ("198.51.100.4", 5000)  # type: ignore[attr-defined]
    statuses = []
    for number in range(12):
        client.headers["X-Forwarded-For"] = f"203.0.113.{number}"
        statuses.append(client.submit("/sign-in", email=f"maija{number}@example.org").status_code)
    assert statuses == [200] * 10 + [429] * 2


def test_behind_a_trusted_proxy_each_client_counts_for_itself(app: FastAPI) -> None:
    app.state.settings.trusted_proxies = "192.0.2.7"
    app.state.settings.__dict__.pop("proxies", None)
    browser = StrictClient(app)
    browser._transport.client = ("192.0.2.7", 5000)  # type: ignore[attr-defined]

    def ask(number: int, forwarded: str) -> int:
        browser.headers["X-Forwarded-For"] = forwarded
        return int(browser.submit("/sign-in", email=f"maija{number}@example.org").status_code)

    assert [ask(n, "198.51.100.1") for n in range(10, 21)] == [200] * 10 + [429]
    assert ask(8, "198.51.100.2") == 200
    assert ask(9, "203.0.113.77, 198.51.100.1") == 429, "what the client wrote before the proxy did is not read"


def test_spending_links_has_a_limit_and_the_link_stays_good(client: StrictClient, engine: sa.Engine) -> None:
    client.submit("/sign-in", email="maija@example.org")
    link = link_of(engine)
    data, _ = form_of(client.get(link).text)
    tried = [client.post(f"/sign-in/wrong{number}", data=data).status_code for number in range(10)]
    assert tried == [409] * 10
    stopped = client.post(link, data=data)
    assert stopped.status_code == 429
    assert "Retry-After" in stopped.headers
    assert ALERT.search(words(stopped.text))
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM rate_count")
    assert client.submit(link).status_code == 303


def test_feedback_keeps_the_words(client: StrictClient, engine: sa.Engine) -> None:
    for _ in range(10):
        assert client.submit("/feedback", words="Nappi on pieni").status_code == 303
    answer = client.submit("/feedback", words="Vielä yksi asia", email="maija@example.org")
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
    data, _ = form_of(answer.text)
    assert (data["words"], data["email"]) == ("Vielä yksi asia", "maija@example.org")


def test_files_are_counted_for_the_person_and_the_text_is_saved(
    world: World, sign_in: SignIn, engine: sa.Engine
) -> None:
    challenge = world.challenge(world.event(world.city(), "call_open"))
    application = world.application(challenge, state=State.DRAFT)
    browser = sign_in(world.person_of(application))
    path = f"/company/applications/{application.id}"
    many = [("files", (f"{n}.pdf", BytesIO(b"%PDF-1.7"), "application/pdf")) for n in range(3)]
    answer = browser.submit(f"{path}/edit", path, files=many, title="Uusi nimi")
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
    assert "Olet lähettänyt monta tiedostoa" in words(answer.text)
    assert form_of(answer.text, path)[0]["title"] == "Uusi nimi"
    with reading(engine, EVERY_CITY) as session:
        assert not session.exec(select(Attachment)).all()
