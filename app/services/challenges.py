"""Challenges of an event: written, put in order, removed while nobody has applied."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.localized import Localized, parity_gaps
from app.domain.refusals import Reason, Refused
from app.models import Application, Challenge, City, Criterion, Event, JurySeat, ProgrammeSession
from app.queries import readiness
from app.services import audit


@dataclass(frozen=True)
class ChallengeDraft:
    """What an organizer writes about a challenge. Money is whole euros without VAT."""

    title: Localized
    need: Localized = field(default_factory=Localized)
    present: Localized = field(default_factory=Localized)
    effect_economic: Localized = field(default_factory=Localized)
    effect_social: Localized = field(default_factory=Localized)
    effect_environmental: Localized = field(default_factory=Localized)
    questions: Localized = field(default_factory=Localized)
    strategy_goal: Localized = field(default_factory=Localized)
    themes: list[dict[str, str]] = field(default_factory=list)
    platform_id: int | None = None
    cpv_code: str | None = None
    owner_person_id: int | None = None
    owner_unit_id: int | None = None
    budget_min: int | None = None
    budget_max: int | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The columns."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def draft_of(challenge: Challenge) -> ChallengeDraft:
    """What stands in the challenge now."""
    return ChallengeDraft(**{name: getattr(challenge, name) for name in ChallengeDraft.__dataclass_fields__})


def create(
    session: WriteSession, actor: Actor, event: Event, draft: ChallengeDraft, now: datetime, number: int | None = None
) -> Challenge:
    """A new challenge under the next number, or under the one given."""
    session.flush()
    if number is None:
        number = (session.execute(sa.select(sa.func.max(Challenge.number)).where(_in(event))).scalar() or 0) + 1
    _check(session, event, draft)
    challenge = Challenge(city_id=event.city_id, event_id=event.id, number=number, **draft.values)
    session.add(challenge)
    after = audit.snapshot(challenge, "number", *draft.values)
    audit.record(session, actor, "created", challenge, now, city_id=event.city_id, after=after)
    return challenge


def edit(
    session: WriteSession,
    actor: Actor,
    event: Event,
    challenge: Challenge,
    draft: ChallengeDraft,
    version: int,
    now: datetime,
) -> None:
    """Change a challenge; refused when somebody else changed it since `version`."""
    if challenge.version != version:
        raise Refused(Reason.CHANGED_MEANWHILE)
    _check(session, event, draft)
    before = audit.snapshot(challenge, *draft.values)
    for name, value in draft.values.items():
        setattr(challenge, name, value)
    challenge.version += 1
    after = audit.snapshot(challenge, *draft.values)
    audit.record(session, actor, "edited", challenge, now, city_id=event.city_id, before=before, after=after)


def move_up(session: WriteSession, actor: Actor, event: Event, challenge: Challenge, now: datetime) -> None:
    """Change places with the challenge before. Once the event is public its numbers are addresses, and stay."""
    if event.published_at is not None:
        raise Refused(Reason.WRONG_STATE)
    above = session.exec(
        select(Challenge)
        .where(_in(event), col(Challenge.number) < challenge.number)
        .order_by(col(Challenge.number).desc())
        .limit(1)
    ).one_or_none()
    if above is None:
        return
    mine, its = challenge.number, above.number
    challenge.number = 0  # a number is unique in its event at every moment
    session.flush()
    above.number = mine
    session.flush()
    challenge.number = its
    audit.record(
        session, actor, "moved", challenge, now, city_id=event.city_id, before={"number": mine}, after={"number": its}
    )


def remove(session: WriteSession, actor: Actor, event: Event, challenge: Challenge, now: datetime) -> None:
    """Remove a challenge that nobody has begun to apply to, with the criteria that are its own."""
    if session.exec(select(Application.id).where(Application.challenge_id == challenge.id).limit(1)).first():
        raise Refused(Reason.HAS_APPLICATIONS)
    for used in (JurySeat.challenge_id, ProgrammeSession.challenge_id):
        if session.execute(sa.select(col(used)).where(col(used) == challenge.id).limit(1)).first():
            raise Refused(Reason.IN_USE)
    audit.record(session, actor, "removed", challenge, now, city_id=event.city_id, before=audit.snapshot(challenge))
    session.execute(sa.delete(Criterion).where(col(Criterion.challenge_id) == challenge.id))
    session.delete(challenge)


def _in(event: Event) -> sa.ColumnElement[bool]:
    return col(Challenge.event_id) == event.id


def _check(session: WriteSession, event: Event, draft: ChallengeDraft) -> None:
    """A title always; once the public reads it, a need too, and Finnish beside Swedish."""
    if not draft.title:
        raise Refused(Reason.MISSING_FIELD, "title_fi")
    if draft.budget_min is not None and draft.budget_max is not None and draft.budget_min > draft.budget_max:
        raise Refused(Reason.BUDGET_ORDER, "budget_max")
    if event.published_at is None:
        return
    if not draft.need:
        raise Refused(Reason.MISSING_FIELD, "need_fi")
    languages = session.get_one(City, event.city_id).languages.split(",")
    for name, lacking in parity_gaps(readiness.texts_of(Challenge(**draft.values)), languages).items():
        raise Refused(Reason.TRANSLATION_MISSING, f"{name.split()[0]}_{lacking[0]}")
