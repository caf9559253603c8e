"""What an event lacks before publishing, from what stands in the database."""

from sqlmodel import Session, col, select

from app.domain.localized import Localized
from app.domain.readiness import ChallengeFacts, CriterionFacts, Gap, gaps
from app.models import Challenge, City, Criterion, Event
from app.queries import criteria

EVENT_TEXTS = ("name", "summary", "description", "practical", "place")
CHALLENGE_TEXTS = (
    "title", "need", "present", "effect_economic", "effect_social", "effect_environmental", "questions",
    "strategy_goal",
)  # fmt: skip


def gaps_of(session: Session, event: Event) -> list[Gap]:
    """Everything that is still missing; empty when the event may be published."""
    languages = session.exec(select(City.languages).where(City.id == event.city_id)).one().split(",")
    challenges = session.exec(
        select(Challenge).where(Challenge.event_id == event.id).order_by(col(Challenge.number))
    ).all()
    return gaps(
        {name: getattr(event, name) for name in EVENT_TEXTS},
        event.milestones,
        [ChallengeFacts(challenge.id, challenge.number, texts_of(challenge)) for challenge in challenges],
        [_facts(criterion) for criterion in criteria.of_event(session, event.id)],
        languages,
    )


def texts_of(challenge: Challenge) -> dict[str, Localized]:
    """The texts of a challenge that the public reads, by their fields; its themes count as texts too."""
    themes = {f"themes {number}": Localized.of(theme) for number, theme in enumerate(challenge.themes, 1)}
    return {name: getattr(challenge, name) for name in CHALLENGE_TEXTS} | themes


def _facts(criterion: Criterion) -> CriterionFacts:
    anchors = {f"anchor {at}": Localized.of(anchor["text"]) for at, anchor in enumerate(criterion.anchors, 1)}
    return CriterionFacts(
        id=criterion.id,
        challenge_id=criterion.challenge_id,
        weight=criterion.weight,
        informational=criterion.informational,
        texts={"name": criterion.name, "help": criterion.help, **anchors},
    )
