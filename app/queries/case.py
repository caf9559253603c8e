"""One follow-up case: its page, its story, who may own it, and what its company sees of it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.access import GRANTS, Permission, Scope
from app.domain.answers import Answers, Question
from app.domain.case_entry import EntryKind
from app.domain.case_path import Evidence
from app.domain.followup import CaseFacts, ExitType, Stage
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.models import (
    Application,
    Attachment,
    CaseEntry,
    Challenge,
    City,
    CityMember,
    Company,
    Conflict,
    Event,
    FollowUpCase,
    Person,
    Unit,
)
from app.queries.followup import visible_to


@dataclass(frozen=True, slots=True)
class Around:
    """What a case belongs to."""

    company: str
    challenge: Localized
    challenge_number: int
    application_id: int
    application_number: int | None
    event_id: int
    event: Localized
    unit: Localized
    owner: str
    owner_title: str
    owner_email: str


def found(session: Session, scope: Scope, city_id: int, case_id: int) -> tuple[FollowUpCase, Around]:
    """A case with what it belongs to, to be read. Refused when it is not there for the person."""
    row = (
        session.execute(
            sa.select(
                FollowUpCase,
                col(Company.name).label("company"),
                col(Challenge.title).label("challenge"),
                col(Challenge.number).label("challenge_number"),
                col(Application.id).label("application_id"),
                col(Application.number).label("application_number"),
                col(Event.id).label("event_id"),
                col(Event.name).label("event"),
                col(Unit.name).label("unit"),
                sa.func.coalesce(col(Person.name), "").label("owner"),
                sa.func.coalesce(col(Person.title), "").label("owner_title"),
                sa.func.coalesce(col(Person.email), "").label("owner_email"),
            )
            .join(Application, col(Application.id) == col(FollowUpCase.application_id))
            .join(Challenge, col(Challenge.id) == col(Application.challenge_id))
            .join(Company, col(Company.id) == col(FollowUpCase.company_id))
            .join(Event, col(Event.id) == col(FollowUpCase.event_id))
            .join(Unit, col(Unit.id) == col(FollowUpCase.unit_id))
            .outerjoin(Person, col(Person.id) == col(FollowUpCase.owner_person_id))
            .where(col(FollowUpCase.id) == case_id, col(FollowUpCase.city_id) == city_id, visible_to(scope))
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    names = dict(row)
    case: FollowUpCase = names.pop("FollowUpCase")
    return case, Around(**names)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the company proposed, never its confidential part, and whom to ask there."""

    answers: Answers
    locale: str
    contact: str
    contact_email: str


def proposal(session: Session, application_id: int) -> Proposal:
    """The open part of the application that a case comes from; whoever asks may see the case."""
    asked = [col(getattr(Application, question.value)) for question in Question]
    *answers, locale, contact, email = session.execute(
        sa.select(*asked, col(Application.locale), col(Person.name), col(Person.email))
        .outerjoin(Person, col(Person.id) == col(Application.contact_person_id))
        .where(col(Application.id) == application_id)
    ).one()
    texts = {question.value: text for question, text in zip(Question, answers, strict=True)}
    return Proposal(Answers(**texts), locale, contact or "", email or "")


def for_update(session: Session, scope: Scope, city_id: int, case_id: int) -> FollowUpCase:
    """The case to be changed: others wait until this change is done. Refused when it is not there for the person."""
    case = session.exec(
        select(FollowUpCase)
        .where(col(FollowUpCase.id) == case_id, col(FollowUpCase.city_id) == city_id, visible_to(scope))
        .with_for_update()
    ).one_or_none()
    if case is None:
        raise Refused(Reason.NOT_FOUND)
    return case


def facts_of(case: FollowUpCase) -> CaseFacts:
    """What the rules need to know of a case."""
    return CaseFacts(
        stage=case.stage,
        owner=case.owner_person_id,
        next_step=case.next_step,
        next_step_on=case.next_step_on,
        pilot_metric=case.pilot_metric,
        pilot_baseline=case.pilot_baseline,
        pilot_ends_on=case.pilot_ends_on,
        exit_type=case.exit_type,
        end_reason=case.end_reason,
        has_lesson=bool(case.lesson),
    )


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of the story."""

    id: int
    kind: EntryKind
    happened_at: datetime
    text: str
    with_whom: str
    from_stage: Stage | None
    to_stage: Stage | None
    shown_to_company: bool
    who: str


def story(session: Session, case_id: int, *, shown_to_company: bool = False) -> list[Happening]:
    """The story of a case, newest first; only what its company may read when asked so."""
    wanted = [col(CaseEntry.case_id) == case_id]
    if shown_to_company:
        wanted.append(col(CaseEntry.shown_to_company).is_(True))
    entries = session.execute(
        sa.select(
            col(CaseEntry.id),
            col(CaseEntry.kind),
            col(CaseEntry.happened_at),
            col(CaseEntry.text),
            col(CaseEntry.with_whom),
            col(CaseEntry.from_stage),
            col(CaseEntry.to_stage),
            col(CaseEntry.shown_to_company),
            sa.func.coalesce(col(Person.name), "").label("who"),
        )
        .outerjoin(Person, col(Person.id) == col(CaseEntry.created_by))
        .where(*wanted)
        .order_by(col(CaseEntry.happened_at).desc(), col(CaseEntry.id).desc())
    ).mappings()
    return [Happening(**entry) for entry in entries]


def files(session: Session, case_id: int) -> list[Attachment]:
    """The files of a case, the newest first."""
    order = (col(Attachment.created_at).desc(), col(Attachment.id).desc())
    return list(session.exec(select(Attachment).where(col(Attachment.case_id) == case_id).order_by(*order)))


def file_of(session: Session, case_id: int, attachment_id: int) -> Attachment:
    """One file of a case. Refused when it has none such."""
    file = session.exec(
        select(Attachment).where(col(Attachment.id) == attachment_id, col(Attachment.case_id) == case_id)
    ).one_or_none()
    if file is None:
        raise Refused(Reason.NOT_FOUND)
    return file


def evidence_of(case: FollowUpCase, happenings: list[Happening], attached: list[Attachment]) -> Evidence:
    """What has been done since the case entered its present stage; the day of entering counts in."""
    since = case.stage_since.date()
    here = [entry.kind for entry in happenings if entry.happened_at.date() >= since]
    return Evidence(
        meetings=here.count(EntryKind.MEETING),
        decisions=here.count(EntryKind.DECISION),
        measurements=here.count(EntryKind.MEASUREMENT),
        files=sum(file.created_at.date() >= since for file in attached),
        has_result=bool(case.pilot_result.strip()),
        has_public_summary=bool(case.public_summary),
    )


def possible_owners(session: Session, city_id: int, application_id: int) -> list[Person]:
    """Those of the city who may look after the case, by name; nobody with a conflict of interest in it."""
    staff = sa.select(col(CityMember.person_id)).where(
        col(CityMember.city_id) == city_id, col(CityMember.role).in_(GRANTS[Permission.CASE_EDIT])
    )
    conflicted = sa.select(col(Conflict.person_id)).where(col(Conflict.application_id) == application_id)
    return list(
        session.exec(
            select(Person)
            .where(col(Person.id).in_(staff), col(Person.id).not_in(conflicted))
            .order_by(col(Person.name), col(Person.id))
        )
    )


@dataclass(frozen=True, slots=True)
class CompanySide:
    """What a company sees of its own case."""

    id: int
    title: Localized
    stage: Stage
    exit_type: ExitType | None
    stage_since: datetime
    challenge: Localized
    event: Localized
    unit: Localized
    city: Localized
    city_slug: str
    city_email: str
    time_zone: str
    company: str
    application_id: int
    contact: str
    contact_title: str
    contact_email: str
    is_published: bool


def of_company(session: Session, scope: Scope, case_id: int) -> CompanySide:
    """The public side of a case for the members of its company. Refused for everybody else."""
    row = (
        session.execute(
            sa.select(
                col(FollowUpCase.id),
                col(FollowUpCase.title),
                col(FollowUpCase.stage),
                col(FollowUpCase.exit_type),
                col(FollowUpCase.stage_since),
                col(Challenge.title).label("challenge"),
                col(Event.name).label("event"),
                col(Unit.name).label("unit"),
                col(City.name).label("city"),
                col(City.slug).label("city_slug"),
                col(City.contact_email).label("city_email"),
                col(City.time_zone),
                col(Company.name).label("company"),
                col(FollowUpCase.application_id),
                sa.func.coalesce(col(Person.name), "").label("contact"),
                sa.func.coalesce(col(Person.title), "").label("contact_title"),
                sa.func.coalesce(col(Person.email), "").label("contact_email"),
                col(FollowUpCase.published_at).is_not(None).label("is_published"),
            )
            .join(Application, col(Application.id) == col(FollowUpCase.application_id))
            .join(Challenge, col(Challenge.id) == col(Application.challenge_id))
            .join(Event, col(Event.id) == col(FollowUpCase.event_id))
            .join(Unit, col(Unit.id) == col(FollowUpCase.unit_id))
            .join(City, col(City.id) == col(FollowUpCase.city_id))
            .join(Company, col(Company.id) == col(FollowUpCase.company_id))
            .outerjoin(Person, col(Person.id) == col(FollowUpCase.owner_person_id))
            .where(col(FollowUpCase.id) == case_id, col(FollowUpCase.company_id).in_(scope.companies))
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    return CompanySide(**row)


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A case of one's own application, as its page names it."""

    id: int
    unit: Localized
    stage: Stage


def of_application(session: Session, application_id: int) -> list[OwnCase]:
    """The cases of an application, for the page of its company."""
    cases = session.execute(
        sa.select(col(FollowUpCase.id), col(Unit.name), col(FollowUpCase.stage))
        .join(Unit, col(Unit.id) == FollowUpCase.unit_id)
        .where(col(FollowUpCase.application_id) == application_id)
        .order_by(col(FollowUpCase.id))
    )
    return [OwnCase(*row) for row in cases]
