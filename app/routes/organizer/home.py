"""The door of the city's staff: straight to the events of their city, or a choice when they have several."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.models import City
from app.queries import cities
from app.web.guard import Router, reads
from app.web.pages import go, show
from app.web.visit import Reading

router = Router(prefix="/organizer")


@dataclass(frozen=True)
class HomePage:
    """The cities one works for."""

    template: ClassVar[str] = "organizer/home/show.html"
    cities: list[City]


@router.get("", name="organizer.home.show")
def show_home(visit: Annotated[Reading, reads(Permission.EVENT_SEE)]) -> Response:
    """To the one city, or a choice."""
    mine = [city for city in cities.all_cities(visit.session) if city.id in visit.scope.cities]
    if len(mine) == 1:
        return go(visit, "organizer.events.index", city=mine[0].slug)
    return show(visit, HomePage(mine))
