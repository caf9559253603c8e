"""Reminders of next steps: to the owner, in time, in one mail, and never twice."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from app import worker
from app.domain.access import Role
from app.domain.followup import Stage
from app.models import Challenge, City, FollowUpCase, OutgoingMail, Person
from app.services import followup, reminders
from tests.world import SYSTEM, World

TODAY = date(2031, 5, 7)
HELSINKI = ZoneInfo("Europe/Helsinki")


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), HELSINKI).astimezone(UTC)


def send(world: World, now: datetime) -> int:
    with world.change() as session:
        return reminders.send_due(session, now)


def mails(world: World) -> list[OutgoingMail]:
    with world.change() as session:
        wanted = select(OutgoingMail).where(OutgoingMail.kind == "next_step_reminder")
        return list(session.exec(wanted.order_by(col(OutgoingMail.id))))


@pytest.fixture
def challenge(world: World) -> Challenge:
    return world.challenge(world.event(world.city(), "follow_up"))


@pytest.fixture
def owner(world: World, challenge: Challenge) -> Person:
    with world.change() as session:
        city = session.get_one(City, challenge.city_id)
    return world.member(city, Role.AGENT, "Kaarina Saloranta")


def test_one_before_and_one_after_however_often_it_is_asked(world: World, challenge: Challenge, owner: Person) -> None:
    due = TODAY + timedelta(days=3)
    case = world.case(challenge, owner=owner, next_step="Soita", next_step_on=due, company="Hiljavahti Oy")
    assert send(world, at(TODAY - timedelta(days=1))) == 0
    assert send(world, at(TODAY)) == 1
    assert [send(world, at(TODAY + timedelta(days=days))) for days in range(4)] == [0, 0, 0, 0]
    assert send(world, at(due + timedelta(days=1))) == 1
    assert [send(world, at(due + timedelta(days=days))) for days in (1, 2, 30)] == [0, 0, 0]
    first, second = mails(world)
    assert first.to_email == owner.email
    assert first.subject != second.subject
    for mail in (first, second):
        assert "Hiljavahti Oy: Soita (10.5.2031" in mail.body
        assert f"/fi/procurement/tampere/cases/{case.id}" in mail.body


def test_all_steps_of_an_owner_are_in_one_mail(world: World, challenge: Challenge, owner: Person) -> None:
    world.case(
        challenge, owner=owner, next_step="Soita", next_step_on=TODAY - timedelta(days=2), company="Askelkaari Oy"
    )
    world.case(
        challenge, owner=owner, next_step="Soita", next_step_on=TODAY + timedelta(days=1), company="Kaffeliina Oy"
    )
    assert send(world, at(TODAY)) == 1
    (mail,) = mails(world)
    assert mail.body.index("Askelkaari Oy") < mail.body.index("Kaffeliina Oy")


def test_nobody_is_woken_at_night(world: World, challenge: Challenge, owner: Person) -> None:
    world.case(challenge, owner=owner, next_step_on=TODAY)
    assert send(world, at(TODAY, 0)) == 0
    assert send(world, at(TODAY, reminders.FROM_HOUR)) == 1


def test_another_day_begins_anew(world: World, challenge: Challenge, owner: Person) -> None:
    case = world.case(challenge, owner=owner, next_step_on=TODAY)
    assert send(world, at(TODAY)) == 1
    later = TODAY + timedelta(days=10)
    with world.change() as session:
        mine = session.get_one(FollowUpCase, case.id)
        followup.agree_next_step(session, SYSTEM, mine, followup.NextStep("Soita", later), mine.version, at(TODAY))
    assert send(world, at(TODAY + timedelta(days=1))) == 0
    assert send(world, at(later)) == 1


def test_no_mail_for_a_case_without_owner_a_finished_one_or_a_conflict_of_interest(
    world: World, challenge: Challenge, owner: Person
) -> None:
    world.case(challenge, owner=None, next_step_on=TODAY)
    world.case(challenge, Stage.CLOSED, owner=owner, next_step_on=TODAY)
    world.conflict(world.application_of(world.case(challenge, owner=owner, next_step_on=TODAY)), owner)
    assert send(world, at(TODAY)) == 0
    assert mails(world) == []


def test_the_worker_reminds_by_the_calendar(world: World, challenge: Challenge, owner: Person) -> None:
    world.case(challenge, owner=owner, next_step_on=TODAY)
    for hour in (9, 10):
        worker.by_calendar(world.engine, at(TODAY, hour))
    assert [mail.to_email for mail in mails(world)] == [owner.email]
