"""What somebody sent is opened elsewhere: by the inspector, a process with limits, and by ClamAV if there is one."""

import atexit
import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import structlog

from app.adapters import virus_scan
from app.adapters.inspector import SECONDS
from app.config import Settings
from app.domain.file_kind import FileKind
from app.domain.refusals import Reason, Refused

log = structlog.get_logger()

ROOT = Path(__file__).parents[2]
REMEMBERED_FOR = 60.0
"""Seconds between looking ahead and looking."""
REMEMBERED = 100


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file is; `pages` of a PDF."""

    kind: FileKind
    pages: int | None


def look(settings: Settings, content: bytes) -> Looked:
    """What the content is. Raises Refused without a field: what is wrong with it, or that it could not be checked."""
    found = _ahead.taken(content) or _looked(settings, content)
    if isinstance(found, Reason):
        raise Refused(found)
    return found


def look_ahead(settings: Settings, content: bytes) -> None:
    """Look before a transaction is open, and remember for `look`: there nobody else has to wait for it."""
    if len(content) <= settings.max_upload_bytes:
        _ahead.keep(content, _looked(settings, content))


def logo(content: bytes) -> bytes:
    """A picture as a small PNG. Raises Refused."""
    return _answer(_asked(b"logo", content))


def _looked(settings: Settings, content: bytes) -> Looked | Reason:
    try:
        found = json.loads(_answer(_asked(b"look", content)))
        if settings.clamd and virus_scan.finds(settings.clamd, content):
            return Reason.FILE_IS_INFECTED
    except Refused as refusal:
        return refusal.reason
    except virus_scan.NoAnswerError as error:
        log.error("no answer from ClamAV", error=str(error))  # noqa: TRY400  its words say all
        return Reason.FILE_NOT_CHECKED
    return Looked(FileKind(found["kind"]), found["pages"])


def _answer(said: bytes) -> bytes:
    if not said:
        raise Refused(Reason.NOT_A_KNOWN_FILE)  # what was opened has ended the child
    if said.startswith(b'{"refused"'):
        raise Refused(Reason(json.loads(said)["refused"]))
    return said


def _asked(order: bytes, content: bytes) -> bytes:
    """What the inspector answers; nothing when the file ended its child. Raises Refused when there is no inspector."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            _inspector.send(order, theirs)
        ours.settimeout(SECONDS + 5)
        try:
            ours.sendall(content)
            ours.shutdown(socket.SHUT_WR)
            with ours.makefile("rb") as answer:
                return answer.read()
        except OSError:
            return b""


class _Inspector:
    """The process; it is started by the first who needs it, and ends when this one does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def send(self, order: bytes, line: socket.socket) -> None:
        """Hand an order over. Raises Refused when the process cannot be started."""
        with self._lock:
            for _ in range(2):
                try:
                    socket.send_fds(self._orders or self._start(), [order], [line.fileno()])
                except OSError as error:
                    log.warning("the inspector is gone", error=type(error).__name__)
                    self.stop()
                else:
                    return
        raise Refused(Reason.FILE_NOT_CHECKED)

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.adapters.inspector"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd="/",
            )
        self._orders = ours
        atexit.register(self.stop)
        return ours

    def stop(self) -> None:
        """End the process."""
        if self._orders is not None and self._process is not None:
            self._orders.close()
            self._process.kill()
            self._process.wait()
        self._orders = self._process = None


class _Ahead:
    """Answers that were asked for ahead, by the hash of the content; each is taken once, and none gets old."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, tuple[float, Looked | Reason]] = OrderedDict()

    def keep(self, content: bytes, found: Looked | Reason) -> None:
        with self._lock:
            self._kept[hashlib.sha256(content).digest()] = (time.monotonic(), found)
            while len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)

    def taken(self, content: bytes) -> Looked | Reason | None:
        with self._lock:
            at, found = self._kept.pop(hashlib.sha256(content).digest(), (0.0, None))
        return found if time.monotonic() - at < REMEMBERED_FOR else None


_inspector = _Inspector()
_ahead = _Ahead()
