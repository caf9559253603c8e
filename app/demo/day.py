"""The programmes of the demo's pitch days."""

from collections.abc import Callable
from typing import Any

from app.adapters.database import WriteSession
from app.demo.content import event_named, read, text
from app.demo.judging import actor
from app.domain.schedule import SessionKind
from app.models import Event, Person
from app.queries import cities
from app.services import programme, releases


def load_programmes(session: WriteSession, loaded: Any, advance: Callable[[], None]) -> None:
    """The day of 2016 as it was released, and the coming one as a draft with two clashes left in."""
    for one in read("programme")["programmes"]:
        event = session.get_one(Event, loaded.id("event", one["event"]))
        organizer = actor(session, loaded.id("organizer", one["event"]))
        began = event.decided_at or loaded.calendar.now
        day = loaded.calendar.day(event_named(one["event"])["dates"]["day_starts_at"], workday=True)
        places = {}
        for place in one["places"]:
            at = (place["map"]["x"], place["map"]["y"]) if place.get("map") else None
            draft = programme.PlaceDraft(text(place["name"]), place["capacity"], at)
            row = programme.add_place(session, organizer, event, draft, began)
            session.flush()
            places[place["key"]] = row.id
        for item in one["sessions"]:
            programme.add_session(session, organizer, event, _session(session, loaded, item, places, day, one), began)
            advance()
        session.flush()
        if one["release"]:
            city = cities.facts_by_id(session, event.city_id)
            assert city is not None  # noqa: S101
            released = one["release"]
            at = loaded.calendar.moment(released["released_at"])
            by = actor(session, loaded.id("person", released["released_by"]))
            releases.release(session, by, city, event, released["name"], text(released["comment"]), at)


def _session(
    session: WriteSession, loaded: Any, item: dict[str, Any], places: dict[str, int], day: Any, one: dict[str, Any]
) -> programme.SessionDraft:
    city = event_named(one["event"])["city"]
    names = [session.get_one(Person, loaded.id("person", key)).name for key in item.get("people", [])]
    on_map = item.get("map")
    return programme.SessionDraft(
        kind=SessionKind(item["kind"]),
        title=text(item["title"]),
        abstract=text(item.get("abstract")),
        place_id=places.get(str(item.get("place"))),
        starts_at=loaded.calendar.at(day, item["starts"]),
        ends_at=loaded.calendar.at(day, item["ends"]),
        application_id=loaded.ids["application"].get(item.get("application")),
        challenge_id=loaded.ids["challenge"].get(item.get("challenge")),
        unit_id=loaded.ids["unit"].get(f"{city} {item.get('unit')}"),
        people=tuple(names),
        stand=item.get("stand", ""),
        at=(on_map["x"], on_map["y"]) if on_map else None,
    )
