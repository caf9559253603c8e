"""What stands around every staff page of one event: the way here, and the tabs to the event's other pages.

A page has a field `frame: EventFrame`, and its template extends `organizer/event_layout.html`.
"""

from dataclasses import dataclass
from typing import Any

from app.adapters.language import translations
from app.domain.access import Permission, holds_in_city
from app.domain.localized import Localized
from app.domain.phase import Phase
from app.models import Event
from app.queries.cities import CityFacts
from app.queries.events import phase_of
from app.web.pages import Link, city_of, path_for
from app.web.visit import Visit
from app.web.words import N_


@dataclass(frozen=True, slots=True)
class EventFrame:
    """The event that a page belongs to. `may_manage`: may the visitor change the event itself."""

    city: CityFacts
    event_id: int
    slug: str
    name: Localized
    phase: Phase
    tabs: list[Link]
    may_manage: bool


_TABS: tuple[tuple[Permission, str, str], ...] = (
    (Permission.EVENT_SEE, N_("Overview"), "organizer.events.show"),
    (Permission.EVENT_SEE, N_("Challenges"), "organizer.challenges.index"),
    (Permission.EVENT_SEE, N_("Criteria"), "organizer.criteria.index"),
    (Permission.APPLICATION_SEE, N_("Applications"), "organizer.applications.index"),
    (Permission.PANEL_MANAGE, N_("Jury"), "organizer.panel.show"),
    (Permission.RESULTS_SEE, N_("Results"), "organizer.results.index"),
    (Permission.DECISION_MANAGE, N_("Decisions"), "organizer.decisions.index"),
    (Permission.PROGRAMME_MANAGE, N_("Programme"), "organizer.programme.index"),
    (Permission.MAIL_MANAGE, N_("Mail"), "organizer.mail.index"),
)


def frame_of(visit: Visit[Any], event: Event, current: str) -> EventFrame:
    """The frame for a page under the tab whose route is `current`; tabs that are not for the visitor are left out."""
    city = city_of(visit)
    gettext = translations(visit.language).gettext
    tabs = [
        Link(gettext(label), path_for(visit, route, city=city.slug, event_id=event.id), current=route == current)
        for permission, label, route in _TABS
        if holds_in_city(visit.actor, permission, city.id)
    ]
    if holds_in_city(visit.actor, Permission.AUDIT_SEE, city.id):
        history = path_for(visit, "organizer.audit.index", city=city.slug, kind="event", object_id=event.id)
        tabs.append(Link(gettext(N_("History")), history, current=current == "organizer.audit.index"))
    return EventFrame(
        city=city,
        event_id=event.id,
        slug=event.slug,
        name=event.name,
        phase=phase_of(event, visit.now),
        tabs=tabs,
        may_manage=holds_in_city(visit.actor, Permission.EVENT_MANAGE, city.id),
    )
