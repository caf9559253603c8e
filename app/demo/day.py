"""The demo's pitch days: what was decided, and the programmes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from app.adapters.database import WriteSession
from app.demo.content import read, text
from app.demo.judging import actor
from app.domain.application import Action
from app.domain.deciding import Outcome
from app.domain.phase import phase_at
from app.domain.schedule import SessionKind
from app.models import Application, Event, Person
from app.queries import cities
from app.queries import deciding as deciding_queries
from app.services import applications, deciding, programme, releases


def load_decisions(session: WriteSession, loaded: Any, advance: Callable[[], None]) -> None:
    """The decisions of 2016: prepared, signed together, and confirmed by those who were invited."""
    event = session.get_one(Event, loaded.id("event", "kipina-2016"))
    organizer = actor(session, loaded.id("organizer", "kipina-2016"))
    signed_at = loaded.calendar.moment(_event("kipina-2016")["dates"]["decided_at"])
    mine = [one for one in read("applications")["applications"] if one["event"] == "kipina-2016" and one["decision"]]
    mine.sort(key=lambda one: one["decision"]["reserve_rank"] or 0)
    for one in mine:
        application = session.get_one(Application, loaded.id("application", one["key"]))
        made = one["decision"]
        deciding.prepare(
            session, organizer, event, application, None, Outcome(made["outcome"]), signed_at - timedelta(days=1),
            reasons=made["reasons"],
        )  # fmt: skip
        advance()
    session.flush()
    deciding.write_mails(session, organizer, event, signed_at)
    session.flush()
    deciding.sign(session, organizer, event, deciding_queries.revision_now(session, event.id), signed_at)
    session.flush()
    for one in mine:
        if one["state"] == "confirmed":
            application = session.get_one(Application, loaded.id("application", one["key"]))
            owner = actor(session, loaded.id("owner", one["company"]))
            at = signed_at + timedelta(days=2)
            phase = phase_at(event.milestones, at)
            applications.move(session, owner, application, Action.CONFIRM, at, phase)
            advance()


def load_programmes(session: WriteSession, loaded: Any, advance: Callable[[], None]) -> None:
    """The day of 2016 as it was released, and the coming one as a draft with two clashes left in."""
    for one in read("programme")["programmes"]:
        event = session.get_one(Event, loaded.id("event", one["event"]))
        organizer = actor(session, loaded.id("organizer", one["event"]))
        began = event.decided_at or loaded.calendar.now
        day = loaded.calendar.day(_event(one["event"])["dates"]["day_starts_at"], workday=True)
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
    city = _event(one["event"])["city"]
    names = [session.get_one(Person, loaded.id("person", key)).name for key in item.get("people", [])]
    on_map = item.get("map")
    return programme.SessionDraft(
        kind=SessionKind(item["kind"]),
        title=text(item["title"]),
        abstract=text(item.get("abstract")),
        place_id=places.get(item.get("place")),
        starts_at=loaded.calendar.at(day, item["starts"]),
        ends_at=loaded.calendar.at(day, item["ends"]),
        application_id=loaded.ids["application"].get(item.get("application")),
        challenge_id=loaded.ids["challenge"].get(item.get("challenge")),
        unit_id=loaded.ids["unit"].get(f"{city} {item.get('unit')}"),
        people=tuple(names),
        stand=item.get("stand", ""),
        at=(on_map["x"], on_map["y"]) if on_map else None,
    )


def _event(key: str) -> dict[str, Any]:
    return next(one for one in read("events")["events"] if one["key"] == key)
