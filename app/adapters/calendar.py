"""iCalendar (RFC 5545): the programme as a file for anybody's calendar, and invitations by mail (RFC 5546, 6047).

Every session keeps its UID through all releases; its SEQUENCE is the number of the release in which it last changed.
Moments are UTC, which every calendar shows in its own zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from icalendar import Calendar, Event, vCalAddress, vText

from app.domain.release import Programme, ReleasedSession

PRODUCT = "-//Kipina//Programme//EN"


@dataclass(frozen=True, slots=True)
class Day:
    """What the sessions of a release share. `stamp` is when it was released, `host` makes the UIDs unique."""

    name: str
    where: str
    url: str
    host: str
    stamp: datetime
    language: str


def feed(day: Day, programme: Programme, sessions: Iterable[ReleasedSession]) -> str:
    """A file with some sessions of a programme, to be opened or subscribed to."""
    calendar = _calendar()
    calendar.add("name", day.name)
    calendar.add("x-wr-calname", day.name)
    calendar.add("url", day.url)
    for session in sessions:
        calendar.add_component(_event(day, programme, session))
    return str(calendar.to_ical(), "utf-8")


def invitation(
    day: Day,
    programme: Programme,
    session: ReleasedSession,
    *,
    organizer: tuple[str, str],
    attendee: tuple[str, str],
    cancelled_in: int | None = None,
) -> str:
    """One session as a message to one person; `organizer` and `attendee` are (address, name).

    A REQUEST; or, with the number of the release in which the session went, a CANCEL. RFC 5546 wants one UID per
    message, so several sessions are several messages.
    """
    calendar = _calendar()
    calendar.add("method", "REQUEST" if cancelled_in is None else "CANCEL")
    event = _event(day, programme, session)
    event.add("organizer", _address(*organizer))
    event.add("attendee", _address(*attendee, ROLE="REQ-PARTICIPANT", PARTSTAT="NEEDS-ACTION", RSVP="FALSE"))
    event.add("status", "CONFIRMED" if cancelled_in is None else "CANCELLED")
    if cancelled_in is not None:
        event["sequence"] = cancelled_in
    calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _event(day: Day, programme: Programme, session: ReleasedSession) -> Event:
    company = programme.company.get(session.company)
    place = programme.place.get(session.place)
    title = programme.title(session, day.language)
    event = Event()
    event.add("uid", f"session-{session.id}@{day.host}")
    event.add("dtstamp", day.stamp)
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("sequence", session.sequence)
    event.add("summary", title if company is None or company.name in title else f"{company.name}: {title}")
    where = ", ".join(part for part in (place.name.text(day.language) if place else "", day.where) if part)
    if where:
        event.add("location", where)
    about = "\n\n".join(
        part for part in (session.abstract.text(day.language), ", ".join(session.people), day.name) if part
    )
    event.add("description", about)
    event.add("url", day.url)
    return event


def _address(address: str, name: str, **parameters: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{address}")
    # A quote cannot stand in a parameter (RFC 5545 3.1), nor can a line break.
    found.params["CN"] = vText(" ".join(name.replace('"', "'").split()) or address)
    for key, value in parameters.items():
        found.params[key] = vText(value)
    return found
