"""What came of an event: published by the organizer after a look, and told with the lessons."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission, holds_in_city
from app.domain.followup import FunnelStep
from app.domain.refusals import Reason, Refused
from app.models import Event
from app.queries import followup, public
from app.routes.public.events import public_event
from app.web.cache import show_public
from app.web.guard import Router, reads
from app.web.pages import city_of
from app.web.visit import Reading

router = Router(prefix="/{city}/{event}/results")


@dataclass(frozen=True)
class ResultsPage:
    """How far the ideas came, the stories, and who was heard."""

    template: ClassVar[str] = "public/results/show.html"
    city_slug: str
    event: Event
    funnel: list[tuple[FunnelStep, int]]
    stories: list[followup.Story]
    pitched: list[public.Pitched]


@router.get("", name="public.results.show")
def show_results(visit: Annotated[Reading, reads(Permission.PUBLIC_READ)], event: str) -> Response:
    """The results; before they are published only for those who prepare them."""
    city = city_of(visit)

    def build() -> ResultsPage:
        found, _ = public_event(visit, event)
        if found.results_published_at is None and not holds_in_city(visit.actor, Permission.EVENT_SEE, city.id):
            raise Refused(Reason.NOT_FOUND)
        return ResultsPage(
            city_slug=city.slug,
            event=found,
            funnel=list(followup.funnel(visit.session, found, visit.actor.person).items()),
            stories=followup.published(visit.session, city.id, found.id),
            pitched=public.pitched(visit.session, found.id),
        )

    return show_public(visit, build, version=city.public_version)
