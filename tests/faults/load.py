"""People at work while their server is killed: each repeats what was not answered, with the very same form."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.forms import fields_of
from benchmarks.seed import Seeded

DECK = Path(__file__).parents[1] / "data" / "uploads" / "pypdf-pdflatex-4-pages.pdf"
URLENCODED = "application/x-www-form-urlencoded"
BOUNDARY = "----where-one-field-ends"


class Enough(Exception):
    """The day is over, whether or not the last thing was answered."""


@dataclass
class Acknowledged:
    """What the server said it has. `begun` are those of which the answer never came."""

    submitted: set[int] = field(default_factory=set)
    begun: set[int] = field(default_factory=set)
    files: Counter[int] = field(default_factory=Counter)
    sheets: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Saves by juror and application."""
    unanswered: set[tuple[int, int]] = field(default_factory=set)
    repeats: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def many(self) -> int:
        return len(self.submitted) + self.files.total() + self.sheets.total()


class Person:
    """One browser: a connection that is kept, and opened anew when it breaks, or when another server is to be asked."""

    def __init__(self, ports: list[int], session: str, said: Acknowledged, over: threading.Event) -> None:
        self.ports, self.session, self.said, self.over = ports, session, said, over
        self._line: HTTPConnection | None = None

    def opens(self, path: str) -> str:
        return self._insists("GET", path)[1]

    def sends(self, path: str, fields: Mapping[str, str], file: bytes = b"") -> None:
        """Until it is acknowledged: what was not answered, or with an error of the server, is sent again."""
        if not file:
            self._is_acknowledged(path, urlencode(fields).encode(), URLENCODED)
            return
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()
        ]
        parts.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="deck.pdf"\r\n\r\n')
        body = "".join(parts).encode() + file + f"\r\n--{BOUNDARY}--\r\n".encode()
        self._is_acknowledged(path, body, f"multipart/form-data; boundary={BOUNDARY}")

    def _is_acknowledged(self, path: str, body: bytes, kind: str) -> None:
        status, page = self._insists("POST", path, body, kind)
        assert status == 303, (status, path, page)

    def _insists(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, str]:
        attempts = 0
        while not self.over.is_set():
            attempts += 1
            self.said.repeats += method == "POST" and attempts == 2
            try:
                status, text = self._asks(method, path, body, kind)
            except (OSError, HTTPException):
                self.hangs_up()
                time.sleep(0.05)
                continue
            self.said.statuses[status] += 1
            if status < 500:
                return status, text
            time.sleep(0.1)
        self.hangs_up()
        raise Enough

    def _asks(self, method: str, path: str, body: bytes | None, kind: str) -> tuple[int, str]:
        port = random.choice(self.ports)
        if self._line and self._line.port != port:
            self.hangs_up()
        self._line = self._line or HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Cookie": f"kipina={self.session}"} | ({"Content-Type": kind} if kind else {})
        self._line.request(method, path, body, headers)
        answer = self._line.getresponse()
        return answer.status, answer.read().decode()

    def hangs_up(self) -> None:
        if self._line:
            self._line.close()
            self._line = None


def send_applications(person: Person, drafts: Iterator[tuple[int, str]]) -> None:
    """Each draft is sent in; every fifth gets a file first."""
    said = person.said
    for number, (draft, owner) in enumerate(drafts):
        person.session = owner
        said.begun.add(draft)
        place = f"/fi/company/applications/{draft}"
        if number % 5 == 0:
            form = fields_of(person.opens(f"{place}/edit"), place) | {"then": "files"}
            person.sends(place, form, DECK.read_bytes())
            said.files[draft] += 1
        form = fields_of(person.opens(f"{place}/submission/new"), f"{place}/submission")
        person.sends(f"{place}/submission", form)
        said.submitted.add(draft)
    person.hangs_up()


def score(person: Person, juror: int, applications: list[int]) -> None:
    """Sheet after sheet, and round after round: each save has other values than the one before."""
    said, random_values = person.said, random.Random(juror)
    for application in cycle(applications):
        place = f"/fi/jury/applications/{application}"
        form = fields_of(person.opens(place), place)
        scores = [name for name in form if name.startswith("score_")]
        before = [int(form[name]) for name in scores]
        values = [random_values.randrange(11) for _ in scores]
        values[0] = (before[0] + 1) % 11
        said.unanswered.add((juror, application))
        form |= {name: str(value) for name, value in zip(scores, values, strict=True)} | {"step": "save"}
        person.sends(place, form)
        said.unanswered.discard((juror, application))
        said.sheets[juror, application] += 1


class Load:
    """Threads that send and score until told to stop, at the servers in `ports`, which may change meanwhile."""

    def __init__(self, ports: list[int], seeded: Seeded, senders: int = 3) -> None:
        self.said, self.over, self.faults = Acknowledged(), threading.Event(), list[BaseException]()
        drafts = iter(seeded.drafts)
        lock = threading.Lock()

        def own() -> Iterator[tuple[int, str]]:
            while True:
                with lock:
                    draft = next(drafts, None)
                if draft is None:
                    return
                yield draft

        def person(session: str = "") -> Person:
            return Person(ports, session, self.said, self.over)

        works = [lambda: send_applications(person(), own()) for _ in range(senders)]
        works += [
            lambda juror=juror, session=session: score(person(session), juror, seeded.scoring)  # type: ignore[misc]
            for juror, session in enumerate(seeded.jurors)
        ]
        self._threads = [threading.Thread(target=self._until_enough, args=(work,), daemon=True) for work in works]

    def _until_enough(self, work: object) -> None:
        try:
            work()  # type: ignore[operator]
        except Enough:
            pass
        except BaseException as fault:  # noqa: BLE001  told to the test, which runs in another thread
            self.faults.append(fault)

    def begin(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> Acknowledged:
        self.over.set()
        for thread in self._threads:
            thread.join(40)
        assert not self.faults, self.faults
        return self.said
