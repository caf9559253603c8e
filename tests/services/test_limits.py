"""Counted in the database: together by every process, and on either kind of it."""

import threading
from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from app import worker
from app.adapters.database import WriteSession, make_engine, reading, writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.domain.limits import LIMITS, Act, By
from app.models import RateCount
from app.services import limits
from tests.world import World

KEY = b"key"
MOST = LIMITS[Act.ASK_LINK, By.MAIL].most


def ask(session: WriteSession, now: datetime, mail: str = "maija@example.org", client: str = "198.51.100.4") -> bool:
    return limits.count(session, KEY, Act.ASK_LINK, {By.MAIL: mail, By.CLIENT: client}, now) is None


def test_so_many_and_no_more_until_the_stretch_is_over(session: WriteSession, now: datetime) -> None:
    assert [ask(session, now) for _ in range(MOST + 2)] == [True] * MOST + [False] * 2
    assert ask(session, now, mail="toinen@example.org"), "another mailbox"
    again_at = limits.count(session, KEY, Act.ASK_LINK, {By.MAIL: "maija@example.org"}, now)
    assert again_at is not None
    assert now < again_at <= now + timedelta(minutes=15)
    assert not ask(session, again_at - timedelta(seconds=1))
    assert ask(session, again_at)


def test_one_client_with_many_mailboxes_is_stopped_too(session: WriteSession, now: datetime) -> None:
    most = LIMITS[Act.ASK_LINK, By.CLIENT].most
    asked = Counter(ask(session, now, mail=f"maija{n}@example.org") for n in range(most + 10))
    assert asked == {True: most, False: 10}
    assert ask(session, now, client="203.0.113.9")


def test_several_are_counted_as_several(session: WriteSession, now: datetime) -> None:
    who = {By.PERSON: "7"}
    most = LIMITS[Act.SEND_FILE, By.PERSON].most
    assert limits.count(session, KEY, Act.SEND_FILE, who, now, most) is None
    assert limits.count(session, KEY, Act.SEND_FILE, who, now) is not None


def test_processes_count_together(world: World, settings: Settings, now: datetime) -> None:
    """Each with an engine of its own, as processes have, and all at once."""
    engines = [make_engine(settings.database_url) for _ in range(4)]
    together = threading.Barrier(len(engines) * 2)
    answers: list[bool] = []

    def do(engine: sa.Engine) -> None:
        together.wait()
        for _ in range(3):
            with writing(engine, EVERY_CITY) as session:
                answers.append(ask(session, now))

    threads = [threading.Thread(target=do, args=(engine,)) for engine in engines * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()
    assert Counter(answers) == {True: MOST, False: 24 - MOST}


def test_the_table_tells_nobody_who_it_was(session: WriteSession, now: datetime) -> None:
    ask(session, now)
    rows = session.exec(select(RateCount)).all()
    assert len(rows) == 2
    assert "maija" not in str(rows)
    assert "198.51" not in str(rows)
    limits.count(session, b"another key", Act.ASK_LINK, {By.MAIL: "maija@example.org"}, now)
    assert len(session.exec(select(RateCount)).all()) == 3, "without the key nobody can look for an address either"


def test_old_counts_are_forgotten(world: World, engine: sa.Engine, now: datetime) -> None:
    with world.change() as session:
        ask(session, now - timedelta(hours=2))
        ask(session, now)
    worker.by_calendar(engine, now)
    with reading(engine, EVERY_CITY) as session:
        assert all(ends_at > now for ends_at in session.exec(select(col(RateCount.ends_at))))
        assert len(session.exec(select(RateCount)).all()) == 2
