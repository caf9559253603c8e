"""Companies and their members: one record each, whichever events they apply to."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.access import COMPANY_ROLES, Actor, Role
from app.domain.company import FINLAND, register_number
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.models import AuditEvent, Company, CompanyMember, Person
from app.queries import companies as company_queries
from app.services import audit, outbox, people

ASK_AGAIN_AFTER = timedelta(days=1)
"""So soon may the same person ask the owners of a company again."""


@dataclass(frozen=True)
class CompanyDraft:
    """What a company tells of itself."""

    name: str
    register_number: str
    country: str = FINLAND
    home_town: str = ""
    website: str = ""
    description: Localized = field(default_factory=Localized)
    founded: int | None = None
    size: str = ""
    locale: str = "fi"


def create(
    session: WriteSession, actor: Actor, draft: CompanyDraft, now: datetime, *, owner: Person | None = None
) -> Company:
    """A new company with the actor as its owner, or `owner` when somebody enters it for another.

    Refused with COMPANY_KNOWN when the company is here already, and when its number cannot be right.
    """
    draft = replace(draft, register_number=register_number(draft.country, draft.register_number))
    company = Company(**_values(draft), created_at=now, created_by=actor.person)
    try:
        with session.begin_nested():
            session.add(company)
    except IntegrityError:
        raise Refused(Reason.COMPANY_KNOWN, "register_number") from None
    after = audit.snapshot(company, *_values(draft))
    audit.record(session, actor, "created", company, now, city_id=None, after=after)
    owner_id, email = (owner.id, owner.email) if owner else (actor.person, actor.email)
    if owner_id is not None:
        _add(session, actor, company, owner_id, email, Role.OWNER, now)
    return company


def edit(
    session: WriteSession, actor: Actor, company: Company, draft: CompanyDraft, version: int, now: datetime
) -> None:
    """Change what a company tells of itself; its country and number stay. Refused when `version` is old."""
    if company.version != version:
        raise Refused(Reason.CHANGED_MEANWHILE)
    changing = {name: value for name, value in _values(draft).items() if name not in {"country", "register_number"}}
    before = audit.snapshot(company, *changing)
    for name, value in changing.items():
        setattr(company, name, value)
    company.version += 1
    after = audit.snapshot(company, *changing)
    audit.record(session, actor, "edited", company, now, city_id=None, before=before, after=after)


def invite(
    session: WriteSession, actor: Actor, company: Company, email: str, role: Role, now: datetime, zone: ZoneInfo
) -> CompanyMember:
    """Make somebody a member and tell them by mail; inviting a member again changes the role."""
    if role not in COMPANY_ROLES:
        raise Refused(Reason.NOT_ALLOWED, "role")
    person = people.known_or_new(session, actor, email, "", company.locale, now)
    session.flush()
    member = session.exec(
        select(CompanyMember).where(CompanyMember.company_id == company.id, CompanyMember.person_id == person.id)
    ).one_or_none()
    if member is not None:
        change_role(session, actor, member, role, now)
        return member
    member = _add(session, actor, company, person.id, person.email, role, now)
    outbox.queue(
        session,
        "company_invitation",
        to_email=person.email,
        to_name=person.name,
        language=person.locale,
        now=now,
        zone=zone,
        context={"company": company.name, "company_id": company.id, "inviter": actor.name or actor.email},
    )
    return member


def change_role(session: WriteSession, actor: Actor, member: CompanyMember, role: Role, now: datetime) -> None:
    """Give a member another role; the last owner stays one."""
    if member.role is role:
        return
    if member.role is Role.OWNER:
        _keep_an_owner(session, member)
    before = {"role": member.role.value}
    member.role = role
    audit.record(session, actor, "role_changed", member, now, city_id=None, before=before, after={"role": role.value})


def remove(session: WriteSession, actor: Actor, member: CompanyMember, now: datetime) -> None:
    """Take somebody out of the company; the last owner stays."""
    if member.role is Role.OWNER:
        _keep_an_owner(session, member)
    before = {"person": member.person_id, "role": member.role.value, "company": member.company_id}
    audit.record(session, actor, "removed", member, now, city_id=None, before=before)
    session.delete(member)


def ask_to_be_let_in(
    session: WriteSession, actor: Actor, country: str, typed_number: str, now: datetime, zone: ZoneInfo
) -> None:
    """Mail the owners of a company that the actor wants to join, once a day at most. The actor learns nothing of it."""
    number = register_number(country, typed_number)
    company = company_queries.by_number(session, country, number)
    if company is None or _asked_lately(session, actor, company, now):
        return
    for owner in company_queries.owners(session, company.id):
        outbox.queue(
            session,
            "company_request",
            to_email=owner.email,
            to_name=owner.name,
            language=owner.locale,
            now=now,
            zone=zone,
            context={"company": company.name, "company_id": company.id, "who": actor.name, "email": actor.email},
        )
    audit.record(session, actor, "asked_to_join", company, now, city_id=None, after={"person": actor.email})


def _asked_lately(session: WriteSession, actor: Actor, company: Company, now: datetime) -> bool:
    asked = select(AuditEvent.id).where(
        AuditEvent.object_type == "company",
        AuditEvent.object_id == company.id,
        AuditEvent.action == "asked_to_join",
        AuditEvent.person_id == actor.person,
        col(AuditEvent.at) > now - ASK_AGAIN_AFTER,
    )
    return session.exec(asked.limit(1)).first() is not None


def _add(
    session: WriteSession, actor: Actor, company: Company, person_id: int, email: str, role: Role, now: datetime
) -> CompanyMember:
    member = CompanyMember(company_id=company.id, person_id=person_id, role=role)
    session.add(member)
    after = {"company": company.id, "person": email, "role": role.value}
    audit.record(session, actor, "added", member, now, city_id=None, after=after)
    return member


def _keep_an_owner(session: WriteSession, member: CompanyMember) -> None:
    # The owners' rows are locked: two owners who leave at the same time must not both go.
    owners = session.exec(
        select(CompanyMember)
        .where(CompanyMember.company_id == member.company_id, CompanyMember.role == Role.OWNER)
        .order_by(col(CompanyMember.id))
        .with_for_update()
    ).all()
    if len(owners) < 2:  # noqa: PLR2004
        raise Refused(Reason.LAST_OWNER)


def _values(draft: CompanyDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__dataclass_fields__}
