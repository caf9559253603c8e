"""What is to be decided, and what has been; an item in which the reader has a conflict of interest is not there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.access import Role, Scope
from app.domain.application import State
from app.domain.deciding import NEEDS_REASON, Outcome, Prepared, reason_given
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.domain.revision import revision_of
from app.models import (
    Application,
    Challenge,
    Company,
    CompanyMember,
    Conflict,
    Decision,
    DecisionDocument,
    Event,
    OutgoingMail,
    Person,
)
from app.queries.applications import not_conflicted
from app.queries.mail import DecisionMail
from app.queries.mail import revision as mail_revision

DECIDED_ON = (
    State.SUBMITTED, State.INVITED, State.CONFIRMED, State.RESERVED, State.DECLINED, State.CANCELLED,
)  # fmt: skip
"""States in which an application is decided on, or has been."""


@dataclass(frozen=True, slots=True)
class Item:
    """One application with what is prepared for it; `outcome` is None as long as nothing has been chosen."""

    id: int
    number: int
    title: str
    company: str
    locale: str
    challenge_id: int
    challenge_number: int
    challenge: Localized
    state: State
    outcome: Outcome | None
    reserve_rank: int | None
    reasons: str
    notes: str
    promoted_at: datetime | None

    @property
    def prepared(self) -> Prepared:
        """The item as the rules of deciding see it."""
        return Prepared(self.id, self.outcome, self.reserve_rank, reason_given(self.reasons))

    @property
    def needs_reason(self) -> bool:
        """Must the company be told why."""
        return self.outcome in NEEDS_REASON

    @property
    def decided(self) -> "Decided":
        """What is signed of it."""
        return self.id, self.outcome, self.reserve_rank, self.reasons

    @property
    def revision(self) -> str:
        """A mark of what is prepared: it differs as soon as somebody has changed it."""
        return revision_of(self.outcome, self.reasons, self.notes)


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who has a conflict of interest and leaves the room for an item."""

    name: str
    title: str


def visible_items(scope: Scope, event_id: int) -> sa.ColumnElement[bool]:
    """The applications of an event that are decided on, without those in which the person has a conflict."""
    return sa.and_(
        col(Application.event_id) == event_id,
        col(Application.city_id).in_(scope.cities),
        col(Application.state).in_(DECIDED_ON),
        not_conflicted(scope),
    )


def items(session: Session, scope: Scope, event_id: int) -> list[Item]:
    """Everything in the event that the person may decide on, by number."""
    rows = session.execute(
        sa.select(
            col(Application.id),
            col(Application.number),
            col(Application.title),
            col(Company.name),
            col(Application.locale),
            col(Challenge.id),
            col(Challenge.number),
            col(Challenge.title),
            col(Application.state),
            col(Decision.outcome),
            col(Decision.reserve_rank),
            sa.func.coalesce(col(Decision.reasons), ""),
            sa.func.coalesce(col(Decision.notes), ""),
            col(Decision.promoted_at),
        )
        .select_from(Application)
        .join(Company, col(Company.id) == Application.company_id)
        .join(Challenge, col(Challenge.id) == Application.challenge_id)
        .outerjoin(Decision, col(Decision.application_id) == Application.id)
        .where(visible_items(scope, event_id))
        .order_by(col(Application.number))
    )
    return [Item(*row) for row in rows]


def for_update(
    session: Session, scope: Scope, event_id: int, application_ids: list[int]
) -> list[tuple[Application, Decision | None]]:
    """Some applications of the event with what is prepared for them, to be changed, by number.

    The event's row is locked by whoever changes decisions, so they change one after the other. Refused as not found
    when one of them is not the person's to decide on.
    """
    found = session.exec(
        select(Application, Decision)
        .outerjoin(Decision, col(Decision.application_id) == Application.id)
        .where(visible_items(scope, event_id), col(Application.id).in_(application_ids))
        .order_by(col(Application.number))
    ).all()
    if len(found) != len(set(application_ids)):
        raise Refused(Reason.NOT_FOUND)
    return [(application, decision) for application, decision in found]


def to_sign(session: Session, event_id: int) -> list[tuple[Application, Decision | None]]:
    """All that is to be signed in the event, whoever asks, by number."""
    found = session.exec(
        select(Application, Decision)
        .outerjoin(Decision, col(Decision.application_id) == Application.id)
        .where(Application.event_id == event_id, Application.state == State.SUBMITTED)
        .order_by(col(Application.number))
    )
    return [(application, decision) for application, decision in found]


def reserves(session: Session, event_id: int) -> list[tuple[Application, Decision]]:
    """Who waits in reserve, the first to move up at the top; to be changed.

    Locked, so that two who cancel at the same moment make two move up: the second waits until the first is done.
    """
    found = session.exec(
        select(Application, Decision)
        .join(Decision, col(Decision.application_id) == Application.id)
        .where(
            Application.event_id == event_id,
            Application.state == State.RESERVED,
            Decision.outcome == Outcome.RESERVE,
        )
        .order_by(col(Decision.reserve_rank))
        .with_for_update(of=Application)
    )
    return [(application, decision) for application, decision in found]


def has_conflict(session: Session, event_id: int, person_id: int | None) -> bool:
    """Has the person a conflict of interest in any application of the event that is decided on."""
    found = session.execute(
        sa.select(col(Conflict.id))
        .join(Application, col(Application.id) == Conflict.application_id)
        .where(
            col(Application.event_id) == event_id,
            col(Application.state).in_(DECIDED_ON),
            col(Conflict.person_id) == person_id,
        )
        .limit(1)
    )
    return found.first() is not None


def leavers(session: Session, scope: Scope, event_id: int) -> dict[int, list[Leaver]]:
    """By application: who must leave the room while it is decided on (434/2003 §27), by name."""
    rows = session.execute(
        sa.select(col(Conflict.application_id), col(Person.name), col(Person.title))
        .join(Application, col(Application.id) == Conflict.application_id)
        .join(Person, col(Person.id) == Conflict.person_id)
        .where(visible_items(scope, event_id))
        .order_by(col(Person.name), col(Person.id))
    )
    found: dict[int, list[Leaver]] = {}
    for application_id, name, title in rows:
        found.setdefault(application_id, []).append(Leaver(name, title))
    return found


def reachable(session: Session, event_id: int) -> set[int]:
    """The applications whose company somebody can be written to: a contact person, or an owner."""
    owned = sa.exists().where(
        col(CompanyMember.company_id) == Application.company_id, col(CompanyMember.role) == Role.OWNER
    )
    found = sa.select(col(Application.id)).where(
        col(Application.event_id) == event_id, sa.or_(col(Application.contact_person_id).is_not(None), owned)
    )
    return set(session.execute(found).scalars())


Decided: TypeAlias = tuple[int, Outcome | None, int | None, str]
"""What is signed of one application: its id, outcome, rank on the reserve list and reasons."""


def revision_to_sign(decided: Iterable[Decided], mails: Iterable[OutgoingMail | DecisionMail]) -> str:
    """A mark of all that is signed together: what is decided, and each mail that tells it."""
    told = [f"{mail.id} {mail_revision(mail)}" for mail in mails]
    return revision_of(sorted(str(one) for one in decided), sorted(told))


def document(session: Session, event_id: int, language: str) -> str | None:
    """Where the signed decisions in a language are stored; None until they are made."""
    made = sa.select(col(DecisionDocument.stored_as)).where(
        col(DecisionDocument.event_id) == event_id, col(DecisionDocument.locale) == language
    )
    return session.execute(made).scalar_one_or_none()


def signer(session: Session, event: Event) -> str:
    """The name of who signed, or an empty text."""
    if event.decided_by is None:
        return ""
    return session.exec(select(Person.name).where(Person.id == event.decided_by)).one()
