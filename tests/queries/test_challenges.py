"""Challenges and criteria are found inside their own event only, in the order that people see."""

import pytest

from app.adapters.database import WriteSession
from app.domain.refusals import Reason, Refused
from app.queries import challenges, criteria
from tests.world import World, texts


def test_a_challenge_is_found_by_number_and_by_id_in_its_own_event_only(session: WriteSession, world: World) -> None:
    city = world.city()
    event, other = world.event(city, name="Kipinä 2026"), world.event(city, name="Kipinä 2027")
    challenge = world.challenge(event, "Älykäs katuvalo")
    assert challenges.by_number(session, event.id, 1).id == challenge.id
    assert challenges.by_id(session, event.id, challenge.id).id == challenge.id
    assert challenges.for_update(session, event.id, challenge.id).id == challenge.id
    with pytest.raises(Refused, match=Reason.NOT_FOUND):
        challenges.by_number(session, other.id, 1)
    with pytest.raises(Refused, match=Reason.NOT_FOUND):
        challenges.by_id(session, other.id, challenge.id)
    with pytest.raises(Refused, match=Reason.NOT_FOUND):
        challenges.for_update(session, other.id, challenge.id)


def test_the_list_goes_by_numbers_and_names_owner_and_unit(session: WriteSession, world: World) -> None:
    city = world.city()
    owner, unit = world.organizer(city, "Maija Mäki"), world.unit(city, "Kaupunkisuunnittelu")
    event = world.event(city)
    world.challenge(event, "Ensimmäinen", owner_person_id=owner.id, owner_unit_id=unit.id)
    world.challenge(event, "Toinen")
    first, second = challenges.of_event(session, event.id)
    assert (first.number, first.title.fi, first.owner) == (1, "Ensimmäinen", "Maija Mäki")
    assert first.unit == texts("Kaupunkisuunnittelu")
    assert (second.number, second.owner) == (2, "")
    assert not second.unit
    assert not second.platform


def test_an_application_is_scored_by_the_common_criteria_and_its_challenges_own(
    session: WriteSession, world: World
) -> None:
    event = world.event(world.city())
    mine, other = world.challenge(event), world.challenge(event, "Toinen")
    common = world.criteria(event, (60, 40))
    own = world.criteria(event, (10,), challenge=mine)
    of_other = world.criteria(event, (20,), challenge=other)
    found = [criterion.id for criterion in criteria.of_challenge(session, event.id, mine.id)]
    assert found == [criterion.id for criterion in [*common, *own]]
    everything = [criterion.id for criterion in criteria.of_event(session, event.id)]
    assert everything == [criterion.id for criterion in [*common, *own, *of_other]]
    assert criteria.for_update(session, event.id, common[0].id).weight == 60
    assert not criteria.scoring_begun(session, event.id)
