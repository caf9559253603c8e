"""An event and its challenges, before the day and as their memory afterwards."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission, holds_in_city
from app.domain.phase import Phase, Station, life_line
from app.domain.refusals import Reason, Refused
from app.models import Event
from app.queries import events, public
from app.web.cache import show_public
from app.web.guard import Router, reads
from app.web.pages import city_of
from app.web.visit import Reading

router = Router(prefix="/{city}/{event}")


@dataclass(frozen=True)
class EventPage:
    """The event's whole life on one page."""

    template: ClassVar[str] = "public/event/show.html"
    city_slug: str
    event: Event
    phase: Phase
    life: list[Station]
    challenges: list[public.ChallengeCard]
    criteria: list[public.CriterionFacts]
    pitched: list[public.Pitched]


@dataclass(frozen=True)
class ChallengePage:
    """One need."""

    template: ClassVar[str] = "public/challenge/show.html"
    city_slug: str
    event: Event
    phase: Phase
    facts: public.ChallengeFacts
    criteria: list[public.CriterionFacts]


def public_event(visit: Reading, slug: str) -> tuple[Event, Phase]:
    """The event at this address with its phase; a draft only for those who prepare it."""
    city = city_of(visit)
    event = events.by_slug(visit.session, city.id, slug)
    phase = events.phase_of(event, visit.now)
    if phase is Phase.DRAFT and not holds_in_city(visit.actor, Permission.EVENT_SEE, city.id):
        raise Refused(Reason.NOT_FOUND)
    return event, phase


@router.get("", name="public.event.show")
def show_event(visit: Annotated[Reading, reads(Permission.PUBLIC_READ)], event: str) -> Response:
    """What is asked, when, and how to take part."""
    city = city_of(visit)

    def build() -> EventPage:
        found, phase = public_event(visit, event)
        told = phase.reached(Phase.PROGRAMME_RELEASED)
        return EventPage(
            city_slug=city.slug,
            event=found,
            phase=phase,
            life=life_line(found.milestones, visit.now),
            challenges=public.challenges(visit.session, [found.id]),
            criteria=public.criteria(visit.session, found.id),
            pitched=public.pitched(visit.session, found.id) if told else [],
        )

    return show_public(visit, build, version=city.public_version)


@router.get("/challenges/{number}", name="public.challenge.show")
def show_challenge(visit: Annotated[Reading, reads(Permission.PUBLIC_READ)], event: str, number: int) -> Response:
    """The need, the present way, the wanted effect, and how applications are judged."""
    city = city_of(visit)

    def build() -> ChallengePage:
        found, phase = public_event(visit, event)
        facts = public.challenge(visit.session, found.id, number)
        criteria = public.criteria(visit.session, found.id, facts.challenge.id)
        return ChallengePage(city.slug, found, phase, facts, criteria)

    return show_public(visit, build, version=city.public_version)
