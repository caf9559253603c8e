"""What stands around the pages of follow-up: the tabs of the room, and the way to one case.

A page of one case has a field `frame: CaseFrame`, and its template extends `procurement/case_layout.html`.
"""

from dataclasses import dataclass
from typing import Any

from app.adapters.language import translations
from app.domain.access import Permission, holds_in_city
from app.domain.followup import Stage
from app.domain.localized import Localized
from app.models import FollowUpCase
from app.queries import case as case_queries
from app.queries.case import Around
from app.web.pages import city_of, path_for
from app.web.visit import Visit
from app.web.words import N_


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the pages of follow-up."""

    label: str
    href: str
    current: bool
    count: int | None = None


_TABS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("board", N_("Board"), {}),
    ("list", N_("List"), {"q_view": "list"}),
    ("lacking", N_("Lacks something"), {"q_view": "lacking"}),
)


def tabs_of(visit: Visit[Any], current: str, lacking: int) -> list[Tab]:
    """The tabs; `current` is board, list, lacking or leadership, and `lacking` how many cases lack something."""
    city, gettext = city_of(visit), translations(visit.language).gettext
    tabs = [
        Tab(
            gettext(label),
            path_for(visit, "procurement.cases.index", city=city.slug, **params),
            current == name,
            lacking if name == "lacking" else None,
        )
        for name, label, params in _TABS
    ]
    leadership = path_for(visit, "procurement.leadership.show", city=city.slug)
    return [*tabs, Tab(gettext(N_("What came of it")), leadership, current == "leadership")]


@dataclass(frozen=True, slots=True)
class CaseFrame:
    """The case that a page belongs to, and what the visitor may do with it."""

    city_slug: str
    case_id: int
    title: Localized
    company: str
    stage: Stage
    may_edit: bool
    may_publish: bool
    may_see_history: bool


def frame_of(visit: Visit[Any], case: FollowUpCase, around: Around) -> CaseFrame:
    """The frame of a case that has been found."""
    city = city_of(visit)
    return CaseFrame(
        city_slug=city.slug,
        case_id=case.id,
        title=case.title,
        company=around.company,
        stage=case.stage,
        may_edit=holds_in_city(visit.actor, Permission.CASE_EDIT, city.id),
        may_publish=holds_in_city(visit.actor, Permission.CASE_PUBLISH, city.id),
        may_see_history=holds_in_city(visit.actor, Permission.AUDIT_SEE, city.id),
    )


def find(visit: Visit[Any], case_id: int) -> tuple[FollowUpCase, Around, CaseFrame]:
    """A case of the city with its frame. Refused when it is not there for the visitor."""
    case, around = case_queries.found(visit.session, visit.scope, city_of(visit).id, case_id)
    return case, around, frame_of(visit, case, around)
