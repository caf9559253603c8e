"""Criteria: written by an event's organizer, and fixed from the moment when the jury begins to score."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app.adapters.database import WriteSession
from app.adapters.reference_data import default_criteria
from app.domain.access import Actor
from app.domain.localized import Localized, parity_gaps
from app.domain.refusals import Reason, Refused
from app.models import City, Criterion, Event
from app.queries import criteria
from app.services import audit


@dataclass(frozen=True)
class CriterionDraft:
    """What an organizer writes about a criterion. Anchors say what a band of the scale means, in rising order."""

    name: Localized
    help: Localized = field(default_factory=Localized)
    weight: int = 0
    scale_max: int = 10
    informational: bool = False
    anchors: list[dict[str, Any]] = field(default_factory=list)
    challenge_id: int | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The columns; one that is for information only weighs nothing."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return values | ({"weight": 0} if self.informational else {})


def draft_of(criterion: Criterion) -> CriterionDraft:
    """What stands in the criterion now."""
    return CriterionDraft(**{name: getattr(criterion, name) for name in CriterionDraft.__dataclass_fields__})


def create(
    session: WriteSession, actor: Actor, event: Event, draft: CriterionDraft, now: datetime, position: int | None = None
) -> Criterion:
    """A new criterion at the end of the list, or at the place given."""
    _check(session, event, draft)
    if position is None:
        mine = col(Criterion.event_id) == event.id
        position = (session.execute(sa.select(sa.func.max(Criterion.position)).where(mine)).scalar() or 0) + 1
    criterion = Criterion(event_id=event.id, position=position, **draft.values)
    session.add(criterion)
    after = audit.snapshot(criterion, *draft.values)
    audit.record(session, actor, "created", criterion, now, city_id=event.city_id, after=after)
    return criterion


def edit(
    session: WriteSession, actor: Actor, event: Event, criterion: Criterion, draft: CriterionDraft, now: datetime
) -> None:
    """Change a criterion; what it belongs to stays."""
    draft = replace(draft, challenge_id=criterion.challenge_id)
    _check(session, event, draft)
    before = audit.snapshot(criterion, *draft.values)
    for name, value in draft.values.items():
        setattr(criterion, name, value)
    after = audit.snapshot(criterion, *draft.values)
    audit.record(session, actor, "edited", criterion, now, city_id=event.city_id, before=before, after=after)


def remove(session: WriteSession, actor: Actor, event: Event, criterion: Criterion, now: datetime) -> None:
    """Remove a criterion."""
    _refuse_when_scored(session, event, criterion.challenge_id)
    audit.record(session, actor, "removed", criterion, now, city_id=event.city_id, before=audit.snapshot(criterion))
    session.delete(criterion)


def use_default(session: WriteSession, actor: Actor, event: Event, now: datetime) -> None:
    """Give an event that has no criteria yet the default ones."""
    session.flush()
    if criteria.of_event(session, event.id):
        raise Refused(Reason.ALREADY_EXISTS)
    for position, one in enumerate(default_criteria(), 1):
        draft = CriterionDraft(
            name=Localized.of(one["name"]),
            help=Localized.of(one["help"]),
            weight=one["weight"],
            scale_max=one["scale_max"],
            anchors=one["anchors"],
        )
        create(session, actor, event, draft, now, position)


def _refuse_when_scored(session: WriteSession, event: Event, challenge_id: int | None) -> None:
    """The figures that are given already were given by these criteria. Those of another challenge are free still."""
    session.flush()
    if criteria.scoring_begun(session, event.id, challenge_id):
        raise Refused(Reason.SCORING_BEGUN)


def _check(session: WriteSession, event: Event, draft: CriterionDraft) -> None:
    _refuse_when_scored(session, event, draft.challenge_id)
    if not draft.name:
        raise Refused(Reason.MISSING_FIELD, "name_fi")
    if event.published_at is None:
        return
    if draft.weight <= 0 and not draft.informational:
        raise Refused(Reason.MISSING_FIELD, "weight")
    languages = session.get_one(City, event.city_id).languages.split(",")
    anchors = {f"anchor_{at}": Localized.of(anchor["text"]) for at, anchor in enumerate(draft.anchors)}
    for name, lacking in parity_gaps({"name": draft.name, "help": draft.help, **anchors}, languages).items():
        raise Refused(Reason.TRANSLATION_MISSING, f"{name}_{lacking[0]}")
