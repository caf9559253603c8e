"""One event with its organizer at the browser: what tests of the programme's pages begin with."""

from collections.abc import Callable
from dataclasses import dataclass

from app.models import City, Event, Person
from tests.strict import StrictClient

SignIn = Callable[[Person], StrictClient]


@dataclass
class Cast:
    """An event whose call has closed, and a browser of its organizer."""

    city: City
    event: Event
    owner: StrictClient

    @property
    def path(self) -> str:
        return f"/organizer/{self.city.slug}/events/{self.event.id}/programme"
