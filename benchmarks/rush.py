"""The last minute of a call: 500 applications, each with a deck of 5 MB and a final submit.

Most come late: their number rises towards the deadline. Every request is timed; nothing is repeated. Afterwards the
database and the store are compared with what was acknowledged.
"""

import argparse
import hashlib
import os
import random
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from io import BytesIO
from pathlib import Path

import pikepdf
import sqlalchemy as sa
from rich.console import Console
from sqlmodel import col, select

from app.adapters import files
from app.adapters.database import reading, writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.main import create_app
from app.models import Application, Attachment, Event
from benchmarks import server
from benchmarks.forms import fields_of
from benchmarks.measure import postgres
from benchmarks.seed import Size, seed

PATIENCE = 120
"""Seconds that a browser waits for an answer."""
WAY = 0.5
"""Seconds that a press may take to the server, whose clock decides, while all others press too."""
BOUNDARY = "----where-one-field-ends"
console = Console()


@dataclass
class Said:
    """What the server answered, and how long it took."""

    submitted: dict[int, str] = field(default_factory=dict)
    """With the hash of the deck."""
    refused: dict[int, float] = field(default_factory=dict)
    """Seconds after the deadline at which it was sent; negative is before."""
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


def deck(size: int) -> bytes:
    """A PDF of about this size whose pictures cannot be compressed away; no two are alike."""
    with pikepdf.new() as pdf:
        for _ in range(10):
            page = pdf.add_blank_page(page_size=(1280, 720))
            picture = pikepdf.Stream(pdf, secrets.token_bytes(size // 10))
            picture.update({"/Type": "/XObject", "/Subtype": "/Image", "/Width": size // 30, "/Height": 1})
            picture.update({"/ColorSpace": pikepdf.Name.DeviceRGB, "/BitsPerComponent": 8})
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Picture=picture))
        out = BytesIO()
        pdf.save(out)
        return out.getvalue()


class Company:
    """One browser, with the form open before the rush."""

    def __init__(self, port: int, draft: int, session: str, content: bytes) -> None:
        self.line = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.draft, self.session, self.content = draft, session, content
        self.place = f"/fi/company/applications/{draft}"
        self.form = fields_of(self._ask("GET", f"{self.place}/edit")[1], self.place)
        self.line.close()

    def comes(self, said: Said, closes: float) -> None:
        """One press: the deck, the text and the submit."""
        began, sent_at = time.perf_counter(), time.time()
        status, _ = self._ask("POST", self.place, *_multipart(self.form | {"then": "send"}, self.content))
        said.seconds.append(time.perf_counter() - began)
        said.statuses[status] += 1
        if status == 303:
            said.submitted[self.draft] = hashlib.sha256(self.content).hexdigest()
        else:
            said.refused[self.draft] = sent_at - closes

    def _ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, str]:
        headers = {"Cookie": f"kipina={self.session}"} | ({"Content-Type": kind} if kind else {})
        try:
            self.line.request(method, path, body, headers)
            answer = self.line.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, HTTPException):
            self.line.close()
            return 0, ""


def _multipart(fields: Mapping[str, str], content: bytes) -> tuple[bytes, str]:
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
    parts.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="deck.pdf"\r\n\r\n')
    body = "".join(parts).encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    return body, f"multipart/form-data; boundary={BOUNDARY}"


def rush(url: str, folder: Path, many: int, seconds: float, size: int, workers: int) -> bool:
    """Seed, rush, compare, and print; True when nothing was lost and no error of the server was seen."""
    port = server.free_port()
    settings = Settings(
        database_url=url,
        files=folder / "files",
        base_url=f"http://127.0.0.1:{port}",
        secret_key="rush",  # noqa: S106
    )
    environment = {
        "KIPINA_DATABASE_URL": url, "KIPINA_FILES": str(settings.files), "KIPINA_BASE_URL": settings.base_url,
        "KIPINA_SECRET_KEY": "rush",
    }  # fmt: skip
    subprocess.run(
        [sys.executable, "-m", "app.cli", "migrate"], cwd=server.ROOT, env={**os.environ, **environment}, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    engine = create_app(settings).state.engine
    seeded = seed(engine, Size(applications=max(many // 8 + 1, 20), jurors=2, cases=10, drafts=many, sessions=5))
    console.print(
        f"{url.partition(':')[0]}: {many} decks of {size / 1e6:.0f} MB in {seconds:.0f} s, {workers} processes"
    )
    contents = [deck(size) for _ in range(10)]
    with server.kipina(environment, port, workers) as kipina:
        companies = [
            Company(port, draft, session, contents[number % 10] + secrets.token_hex(8).encode())
            for number, (draft, session) in enumerate(seeded.drafts)
        ]
        closes = datetime.now(UTC) + timedelta(seconds=seconds + 2)
        with writing(engine, EVERY_CITY) as session:
            row = session.get_one(Event, seeded.open_event)
            row.call_closes_at, row.jury_opens_at = closes, closes + timedelta(days=1)
        said, opens, rng = Said(), closes.timestamp() - seconds, random.Random(60)
        threads = []
        for company in companies:
            moment = opens + seconds * rng.random() ** 0.5  # the later, the more
            thread = threading.Timer(moment - time.time(), company.comes, (said, closes.timestamp()))
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join()
        memory = kipina.memory().peak
    return _told(engine, settings, said, closes, memory)


def _told(engine: sa.Engine, settings: Settings, said: Said, closes: datetime, memory: float) -> bool:
    with reading(engine, EVERY_CITY) as session:
        sent = dict(session.execute(
            select(col(Application.id), col(Application.receipt_at))
            .join(Event, col(Event.id) == Application.event_id)
            .where(Application.state == State.SUBMITTED, Event.call_closes_at == closes)
        ).all())  # fmt: skip
        stored = {row.application_id: row for row in session.exec(select(Attachment))}
    lost = said.submitted.keys() - sent.keys()
    late = [draft for draft, received in sent.items() if received >= closes]
    wronged = [draft for draft, after in said.refused.items() if after < -WAY]
    broken = [
        draft for draft, digest in said.submitted.items()
        if draft not in stored or hashlib.sha256(files.get(settings, stored[draft].stored_as)).hexdigest() != digest
    ]  # fmt: skip
    faults = sum(many for status, many in said.statuses.items() if status in {0, 500, 502, 503, 504, 507})
    took = sorted(said.seconds)
    p50, p95 = (took[int(len(took) * part)] for part in (0.5, 0.95))
    console.print(f"  p50 {p50:.2f} s, p95 {p95:.2f} s, slowest {took[-1]:.2f} s; answers {dict(said.statuses)}")
    console.print(
        f"  {len(said.submitted)} sent in, {len(said.refused)} refused after the deadline, {len(lost)} lost, "
        f"{len(broken)} decks lost or changed, {len(late)} taken too late, {len(wronged)} refused in time, "
        f"{faults} errors or no answer; memory {memory:.0f} MB"
    )
    return not (lost or late or wronged or broken or faults)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rush", description=__doc__)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--many", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--size", type=int, default=5_000_000, help="bytes of a deck")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        url = stack.enter_context(postgres(folder)) if given.postgres else f"sqlite:///{folder}/kipina.db"
        if not rush(url, folder, given.many, given.seconds, given.size, given.workers):
            sys.exit(1)


if __name__ == "__main__":
    main()
