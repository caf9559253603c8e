"""Which cases could be opened after a pitch day: every pitched company and the units that showed interest in it."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from app.domain.access import Scope
from app.domain.application import PITCHING
from app.domain.localized import Localized
from app.models import Application, Challenge, Company, FollowUpCase, ProgrammeSession
from app.queries.applications import not_conflicted


@dataclass(frozen=True, slots=True)
class Pitched:
    """A company that pitched, with the units proposed for it and those that have a case already."""

    application_id: int
    company: str
    title: str
    challenge_number: int
    challenge: Localized
    proposed: frozenset[int]
    opened: frozenset[int]


def pitched(session: Session, scope: Scope, event_id: int) -> list[Pitched]:
    """The event's companies that pitched, in the order of the challenges. Three queries."""
    applications = session.execute(
        sa.select(
            col(Application.id),
            col(Company.name),
            col(Application.title),
            col(Challenge.number),
            col(Challenge.title).label("challenge"),
            col(Challenge.owner_unit_id),
        )
        .join(Company, col(Company.id) == col(Application.company_id))
        .join(Challenge, col(Challenge.id) == col(Application.challenge_id))
        .where(
            col(Application.event_id) == event_id,
            col(Application.state).in_(PITCHING),
            col(Application.city_id).in_(scope.cities),
            not_conflicted(scope),
        )
        .order_by(col(Challenge.number), col(Company.name), col(Application.id))
    ).all()
    met = interested_units(session, event_id)
    opened: dict[int, set[int]] = {}
    for application_id, unit_id in session.execute(
        sa.select(col(FollowUpCase.application_id), col(FollowUpCase.unit_id)).where(
            col(FollowUpCase.event_id) == event_id
        )
    ):
        opened.setdefault(application_id, set()).add(unit_id)
    return [
        Pitched(
            application_id=row.id,
            company=row.name,
            title=row.title,
            challenge_number=row.number,
            challenge=row.challenge,
            proposed=frozenset(met.get(row.id, set()) | ({row.owner_unit_id} if row.owner_unit_id else set())),
            opened=frozenset(opened.get(row.id, set())),
        )
        for row in applications
    ]


def interested_units(session: Session, event_id: int) -> dict[int, set[int]]:
    """By application, the units that asked to meet the company on the day: they have a session with it.

    Marks of interest from meetings belong here, too, once there are any.
    """
    interested: dict[int, set[int]] = {}
    for application_id, unit_id in session.execute(
        sa.select(col(ProgrammeSession.application_id), col(ProgrammeSession.unit_id)).where(
            col(ProgrammeSession.event_id) == event_id,
            col(ProgrammeSession.application_id).is_not(None),
            col(ProgrammeSession.unit_id).is_not(None),
        )
    ):
        interested.setdefault(application_id, set()).add(unit_id)
    return interested
