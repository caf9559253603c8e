"""The way into follow-up: the city's board, or a choice among several cities."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.queries import cities
from app.queries.cities import CityFacts
from app.web.guard import Router, reads
from app.web.pages import go, show
from app.web.visit import Reading

router = Router(prefix="/procurement")


@dataclass(frozen=True)
class HomePage:
    """The cities whose cases the person may see."""

    template: ClassVar[str] = "procurement/home/show.html"
    cities: list[CityFacts]


@router.get("", name="procurement.home.show")
def show_home(visit: Annotated[Reading, reads(Permission.CASE_SEE)]) -> Response:
    """Go on to the board when there is only one."""
    mine = [city for city_id in sorted(visit.scope.cities) if (city := cities.facts_by_id(visit.session, city_id))]
    if len(mine) == 1:
        return go(visit, "procurement.cases.index", city=mine[0].slug)
    return show(visit, HomePage(sorted(mine, key=lambda city: city.name.text(visit.language))))
