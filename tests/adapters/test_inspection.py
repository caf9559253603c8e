"""What somebody sent is taken as what it is or refused with a reason; what it does ends in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

import pytest

from app.adapters import inspection, inspector
from app.config import Settings
from app.domain.file_kind import FileKind
from app.domain.refusals import Reason, Refused
from tests import samples

UPLOADS = Path(__file__).parents[1] / "data" / "uploads"
CORPUS = sorted(path for path in UPLOADS.rglob("*") if path.suffix in {".pdf", ".odt"})
SETTINGS = Settings(clamd="")


def verdict(content: bytes) -> FileKind | Reason:
    try:
        return inspection.look(SETTINGS, content).kind
    except Refused as refusal:
        return refusal.reason


@pytest.mark.parametrize("kind", FileKind)
def test_the_content_says_what_it_is(kind: FileKind) -> None:
    looked = inspection.look(SETTINGS, samples.honest()[kind])
    assert looked == inspection.Looked(kind, 1 if kind is FileKind.PDF else None)


@pytest.mark.parametrize("name", samples.HARMLESS)
def test_what_only_looks_odd_is_taken(name: str) -> None:
    make, kind = samples.HARMLESS[name]
    assert verdict(make()) is kind


@pytest.mark.parametrize("name", samples.HOSTILE)
def test_what_is_hostile_is_refused_with_a_reason(name: str) -> None:
    make, reason = samples.HOSTILE[name]
    content = make()
    began = time.monotonic()
    assert verdict(content) is reason
    assert time.monotonic() - began < inspector.SECONDS, "nobody waits for it longer"


class Watch:
    """The most memory that a child of the inspector holds, in bytes."""

    def __init__(self) -> None:
        inspection.look(SETTINGS, samples.pdf())
        process = inspection._inspector._process
        assert process is not None
        self.parent, self.most, self._stop = process.pid, 0, threading.Event()
        self.base = self._resident(self.parent)
        self._thread = threading.Thread(target=self._look)

    def _resident(self, process: int) -> int:
        try:
            return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            return 0

    def _look(self) -> None:
        children = Path(f"/proc/{self.parent}/task/{self.parent}/children")
        while not self._stop.wait(0.002):
            for child in children.read_text().split():
                self.most = max(self.most, self._resident(int(child)))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def test_the_whole_corpus_is_taken_or_refused_within_limits(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing crashes us, hangs or grows: every real, broken and horrid PDF of the corpora."""
    assert len(CORPUS) >= 140
    verdicts: dict[str, int] = {}
    slowest = 0.0
    with Watch() as watch:
        for content in [*(path.read_bytes() for path in CORPUS), *(make() for make, _ in samples.HOSTILE.values())]:
            began = time.monotonic()
            said = verdict(content)
            slowest = max(slowest, time.monotonic() - began)
            verdicts[said] = verdicts.get(said, 0) + 1
    with capsys.disabled():
        print(
            f"\n{len(CORPUS)} files of the corpora and {len(samples.HOSTILE)} hostile ones: {verdicts}; slowest "
            f"{slowest:.2f} s, most memory {watch.most / 1e6:.0f} MB, {watch.base / 1e6:.0f} of it before the file"
        )
    assert watch.base < watch.most < 200 * 1024 * 1024
    assert slowest < inspector.SECONDS
    assert verdicts[FileKind.PDF] > 100


def test_a_sound_pdf_is_never_refused() -> None:
    sound = [path for path in CORPUS if path.parent.name == "pdf-valid"]
    refused = {path.name: said for path in sound if (said := verdict(path.read_bytes())) is not FileKind.PDF}
    assert refused == {
        "pypdf-libreoffice-writer-password.pdf": Reason.FILE_IS_LOCKED,
        "simple-open-nocopy-password.pdf": Reason.FILE_IS_LOCKED,
    }


EVIL = """
import sys
from app.adapters import inspector
from app.domain.refusals import Reason, Refused

def obey(content):
    exec(content.decode())
    raise Refused(Reason.WRONG_STATE)

inspector.look = obey
inspector.CPU_SECONDS, inspector.SECONDS = map(int, sys.argv[1:])
inspector.main()
"""


@pytest.mark.parametrize(
    ("deed", "stopped"),
    [
        ("pass", False),
        ("while True: pass", True),
        ("import time; time.sleep(30)", True),
        ("held = bytearray(100 << 20)", False),
        ("held = bytearray(250 << 20)", True),
        ("open('/etc/hostname')", True),
        ("open('/proc/self/mem', 'r+b')", True),
        ("import socket; socket.socket()", True),
        ("import os; os.pipe()", True),
        ("import os, resource; resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0)); os.dup(0)", True),
        ("import os; os.abort()", True),
    ],
)
def test_whoever_took_over_the_child_could_do_nothing(deed: str, stopped: bool) -> None:
    """A child that obeys the file: what it may do is answered, what it may not ends it without an answer."""
    limits = (100, 2) if "sleep" in deed else (1, 100)  # of time, one alone
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, "-c", EVIL, *map(str, limits)], stdin=theirs.fileno(), stderr=subprocess.DEVNULL
    )
    theirs.close()
    line, other_end = socket.socketpair()
    socket.send_fds(ours, [b"look"], [other_end.fileno()])
    other_end.close()
    line.settimeout(20)
    line.sendall(deed.encode())
    line.shutdown(socket.SHUT_WR)
    with line.makefile("rb") as answer:
        said = answer.read()
    for one in (line, ours):
        one.close()
    process.wait(10)
    assert said == (b"" if stopped else b'{"refused": "wrong_state"}')


def test_many_at_once_each_get_their_own_answer() -> None:
    honest = samples.honest()
    asked = list(honest.items()) * 8
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda pair: verdict(pair[1]), asked))
    assert answers == [kind for kind, _ in asked]


def test_an_inspector_that_was_killed_is_started_again() -> None:
    assert verdict(samples.pdf()) is FileKind.PDF
    process = inspection._inspector._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert verdict(samples.pdf()) is FileKind.PDF


SERVER = """
import os
from app.adapters import inspection
from app.config import Settings
from tests.samples import pdf

inspection.look(Settings(clamd=""), pdf())
print(inspection._inspector._process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def test_it_ends_with_its_server_however_that_ends() -> None:
    said = subprocess.run([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, check=False, cwd=inspection.ROOT)
    assert said.returncode == -signal.SIGKILL
    process = Path(f"/proc/{int(said.stdout)}")
    until = time.monotonic() + 10
    while process.exists() and "Z" not in (process / "stat").read_text().rpartition(")")[2].split()[0]:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_it_knows_nothing_of_ours_and_can_open_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process beside us has no settings; its child can open neither a file nor a socket."""
    monkeypatch.setenv("KIPINA_SECRET_KEY", "very secret")
    inspection._inspector.stop()
    assert verdict(samples.pdf()) is FileKind.PDF
    process = inspection._inspector._process
    assert process is not None
    assert b"KIPINA" not in Path(f"/proc/{process.pid}/environ").read_bytes()
    opened = [str(descriptor.readlink()) for descriptor in Path(f"/proc/{process.pid}/fd").iterdir()]
    assert sorted(name.partition(":")[0] for name in opened) == ["/dev/null", "/dev/null", "socket"]


def test_what_was_looked_at_ahead_is_not_looked_at_twice() -> None:
    content = samples.pdf(b"% ahead")
    inspection.look_ahead(SETTINGS, content)
    inspection._ahead.keep(content, Reason.FILE_IS_LOCKED)
    assert verdict(content) is Reason.FILE_IS_LOCKED, "as remembered"
    assert verdict(content) is FileKind.PDF, "and only once"
