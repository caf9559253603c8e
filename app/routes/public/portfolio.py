"""The open portfolio of a city: what came of the pitches, and what was learnt, told in stories."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.followup import ExitType, Stage
from app.domain.refusals import Reason, Refused
from app.queries import case, cities, followup
from app.queries.case import Happening
from app.queries.followup import Story
from app.web.cache import show_public
from app.web.guard import Router, reads
from app.web.pages import city_of
from app.web.visit import Reading

router = Router(prefix="/{city}/portfolio")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the stories can be narrowed by, as (value, words); and what is asked for now."""

    asked: dict[str, str]
    stages: list[Stage]
    exits: list[ExitType]
    platforms: list[tuple[str, str]]
    themes: list[tuple[str, str]]


@dataclass(frozen=True)
class PortfolioPage:
    """The stories, the newest first."""

    template: ClassVar[str] = "public/portfolio/index.html"
    city_slug: str
    stories: list[Story]
    everything: int
    choices: Choices


@dataclass(frozen=True)
class StoryPage:
    """One story, the way it came, and others to read."""

    template: ClassVar[str] = "public/portfolio/show.html"
    city_slug: str
    story: Story
    way: list[Happening]
    others: list[Story]


def _asked_for(story: Story, asked: dict[str, str]) -> bool:
    # A theme goes by its Finnish text in every language, so that the address survives a switch of language.
    return (
        asked.get("reached", story.furthest.value) == story.furthest.value
        and asked.get("outcome", story.exit_type.value if story.exit_type else "") == (story.exit_type or "")
        and asked.get("platform", str(story.platform_id)) == str(story.platform_id)
        and ("theme" not in asked or asked["theme"] in {theme.text("fi") for theme in story.themes})
    )


@router.get("", name="public.portfolio.index")
def index(visit: Annotated[Reading, reads(Permission.PUBLIC_READ)]) -> Response:
    """All published cases, or those asked for."""
    city = city_of(visit)

    def build() -> PortfolioPage:
        everything = followup.published(visit.session, city.id)
        query = visit.request.query_params
        asked = {name: query[name] for name in ("reached", "outcome", "platform", "theme") if query.get(name)}
        themes = {theme.text("fi"): theme.text(visit.language) for story in everything for theme in story.themes}
        used = {story.platform_id for story in everything}
        choices = Choices(
            asked=asked,
            stages=sorted({story.furthest for story in everything}, key=lambda stage: stage.order),
            exits=[exit_type for exit_type in ExitType if any(story.exit_type is exit_type for story in everything)],
            platforms=[
                (str(platform.id), platform.name.text(visit.language))
                for platform in cities.platforms(visit.session, city.id)
                if platform.id in used
            ],
            themes=sorted(themes.items(), key=lambda pair: pair[1].casefold()),
        )
        stories = [story for story in everything if _asked_for(story, asked)]
        return PortfolioPage(city.slug, stories, len(everything), choices)

    return show_public(visit, build, version=city.public_version)


@router.get("/{case_id}", name="public.portfolio.show")
def show_story(visit: Annotated[Reading, reads(Permission.PUBLIC_READ)], case_id: int) -> Response:
    """One published case."""
    city = city_of(visit)

    def build() -> StoryPage:
        stories = followup.published(visit.session, city.id)
        story = next((one for one in stories if one.id == case_id), None)
        if story is None:
            raise Refused(Reason.NOT_FOUND)
        way = [entry for entry in case.story(visit.session, case_id) if entry.to_stage is not None]
        others = sorted((one for one in stories if one is not story), key=lambda one: one.event_id != story.event_id)
        return StoryPage(city.slug, story, way[::-1], others[:3])

    return show_public(visit, build, version=city.public_version)
