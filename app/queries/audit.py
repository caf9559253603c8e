"""What was done to an object, for those who may see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.domain.application import State
from app.domain.localized import Localized
from app.models import (
    Application,
    AuditEvent,
    CaseEntry,
    Challenge,
    Company,
    Conflict,
    Criterion,
    FollowUpCase,
    JurySeat,
    OutgoingMail,
    Person,
    Place,
    Platform,
    ProgrammeRelease,
    ProgrammeSession,
    ScoreSheet,
    Unit,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deed:
    """One change: who did it, on whose behalf, and the values before and after."""

    at: datetime
    who: str
    on_behalf_of: str
    action: str
    object_type: str
    object_id: int
    before: dict[str, Any]
    after: dict[str, Any]


def trail(session: Session, object_type: str, object_id: int) -> list[Deed]:
    """Every change of one object, the newest first. The caller has made sure that the object is for this person."""
    which = sa.and_(col(AuditEvent.object_type) == object_type, col(AuditEvent.object_id) == object_id)
    return [Deed(*row) for row in session.execute(_deeds(which))]


def _deeds(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    chosen: sa.Select[Any] = sa.select(
        col(AuditEvent.at),
        sa.func.coalesce(sa.func.nullif(col(Person.name), ""), col(Person.email), ""),
        col(AuditEvent.on_behalf_of),
        col(AuditEvent.action),
        col(AuditEvent.object_type),
        col(AuditEvent.object_id),
        col(AuditEvent.before),
        col(AuditEvent.after),
    )
    return (
        chosen.outerjoin(Person, col(Person.id) == AuditEvent.person_id)
        .where(which)
        .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc())
    )


PAGE = 50
"""Changes on one page of a history."""


def of_event(session: Session, event_id: int, viewer: int | None, page: int) -> list[Deed]:
    """The changes of an event and of all that belongs to it, the newest first; one too many when there are more.

    What belongs to an application in which the viewer has a conflict of interest is left out.
    """
    hidden = sa.select(col(Conflict.application_id)).where(col(Conflict.person_id) == viewer)
    applications = sa.select(col(Application.id)).where(
        col(Application.event_id) == event_id,
        col(Application.state) != State.DRAFT,  # a draft is the company's own, its very existence too
        col(Application.id).not_in(hidden),
    )
    cases = sa.select(col(FollowUpCase.id)).where(col(FollowUpCase.application_id).in_(applications))
    parts: dict[str, sa.Select[Any]] = {
        "event": sa.select(sa.literal(event_id)),
        "application": applications,
        "decision": applications,
        "follow_up_case": cases,
        "case_entry": sa.select(col(CaseEntry.id)).where(col(CaseEntry.case_id).in_(cases)),
        "score_sheet": sa.select(col(ScoreSheet.id)).where(col(ScoreSheet.application_id).in_(applications)),
    }
    parts["outgoing_mail"] = sa.select(col(OutgoingMail.id)).where(
        col(OutgoingMail.event_id) == event_id,
        sa.or_(col(OutgoingMail.application_id).is_(None), col(OutgoingMail.application_id).in_(applications)),
    )
    parts["programme_session"] = sa.select(col(ProgrammeSession.id)).where(
        col(ProgrammeSession.event_id) == event_id,
        sa.or_(col(ProgrammeSession.application_id).is_(None), col(ProgrammeSession.application_id).not_in(hidden)),
    )
    for table in (Challenge, Criterion, JurySeat, Place, ProgrammeRelease):
        parts[str(table.__tablename__)] = sa.select(col(table.id)).where(col(table.event_id) == event_id)
    belongs = [
        sa.and_(col(AuditEvent.object_type) == kind, col(AuditEvent.object_id).in_(ids)) for kind, ids in parts.items()
    ]
    # What was removed is in no table any more, but its last values say where it belonged.
    removed = sa.and_(
        col(AuditEvent.object_type).in_(("challenge", "criterion", "jury_seat", "place", "programme_session")),
        col(AuditEvent.action).in_(("removed", "unseated")),
        col(AuditEvent.before)["event_id"].as_integer() == event_id,
    )
    # A conflict of interest that was withdrawn is gone, but that it was declared and by whom withdrawn is told.
    conflicts = sa.and_(
        col(AuditEvent.object_type) == "conflict",
        sa.or_(
            col(AuditEvent.before)["application_id"].as_integer().in_(applications),
            col(AuditEvent.after)["application_id"].as_integer().in_(applications),
        ),
    )
    # A session that was given from one company to another names both.
    shown = [
        sa.func.coalesce(values["application_id"].as_integer(), 0).not_in(hidden)
        for values in (col(AuditEvent.before), col(AuditEvent.after))
    ]
    return _page(session, sa.and_(sa.or_(*belongs, removed, conflicts), *shown), page)


def of_city(session: Session, city_id: int, page: int) -> list[Deed]:
    """The changes of the city itself: its settings, units, platforms, people's roles, and its own sign-in."""
    return _page(session, _of_city(city_id), page)


def _of_city(city_id: int) -> sa.ColumnElement[bool]:
    kinds = ("city", "unit", "platform", "city_member", "identity_provider")
    return sa.and_(col(AuditEvent.city_id) == city_id, col(AuditEvent.object_type).in_(kinds))


SEAL = 16
"""Characters of a hash that are noted down."""


def seal_of_city(session: Session, city_id: int) -> str:
    """The hash of the newest change in the history of the city itself.

    Not of the newest in the chain, nor its number: either would tell that there are drafts, which are not to be known.
    """
    newest = sa.select(col(AuditEvent.hash)).where(_of_city(city_id)).order_by(col(AuditEvent.sequence).desc()).limit(1)
    return (session.execute(newest).scalar() or "")[:SEAL]


def of_case(session: Session, case_id: int, page: int) -> list[Deed]:
    """The changes of a follow-up case. The caller has made sure that it is for this person."""
    entries = sa.select(col(CaseEntry.id)).where(col(CaseEntry.case_id) == case_id)
    return _page(
        session,
        sa.or_(
            sa.and_(col(AuditEvent.object_type) == "follow_up_case", col(AuditEvent.object_id) == case_id),
            sa.and_(col(AuditEvent.object_type) == "case_entry", col(AuditEvent.object_id).in_(entries)),
        ),
        page,
    )


def of_application(session: Session, application_id: int, page: int) -> list[Deed]:
    """The changes of an application and of its decision. The caller has made sure that it is for this person."""
    kinds = ("application", "decision")
    return _page(
        session, sa.and_(col(AuditEvent.object_type).in_(kinds), col(AuditEvent.object_id) == application_id), page
    )


def _page(session: Session, which: sa.ColumnElement[bool], page: int) -> list[Deed]:
    return [Deed(*row) for row in session.execute(_deeds(which).offset((page - 1) * PAGE).limit(PAGE + 1))]


def names(session: Session, deeds: list[Deed]) -> dict[tuple[str, int], str | Localized]:
    """The names of what the changes refer to by id, as (table, id): one query for each kind that occurs."""
    wanted: dict[str, set[int]] = {}
    for deed in deeds:
        wanted.setdefault(deed.object_type, set()).add(deed.object_id)
        for values in (deed.before, deed.after):
            for field, value in values.items():
                if field in REFERS_TO and isinstance(value, int):
                    wanted.setdefault(REFERS_TO[field], set()).add(value)
    columns: dict[str, tuple[Any, Any]] = {
        "person": (Person.id, Person.name), "unit": (Unit.id, Unit.name), "platform": (Platform.id, Platform.name),
        "challenge": (Challenge.id, Challenge.title), "criterion": (Criterion.id, Criterion.name),
        "company": (Company.id, Company.name), "place": (Place.id, Place.name),
        "programme_session": (ProgrammeSession.id, ProgrammeSession.title),
        "follow_up_case": (FollowUpCase.id, FollowUpCase.title),
        "programme_release": (ProgrammeRelease.id, ProgrammeRelease.name),
        "outgoing_mail": (OutgoingMail.id, OutgoingMail.subject),
    }  # fmt: skip
    if ids := wanted.get("decision"):
        wanted.setdefault("application", set()).update(ids)
    found: dict[tuple[str, int], str | Localized] = {}
    for kind, (key, name) in columns.items():
        if ids := wanted.get(kind):
            rows = session.execute(sa.select(col(key), col(name)).where(col(key).in_(ids)))
            found |= {(kind, row[0]): row[1] for row in rows}
    if ids := wanted.get("application"):
        rows = session.execute(
            sa.select(col(Application.id), col(Company.name))
            .join(Company, col(Company.id) == Application.company_id)
            .where(col(Application.id).in_(ids))
        )
        found |= {("application", row[0]): row[1] for row in rows}
    return found


REFERS_TO = {
    "person": "person", "person_id": "person", "owner_person_id": "person", "contact_person_id": "person",
    "decided_by": "person", "prepared_by": "person", "unit_id": "unit", "owner_unit_id": "unit",
    "platform_id": "platform", "challenge_id": "challenge", "company_id": "company", "place_id": "place",
    "application_id": "application",
}  # fmt: skip
"""Columns that hold the id of something with a name."""
