"""Two wait for each other on PostgreSQL, which undoes one of them: nobody hears of it."""

import threading
import time
from pathlib import Path

import sqlalchemy as sa

from app.adapters import clock
from app.config import Settings
from app.domain.application import State
from app.main import create_app
from app.web import session as web_session
from tests.postgres import Cluster, by_hand
from tests.strict import StrictClient, form_of
from tests.world import World


def test_a_form_that_was_undone_to_end_a_deadlock_is_done_again(cluster: Cluster, tmp_path: Path) -> None:
    settings = Settings(
        database_url=cluster.fresh_database(), files=tmp_path / "files", base_url="http://testserver", secret_key="k"
    )
    app = create_app(settings)
    engine = app.state.engine
    world = World(engine, settings)
    made = world.application(world.challenge(world.event(world.city())), state=State.DRAFT)
    with world.change() as session:
        token = web_session.begin(session, world.person_of(made).id, clock.now())
    answers = []
    with StrictClient(app) as client:
        client.cookies.set(settings.session_cookie, token)
        form, target = form_of(client.get(f"/company/applications/{made.id}/submission/new").text, "/submission")
        pressing = threading.Thread(target=lambda: answers.append(client.post(target, data=form)))
        with by_hand(engine) as other:
            other.execute(sa.text("LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE"))
            pressing.start()
            _until_it_waits(engine)
            # Whoever waits for longest is undone, as soon as it looks: that is the form.
            other.execute(sa.text("LOCK TABLE application IN ACCESS EXCLUSIVE MODE"))
        pressing.join(20)
    assert [answer.status_code for answer in answers] == [303]
    with by_hand(engine) as connection:
        deadlocks = sa.text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        until = time.monotonic() + 10
        while not connection.scalar(deadlocks):
            assert time.monotonic() < until, "there was none"
            connection.execute(sa.text("SELECT pg_stat_clear_snapshot()"))
            time.sleep(0.1)
        state, number = connection.execute(sa.text("SELECT state, number FROM application")).one()
        mails = connection.scalar(sa.text("SELECT count(*) FROM outgoing_mail WHERE kind = 'receipt'"))
    engine.dispose()
    assert (state, number, mails) == ("submitted", 1, 1)


def _until_it_waits(engine: sa.Engine) -> None:
    asked = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    until = time.monotonic() + 10
    while True:
        with engine.connect() as connection:
            if connection.scalar(asked):
                return
        assert time.monotonic() < until
        time.sleep(0.05)
