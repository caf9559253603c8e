"""History: who changed what, and when, in words."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.refusals import Reason, Refused
from app.queries import audit, case, events
from app.routes.organizer.city_frame import CityFrame, city_frame
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.web.deeds import Told, tell
from app.web.guard import Router, reads
from app.web.pages import city_of, path_for, show
from app.web.visit import Reading

router = Router(prefix="/organizer/{city}/history")


@dataclass(frozen=True)
class HistoryPage:
    """What was done to a case; `about` is its title."""

    template: ClassVar[str] = "organizer/audit/index.html"
    city: str
    case_id: int
    about: str
    deeds: list[Told]
    newer: str | None
    older: str | None


@dataclass(frozen=True)
class EventHistoryPage:
    """The same under the tabs of an event."""

    template: ClassVar[str] = "organizer/audit/event.html"
    frame: EventFrame
    deeds: list[Told]
    newer: str | None
    older: str | None


@dataclass(frozen=True)
class CityHistoryPage:
    """The same under the tabs of a city."""

    template: ClassVar[str] = "organizer/audit/city.html"
    frame: CityFrame
    deeds: list[Told]
    newer: str | None
    older: str | None
    seal: str
    """What the newest change in the list, and all before it, can be proved with."""


@router.get("/{kind}/{object_id}", name="organizer.audit.index")
def index(visit: Annotated[Reading, reads(Permission.AUDIT_SEE)], kind: str, object_id: int, page: int = 1) -> Response:
    """The history of an event with all that belongs to it, of a case, or of the city."""
    city, page = city_of(visit), max(page, 1)
    event = None
    about = ""
    if kind == "event":
        event = events.by_id(visit.session, city.id, object_id)
        found = audit.of_event(visit.session, event.id, visit.actor.person, page)
    elif kind == "follow_up_case":
        one, _ = case.found(visit.session, visit.scope, city.id, object_id)
        about = one.title.text(visit.language)
        found = audit.of_case(visit.session, one.id, page)
    elif kind == "city" and object_id == city.id:
        found = audit.of_city(visit.session, city.id, page)
    else:
        raise Refused(Reason.NOT_FOUND)
    names = audit.names(visit.session, found)
    deeds = [tell(deed, names, visit.language, visit.zone) for deed in found[: audit.PAGE]]

    def at(number: int) -> str:
        return path_for(visit, "organizer.audit.index", city=city.slug, kind=kind, object_id=object_id, q_page=number)

    newer = at(page - 1) if page > 1 else None
    older = at(page + 1) if len(found) > audit.PAGE else None
    if event is not None:
        return show(visit, EventHistoryPage(frame_of(visit, event, "organizer.audit.index"), deeds, newer, older))
    if kind == "city":
        seal = audit.seal_of_city(visit.session, city.id)
        return show(visit, CityHistoryPage(city_frame(visit, "organizer.audit.index"), deeds, newer, older, seal))
    return show(visit, HistoryPage(city.slug, object_id, about, deeds, newer, older))
