"""Measure Kipinä: a freshly seeded server, load on each page and form, and a bare hello before and after each."""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import pysqlite3.dbapi2  # type: ignore[import-untyped]
import sqlalchemy as sa
from rich.console import Console

from app.adapters.database import make_engine, reading
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.main import create_app
from benchmarks import load, rates, server, table
from benchmarks.examine import Examiner, Facts
from benchmarks.forms import body_of, fields_of
from benchmarks.load import Job, Request
from benchmarks.rates import CONNECTIONS, Compared, Rate
from benchmarks.scenarios import HELLO, Change, Page, Sheet, scenarios
from benchmarks.seed import FULL, Size, seed
from benchmarks.table import Figures, Row
from tests.postgres import Cluster

WITHOUT_WRK = "wrk is not installed, so our own client puts the load on (`apt install wrk` for a faster one)."
console = Console(stderr=True)


@dataclass(frozen=True)
class Plan:
    """What to measure, and how long: `seconds` of load for each page and form, in so many rounds."""

    postgres: bool = False
    workers: int = 1
    seconds: float = 5.0
    rounds: int = 5
    size: Size = FULL
    only: str = ""


def measure(plan: Plan) -> Figures:
    """Seed, serve, load, and tell."""
    load_before = os.getloadavg()[0]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kipina-benchmark-")))
        url = stack.enter_context(postgres(folder)) if plan.postgres else f"sqlite:///{folder}/kipina.db"
        port = server.free_port()
        settings = Settings(database_url=url, files=folder / "files", base_url=f"http://127.0.0.1:{port}")
        environment = {
            "KIPINA_DATABASE_URL": url, "KIPINA_FILES": str(settings.files), "KIPINA_BASE_URL": settings.base_url
        }  # fmt: skip
        migrate = [sys.executable, "-m", "app.cli", "migrate"]
        subprocess.run(migrate, cwd=server.ROOT, env={**os.environ, **environment}, check=True, capture_output=True)
        app = create_app(settings)
        stack.callback(app.state.engine.dispose)
        console.print(f"Seeding {url.partition(':')[0]} …")
        in_bulk = make_engine(url)  # without the limit that a statement of a page has
        seeded = seed(in_bulk, plan.size)
        in_bulk.dispose()
        pages, changes, missing = scenarios(app, seeded)
        run = _Run(
            plan,
            settings.session_cookie,
            Examiner(app, settings),
            app.state.engine,
            stack.enter_context(server.kipina(environment, port, plan.workers)),
            stack.enter_context(server.bare(plan.workers)),
        )
        wanted = plan.only.casefold()
        rows = [run.page(page) for page in pages if wanted in page.title.casefold()]
        rows += [run.change(change) for change in changes if wanted in change.title.casefold()]
        hello, memory = run.hello(), run.kipina.memory()
        return Figures(
            database="PostgreSQL" if plan.postgres else "SQLite",
            workers=plan.workers,
            when=f"{datetime.now(UTC):%-d %B %Y}",
            machine=_machine(),
            versions=_versions(app.state.engine),
            client="wrk for pages, our own client for forms" if rates.WRK else "our own client",
            load_before=load_before,
            hello=hello.per_second,
            memory_peak=memory.peak,
            memory_proportional=memory.proportional,
            missing=missing,
            rows=rows,
        )


@dataclass(frozen=True)
class _Run:
    """The servers of one run and what is known of them."""

    plan: Plan
    cookie: str
    examiner: Examiner
    engine: sa.Engine
    kipina: server.Server
    bare: server.Server

    @property
    def seconds(self) -> float:
        """How long one round takes."""
        return self.plan.seconds / self.plan.rounds

    def hello(self) -> Rate:
        """The bare answer of the same server."""
        return rates.opened(self.kipina, Request(HELLO), self.seconds)

    def page(self, page: Page) -> Row:
        """One page under load."""
        console.print(page.title)
        facts = self.examiner.page(page)
        request = Request(page.path, self._cookie(page.session))
        rates.opened(self.kipina, request, min(self.seconds, 0.3))  # every process has compiled its templates
        others = [self.hello]
        if page.public:
            others.append(partial(rates.opened, self.bare, Request(f"/{facts.sent}"), self.seconds))
        compared = rates.beside(others, partial(rates.opened, self.kipina, request, self.seconds), self.plan.rounds)
        alone = rates.opened_alone(self.kipina, request, min(self.seconds, 0.5))
        return _row(page, facts, compared, alone=alone)

    def change(self, change: Change) -> Row:
        """One form under load: forms are fetched first, and sending them is measured."""
        console.print(change.title)
        sheets = iter(change.sheets)
        facts = self.examiner.change(change, next(sheets))
        held_before = self._held(change)
        compared = rates.beside([self.hello], partial(self._send, change, sheets), self.plan.rounds)
        return _row(change, facts, compared, held=self._held(change) - held_before)

    def _send(self, change: Change, sheets: Iterator[Sheet]) -> Rate:
        batch = list(islice(sheets, max(CONNECTIONS, len(change.sheets) // (self.plan.rounds + 1))))
        asked = [Request(sheet.page, self._cookie(sheet.session)) for sheet in batch]
        job = Job(self.kipina.port, asked, CONNECTIONS, 3 * self.seconds, over_and_over=False, keep_bodies=True)
        filled_in = []
        for place, page in load.run(job).bodies:
            values = fields_of(page, batch[place].action)
            change.fill_in(values)
            filled_in.append(Request(batch[place].action, asked[place].cookie, body_of(values)))
        return rates.sent(self.kipina, filled_in, self.seconds)

    def _held(self, change: Change) -> int:
        with reading(self.engine, EVERY_CITY) as session:
            return int(session.execute(change.counted).scalar_one())

    def _cookie(self, session: str) -> str:
        return f"{self.cookie}={session}" if session else ""


def _row(
    scenario: Page | Change, facts: Facts, compared: Compared, *, alone: Rate | None = None, held: int | None = None
) -> Row:
    rate, of = compared.rate, compared.of_others
    return Row(
        scenario.title, rate.per_second, rate.p50, rate.p99, alone.p50 if alone else None, rate.cpu, of[0],
        of[1] if of[1:] else None, facts.queries, facts.size, facts.sent, rate.answered, rate.refused, held,
        scenario.peer, scenario.aim,
    )  # fmt: skip


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A cluster of our own that writes to the disk, as a real one does."""
    place = folder / "postgres"
    place.mkdir()
    cluster = Cluster(place, durable=True)
    try:
        yield cluster.fresh_database()
    finally:
        cluster.stop()


def _machine() -> str:
    about = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.partition(":")[2].strip() for line in about if line.startswith("model name")), platform.machine()
    )
    return f"{os.cpu_count()} cores of {model}"


def _versions(engine: sa.Engine) -> str:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            database = f"SQLite {pysqlite3.dbapi2.sqlite_version}"
        else:
            database = f"PostgreSQL {connection.execute(sa.text('SHOW server_version')).scalar_one().split()[0]}"
    libraries = [f"{name} {version(name.lower())}" for name in ("FastAPI", "SQLAlchemy", "Jinja2", "uvicorn")]
    return ", ".join([f"Python {platform.python_version()}", *libraries, database])


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="benchmarks/run", description=__doc__)
    parser.add_argument("--postgres", action="store_true", help="PostgreSQL, a cluster of its own, instead of SQLite")
    parser.add_argument("--workers", type=int, default=1, help="server processes (1)")
    parser.add_argument("--seconds", type=float, default=5.0, help="load on each page and form, in five rounds (5)")
    parser.add_argument("--only", default="", help="only titles with these letters; the README stays as it is")
    asked = parser.parse_args()
    if rates.WRK is None:
        console.print(WITHOUT_WRK)
    figures = measure(Plan(postgres=asked.postgres, workers=asked.workers, seconds=asked.seconds, only=asked.only))
    if not asked.only:
        table.write(figures)
    print(table.section(figures))
    lost = [row.title for row in figures.rows if row.held is not None and row.held != row.answered]
    if lost:
        sys.exit(f"acknowledged is not what the database holds: {', '.join(lost)}")


if __name__ == "__main__":
    main()
