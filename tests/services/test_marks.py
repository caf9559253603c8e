from datetime import datetime

import sqlalchemy as sa

from app.adapters.database import change_mark, reading, snapshot_mark, writing
from app.domain.access import EVERY_CITY
from app.models import Person


def test_the_mark_of_what_is_seen_stays_until_something_is_written(engine: sa.Engine, now: datetime) -> None:
    quick = change_mark(engine)

    def mark() -> object:
        with reading(engine, EVERY_CITY) as session:
            return snapshot_mark(session) or quick()

    before = mark()
    assert before is not None
    assert mark() == before
    with writing(engine, EVERY_CITY) as session:
        session.add(Person(email="maija@example.org", created_at=now))
    after = mark()
    assert after != before
    assert mark() == after


def test_a_change_that_is_not_committed_yet_gives_no_mark_that_outlives_it(engine: sa.Engine, now: datetime) -> None:
    quick = change_mark(engine)

    def mark_and_people() -> tuple[object, int]:
        with reading(engine, EVERY_CITY) as session:
            mark = snapshot_mark(session) or quick()
            return mark, session.execute(sa.select(sa.func.count()).select_from(Person)).scalar_one()

    with writing(engine, EVERY_CITY) as session:
        session.add(Person(email="maija@example.org", created_at=now))
        session.flush()
        meanwhile, nobody = mark_and_people()
    after, somebody = mark_and_people()
    assert (nobody, somebody) == (0, 1)
    assert meanwhile != after
