"""Applications, as far as the scope reaches; a conflict of interest hides one altogether."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from app.domain.access import Scope
from app.domain.application import PublicStatus, State, public_status
from app.domain.localized import Localized
from app.domain.phase import Milestones, Phase, phase_at
from app.domain.refusals import Reason, Refused
from app.models import Application, Attachment, Challenge, City, Company, Conflict, Decision, Event, Person, ScoreSheet
from app.queries import companies

MILESTONES = tuple(col(getattr(Event, field.name)) for field in fields(Milestones))
"""The columns from which an event's phase follows, in the order of `Milestones`."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of an application, without its content."""

    id: int
    file_name: str
    size: int
    pages: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Whole:
    """One application with everything that a page about it tells."""

    application: Application
    event: Event
    challenge: Challenge
    company: Company
    city_slug: str
    contact: Person | None
    files: list[File]
    phase: Phase

    @property
    def status(self) -> PublicStatus:
        """What the company is told."""
        return public_status(self.application.state, self.phase)


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One application in the company's own list."""

    id: int
    number: int | None
    title: str
    status: PublicStatus
    phase: Phase
    company: str
    challenge_number: int
    challenge: Localized
    event: Localized
    city: Localized
    closes_at: datetime | None
    day_starts_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What a company hears about its application when the decisions are signed."""

    reasons: str
    reserve_place: int | None
    comments: list[str]


@dataclass(frozen=True, slots=True)
class SentRow:
    """One application in the organizer's list."""

    id: int
    number: int | None
    title: str
    state: State
    company: str
    company_id: int
    challenge_number: int
    challenge: Localized
    receipt_at: datetime | None
    files: int


class Sort(StrEnum):
    """What the organizer's list is in the order of."""

    NUMBER = "number"
    COMPANY = "company"
    CHALLENGE = "challenge"
    STATE = "state"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the sent applications of an event are listed, and how. `page` begins at 1."""

    state: State | None = None
    challenge_id: int | None = None
    words: str = ""
    sort: Sort = Sort.NUMBER
    descending: bool = False
    page: int = 1


PER_PAGE = 50


def visible_to(scope: Scope) -> sa.ColumnElement[bool]:
    """Applications of the scope's companies, and sent ones of its cities without a conflict of the person's own."""
    sent_to_us = sa.and_(
        col(Application.city_id).in_(scope.cities), col(Application.state) != State.DRAFT, not_conflicted(scope)
    )
    return sa.or_(col(Application.company_id).in_(scope.companies), sent_to_us)


def not_conflicted(scope: Scope) -> sa.ColumnElement[bool]:
    """Leaves out the applications in which the person has a conflict of interest (434/2003 §27)."""
    return ~(
        sa.exists()
        .where(col(Conflict.application_id) == Application.id, col(Conflict.person_id) == scope.person)
        .correlate(Application)
    )


def no_conflict(
    application: sa.ColumnElement[int] | Mapped[int], person: sa.ColumnElement[int] | Mapped[int]
) -> sa.ColumnElement[bool]:
    """The person of a row has no conflict of interest in the application of that row."""
    declared = sa.alias(Conflict.__table__)  # type: ignore[attr-defined]
    return ~sa.exists().where(declared.c.application_id == application, declared.c.person_id == person)


def for_update(session: Session, scope: Scope, application_id: int) -> tuple[Application, Event]:
    """An application of one of the scope's companies with its event, to be changed. Refused as not found otherwise."""
    found = session.exec(
        select(Application, Event)
        .join(Event, col(Event.id) == Application.event_id)
        .where(Application.id == application_id, col(Application.company_id).in_(scope.companies))
        .with_for_update(of=Application)
    ).one_or_none()
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    application, event = found
    return application, event


def whole(session: Session, scope: Scope, application_id: int, now: datetime) -> Whole:
    """One application that is visible to the scope. Refused as not found otherwise."""
    found = session.execute(
        sa.select(Application, Event, Challenge, Company, col(City.slug), Person)
        .join(Event, col(Event.id) == Application.event_id)
        .join(Challenge, col(Challenge.id) == Application.challenge_id)
        .join(Company, col(Company.id) == Application.company_id)
        .join(City, col(City.id) == Application.city_id)
        .outerjoin(Person, col(Person.id) == Application.contact_person_id)
        .where(col(Application.id) == application_id, visible_to(scope))
    ).one_or_none()
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    application, event, challenge, company, city_slug, contact = found
    return Whole(
        application=application,
        event=event,
        challenge=challenge,
        company=company,
        city_slug=city_slug,
        contact=contact,
        files=files(session, application_id),
        phase=phase_at(event.milestones, now),
    )


def files(session: Session, application_id: int) -> list[File]:
    """The files of an application, in the order in which they came."""
    rows = session.execute(
        sa.select(
            col(Attachment.id),
            col(Attachment.file_name),
            col(Attachment.size),
            col(Attachment.pages),
            col(Attachment.created_at),
        )
        .where(col(Attachment.application_id) == application_id)
        .order_by(col(Attachment.id))
    )
    return [File(*row) for row in rows]


def file(session: Session, scope: Scope, application_id: int, attachment_id: int) -> Attachment:
    """A file through its application's door. Refused as not found when the application is not for the scope."""
    attachment = session.exec(
        select(Attachment)
        .join(Application, col(Application.id) == Attachment.application_id)
        .where(Attachment.id == attachment_id, Application.id == application_id, visible_to(scope))
    ).one_or_none()
    if attachment is None:
        raise Refused(Reason.NOT_FOUND)
    return attachment


def own(session: Session, scope: Scope, now: datetime) -> list[OwnRow]:
    """All applications of the scope's companies, the newest event first."""
    rows = session.execute(
        sa.select(
            col(Application.id),
            col(Application.number),
            col(Application.title),
            col(Application.state),
            col(Application.updated_at),
            col(Company.name),
            col(Challenge.number),
            col(Challenge.title),
            col(Event.name),
            col(City.name),
            *MILESTONES,
        )
        .join(Event, col(Event.id) == Application.event_id)
        .join(Challenge, col(Challenge.id) == Application.challenge_id)
        .join(Company, col(Company.id) == Application.company_id)
        .join(City, col(City.id) == Application.city_id)
        .where(col(Application.company_id).in_(scope.companies))
        .order_by(col(Event.call_opens_at).desc(), col(Event.id).desc(), col(Challenge.number), col(Company.name))
    )
    return [_own_row(row, now) for row in rows]


def _own_row(row: sa.Row[Any], now: datetime) -> OwnRow:
    id_, number, title, state, updated_at, company, challenge_number, challenge, event, city, *moments = tuple(row)
    milestones = Milestones(*moments)
    phase = phase_at(milestones, now)
    return OwnRow(
        id=id_,
        number=number,
        title=title,
        status=public_status(state, phase),
        phase=phase,
        company=company,
        challenge_number=challenge_number,
        challenge=challenge,
        event=event,
        city=city,
        closes_at=milestones.call_closes_at,
        day_starts_at=milestones.day_starts_at,
        updated_at=updated_at,
    )


def sent(session: Session, scope: Scope, event_id: int, wanted: Wanted) -> tuple[list[SentRow], int]:
    """A page of the applications that have come in for an event, and how many there are on all pages.

    Drafts are the companies' own; those in which the person has a conflict of interest are neither listed nor counted.
    """
    chosen = [
        col(Application.event_id) == event_id,
        col(Application.state) != State.DRAFT,
        col(Application.city_id).in_(scope.cities),
        not_conflicted(scope),
    ]
    if wanted.state is not None:
        chosen.append(col(Application.state) == wanted.state)
    if wanted.challenge_id is not None:
        chosen.append(col(Application.challenge_id) == wanted.challenge_id)
    for word in wanted.words.split():
        found_in = (col(Company.name), col(Application.title), col(Company.register_number))
        chosen.append(sa.or_(*(column.icontains(word, autoescape=True) for column in found_in)))
    order = {
        Sort.NUMBER: col(Application.number),
        Sort.COMPANY: sa.func.lower(col(Company.name)),
        Sort.CHALLENGE: col(Challenge.number),
        Sort.STATE: sa.case(*((col(Application.state) == state, n) for n, state in enumerate(State))),
        Sort.TIME: col(Application.receipt_at),
    }[wanted.sort]
    files_of = sa.select(sa.func.count()).where(col(Attachment.application_id) == Application.id).scalar_subquery()
    rows = session.execute(
        sa.select(
            col(Application.id),
            col(Application.number),
            col(Application.title),
            col(Application.state),
            col(Company.name),
            col(Company.id),
            col(Challenge.number),
            col(Challenge.title),
            col(Application.receipt_at),
            files_of,
            sa.func.count().over(),
        )
        .join(Company, col(Company.id) == Application.company_id)
        .join(Challenge, col(Challenge.id) == Application.challenge_id)
        .where(*chosen)
        .order_by(order.desc() if wanted.descending else order, col(Application.number), col(Application.id))
        .limit(PER_PAGE)
        .offset((wanted.page - 1) * PER_PAGE)
    ).all()
    return [SentRow(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def told(session: Session, application: Application, phase: Phase) -> Told | None:
    """What the city told the company about its application; None until the decisions are signed."""
    if not phase.reached(Phase.DECIDED):
        return None
    decision = session.get(Decision, application.id)
    comments = session.exec(
        select(ScoreSheet.comment_company)
        .where(
            ScoreSheet.application_id == application.id,
            col(ScoreSheet.submitted_at).is_not(None),
            ScoreSheet.comment_company != "",
            no_conflict(col(ScoreSheet.application_id), col(ScoreSheet.person_id)),
        )
        .order_by(col(ScoreSheet.id))
    )
    return Told(
        reasons=decision.reasons if decision else "",
        reserve_place=_place_in_reserve(session, decision)
        if application.state is State.RESERVED and decision
        else None,
        comments=list(comments),
    )


def _place_in_reserve(session: Session, decision: Decision) -> int:
    """How soon it is this one's turn, from 1: those who have moved up or cancelled no longer count."""
    ahead = (
        sa.select(sa.func.count())
        .select_from(Decision)
        .join(Application, col(Application.id) == Decision.application_id)
        .where(
            col(Decision.event_id) == decision.event_id,
            col(Application.state) == State.RESERVED,
            col(Decision.reserve_rank) <= decision.reserve_rank,
        )
    )
    return int(session.execute(ahead).scalar_one())


def id_of(session: Session, challenge_id: int, company_id: int) -> int | None:
    """The application of a company to a challenge."""
    return session.exec(
        select(Application.id).where(Application.challenge_id == challenge_id, Application.company_id == company_id)
    ).one_or_none()


def recipients(session: Session, application: Application) -> list[Person]:
    """Who is written to about an application: its contact person, or the company's owners when there is none."""
    if application.contact_person_id is not None:
        contact = session.get(Person, application.contact_person_id)
        return [contact] if contact else []
    return companies.owners(session, application.company_id)
