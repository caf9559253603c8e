"""A city's entry page, its mark, and the feed of its open calls."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.localized import Localized
from app.domain.phase import Phase
from app.models import Platform
from app.queries import cities, public
from app.web.cache import show_public
from app.web.guard import Router, reads
from app.web.pages import city_of
from app.web.visit import Reading

router = Router()


@dataclass(frozen=True)
class CityPage:
    """What is open, what has been, and the platforms."""

    template: ClassVar[str] = "public/city/show.html"
    name: Localized
    slug: str
    welcome: Localized
    open_events: list[public.EventLine]
    challenges: list[public.ChallengeCard]
    other_events: list[public.EventLine]
    platforms: list[Platform]


@dataclass(frozen=True)
class FeedPage:
    """The open challenges as Atom."""

    template: ClassVar[str] = "public/feed/show.xml"
    name: Localized
    slug: str
    challenges: list[public.ChallengeCard]
    updated: str


@router.get("/{city}", name="public.city.show")
def show_city(visit: Annotated[Reading, reads(Permission.PUBLIC_READ)]) -> Response:
    """The city's one channel for companies."""
    city = city_of(visit)

    def build() -> CityPage:
        events = public.events(visit.session, visit.now, city.id)
        open_events = [event for event in events if event.phase is Phase.CALL_OPEN]
        return CityPage(
            name=city.name,
            slug=city.slug,
            welcome=cities.welcome(visit.session, city.id),
            open_events=open_events,
            challenges=public.challenges(visit.session, [event.id for event in open_events]),
            other_events=[event for event in events if event not in open_events],
            platforms=cities.platforms(visit.session, city.id),
        )

    return show_public(visit, build, version=city.public_version)


@router.get("/{city}/feed.atom", name="public.feed.show")
def show_feed(visit: Annotated[Reading, reads(Permission.PUBLIC_READ)]) -> Response:
    """For feed readers."""
    city = city_of(visit)

    def build() -> FeedPage:
        events = public.events(visit.session, visit.now, city.id)
        open_now = [event for event in events if event.phase is Phase.CALL_OPEN]
        opened = max(
            (event.milestones.call_opens_at for event in open_now if event.milestones.call_opens_at), default=visit.now
        )
        challenges = public.challenges(visit.session, [event.id for event in open_now])
        return FeedPage(city.name, city.slug, challenges, opened.isoformat())

    return show_public(visit, build, version=city.public_version, media_type="application/atom+xml; charset=utf-8")
