"""What stands around a city's own staff pages: the tabs to its events, settings, units and people."""

from dataclasses import dataclass
from typing import Any

from app.adapters.language import translations
from app.domain.access import Permission, holds_in_city
from app.queries.cities import CityFacts
from app.web.pages import Link, city_of, path_for
from app.web.visit import Visit
from app.web.words import N_


@dataclass(frozen=True, slots=True)
class CityFrame:
    """The city that a page belongs to; the page's template extends `organizer/city_layout.html`."""

    city: CityFacts
    tabs: list[Link]


_TABS: tuple[tuple[Permission, str, str], ...] = (
    (Permission.EVENT_SEE, N_("Events"), "organizer.events.index"),
    (Permission.CITY_MANAGE, N_("City"), "organizer.city.edit"),
    (Permission.CITY_MANAGE, N_("Units and platforms"), "organizer.units.index"),
    (Permission.CITY_MANAGE, N_("People"), "organizer.people.index"),
    (Permission.CITY_MANAGE, N_("Data"), "organizer.retention.edit"),
)


def city_frame(visit: Visit[Any], current: str) -> CityFrame:
    """The frame for a page under the tab whose route is `current`; tabs that are not for the visitor are left out."""
    city = city_of(visit)
    gettext = translations(visit.language).gettext
    tabs = [
        Link(gettext(label), path_for(visit, route, city=city.slug), current=route == current)
        for permission, label, route in _TABS
        if holds_in_city(visit.actor, permission, city.id)
    ]
    if holds_in_city(visit.actor, Permission.AUDIT_SEE, city.id):
        href = path_for(visit, "organizer.audit.index", city=city.slug, kind="city", object_id=city.id)
        tabs.append(Link(gettext(N_("History")), href, current=current == "organizer.audit.index"))
    return CityFrame(city, tabs if len(tabs) > 1 else [])
