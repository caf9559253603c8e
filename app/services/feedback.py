"""What people tell us about the service, sent to those who answer."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.adapters.database import WriteSession
from app.domain.access import Role
from app.queries import people
from app.queries.cities import CityFacts
from app.services import outbox


def send(session: WriteSession, city: CityFacts | None, words: str, email: str, language: str, now: datetime) -> None:
    """To the city's contact address, else to its organizers, else to the installation's admins."""
    if city is not None and city.contact_email:
        readers = [(city.contact_email, "", "fi")]
    else:
        found = people.staff(session, city.id, Role.ORGANIZER) if city is not None else people.admins(session)
        readers = [(person.email, person.name, person.locale) for person in found]
    for to_email, to_name, reads in readers:
        outbox.queue(
            session,
            "feedback",
            to_email=to_email,
            to_name=to_name,
            language=reads,
            now=now,
            zone=ZoneInfo(city.time_zone if city else "Europe/Helsinki"),
            context={"words": words, "email": email, "written_in": language},
            city_id=city.id if city else None,
        )
