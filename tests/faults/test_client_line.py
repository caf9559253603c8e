"""Clients that send slowly, stop half-way, never read, or do not hear the answer: the others are served on."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, RemoteDisconnected
from statistics import quantiles
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI
from sqlmodel import col

from app.adapters import clock
from app.adapters.database import writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.main import create_app
from app.models import AuditEvent, OutgoingMail
from app.web import connection
from app.web import session as web_session
from benchmarks.forms import fields_of
from tests.faults.figures import FULL, reached
from tests.faults.processes import ask, free_port, wait_for
from tests.faults.proxy import Line, proxy
from tests.postgres import by_hand
from tests.world import World

MANY = 150 if FULL else 40
"""Bad clients of each kind at the same time: far more than the four requests that are worked on at a time."""


@dataclass(frozen=True)
class Served:
    app: FastAPI
    port: int

    @property
    def connections(self) -> int:
        return len(self.server.server_state.connections)

    server: uvicorn.Server


@pytest.fixture
def served(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The server as `kipina serve` runs it, in a thread; in the short form it has less patience."""
    if not FULL:
        for name, seconds in (("HEAD", 1.5), ("BODY", 2.0), ("UNREAD", 2.0)):
            monkeypatch.setattr(connection, name, seconds)
    port = free_port()
    app = create_app(settings.model_copy(update={"base_url": f"http://127.0.0.1:{port}"}))
    config = uvicorn.Config(
        app, port=port, loop="uvloop", http=connection.Connection, log_config=None, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_for(port)
    yield Served(app, port, server)
    server.should_exit = True
    thread.join(20)
    app.state.engine.dispose()


def call(port: int, words: str = "", *, reads_little: bool = False) -> socket.socket:
    line = socket.socket()
    line.settimeout(30)
    if reads_little:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.connect(("127.0.0.1", port))
    line.sendall(words.encode())
    return line


def drip(lines: list[socket.socket], over: threading.Event) -> None:
    """One byte to each, now and then."""
    while not over.wait(0.3):
        for line in lines:
            try:
                line.send(b"a")
            except OSError:
                continue


HOST = "Host: 127.0.0.1\r\n"
POST = f"POST /fi/sign-in HTTP/1.1\r\n{HOST}Content-Type: application/x-www-form-urlencoded\r\n"
ASKING = f"GET /static/css/forms.css HTTP/1.1\r\n{HOST}\r\n" * 60


def bad_clients(port: int) -> dict[str, Callable[[], socket.socket]]:
    return {
        "head sent byte by byte": lambda: call(port, "GET / HTTP/1.1\r\nX: "),
        "nothing sent": lambda: call(port),
        "body sent byte by byte": lambda: call(port, f"{POST}Content-Length: 900\r\n\r\n"),
        "answer never read": lambda: call(port, ASKING, reads_little=True),
    }


def test_the_others_are_served_and_the_slow_are_cut_off(served: Served) -> None:
    over = threading.Event()
    lines = [[begin() for _ in range(MANY)] for begin in bad_clients(served.port).values()]
    dripping = threading.Thread(target=drip, args=([*lines[0], *lines[2]], over))
    dripping.start()
    began, took, held = time.monotonic(), list[float](), 0
    longest = connection.UNREAD + 12
    while (held := max(held, served.connections)) and served.connections > 1 and time.monotonic() - began < longest:
        asked = time.monotonic()
        assert ask(served.port, "/fi/sign-in") == 200
        took.append((time.monotonic() - asked) * 1_000)
        time.sleep(0.05)
    let_go = time.monotonic() - began
    over.set()
    dripping.join()
    for line in (line for kind in lines for line in kind):
        line.close()
    slowest = quantiles(took, n=20)[-1]
    assert held > MANY, "they were there at once"
    assert let_go < longest, "and all were let go"
    assert slowest < 1_000
    reached(
        f"{MANY * 4} clients that send slowly or never read",
        "others are served, nothing is held for ever",
        f"pages in {slowest:.0f} ms (95 %); head given up after {connection.HEAD:.0f} s, body {connection.BODY:.0f} s, "
        f"unread answer {connection.UNREAD:.0f} s; all let go after {let_go:.0f} s",
    )


def test_a_slow_body_that_goes_on_is_waited_for(served: Served) -> None:
    """Longer than a body may take that does not come on: slow lines are no fault of people."""
    form, cookie = a_form(served.port)
    body = urlencode(form | {"email": "maija@example.org", "next": "/" + "a" * 16_000}).encode()
    head = f"{POST}Cookie: {cookie}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    pieces, takes = 16, connection.BODY * 1.5
    assert takes < connection.BODY + len(body) / connection.SLOWEST, "a second more for each kilobyte"
    with call(served.port, head) as line:
        began = time.monotonic()
        for at in range(pieces):
            time.sleep(takes / pieces)
            line.sendall(body[at * len(body) // pieces : (at + 1) * len(body) // pieces])
        assert time.monotonic() - began > connection.BODY
        answer = line.recv(100)
    assert answer.startswith(b"HTTP/1.1 200")


def test_cut_in_the_midst_of_a_form_nothing_has_happened(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    form, cookie = a_form(served.port)
    body = urlencode(form | {"email": "maija@example.org"})
    for cut in (0, 1, len(body) // 2, len(body) - 1):
        call(
            served.port,
            f"{POST}Cookie: {cookie}\r\nContent-Length: {len(body)}\r\n\r\n{body[:cut]}",
        ).close()
    assert ask(served.port, "/fi/sign-in") == 200
    with by_hand(served.app.state.engine) as database:
        assert database.scalar(sa.text("SELECT count(*) FROM outgoing_mail")) == 0
    assert "request failed" not in capsys.readouterr().out, "it is nobody's error"


def test_an_answer_that_was_lost_is_given_again_and_nothing_is_twice(
    served: Served, world: World, settings: Settings
) -> None:
    application = world.application(world.challenge(world.event(world.city())), state=State.DRAFT)
    with writing(world.engine, EVERY_CITY) as session:
        token = web_session.begin(session, world.person_of(application).id, clock.now())
    place, headers = f"/fi/company/applications/{application.id}/submission", {"Cookie": f"kipina={token}"}

    def lose(line: Line, up: bool, data: bytes) -> bytes | None:
        sending.update({line.number} if up and data.startswith(b"POST") else ())
        return None if not up and line.number in sending and len(sending) < 4 else data

    sending = set[int]()
    statuses = []
    with proxy(served.port) as between:
        with closing(HTTPConnection("127.0.0.1", between.port, timeout=30)) as page:
            page.request("GET", f"{place}/new", headers=headers)
            body = urlencode(fields_of(page.getresponse().read().decode(), place))
        between.behave = lose
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        for _ in range(4):
            with closing(HTTPConnection("127.0.0.1", between.port, timeout=30)) as line:
                line.request("POST", place, body, headers)
                try:
                    statuses.append(line.getresponse().status)
                except (RemoteDisconnected, ConnectionResetError):
                    statuses.append(0)
    assert statuses == [0, 0, 0, 303]
    with by_hand(world.engine) as database:
        receipts = sa.select(sa.func.count()).where(col(OutgoingMail.kind) == "receipt")
        events = sa.select(sa.func.count()).where(col(AuditEvent.action) == "submitted")
        assert (database.scalar(receipts), database.scalar(events)) == (1, 1)
    reached("answer lost on the way, sent again", "one row, one mail", "3 answers lost: one row, one mail, one event")


def a_form(port: int) -> tuple[dict[str, str], str]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as page:
        page.request("GET", "/fi/sign-in")
        answer = page.getresponse()
        cookie = (answer.headers["set-cookie"] or "").partition(";")[0]
        return fields_of(answer.read().decode(), "/fi/sign-in"), cookie
