"""Opening cases after the day: all at once, again without harm, and only where it may be."""

from datetime import date

import pytest
from sqlmodel import col, select

from app.adapters import clock
from app.domain.access import Actor, Role
from app.domain.application import State
from app.domain.followup import Stage
from app.domain.refusals import Reason, Refused
from app.models import Application, Event, FollowUpCase, OutgoingMail
from app.services import opening
from app.services.followup import NextStep
from tests.world import SYSTEM, World

STEP = NextStep("Sovitaan tapaaminen", date(2031, 6, 30))


def open_all(world: World, event: Event, wanted: list[tuple[int, int]], actor: Actor = SYSTEM) -> list[FollowUpCase]:
    with world.change() as session:
        mine = session.get_one(Event, event.id)
        return opening.open_cases(session, actor, mine, wanted, STEP, clock.now())


def test_the_challenges_owner_owns_the_case_in_their_own_unit_and_gets_one_mail(world: World) -> None:
    city = world.city()
    own, other = world.unit(city, "Kotihoito"), world.unit(city, "Kulttuuri")
    owner = world.member(city, Role.AGENT)
    event = world.event(city, "follow_up")
    challenge = world.challenge(event, owner_unit_id=own.id, owner_person_id=owner.id)
    first, second = (
        world.application(challenge, world.company(name), State.CONFIRMED)
        for name in ("Hiljavahti Oy", "Kaffeliina Oy")
    )

    cases = open_all(world, event, [(first.id, own.id), (first.id, other.id), (second.id, own.id)])

    assert [(case.application_id, case.unit_id, case.owner_person_id) for case in cases] == [
        (first.id, own.id, owner.id),
        (first.id, other.id, None),
        (second.id, own.id, owner.id),
    ]
    assert {case.stage for case in cases} == {Stage.TRIAGE}
    assert {(case.next_step, case.next_step_on) for case in cases} == {(STEP.text, STEP.on)}
    with world.change() as session:
        mail = session.exec(select(OutgoingMail).where(OutgoingMail.kind == "cases_opened")).one()
    assert mail.to_email == owner.email
    assert "2 " in mail.subject
    assert "Hiljavahti Oy" in mail.body
    assert "Kaffeliina Oy" in mail.body


def test_opening_again_opens_only_what_is_new(world: World) -> None:
    city = world.city()
    unit, other = world.unit(city, "Kotihoito"), world.unit(city, "Kulttuuri")
    event = world.event(city, "follow_up")
    application = world.application(world.challenge(event), state=State.CONFIRMED)
    assert len(open_all(world, event, [(application.id, unit.id), (application.id, unit.id)])) == 1
    assert open_all(world, event, [(application.id, unit.id)]) == []
    (late,) = open_all(world, event, [(application.id, unit.id), (application.id, other.id)])
    assert late.unit_id == other.id


@pytest.mark.parametrize("state", State)
def test_only_companies_that_pitched_get_a_case(world: World, state: State) -> None:
    city = world.city()
    unit = world.unit(city)
    event = world.event(city, "follow_up")
    application = world.application(world.challenge(event), state=state)
    if state in {State.INVITED, State.CONFIRMED}:
        assert len(open_all(world, event, [(application.id, unit.id)])) == 1
    else:
        with pytest.raises(Refused) as refusal:
            open_all(world, event, [(application.id, unit.id)])
        assert refusal.value.reason is Reason.WRONG_STATE


def test_not_before_the_day_nor_across_cities_nor_in_a_conflict(world: World) -> None:
    city = world.city()
    unit = world.unit(city)
    early = world.event(city, "jury", "Tuleva")
    application = world.application(world.challenge(early), state=State.CONFIRMED)
    with pytest.raises(Refused) as refusal:
        open_all(world, early, [(application.id, unit.id)])
    assert refusal.value.reason is Reason.DAY_NOT_HELD

    event = world.event(city, "follow_up")
    application = world.application(world.challenge(event), state=State.CONFIRMED)
    foreign = world.unit(world.city("vaasa", "Vaasa"))
    organizer = world.organizer(city)
    world.conflict(application, organizer)
    for wanted, actor in (((application.id, foreign.id), SYSTEM), ((application.id, unit.id), world.actor(organizer))):
        with pytest.raises(Refused) as refusal:
            open_all(world, event, [wanted], actor)
        assert refusal.value.reason is Reason.NOT_FOUND
    with world.change() as session:
        assert session.exec(select(FollowUpCase)).all() == []


def test_an_owner_with_a_conflict_does_not_become_the_owner_of_the_case(world: World) -> None:
    city = world.city()
    unit = world.unit(city)
    owner = world.member(city, Role.AGENT)
    event = world.event(city, "follow_up")
    application = world.application(
        world.challenge(event, owner_unit_id=unit.id, owner_person_id=owner.id), state=State.CONFIRMED
    )
    world.conflict(application, owner)
    (case,) = open_all(world, event, [(application.id, unit.id)])
    assert case.owner_person_id is None


def test_the_title_is_the_companys_own_in_its_language(world: World) -> None:
    city = world.city()
    unit = world.unit(city)
    event = world.event(city, "follow_up")
    application = world.application(
        world.challenge(event), world.company(locale="sv"), State.CONFIRMED, title="Fallsensor hemma"
    )
    (case,) = open_all(world, event, [(application.id, unit.id)])
    assert case.title.as_dict() == {"sv": "Fallsensor hemma"}
    with world.change() as session:
        assert session.exec(select(Application.locale).where(col(Application.id) == application.id)).one() == "sv"
