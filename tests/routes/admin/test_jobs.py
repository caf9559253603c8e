"""Work that was given up, tried again by hand."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from app import worker
from app.adapters import clock
from app.config import Settings
from app.domain.access import Role
from app.models import AuditEvent, Job, OutgoingMail, Person
from app.models.record import JobState, MailState
from tests.strict import StrictClient, form_of
from tests.world import World

SignIn = Callable[[Person], StrictClient]
PAGE = "/en/admin/jobs"


def _mail(name: str) -> OutgoingMail:
    now = clock.now()
    return OutgoingMail(
        message_id=f"<{name}@kipina>", kind=name, to_email="somebody@example.org", locale="fi", subject="Hei",
        body="Hei", state=MailState.FAILED, secret=name == "sign_in", created_at=now, due_at=now, attempts=12,
    )  # fmt: skip


def _job(state: JobState) -> Job:
    now = clock.now()
    return Job(kind="remove_file", payload={"stored_as": "0" * 64}, state=state, attempts=6, created_at=now, due_at=now)


@pytest.fixture
def given_up(world: World) -> dict[str, Any]:
    """A mail, a sign-in link and two jobs that have failed."""
    with world.change() as session:
        rows: dict[str, Any] = {
            "mail": _mail("receipt"), "link": _mail("sign_in"),
            "first": _job(JobState.FAILED), "other": _job(JobState.FAILED),
        }  # fmt: skip
        session.add_all(rows.values())
        session.flush()
        return {name: (type(row), row.id) for name, row in rows.items()}


def _states(engine: sa.Engine, given_up: dict[str, Any]) -> dict[str, tuple[str, int]]:
    with engine.connect() as connection:
        return {
            name: (row.state.value, row.attempts)
            for name, (table, number) in given_up.items()
            for row in connection.execute(sa.select(table.__table__).where(col(table.id) == number))
        }


UNTOUCHED = {"mail": ("failed", 12), "link": ("failed", 12), "first": ("failed", 6), "other": ("failed", 6)}


def test_one_thing_is_tried_again_and_the_trail_says_by_whom(
    world: World, sign_in: SignIn, engine: sa.Engine, given_up: dict[str, Any]
) -> None:
    admin = world.person(admin=True)
    browser = sign_in(admin)
    number = given_up["first"][1]
    content, action = form_of(browser.get(PAGE).text, "/retries")
    again = browser.post(action, data={**content, "what": "remove_file", "id": str(number)}, follow_redirects=True)
    assert "It will be tried again within a few seconds." in again.text
    assert _states(engine, given_up) == UNTOUCHED | {"first": ("waiting", 0)}
    with engine.connect() as connection:
        ours = sa.and_(col(AuditEvent.object_type) == "job", col(AuditEvent.object_id) == number)
        asked = sa.select(
            col(AuditEvent.person_id), col(AuditEvent.action), col(AuditEvent.before), col(AuditEvent.after)
        )
        told = connection.execute(asked.where(ours)).one()
    assert tuple(told) == (admin.id, "tried_again", {"state": "failed"}, {"state": "waiting"})


def test_all_is_tried_again_but_a_link_that_is_worth_nothing_by_now(
    world: World, sign_in: SignIn, engine: sa.Engine, settings: Settings, given_up: dict[str, Any]
) -> None:
    browser = sign_in(world.person(admin=True))
    page = browser.get(PAGE).text
    assert page.count(">Try again<") == 3
    assert browser.submit(PAGE, "/retries").status_code == 303
    expected = {"mail": ("queued", 0), "first": ("waiting", 0), "other": ("waiting", 0)}
    assert _states(engine, given_up) == UNTOUCHED | expected
    while worker.do_one_job(engine, settings):
        pass
    states = _states(engine, given_up)
    assert (states["first"], states["other"]) == (("done", 1), ("done", 1))


def test_what_has_not_failed_is_left_alone(
    world: World, sign_in: SignIn, engine: sa.Engine, given_up: dict[str, Any]
) -> None:
    browser = sign_in(world.person(admin=True))
    content, action = form_of(browser.get(PAGE).text, "/retries")
    for what, number in (("mail", given_up["link"][1]), ("remove_file", 999), ("nothing", ""), ("mail", "x")):
        answer = browser.post(action, data={**content, "what": what, "id": str(number)}, follow_redirects=True)
        assert "It had been tried again already." in answer.text
    assert _states(engine, given_up) == UNTOUCHED


def test_only_who_runs_the_installation(world: World, sign_in: SignIn, given_up: dict[str, Any]) -> None:
    browser = sign_in(world.member(world.city(), Role.ORGANIZER))
    content, _ = form_of(browser.get("/en/account/profile").text)
    assert browser.post("/en/admin/jobs/retries", data={"csrf": content["csrf"]}).status_code == 403
    assert given_up
