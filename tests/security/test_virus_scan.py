"""A real ClamAV daemon looks at what people send; while it does not answer, nothing is taken."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters import clock, files, virus_scan
from app.adapters.database import reading, writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.domain.limits import LIMITS, Act, By
from app.domain.refusals import Reason
from app.models import Application, Attachment, Person
from app.services import limits
from app.web.wording import say_refusal
from tests import samples
from tests.strict import StrictClient
from tests.world import World

# In two parts, or the scanner of whoever works on this would take the file away.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"


class Daemon:
    """`clamd` with one signature of our own: no list of viruses has to be fetched for it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.address = folder, str(folder / "clamd.socket")
        (folder / "signatures").mkdir()
        (folder / "signatures" / "eicar.ndb").write_text(f"Eicar.Test:0:*:{EICAR.hex()}\n")
        lines = {
            "LocalSocket": self.address, "DatabaseDirectory": folder / "signatures", "Foreground": "yes",
            "LogFile": folder / "log", "TemporaryDirectory": folder, "FixStaleSocket": "yes",
        }  # fmt: skip
        if os.geteuid() == 0:
            lines["User"] = "root"
        (folder / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
        self.start()

    def start(self) -> None:
        program = shutil.which("clamd", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, "clamd is not installed: ./script/setup test does it"
        self._process = subprocess.Popen(
            [program, "--config-file", self.folder / "clamd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < until, (self.folder / "log").read_text()
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return not virus_scan.finds(self.address, b"harmless")
        except virus_scan.NoAnswerError:
            return False

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path_factory.mktemp("clamd"))
    yield daemon
    daemon.stop()


@pytest.fixture
def draft(world: World) -> Application:
    return world.application(world.challenge(world.event(world.city())), state=State.DRAFT)


def send(world: World, sign_in: Callable[[Person], StrictClient], draft: Application, content: bytes) -> Any:
    browser = sign_in(world.person_of(draft))
    edit = f"/company/applications/{draft.id}/edit"
    sent = {"files": ("deck.pdf", content, "application/pdf")}
    return browser.submit(edit, files=sent, then="files", team="Noora ja Väinö")


def stored(engine: sa.Engine) -> int:
    with reading(engine, EVERY_CITY) as session:
        return len(session.exec(select(Attachment)).all())


def test_what_it_finds_is_not_taken_and_all_else_is(
    daemon: Daemon, settings: Settings, engine: sa.Engine, world: World, draft: Application, sign_in: Any
) -> None:
    settings.clamd = daemon.address
    answer = send(world, sign_in, draft, samples.pdf(b"% " + EICAR))
    assert answer.status_code == 422
    assert say_refusal(Reason.FILE_IS_INFECTED, "fi") in answer.text
    assert "Noora ja Väinö" in answer.text
    assert (stored(engine), files.is_empty(settings)) == (0, True)
    assert send(world, sign_in, draft, samples.pdf()).status_code == 303
    assert stored(engine) == 1


def test_it_looks_into_documents(daemon: Daemon) -> None:
    inside = samples.packed({"word/media/a.txt": EICAR})
    assert virus_scan.finds(daemon.address, inside)
    assert not virus_scan.finds(daemon.address, samples.packed({"word/media/a.txt": b"harmless"}))
    assert not virus_scan.finds(daemon.address, b"")
    assert not virus_scan.finds(daemon.address, bytes(25 << 20)), "as large as a file can be"


def told_to_try_again(answer: Any) -> None:
    assert answer.status_code == 422
    assert say_refusal(Reason.FILE_NOT_CHECKED, "fi") in answer.text
    assert "Noora ja Väinö" in answer.text, "what was typed is kept"


def test_while_it_is_gone_nothing_is_taken_and_then_it_is(
    daemon: Daemon, settings: Settings, engine: sa.Engine, world: World, draft: Application, sign_in: Any
) -> None:
    settings.clamd = daemon.address
    daemon.stop()
    try:
        told_to_try_again(send(world, sign_in, draft, samples.pdf()))
        assert (stored(engine), files.is_empty(settings)) == (0, True)
    finally:
        daemon.start()
    assert send(world, sign_in, draft, samples.pdf()).status_code == 303


@contextmanager
def listening(answer: bytes | None) -> Iterator[tuple[str, list[socket.socket]]]:
    """Something that is no scanner: it reads and says this, or with None nothing ever. Its address, and who called."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                held.append(line)
                if answer is not None:
                    line.recv(1 << 20)
                    line.sendall(answer)
                    line.shutdown(socket.SHUT_WR)

        threading.Thread(target=serve, daemon=True).start()
        yield "{}:{}".format(*server.getsockname()), held
        server.shutdown(socket.SHUT_RDWR)
    for line in held:
        line.close()


@pytest.mark.parametrize(
    "answer", [None, b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK", b"HTTP/1.1 200 OK"]
)
def test_no_answer_is_no_leave(
    settings: Settings, engine: sa.Engine, world: World, draft: Application, sign_in: Any,
    monkeypatch: pytest.MonkeyPatch, answer: bytes | None,
) -> None:  # fmt: skip
    monkeypatch.setattr(virus_scan, "SECONDS", 0.5)
    with listening(answer) as (address, _):
        settings.clamd = address
        told_to_try_again(send(world, sign_in, draft, samples.pdf()))
    assert (stored(engine), files.is_empty(settings)) == (0, True)


def test_nobody_waits_while_it_looks(
    settings: Settings, world: World, draft: Application, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow scanner holds up the one who sends, not those who write something else meanwhile."""
    monkeypatch.setattr(virus_scan, "SECONDS", 3)
    with listening(None) as (address, _):
        settings.clamd = address
        sender = threading.Thread(target=send, args=(world, sign_in, draft, samples.pdf()))
        browser = sign_in(world.person_of(draft))
        sender.start()
        time.sleep(1)
        answer = browser.submit(f"/company/applications/{draft.id}/edit", title="Toisesta ikkunasta", version=None)
        still_waiting = sender.is_alive()
        sender.join()
    assert answer.status_code == 303
    assert still_waiting


def test_whoever_has_sent_too_many_has_no_more_looked_at(
    settings: Settings, engine: sa.Engine, world: World, draft: Application, sign_in: Any
) -> None:
    person = world.person_of(draft)
    most = LIMITS[Act.SEND_FILE, By.PERSON].most
    with listening(b"stream: OK\0") as (address, calls):
        settings.clamd = address
        with writing(engine, EVERY_CITY) as session:
            who = {By.PERSON: str(person.id)}
            limits.count(session, settings.key, Act.SEND_FILE, who, clock.now(), most - 1)
        assert send(world, sign_in, draft, samples.pdf(b"% the last one")).status_code == 303
        assert len(calls) == 1
        assert send(world, sign_in, draft, samples.pdf(b"% one too many")).status_code == 429
        assert len(calls) == 1
    assert stored(engine) == 1
