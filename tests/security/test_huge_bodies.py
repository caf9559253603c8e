"""A real server and more than it wants: huge, endless and crooked bodies get a page for an answer, and no memory."""

import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from app.adapters import clock
from app.adapters.database import make_engine, reading, writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.models import Application, Attachment, Event
from app.web import session as web_session
from benchmarks.server import Server, free_port, kipina
from tests import samples
from tests.strict import check, form_of
from tests.world import World

MB = 1024 * 1024
PIECE = b"x" * (MB // 4)


@dataclass
class Site:
    """A server of one process, a company that applies, and its browser."""

    server: Server
    world: World
    application: Application
    cookie: str

    @property
    def edit(self) -> str:
        return f"/fi/company/applications/{self.application.id}/edit"

    def headers(self, **more: str) -> dict[str, str]:
        return {"Host": f"127.0.0.1:{self.server.port}", "Cookie": self.cookie} | more

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """Status, place and text of an answer."""
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            line.request(method, path, body, self.headers(**(headers or {})))
            answer = line.getresponse()
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            line.close()

    def form(self) -> dict[str, str]:
        """What stands in the form of the application."""
        return form_of(self.ask("GET", self.edit)[2])[0]

    def resident(self) -> int:
        """Bytes of memory that the server holds now, with all its processes."""
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split()
        statm = [Path(f"/proc/{pid}/statm") for pid in (str(self.server.pid), *children)]
        return sum(int(file.read_text().split()[1]) * 4096 for file in statm if file.exists())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "kipina.db").write_bytes(sqlite_template.read_bytes())
    port = free_port()
    settings = Settings(
        database_url=f"sqlite:///{folder}/kipina.db", files=folder / "files", base_url=f"http://127.0.0.1:{port}",
        secret_key="test-key",
    )  # fmt: skip
    engine = make_engine(settings.database_url)
    world = World(engine, settings)
    application = world.application(world.challenge(world.event(world.city())), state=State.DRAFT)
    with writing(engine, EVERY_CITY) as session:
        token = web_session.begin(session, world.person_of(application).id, clock.now())
    environment = {
        f"KIPINA_{name.upper()}": str(getattr(settings, name))
        for name in ("database_url", "files", "base_url", "secret_key")
    }
    with kipina(environment, port, 1) as server:
        site = Site(server, world, application, f"{settings.session_cookie}={token}")
        sent = {"files": ("deck.pdf", samples.pdf(), "application/pdf")}
        assert site.ask("POST", site.edit.removesuffix("/edit"), *multipart(site.form(), sent))[0] == 303  # warmed up
        yield site
    engine.dispose()


def multipart(form: dict[str, str], files: dict[str, tuple[str, bytes, str]]) -> tuple[bytes, dict[str, str]]:
    """The body and the header of a form with files."""
    edge = "kipina-edge"
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
             for name, value in form.items()]  # fmt: skip
    for name, (file_name, content, kind) in files.items():
        head = (
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\nContent-Type: {kind}'
        )
        parts.append(head.encode() + b"\r\n\r\n" + content + b"\r\n")
    return b"".join([*parts, f"--{edge}--\r\n".encode()]), {"Content-Type": f"multipart/form-data; boundary={edge}"}


@contextmanager
def measured(site: Site, what: str, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Look at the server's memory all the while: it must not grow by 50 MB."""
    before = most = site.resident()
    stop = threading.Event()

    def look() -> None:
        nonlocal most
        while not stop.wait(0.01):
            most = max(most, site.resident())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()
    with capsys.disabled():
        print(f"\n{what}: memory {before / 1e6:.0f} MB, at most {(most - before) / 1e6:.1f} MB more")
    assert most - before < 50 * MB


def pour(site: Site, path: str, head: str, pieces: Iterator[bytes]) -> str:
    """Send as much as the server takes; its whole answer."""
    with socket.create_connection(("127.0.0.1", site.server.port), 60) as line:
        headers = "".join(f"{name}: {value}\r\n" for name, value in site.headers().items())
        line.sendall(f"POST {path} HTTP/1.1\r\n{headers}{head}\r\n\r\n".encode())
        line.settimeout(20)
        try:
            for piece in pieces:
                line.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough
        return _answer(line)


def _answer(line: socket.socket) -> str:
    said = b""
    try:
        while not re.search(rb"</html>\s*$", said) and (more := line.recv(65536)):
            said += more
    except (TimeoutError, ConnectionResetError):
        pass
    return said.decode()


def told(answer: str) -> None:
    head, _, page = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 413"), head
    assert "text/html" in head
    assert "Liikaa" in page or "liikaa" in page
    check(page)


MULTIPART = "Content-Type: multipart/form-data; boundary=kipina-edge"
FILE_HEAD = b'--kipina-edge\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n%PDF-1.4\n'
FIELD_HEAD = b'--kipina-edge\r\nContent-Disposition: form-data; name="title"\r\n\r\n'
URLENCODED = "Content-Type: application/x-www-form-urlencoded"


def pieces(first: bytes, *, chunked: bool, size: int = 600 * MB) -> Iterator[bytes]:
    sent = 0
    for piece in (first, *(PIECE for _ in range(size // len(PIECE)))):
        part = piece[: size - sent]
        sent += len(part)
        yield b"%x\r\n%s\r\n" % (len(part), part) if chunked else part
    if chunked:
        yield b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("kind", "first"), [(MULTIPART, FILE_HEAD), (MULTIPART, FIELD_HEAD), (URLENCODED, b"title=")],
    ids=["a file", "a field", "a plain form"],
)  # fmt: skip
@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "chunked"])
def test_600_mb_are_refused_with_a_page(
    site: Site, capsys: pytest.CaptureFixture[str], kind: str, first: bytes, chunked: bool
) -> None:
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {600 * MB}"
    with measured(site, f"600 MB, {length.partition(':')[0]}, {first[:12]!r}", capsys):
        answer = pour(site, site.edit.removesuffix("/edit"), f"{kind}\r\n{length}", pieces(first, chunked=chunked))
    told(answer)


def test_twenty_at_once_that_stay_just_below_cost_little(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """600 MB in all, slowly and never ended: what is on its way lies on the disk."""
    lines = []
    with measured(site, "20 bodies of 29 MB that are never ended", capsys):
        for _ in range(20):
            line = socket.create_connection(("127.0.0.1", site.server.port), 60)
            headers = "".join(f"{name}: {value}\r\n" for name, value in site.headers().items())
            line.sendall(
                f"POST {site.edit.removesuffix('/edit')} HTTP/1.1\r\n{headers}{MULTIPART}\r\n"
                f"Content-Length: {29 * MB}\r\n\r\n".encode()
                + FILE_HEAD
            )
            lines.append(line)
        for _ in range(28 * 4):
            for line in lines:
                line.sendall(PIECE)
        began = time.monotonic()
        assert site.ask("GET", "/fi/sign-in")[0] == 200, "others are served meanwhile"
        assert time.monotonic() - began < 10
        for line in lines:
            line.close()


@pytest.mark.parametrize(
    "body",
    [
        b"&".join(b"f%d=1" % number for number in range(10_000)),
        b"&".join(b"title=%d" % number for number in range(10_000)),
        b"a" + b"[b]" * 100_000 + b"=1",
        b"=" * 900_000,
        b"%" * 900_000,
        b"title=%ff%fe%00",
    ],
    ids=["10,000 fields", "one field 10,000 times", "nested names", "equals", "percents", "no text"],
)
def test_a_crooked_form_is_refused_with_a_page(site: Site, capsys: pytest.CaptureFixture[str], body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    with measured(site, f"{body[:12]!r}…", capsys):
        began = time.monotonic()
        status, _, page = site.ask("POST", site.edit.removesuffix("/edit"), body, headers)
        took = time.monotonic() - began
    assert status in {400, 403, 413}
    check(page)
    assert took < 5


@pytest.mark.parametrize(
    "body", [b"[" * 900_000, b'{"a":' * 150_000, b"\xff\xfe" * 1000], ids=["arrays", "objects", "no text"]
)
def test_deep_json_is_no_form(site: Site, body: bytes) -> None:
    status, _, page = site.ask("POST", site.edit.removesuffix("/edit"), body, {"Content-Type": "application/json"})
    assert status == 403, "no token, no change"
    check(page)


def test_10_000_parts_and_crooked_parts(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    edge = "Content-Type: multipart/form-data; boundary=kipina-edge"
    part = b'--kipina-edge\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\nx\r\n'
    bodies = {
        "10,000 parts": b"".join(part % (b"f%d" % number, b"") for number in range(10_000)),
        "100 files": b"".join(part % (b"files", b'; filename="a.pdf"') for _ in range(100)),
        "no name": b"--kipina-edge\r\nContent-Disposition: form-data\r\n\r\nx\r\n",
        "no end": part % (b"title", b""),
        "a head of a megabyte": b"--kipina-edge\r\nX-A: " + b"a" * MB + b"\r\n\r\nx\r\n",
        "100,000 heads": b"--kipina-edge\r\n" + b"X-A: b\r\n" * 100_000 + b"\r\nx\r\n",
        "no edge at all": b"x" * MB,
    }
    for name, body in bodies.items():
        with measured(site, name, capsys):
            whole = body + b"--kipina-edge--\r\n"
            status, _, page = site.ask("POST", site.edit.removesuffix("/edit"), whole, dict([edge.split(": ", 1)]))
        assert status in {400, 403, 413}, name
        check(page)


def test_what_arrived_before_the_deadline_counts_however_long_it_took(site: Site) -> None:
    """Two senders over a slow line: one begins before the call closes and ends after, the other begins after."""
    form, numbers = site.form(), count(1)
    closes = clock.now() + timedelta(seconds=4)
    with site.world.change() as session:
        session.get_one(Event, site.application.event_id).call_closes_at = closes

    def begin() -> tuple[socket.socket, bytes]:
        """Send the head and half of the body."""
        sent = {"files": (f"deck{next(numbers)}.pdf", samples.pdf(b"% " + b"x" * MB), "application/pdf")}
        body, headers = multipart(form, sent)
        line = socket.create_connection(("127.0.0.1", site.server.port), 60)
        lines = "".join(f"{name}: {value}\r\n" for name, value in site.headers(**headers).items())
        start = f"POST {site.edit.removesuffix('/edit')} HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
        line.sendall(start.encode() + body[: len(body) // 2])
        return line, body[len(body) // 2 :]

    def end(line: socket.socket, rest: bytes) -> str:
        for start in range(0, len(rest), len(rest) // 5):
            line.sendall(rest[start : start + len(rest) // 5])
            time.sleep(0.1)
        with line:
            return line.recv(65536).decode(errors="replace").partition("\r\n")[0]

    early = begin()
    time.sleep(max(0.0, (closes - clock.now()).total_seconds()) + 0.5)
    late = begin()
    assert clock.now() > closes
    assert " 303 " in end(*early)
    assert " 409 " in end(*late)
    with reading(site.world.engine, EVERY_CITY) as stored:
        rows = stored.execute(sa.select(col(Attachment.file_name), col(Attachment.created_at))).all()
    assert sorted(name for name, _ in rows) == ["deck.pdf", "deck1.pdf"]
    assert max(at for _, at in rows) < closes, "received when it arrived"
