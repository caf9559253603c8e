"""A mail server that cuts, refuses, hangs, is slow, goes away and comes back: no mail is lost or waits for another."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from app import worker
from app.adapters import clock, mail
from app.adapters.database import reading
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.models import Job, JobState, MailState, OutgoingMail
from app.services import jobs, outbox
from tests.faults.figures import FULL, reached
from tests.faults.processes import ROOT, Nursery, environment_of, free_port
from tests.faults.sink import PATIENT, Sink, sink
from tests.postgres import by_hand
from tests.world import ZONE, World

Behaviour = Callable[[str, str], str | None]


@pytest.fixture
def server() -> Iterator[Sink]:
    with sink() as server:
        yield server


@pytest.fixture
def settings(settings: Settings, server: Sink) -> Settings:
    return settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{server.port}"})


def write(world: World, many: int = 1, to: str = "maija") -> None:
    with world.change() as session:
        for number in range(many):
            outbox.queue(
                session, "sign_in", to_email=f"{to}{number}@example.org", to_name="Maija", language="fi",
                now=clock.now(), zone=ZONE, context={"token": f"{to}{number}", "minutes": 10},
            )  # fmt: skip


def mails(engine: sa.Engine) -> list[OutgoingMail]:
    with reading(engine, EVERY_CITY) as session:
        return list(session.scalars(sa.select(OutgoingMail).order_by(col(OutgoingMail.id))))


def time_passes(engine: sa.Engine) -> None:
    """Until the next attempt of what waits."""
    with by_hand(engine) as connection:
        waits = col(OutgoingMail.state) == MailState.QUEUED
        connection.execute(sa.update(OutgoingMail).where(waits).values(due_at=col(OutgoingMail.created_at)))


def at(step: str, answer: str | None) -> Behaviour:
    """Well-behaved but for one step."""
    return lambda now, _recipient: answer if now == step else PATIENT


def hanging_at(step: str, until: threading.Event) -> Behaviour:
    def behave(now: str, _recipient: str) -> str | None:
        if now == step:
            until.wait(90)
            return None
        return PATIENT

    return behave


PASSING: dict[str, Behaviour] = {
    "cut at once": at("greeting", None),
    "cut at the address": at("rcpt", None),
    "cut in the midst of the text": at("half", None),
    "cut before it says OK": at("end", None),
    "too busy": at("greeting", "421 come back later"),
    "greylisted": at("rcpt", "451 4.7.1 <maija0@example.org>: come back later"),
    "no room just now": at("end", "452 4.3.1 no room"),
    "our sender is unwelcome": at("mail", "550 5.7.1 not from there"),
}


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_keeps_the_mail_for_later(
    fault: str, world: World, server: Sink, settings: Settings, engine: sa.Engine
) -> None:
    write(world)
    server.behave = PASSING[fault]
    for attempt in (1, 2, 3):
        assert worker.send_one_mail(engine, settings)
        [waiting] = mails(engine)
        assert (waiting.state, waiting.attempts) == (MailState.QUEUED, attempt)
        assert waiting.last_error
        assert "maija" not in waiting.last_error
        wait = waiting.due_at - clock.now()
        assert timedelta(minutes=2**attempt - 1) < wait <= timedelta(minutes=2**attempt), "later and later"
        assert not worker.send_one_mail(engine, settings), "not before its time"
        time_passes(engine)
    server.behave = at("", "")
    assert worker.send_one_mail(engine, settings)
    [sent] = mails(engine)
    assert (sent.state, sent.last_error) == (MailState.SENT, "")
    assert server.times == {sent.message_id: 1}


def test_a_password_is_not_told_without_tls(world: World, server: Sink, settings: Settings, engine: sa.Engine) -> None:
    write(world)
    said: list[str] = []

    def behave(step: str, _recipient: str) -> str:
        said.append(step)
        return "250-sink\r\n250 AUTH PLAIN LOGIN" if step == "ehlo" else PATIENT

    server.behave = behave
    known = settings.model_copy(update={"smtp_url": f"smtp://kipina:secret@127.0.0.1:{server.port}"})
    assert worker.send_one_mail(engine, known)
    [waiting] = mails(engine)
    assert waiting.state == MailState.QUEUED
    assert set(said) <= {"greeting", "ehlo", "quit"}, "nothing was said after the greetings"
    assert not server.taken


@pytest.mark.parametrize("step", ["greeting", "rcpt", "end"])
def test_a_server_that_says_nothing_is_not_waited_for_long(
    step: str, world: World, server: Sink, settings: Settings, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not FULL:
        monkeypatch.setattr(mail, "LONGEST", 1)
    over = threading.Event()
    write(world)
    server.behave = hanging_at(step, over)
    began = time.monotonic()
    assert worker.send_one_mail(engine, settings)
    assert time.monotonic() - began < mail.LONGEST + 1
    over.set()
    assert mails(engine)[0].state is MailState.QUEUED
    assert server.times == {}


def test_a_server_that_only_forgets_to_say_goodbye_has_taken_the_mail(
    world: World, server: Sink, settings: Settings, engine: sa.Engine
) -> None:
    over = threading.Event()
    write(world)
    server.behave = hanging_at("quit", over)
    assert worker.send_one_mail(engine, settings)
    over.set()
    assert mails(engine)[0].state is MailState.SENT
    assert not worker.send_one_mail(engine, settings)
    assert server.times.total() == 1


@pytest.mark.parametrize(
    ("step", "answer"),
    [("rcpt", "550 5.1.1 <maija0@example.org>: nobody here"), ("data", "554 5.7.1 no"), ("end", "552 5.3.4 too big")],
)
def test_what_is_refused_for_good_is_given_up_at_once_and_shown(
    step: str, answer: str, world: World, server: Sink, settings: Settings, engine: sa.Engine, sign_in: Any
) -> None:
    write(world)
    server.behave = at(step, answer)
    assert worker.send_one_mail(engine, settings)
    [dead] = mails(engine)
    assert (dead.state, dead.attempts) == (MailState.FAILED, 1)
    page = sign_in(world.person(admin=True)).get("/admin/jobs")
    assert f"Viesti {dead.id}" in page.text
    assert answer[:3] in page.text
    assert "maija" not in page.text
    time_passes(engine)
    assert not worker.send_one_mail(engine, settings)


def test_an_address_that_no_mail_can_have_stops_nothing(
    world: World, server: Sink, settings: Settings, engine: sa.Engine
) -> None:
    write(world, to="ä")
    write(world)
    assert worker.send_one_mail(engine, settings)
    assert worker.send_one_mail(engine, settings)
    assert [one.state for one in mails(engine)] == [MailState.FAILED, MailState.SENT]


def test_a_domain_with_letters_of_its_own_is_written_as_the_network_knows_it(
    world: World, server: Sink, settings: Settings, engine: sa.Engine
) -> None:
    write(world)
    with by_hand(engine) as connection:
        connection.execute(sa.update(OutgoingMail).values(to_email="maija@hämeenlinna.fi"))
    assert worker.send_one_mail(engine, settings)
    assert [to for _, _, to, _ in server.taken] == ["maija@xn--hmeenlinna-q5a.fi"]


def test_the_others_go_on_and_nothing_is_lost(
    world: World, settings: Settings, engine: sa.Engine, nursery: Nursery
) -> None:
    """With a server that hangs for one, is slow for another, refuses some, goes away and comes back."""
    many, port = (200 if FULL else 30), free_port()
    over = threading.Event()
    once: set[str] = set()

    def behave(step: str, recipient: str) -> str | None:
        if step == "rcpt" and recipient.startswith("hangs"):
            over.wait(90)
            return None
        if step == "end" and recipient.startswith("slow"):
            time.sleep(3)
        first_time = recipient not in once and len(set(recipient)) % 3 > 0
        if step in {"half", "end"} and recipient.startswith("maija") and first_time:
            once.add(recipient)
            return [None, "451 later"][len(recipient) % 2]
        return PATIENT

    write(world, to="hangs")
    write(world, to="slow")
    write(world, many)
    with world.change() as session:
        jobs.enqueue(session, "remove_file", {"stored_as": "a" * 40}, clock.now())
    nursery.environment = environment_of(settings, smtp_url=f"smtp://127.0.0.1:{port}")
    with sink(port) as first:
        first.behave = behave
        began = time.monotonic()
        nursery.start("worker")
        wait_until(lambda: len(first.times) >= many // 4)
        others = time.monotonic() - began
        wait_until(lambda: all(job.state is JobState.DONE for job in rows_of(engine, Job)))
    over.set()
    first.server_close()
    write(world, 10, to="away")
    wait_until(lambda: all(one.state is MailState.SENT or one.last_error for one in mails(engine)))
    with sink(port) as second:
        time_passes(engine)
        wait_until(lambda: all(one.state is MailState.SENT for one in mails(engine)))
    taken = first.times + second.times
    assert set(taken) == {one.message_id for one in mails(engine)}
    reached(
        "mail server cuts, refuses, hangs, is slow, goes away and comes back",
        "outbox: at least once, same Message-ID",
        f"{len(taken)} mails, 0 lost, {taken.total() - len(taken)} twice; while one hung the others left: "
        f"{many // 4} in {others:.1f} s",
    )
    assert taken.total() == len(taken)
    assert once, "some were refused or cut"


def test_a_worker_that_is_told_to_end_ends_what_it_has_begun(
    world: World, server: Sink, settings: Settings, engine: sa.Engine
) -> None:
    """As at each new version: none goes twice, and none waits for a lease to run out."""
    begun = threading.Event()

    def slowly(step: str, _recipient: str) -> str:
        if step == "end":
            begun.set()
            time.sleep(2)
        return PATIENT

    server.behave = slowly
    write(world, worker.MAILERS * 2)
    command = [sys.executable, "-m", "app.cli", "worker"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment_of(settings)})
    assert begun.wait(60)
    process.terminate()
    assert process.wait(worker.GRACE) == 0
    sent = {one.message_id for one in mails(engine) if one.state is MailState.SENT}
    assert 0 < len(sent) <= worker.MAILERS, "no other is begun"
    assert server.times == dict.fromkeys(sent, 1)
    waiting = [one for one in mails(engine) if one.state is MailState.QUEUED]
    assert len(waiting) == worker.MAILERS * 2 - len(sent)
    assert all(one.attempts == 0 and one.due_at <= clock.now() for one in waiting), "the next worker takes them at once"


def rows_of(engine: sa.Engine, kind: type[Any]) -> list[Any]:
    with reading(engine, EVERY_CITY) as session:
        return list(session.scalars(sa.select(kind)))


def wait_until(true: Callable[[], bool], within: float = 60) -> None:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within
        time.sleep(0.1)
