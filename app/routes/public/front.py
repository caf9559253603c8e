"""The front page of the installation: the cities, and what is open for companies now."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.phase import Phase
from app.models import City
from app.queries import cities, public
from app.web.cache import show_public
from app.web.guard import Router, reads
from app.web.visit import Reading

router = Router()


@dataclass(frozen=True)
class FrontPage:
    """Open challenges first, then the cities."""

    template: ClassVar[str] = "public/front/show.html"
    challenges: list[public.ChallengeCard]
    cities: list[City]


@router.get("/", name="public.front.show")
def show_front(visit: Annotated[Reading, reads(Permission.PUBLIC_READ)]) -> Response:
    """All cities."""

    def build() -> FrontPage:
        events = public.events(visit.session, visit.now)
        open_now = [event.id for event in events if event.phase is Phase.CALL_OPEN]
        return FrontPage(public.challenges(visit.session, open_now), cities.all_cities(visit.session))

    return show_public(visit, build, version=public.newest_version(visit.session))
