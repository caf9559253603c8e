"""Events are found inside their own city only."""

from datetime import timedelta

import pytest

from app.adapters.database import WriteSession
from app.domain.phase import Phase
from app.domain.refusals import Reason, Refused
from app.queries import events
from tests.world import NOW, World


def test_an_event_is_found_by_address_and_by_id_in_its_own_city_only(session: WriteSession, world: World) -> None:
    tampere, oulu = world.city(), world.city("oulu", "Oulu")
    event = world.event(tampere, name="Kipinä 2027")
    assert events.by_slug(session, tampere.id, "kipina-2027").id == event.id
    assert events.by_id(session, tampere.id, event.id).id == event.id
    assert events.for_update(session, tampere.id, event.id).id == event.id
    with pytest.raises(Refused, match=Reason.NOT_FOUND):
        events.by_slug(session, oulu.id, "kipina-2027")
    with pytest.raises(Refused, match=Reason.NOT_FOUND):
        events.by_id(session, oulu.id, event.id)
    with pytest.raises(Refused, match=Reason.NOT_FOUND):
        events.for_update(session, oulu.id, event.id)
    with pytest.raises(Refused, match=Reason.NOT_FOUND):
        events.by_id(session, tampere.id, event.id + 1)


def test_the_phase_follows_from_the_dates(session: WriteSession, world: World) -> None:
    city = world.city()
    event = events.by_id(session, city.id, world.event(city, "call_open").id)
    assert events.phase_of(event, NOW) is Phase.CALL_OPEN
    assert events.phase_of(event, NOW + timedelta(days=365)) is Phase.FOLLOW_UP


def test_the_latest_day_comes_first_and_those_without_a_day_before_it(session: WriteSession, world: World) -> None:
    city = world.city()
    past, coming = world.event(city, "follow_up"), world.event(city, "published")
    unset = world.event(city, "draft", day_starts_at=None, day_ends_at=None)
    assert [event.id for event in events.of_city(session, city.id)] == [unset.id, coming.id, past.id]
