"""Figures for Prometheus: closed unless a token is set, in its text format, and without anybody's name."""

import re
from collections import Counter

import pytest
from fastapi import FastAPI

from app.adapters import clock
from app.models import Job, OutgoingMail
from app.models.record import JobState, MailState
from app.services import jobs
from tests.strict import StrictClient
from tests.world import World

BEARER = {"Authorization": "Bearer watch"}
SAMPLE = re.compile(r'([a-z_]+)\{((?:[a-z]+="[^"\\\n]*",?)*)\} ([0-9.e+-]+)')


@pytest.fixture
def watched(app: FastAPI) -> FastAPI:
    app.state.settings.metrics_token = "watch"
    return app


def read(text: str) -> dict[str, float]:
    """The samples by name and labels, after a look at the format: each figure has its meaning and kind, once."""
    assert text.endswith("\n")
    kinds, found = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name not in kinds
            kinds[name] = kind
        elif not line.startswith("# HELP "):
            sample = SAMPLE.fullmatch(line)
            assert sample, line
            assert sample[1] in kinds or re.sub(r"_(bucket|sum|count)$", "", sample[1]) in kinds, line
            labels = re.sub(r',?process="\d+"', "", sample[2])
            assert (sample[1], labels) not in found, "a sample stands there once"
            found[f"{sample[1]}{{{labels}}}"] = float(sample[3])
    return found


def test_without_a_token_in_the_settings_there_is_nothing(client: StrictClient) -> None:
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}, BEARER):
        assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize(
    "given", ["", "watch", "Bearer", "Bearer watc", "Bearer watch2", "bearer watch", "Basic watch"]
)
def test_only_the_whole_token_opens_it(watched: FastAPI, client: StrictClient, given: str) -> None:
    assert client.get("/metrics", headers={"Authorization": given}).status_code == 404
    assert client.get(f"/metrics?token=watch&Authorization={given}").status_code == 404
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_requests_are_counted_by_route_and_what_became_of_them(watched: FastAPI, client: StrictClient) -> None:
    for path in ("/sign-in", "/sign-in", "/no/such/page/here", "/static/css/kipina.css", "/company/companies/7"):
        client.get(path)
    found = read(client.get("/metrics", headers=BEARER).text)
    assert found['kipina_requests_total{route="account.sign_in.new",status="2xx"}'] == 2
    assert found['kipina_requests_total{route="none",status="4xx"}'] == 1
    assert found['kipina_requests_total{route="static",status="2xx"}'] == 1
    assert found['kipina_requests_total{route="company.companies.show",status="3xx"}'] == 1
    assert found['kipina_request_seconds_count{route="account.sign_in.new"}'] == 2
    buckets = [
        found[name] for name in found if name.startswith('kipina_request_seconds_bucket{route="account.sign_in.n')
    ]
    assert buckets == sorted(buckets)
    assert buckets[-1] == 2
    assert 0 < found['kipina_request_seconds_sum{route="account.sign_in.new"}'] < 20


def test_a_page_from_memory_counts_for_its_route(watched: FastAPI, client: StrictClient, world: World) -> None:
    world.city()
    for _ in range(5):
        assert client.get("/tampere").status_code == 200
        client.cookies.clear()
    found = read(client.get("/metrics", headers=BEARER).text)
    assert found['kipina_requests_total{route="public.city.show",status="2xx"}'] == 5


def test_what_waits_and_what_failed_is_counted(watched: FastAPI, client: StrictClient, world: World) -> None:
    now = clock.now()
    states = [MailState.QUEUED, MailState.QUEUED, MailState.FAILED]
    with world.change() as session:
        for number, state in enumerate(states):
            session.add(
                OutgoingMail(
                    message_id=f"<{number}>", kind="receipt", to_email="x@example.org", locale="fi", subject="Aihe",
                    body="Teksti", state=state, created_at=now, due_at=now,
                )
            )  # fmt: skip
        jobs.enqueue(session, "remove_file", {}, now)
        session.add(Job(kind="x", state=JobState.FAILED, created_at=now, due_at=now))
    text = client.get("/metrics", headers=BEARER).text
    found = read(text)
    mails = {state: found[f'kipina_outgoing_mail{{state="{state.value}"}}'] for state in MailState}
    assert mails == {state: Counter(states)[state] for state in MailState}
    assert found['kipina_jobs{state="waiting"}'] == 1
    assert found['kipina_jobs{state="failed"}'] == 1
    assert found["kipina_database_up{}"] == 1
    assert found['kipina_database_connections{state="in use"}'] >= 0
    assert "@" not in text
