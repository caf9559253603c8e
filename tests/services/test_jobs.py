"""Work for the worker: however many take from one heap, each piece is done once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app import worker
from app.adapters import clock
from app.adapters.database import writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.models import Job, JobState
from app.services import jobs
from tests.world import World

WORKERS, HEAP = 6, 60


def test_several_workers_at_once_do_each_piece_once(
    world: World, settings: Settings, engine: sa.Engine, monkeypatch: Any
) -> None:
    done: Counter[int] = Counter()
    monkeypatch.setitem(worker.JOBS, "counted", lambda _engine, _settings, payload: done.update([payload["number"]]))
    with world.change() as session:
        for number in range(HEAP):
            jobs.enqueue(session, "counted", {"number": number}, clock.now())

    def work(_: int) -> int:
        mine = 0
        while worker.do_one_job(engine, settings):
            mine += 1
        return mine

    with ThreadPoolExecutor(WORKERS) as several:
        each = list(several.map(work, range(WORKERS)))
    assert done == dict.fromkeys(range(HEAP), 1)
    assert sum(each) == HEAP
    assert sum(1 for mine in each if mine) > 1, "one took all: nothing was shown"


def test_work_that_keeps_failing_comes_later_and_later_and_is_given_up(
    world: World, settings: Settings, engine: sa.Engine, monkeypatch: Any
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setitem(worker.JOBS, "failing", fail)
    with world.change() as session:
        job = jobs.enqueue(session, "failing", {}, clock.now())
        session.flush()
        number = job.id
    waits, state, error = [], JobState.WAITING, ""
    for _ in range(jobs.MAX_ATTEMPTS):
        with writing(engine, EVERY_CITY) as session:
            session.get_one(Job, number).due_at = clock.now() - timedelta(seconds=1)
        assert worker.do_one_job(engine, settings)
        with engine.connect() as connection:
            row = connection.execute(sa.select(Job.__table__).where(col(Job.id) == number)).one()  # type: ignore[attr-defined]
        state, error = row.state, row.last_error
        waits.append((row.due_at - clock.now()) / timedelta(minutes=1))
    assert [round(wait) for wait in waits[:-1]] == [2, 4, 8, 16, 32]
    assert (state, error) == (JobState.FAILED, "OSError: no room")
    assert not worker.do_one_job(engine, settings)
