"""For search engines: every public page in every language."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import Request
from starlette.responses import PlainTextResponse, Response

from app.domain.access import Permission
from app.queries import public
from app.web.cache import show_public
from app.web.guard import Router, declares, reads
from app.web.visit import Reading

router = Router()


@dataclass(frozen=True)
class SitemapPage:
    """Routes with their parameters; the template writes each in every language with its siblings."""

    template: ClassVar[str] = "public/sitemap/show.xml"
    places: list[tuple[str, dict[str, Any]]]


@router.get("/sitemap.xml", name="public.sitemap.show")
def show_sitemap(visit: Annotated[Reading, reads(Permission.PUBLIC_READ)]) -> Response:
    """The map."""

    def build() -> SitemapPage:
        events = public.events(visit.session, visit.now)
        with_results = public.with_results(visit.session)
        places: list[tuple[str, dict[str, Any]]] = [("public.front.show", {})]
        for slug in public.city_slugs(visit.session):
            places += [("public.city.show", {"city": slug}), ("public.portfolio.index", {"city": slug})]
        for event in events:
            address = {"city": event.city_slug, "event": event.slug}
            places.append(("public.event.show", address))
            if event.milestones.released_at is not None:
                places.append(("public.programme.show", address))
            if event.id in with_results:
                places.append(("public.results.show", address))
        places += [
            ("public.portfolio.show", {"city": slug, "case_id": case_id})
            for slug, case_id in public.stories(visit.session)
        ]
        places += [
            ("public.challenge.show", {"city": card.city_slug, "event": card.event_slug, "number": card.number})
            for card in public.challenges(visit.session, [event.id for event in events])
        ]
        return SitemapPage(places)

    version = public.newest_version(visit.session)
    return show_public(visit, build, version=version, media_type="application/xml; charset=utf-8")


@router.get("/robots.txt", name="public.robots.show", dependencies=[declares(Permission.PUBLIC_READ)])
async def show_robots(request: Request) -> Response:
    """Public pages may be indexed, people's own pages need not be tried."""
    private = ("account", "admin", "company", "jury", "organizer", "procurement", "sign-in", "tasks", "demo")
    lines = [f"Disallow: /*/{path}" for path in private]
    return PlainTextResponse(
        "\n".join(["User-agent: *", *lines, f"Sitemap: {request.app.state.settings.base_url}/sitemap.xml", ""])
    )
