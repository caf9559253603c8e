"""Links and browsers on either database, also by many at once."""

import threading
from collections import Counter
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app import worker
from app.adapters.database import reading
from app.domain.access import EVERY_CITY, Role
from app.domain.refusals import Reason, Refused
from app.models import OutgoingMail, SignInLink, WebSession
from app.queries import people
from app.services import people as people_services
from app.services import signing_in
from app.web import session as web_session
from tests.world import SYSTEM, World


def ask(world: World, engine: sa.Engine, email: str, now: datetime) -> str:
    """The token in the mail."""
    with world.change() as session:
        signing_in.send_link(session, email, "/", "fi", now)
    with reading(engine, EVERY_CITY) as session:
        body = session.exec(select(OutgoingMail.body)).one()
    return next(line for line in body.splitlines() if "/sign-in/" in line).rpartition("/")[2]


def test_of_twenty_who_spend_a_link_at_once_one_comes_in(world: World, engine: sa.Engine, now: datetime) -> None:
    person = world.person()
    token = ask(world, engine, person.email, now)
    together = threading.Barrier(20)
    answers: list[Reason | None] = []

    def spend() -> None:
        together.wait()
        try:
            with world.change() as session:
                found, _ = signing_in.spend_link(session, token, now)
                web_session.begin(session, found.id, now)
            answers.append(None)
        except Refused as refusal:
            answers.append(refusal.reason)

    threads = [threading.Thread(target=spend) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(answers) == {None: 1, Reason.LINK_SPENT: 19}
    with reading(engine, EVERY_CITY) as session:
        assert [row.person_id for row in session.exec(select(WebSession))] == [person.id]


def test_a_link_is_too_old_after_ten_minutes(world: World, engine: sa.Engine, now: datetime) -> None:
    token = ask(world, engine, "maija@example.org", now)
    with world.change() as session, pytest.raises(Refused):
        signing_in.spend_link(session, token, now + timedelta(minutes=10))
    with world.change() as session:
        signing_in.spend_link(session, token, now + timedelta(minutes=9, seconds=59))


def test_a_role_in_a_city_shortens_the_time_at_once(world: World, engine: sa.Engine, now: datetime) -> None:
    person, city = world.person(), world.city()
    with world.change() as session:
        token = web_session.begin(session, person.id, now)
    evening = now + timedelta(hours=9)
    with reading(engine, EVERY_CITY) as session:
        assert people.signed_in(session, signing_in.hash_of(token), evening) is not None
    with world.change() as session:
        people_services.grant(session, SYSTEM, city.id, person, Role.AGENT, now)
    with reading(engine, EVERY_CITY) as session:
        assert people.signed_in(session, signing_in.hash_of(token), evening) is None
        assert people.signed_in(session, signing_in.hash_of(token), now + timedelta(hours=7)) is not None


def test_of_several_pages_opened_at_once_one_notes_that_somebody_is_there(
    world: World, engine: sa.Engine, now: datetime
) -> None:
    person = world.person()
    with world.change() as session:
        web_session.begin(session, person.id, now)
    first, second = now + timedelta(minutes=10), now + timedelta(minutes=10, seconds=1)
    for at in (first, second):
        with world.change() as session:
            signing_in.note_seen(session, session.exec(select(WebSession.id)).one(), at)
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(WebSession.last_seen_at)).one() == first


def test_what_lets_nobody_in_any_more_is_forgotten_after_a_day(world: World, engine: sa.Engine, now: datetime) -> None:
    person = world.person()
    with world.change() as session:
        signing_in.send_link(session, person.email, "/", "fi", now - timedelta(days=2))
        signing_in.send_link(session, person.email, "/", "fi", now)
        for begun in (now - timedelta(days=16), now - timedelta(days=13), now):
            web_session.begin(session, person.id, begun)
    worker.by_calendar(engine, now)
    with reading(engine, EVERY_CITY) as session:
        assert len(session.exec(select(SignInLink)).all()) == 1
        assert len(session.exec(select(WebSession)).all()) == 2
