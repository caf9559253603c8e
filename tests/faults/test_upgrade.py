"""The next version is put in place while people are at work: both serve for a while, over the same tables."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.adapters import migrations
from app.adapters.database import PATIENCE, make_engine
from benchmarks.seed import Size
from tests.faults.balance import House, compare, mails_go_out, opened, whole
from tests.faults.figures import FULL, reached
from tests.faults.load import Load
from tests.faults.processes import ROOT, Nursery, ask, environment_of, free_port, running, wait_for
from tests.postgres import Cluster, by_hand

SIZE = Size(applications=340 if FULL else 40, jurors=2, cases=0, drafts=2_700 if FULL else 300)
WORK = 300 if FULL else 25
"""Things acknowledged before, between and after each step."""
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"
branch_labels = depends_on = None


def upgrade() -> None:
    op.add_column("application", sa.Column("remark", sa.String(), nullable=False, server_default="none yet"))
    op.add_column("score_sheet", sa.Column("remark", sa.String()))
    op.create_table("remark", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("text", sa.String()))
    op.create_index("ix_application_remark", "application", ["remark"])
"""
"""What a version may do to the tables of the one before: add to them."""


@pytest.fixture(params=["SQLite", "PostgreSQL"] if FULL else ["PostgreSQL"])
def house(request: pytest.FixtureRequest, tmp_path: Path, nursery: Nursery) -> Iterator[House]:
    with opened(request, tmp_path, nursery, SIZE) as house:
        yield house


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    """This one with a column more, which it fills; or the tree that `KIPINA_NEXT` names, to try a real release."""
    if named := os.environ.get("KIPINA_NEXT"):
        return Path(named)
    tree = tmp_path / "next"
    for part in ("app", "migrations"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    newest = max(path.name for path in (tree / "migrations/versions").glob("*.py"))[:4]
    (tree / "migrations/versions/9999_remark.py").write_text(NEXT.format(newest=newest))
    model = tree / "app/models/application.py"
    words = model.read_text()
    assert words.count("    number: int | None") == 1
    model.write_text(words.replace("    number: int", '    remark: str = "from the next version"\n    number: int'))
    return tree


def test_old_and_new_serve_side_by_side(
    house: House, next_version: Path, nursery: Nursery, request: pytest.FixtureRequest
) -> None:
    old, new = free_port(), free_port()
    environment = environment_of(house.settings)
    migrate = [sys.executable, "-m", "app.cli", "migrate"]
    ports = [old]
    load = Load(ports, house.seeded)

    def some_work() -> None:
        done = load.said.many + WORK
        while load.said.many < done and not load.faults:
            time.sleep(0.02)

    with ExitStack() as after, ExitStack() as before:
        before.enter_context(running(environment, "serve", "--port", str(old)))
        before.enter_context(running(environment, "worker"))
        wait_for(old, "/readyz")
        load.begin()
        some_work()
        began = time.monotonic()
        subprocess.run(migrate, cwd=next_version, env={**os.environ, **environment}, check=True, timeout=120)
        migrated = time.monotonic() - began
        some_work()
        assert ask(old, "/readyz") == 200, "the old version serves on, over newer tables"
        after.enter_context(running(environment, "serve", "--port", str(new), tree=next_version))
        wait_for(new, "/readyz")
        ports.append(new)
        some_work()
        after.enter_context(running(environment, "worker", tree=next_version))
        ports.remove(old)
        time.sleep(0.5)  # as a proxy does: what is asked of the old one is answered before it goes
        before.close()
        some_work()
        said = load.end()
    mails_go_out(house, nursery)
    lost, doubled = compare(house, said)
    whole(house, nursery)
    errors = sum(many for status, many in said.statuses.items() if status >= 500)
    name = str(request.node.callspec.params["house"])
    reached(
        f"upgrade with old and new version side by side, {name}",
        "0 server errors",
        f"{said.statuses.total()} requests, {errors} errors, {said.repeats} forms sent again; acknowledged: "
        f"{len(said.submitted)} applications, {said.files.total()} files, {said.sheets.total()} sheets; "
        f"lost {lost}, doubled {doubled}; migrated in {migrated:.1f} s under load",
    )
    assert (errors, said.repeats, lost, doubled) == (0, 0, 0, 0)


@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
def test_of_several_that_migrate_at_once_one_does(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/kipina.db"
    if database == "PostgreSQL":
        url = request.getfixturevalue("cluster").fresh_database(template="template0")
    engines = [make_engine(url) for _ in range(4)]
    with ThreadPoolExecutor(len(engines)) as machines:
        done = list(machines.map(migrations.upgrade, engines))
    for engine in engines:
        engine.dispose()
    assert sorted(map(bool, done)) == [False, False, False, True]


def test_a_table_that_somebody_keeps_does_not_hold_up_everybody(
    cluster: Cluster, next_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "MIGRATIONS_DIR", next_version / "migrations")
    engine = make_engine(cluster.fresh_database())
    waits = []
    with ThreadPoolExecutor(1) as other, by_hand(engine) as reader:
        reader.execute(sa.text("SELECT count(*) FROM application"))  # and goes on for long, as a backup does
        migrating = other.submit(migrations.upgrade, engine)
        until = time.monotonic() + 2.5 * PATIENCE
        while time.monotonic() < until:
            asked = time.monotonic()
            with by_hand(engine) as page:
                page.execute(sa.text("SELECT count(*) FROM application"))
            waits.append(time.monotonic() - asked)
            time.sleep(0.1)
        assert not migrating.done()
        reader.rollback()
        assert migrating.result(30) == ["9999"]
    engine.dispose()
    assert max(waits) > 0.2, "the migration never asked for the table"
    assert max(waits) < PATIENCE / 2, waits
