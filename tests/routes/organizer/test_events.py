"""Events as their organizers meet them: begun, filled in, published, cloned, closed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY, Role
from app.domain.application import State
from app.domain.localized import Localized
from app.domain.phase import Phase, phase_at
from app.models import AuditEvent, Challenge, Event, Person
from app.queries import challenges, criteria
from app.services import people
from tests.strict import StrictClient, form_of
from tests.world import NOW, World

SignIn = Callable[[Person], StrictClient]
HOUR = timedelta(hours=1)


def stored(engine: sa.Engine, event_id: int) -> Event:
    with reading(engine, EVERY_CITY) as session:
        return session.get_one(Event, event_id)


def test_one_city_opens_at_once_and_several_are_a_choice(world: World, sign_in: SignIn) -> None:
    tampere, oulu = world.city(), world.city("oulu", "Oulu")
    one = sign_in(world.organizer(tampere)).get("/organizer")
    assert (one.status_code, one.headers["location"]) == (303, "/fi/organizer/tampere/events")
    both = world.organizer(tampere)
    with world.change() as session:
        people.grant(session, world.actor(both), oulu.id, both, Role.LEADERSHIP, NOW)
    page = sign_in(both).get("/organizer").text
    assert "/organizer/tampere/events" in page
    assert "/organizer/oulu/events" in page


def test_an_empty_city_is_led_to_its_first_event(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    client = sign_in(world.organizer(world.city()))
    page = client.get("/organizer/tampere/events").text
    assert "Ei vielä tapahtumia" in page
    assert "/fi/organizer/tampere/events/new" in page
    empty = client.submit("/organizer/tampere/events/new", "/events")
    assert empty.status_code == 422
    assert "Täytä tämä" in empty.text
    begun = client.submit("/organizer/tampere/events/new", "/events", name_fi="Kipinä 2027", name_sv="Gnista 2027")
    assert begun.status_code == 303
    hub = client.get(begun.headers["location"])
    assert "Kipinä 2027" in hub.text
    assert "Yhtään haastetta ei vielä ole." in hub.text
    with reading(engine, EVERY_CITY) as session:
        event = session.exec(select(Event)).one()
        assert (event.slug, event.name) == ("kipina-2027", Localized("Kipinä 2027", "Gnista 2027"))
        trail = session.exec(select(AuditEvent).where(AuditEvent.object_type == "event")).one()
        assert (trail.action, trail.after["name"]["fi"]) == ("created", "Kipinä 2027")


def test_others_do_not_get_in(world: World, client: StrictClient, sign_in: SignIn) -> None:
    city, other = world.city(), world.city("oulu", "Oulu")
    event = world.event(city)
    hub = f"/organizer/tampere/events/{event.id}"
    assert client.get(hub).status_code == 303
    assert sign_in(world.organizer(other)).get(hub).status_code == 404
    assert sign_in(world.organizer(other)).get(f"/organizer/oulu/events/{event.id}").status_code == 404
    assert sign_in(world.person()).get(hub).status_code == 403
    leader = sign_in(world.member(city, Role.LEADERSHIP))
    seen = leader.get(hub)
    assert seen.status_code == 200
    assert f"{hub}/edit" not in seen.text
    for page in ("/edit", "/publication", "/clone"):
        assert leader.get(hub + page).status_code == 403, page


def fill_in(client: StrictClient, event: Event, **values: str) -> Any:
    return client.submit(f"/organizer/tampere/events/{event.id}/edit", f"/events/{event.id}", **values)


def test_dates_are_typed_as_people_write_them_and_kept_as_moments(
    world: World, sign_in: SignIn, engine: sa.Engine
) -> None:
    city = world.city()
    event = world.event(city, "draft")
    client = sign_in(world.organizer(city))
    answer = fill_in(
        client,
        event,
        call_opens_at_date="1.2.2027",
        call_opens_at_time="9",
        call_closes_at_date="12.2.2027",
        call_closes_at_time="16.00",
        jury_opens_at_date="",
        jury_opens_at_time="",
        day_starts_at_date="2027-04-15",
        day_starts_at_time="8:30",
        day_ends_at_date="15.4.2027",
        day_ends_at_time="",
        summary_fi="Etsimme kumppaneita\nkaavoitukseen",
    )
    assert answer.status_code == 303, answer.text
    saved = stored(engine, event.id)
    assert saved.call_closes_at is not None
    assert saved.call_closes_at.isoformat() == "2027-02-12T14:00:00+00:00"
    assert saved.day_starts_at is not None
    assert saved.day_starts_at.isoformat() == "2027-04-15T05:30:00+00:00"
    assert saved.day_ends_at is not None
    assert saved.day_ends_at.isoformat() == "2027-04-15T13:00:00+00:00"
    assert saved.jury_opens_at is None
    assert saved.summary.fi == "Etsimme kumppaneita kaavoitukseen"
    assert saved.version == 2


def test_hours_are_those_of_the_city_before_and_after_the_clocks_change(
    world: World, sign_in: SignIn, engine: sa.Engine
) -> None:
    city = world.city()
    event = world.event(city, "draft")
    client = sign_in(world.organizer(city))
    dates = {
        "call_opens_at_date": "1.3.2027", "call_opens_at_time": "9", "call_closes_at_date": "30.3.2027",
        "call_closes_at_time": "16.00", "jury_opens_at_date": "", "jury_opens_at_time": "",
        "day_starts_at_date": "1.11.2027", "day_starts_at_time": "9.00", "day_ends_at_date": "1.11.2027",
        "day_ends_at_time": "16.00",
    }  # fmt: skip
    skipped = fill_in(client, event, **dates | {"call_closes_at_date": "28.3.2027", "call_closes_at_time": "3.30"})
    assert skipped.status_code == 422
    assert "Kelloja siirretään sinä yönä" in skipped.text
    assert 'value="3.30"' in skipped.text
    assert fill_in(client, event, **dates).status_code == 303
    saved = replace(stored(engine, event.id).milestones, published_at=NOW - timedelta(days=365))
    zone, second = ZoneInfo("Europe/Helsinki"), timedelta(seconds=1)
    for moment, before, after in (
        (datetime(2027, 3, 1, 9, tzinfo=zone), Phase.PUBLISHED, Phase.CALL_OPEN),
        (datetime(2027, 3, 30, 16, tzinfo=zone), Phase.CALL_OPEN, Phase.JURY),
        (datetime(2027, 11, 1, 9, tzinfo=zone), Phase.JURY, Phase.HELD),
        (datetime(2027, 11, 1, 16, tzinfo=zone), Phase.HELD, Phase.FOLLOW_UP),
    ):
        assert phase_at(saved, moment.astimezone(UTC) - second) is before
        assert phase_at(saved, moment.astimezone(UTC)) is after


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"call_closes_at_date": "31.2.2027"}, "call_closes_at_date", "Kirjoita päivä muodossa"),
        ({"call_closes_at_time": "25.00"}, "call_closes_at_time", "Kirjoita kellonaika"),
        ({"call_closes_at_date": "1.1.2020"}, "call_closes_at", "Haun pitää sulkeutua"),
        ({"day_ends_at_date": "1.1.2020"}, "day_ends_at", "Päivän"),
        ({"call_opens_at_date": "", "call_opens_at_time": "9.00"}, "call_opens_at_date", "Täytä tämä"),
        ({"name_fi": "", "name_sv": "", "name_en": ""}, "name_fi", "Täytä tämä"),
        ({"places_to_pitch": "monta"}, "places_to_pitch", "Kirjoita kokonaisluku"),
        ({"name_fi": "x" * 301}, "name_fi", "Lyhennä"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    world: World, sign_in: SignIn, engine: sa.Engine, values: dict[str, str], field: str, sentence: str
) -> None:
    city = world.city()
    event = world.event(city, "draft")
    answer = fill_in(sign_in(world.organizer(city)), event, summary_fi="Kirjoitettu jo", **values)
    assert answer.status_code == 422
    assert f'id="organizer-events-edit-{field}-error"' in answer.text
    assert sentence in answer.text
    assert "Kirjoitettu jo" in answer.text
    for typed in values.values():
        assert typed in answer.text
    assert stored(engine, event.id).version == 1


def test_a_published_event_stays_whole_and_in_both_languages(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    city = world.city()
    event = world.event(city, "published")
    client = sign_in(world.organizer(city))
    answer = fill_in(client, event, summary_sv="", day_ends_at_date="", day_ends_at_time="")
    assert answer.status_code == 422
    assert 'id="organizer-events-edit-summary_sv-error"' in answer.text
    assert 'id="organizer-events-edit-day_ends_at_date-error"' in answer.text
    assert fill_in(client, event, summary_en="").status_code == 303
    assert stored(engine, event.id).summary.en == ""


def test_the_dates_of_an_open_call_change_only_after_a_question(
    world: World, sign_in: SignIn, engine: sa.Engine
) -> None:
    city = world.city()
    event = world.event(city, "call_open")
    client = sign_in(world.organizer(city))
    closes = event.call_closes_at
    assert closes is not None
    later = (closes + timedelta(days=2)).replace(hour=10, minute=0, second=0)
    typed = {"call_closes_at_date": f"{later.day}.{later.month}.{later.year}", "call_closes_at_time": "12"}
    asked = fill_in(client, event, summary_fi="Uusi lause", **typed)
    assert asked.status_code == 200
    assert "Muutetaanko käynnissä olevan tapahtuman aikoja?" in asked.text
    assert "→" in asked.text
    assert stored(engine, event.id).call_closes_at == closes
    data, target = form_of(asked.text)
    assert client.post(target, data=data).status_code == 303
    saved = stored(engine, event.id)
    assert saved.call_closes_at is not None
    assert saved.call_closes_at.astimezone(ZoneInfo("Europe/Helsinki")).date() == later.date()
    assert (saved.call_opens_at, saved.day_ends_at) == (event.call_opens_at, event.day_ends_at)
    assert saved.summary.fi == "Uusi lause"
    # Words alone are changed without a question.
    assert fill_in(client, event, summary_fi="Vielä uudempi").status_code == 303


def test_whoever_saves_second_sees_both_texts(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    city = world.city()
    event = world.event(city, "draft")
    mine, theirs = sign_in(world.organizer(city)), sign_in(world.organizer(city))
    assert fill_in(theirs, event, place_fi="Tulli").status_code == 303
    late = fill_in(mine, event, version="1", place_fi="Tampere-talo")
    assert late.status_code == 409
    assert "Tulli" in late.text
    assert "Tampere-talo" in late.text
    assert stored(engine, event.id).place.fi == "Tulli"
    data, target = form_of(late.text)
    assert mine.post(target, data=data).status_code == 303
    assert stored(engine, event.id).place.fi == "Tampere-talo"


def test_publishing_waits_for_what_is_missing_and_names_it(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    city = world.city()
    event = world.event(city, "draft")
    client = sign_in(world.organizer(city))
    page = f"/organizer/tampere/events/{event.id}/publication"
    missing = client.get(page).text
    assert "Yhtään haastetta ei vielä ole." in missing
    assert "Arviointiperusteet, joilla" in missing
    challenge = world.challenge(event, present=Localized("Vain suomeksi"))
    world.criteria(event)
    missing = client.get(page).text
    assert "Miten nyt toimitaan: ei vielä kirjoitettu ruotsiksi." in missing
    assert f"/challenges/{challenge.id}/edit" in missing
    # A form from an older page does not publish either.
    data = {"csrf": client.get("/organizer/tampere/events/new").text.split('name="csrf" value="')[1].split('"')[0]}
    assert client.post(page, data=data).status_code == 409
    assert stored(engine, event.id).published_at is None
    with world.change() as session:
        session.get_one(Challenge, challenge.id).present = Localized("Nyt", "Nu")
    assert client.submit(page, "/publication").status_code == 303
    assert stored(engine, event.id).published_at is not None
    assert client.get(page).status_code == 409


def test_the_next_edition_remembers_the_one_before(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    city = world.city()
    event = world.event(city, "follow_up", name="Kipinä 2026")
    mine = world.challenge(event)
    world.criteria(event)
    world.criteria(event, (5,), challenge=mine)
    client = sign_in(world.organizer(city))
    made = client.submit(f"/organizer/tampere/events/{event.id}/clone", "/clone")
    assert made.status_code == 303
    with reading(engine, EVERY_CITY) as session:
        copy = session.exec(select(Event).where(Event.previous_id == event.id)).one()
    assert copy.name.fi == "Kipinä 2027"
    assert (copy.published_at, copy.decided_at, copy.slug) == (None, None, "kipina-2027")
    assert copy.summary == event.summary
    assert copy.call_opens_at is not None
    assert event.call_opens_at is not None
    assert copy.call_opens_at - event.call_opens_at in {timedelta(days=364) + n * HOUR for n in (-1, 0, 1)}
    assert copy.call_opens_at.weekday() == event.call_opens_at.weekday()
    with reading(engine, EVERY_CITY) as session:
        (challenge,) = challenges.of_event(session, copy.id)
        assert challenge.title == mine.title
        of_copy = criteria.of_event(session, copy.id)
    assert [(c.weight, c.challenge_id) for c in of_copy] == [
        (30, None), (30, None), (20, None), (20, None), (5, challenge.id),
    ]  # fmt: skip
    assert "Kipinä 2026" in client.get(f"/organizer/tampere/events/{copy.id}").text
    assert "Kipinä 2027" in client.get(f"/organizer/tampere/events/{event.id}").text
    bare = client.get(f"/organizer/tampere/events/{event.id}/clone").text
    data, target = form_of(bare)
    del data["with_challenges"]
    client.post(target, data=data)
    with reading(engine, EVERY_CITY) as session:
        second = session.exec(select(Event).where(Event.slug == "kipina-2027-2")).one()
        assert challenges.of_event(session, second.id) == []
        assert len(criteria.of_event(session, second.id)) == 4


def test_an_event_is_closed_when_its_day_is_over_and_then_stays(
    world: World, sign_in: SignIn, engine: sa.Engine
) -> None:
    city = world.city()
    over, early = world.event(city, "follow_up"), world.event(city, "call_open", name="Toinen")
    client = sign_in(world.organizer(city))
    hub = f"/organizer/tampere/events/{over.id}"
    world.application(world.challenge(over), state=State.CONFIRMED)
    world.sign(over)
    assert f'href="/fi/procurement/tampere/events/{over.id}/opening"' in client.get(hub).text, "what comes next"
    asked = client.submit(hub, "/closing")
    assert "Päätetäänkö tapahtuma lopullisesti?" in asked.text
    assert stored(engine, over.id).closed_at is None
    assert client.submit(hub, "/closing", confirmed="yes").status_code == 303
    assert stored(engine, over.id).closed_at is not None
    assert "/closing" not in client.get(hub).text
    token = client.get(hub).text.split('name="csrf" value="')[1].split('"')[0]
    refused = client.post(f"/organizer/tampere/events/{early.id}/closing", data={"csrf": token, "confirmed": "yes"})
    assert refused.status_code == 409


@pytest.mark.parametrize("events", [1, 3])
def test_the_list_and_the_hub_ask_the_database_the_same_number_of_times(
    world: World, sign_in: SignIn, queries: Callable[[], int], events: int
) -> None:
    city = world.city()
    made = [world.event(city, phase) for phase in ("call_open", "draft", "follow_up")[:events]]
    for number in range(events):
        world.application(world.challenge(made[0], f"Haaste {number}"))
    world.criteria(made[0])
    client = sign_in(world.organizer(city))
    queries()
    assert client.get("/organizer/tampere/events").status_code == 200
    assert queries() == 5
    assert client.get(f"/organizer/tampere/events/{made[0].id}").status_code == 200
    assert queries() == 6
