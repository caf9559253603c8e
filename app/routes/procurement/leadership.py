"""What came of it: one page of figures, stories and obstacles for those who lead."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.followup import ExitType, Stage
from app.models import Event
from app.queries import events, followup, leadership
from app.queries.followup import CaseRow, Narrowing, Story
from app.queries.leadership import Figures
from app.routes.procurement.case_frame import Tab, tabs_of
from app.web.guard import Router, reads
from app.web.pages import city_of, show
from app.web.remembered import remembered
from app.web.visit import Reading

router = Router(prefix="/procurement/{city}/leadership")

STORIES, OBSTACLES, STANDING_STILL = 3, 3, 5


@dataclass(frozen=True, slots=True)
class Money:
    """The estimated value of the open cases in a stage."""

    stage: Stage
    cases: int
    value: int


@dataclass(frozen=True)
class LeadershipPage:
    """One page for a meeting."""

    template: ClassVar[str] = "procurement/leadership/show.html"
    city_slug: str
    tabs: list[Tab]
    events: list[Event]
    event_id: int | None
    figures: Figures
    finished: int
    in_use: int
    money: list[Money]
    open_cases: int
    open_value: int
    stories: list[Story]
    without_owner: int
    lacking: int
    standing_still: list[CaseRow]
    stalled: int


@router.get("", name="procurement.leadership.show")
def show_leadership(visit: Annotated[Reading, reads(Permission.CASE_SEE)], event: str = "") -> Response:
    """The page, of the whole city or of one event."""
    city = city_of(visit)
    today = visit.now.astimezone(visit.zone).date()
    known = [
        one for one in events.of_city(visit.session, city.id) if one.day_starts_at and one.day_starts_at <= visit.now
    ]
    chosen = next((one.id for one in known if str(one.id) == event), None)
    everything = remembered(visit, followup.rows, visit.scope, city.id, today, visit.zone)
    cases = [case for case in followup.narrowed(everything, Narrowing(event=chosen)) if case.stage.is_open]
    figures = leadership.figures(visit.session, visit.scope, city.id, visit.now, visit.zone, chosen)
    stories = followup.published(visit.session, city.id, chosen)
    with_figures = sorted(stories, key=lambda story: not (story.before and story.after))
    still = sorted((case for case in cases if case.stalls), key=lambda case: (-len(case.stalls), case.stage_since))
    return show(
        visit,
        LeadershipPage(
            city_slug=city.slug,
            tabs=tabs_of(visit, "leadership", sum(bool(case.lacks) for case in everything)),
            events=known,
            event_id=chosen,
            figures=figures,
            finished=sum(number for _, number in figures.exits),
            in_use=sum(number for exit_type, number in figures.exits if exit_type is not ExitType.ENDED),
            money=_money(cases),
            open_cases=len(cases),
            open_value=sum(case.value or 0 for case in cases),
            stories=with_figures[:STORIES],
            without_owner=sum(case.owner_id is None for case in cases),
            lacking=sum(bool(case.lacks) for case in cases),
            standing_still=still[:STANDING_STILL],
            stalled=len(still),
        ),
    )


def _money(cases: list[CaseRow]) -> list[Money]:
    found = []
    for stage in Stage:
        here = [case for case in cases if case.stage is stage]
        if here:
            found.append(Money(stage, len(here), sum(case.value or 0 for case in here)))
    return found
