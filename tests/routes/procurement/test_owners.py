"""Naming an owner and handing a case over."""

from sqlmodel import select

from app.models import FollowUpCase, OutgoingMail
from tests.routes.procurement.conftest import House
from tests.strict import StrictClient
from tests.world import World

BOARD = "/en/procurement/tampere/cases"


def test_handing_over_needs_a_reason_and_tells_the_new_owner(world: World, house: House, agent: StrictClient) -> None:
    case = world.case(house.challenge, owner=house.owner)
    form = f"{BOARD}/{case.id}/owner"
    offered = agent.get(form).text
    assert "Mervi Ahosilta" in offered
    assert f'value="{house.owner.id}"' not in offered, "the present owner is no choice"
    assert "Raija Kallioniitty" not in offered, "leadership only reads"

    answer = agent.submit(form, owner_person_id=str(house.teammate.id), reason=" ")
    assert answer.status_code == 422
    assert 'href="#procurement-owners-form-reason"' in answer.text
    assert f'value="{house.teammate.id}" selected' in answer.text

    answer = agent.submit(form, owner_person_id=str(house.teammate.id), reason="Hankinta alkaa")
    assert answer.status_code == 303
    with world.change() as session:
        assert session.get_one(FollowUpCase, case.id).owner_person_id == house.teammate.id
        mail = session.exec(select(OutgoingMail).where(OutgoingMail.to_email == house.teammate.email)).one()
    assert mail.kind == "case_handover"
    assert "Hankinta alkaa" in mail.body
    assert "Handed over to Mervi Ahosilta" in agent.get(f"{BOARD}/{case.id}").text


def test_somebody_who_may_not_own_it_is_no_choice(world: World, house: House, agent: StrictClient) -> None:
    case = world.case(house.challenge)
    for person in (house.leader, house.stranger):
        answer = agent.submit(f"{BOARD}/{case.id}/owner", owner_person_id=str(person.id))
        assert answer.status_code == 422
    with world.change() as session:
        assert session.get_one(FollowUpCase, case.id).owner_person_id is None
