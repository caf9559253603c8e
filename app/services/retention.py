"""What has been kept long enough goes by itself: the city's organizers are told, then, a little at a time, it goes.

Any number of workers may do this together.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import SQLModel, col, select

from app.adapters.database import WriteSession
from app.domain.access import PUBLIC, Actor, Role
from app.domain.retention import DEFAULTS, NOTICE, Kind, due_before, months_of
from app.models import (
    Application,
    Assignment,
    Attachment,
    AuditEvent,
    CaseEntry,
    City,
    Conflict,
    Decision,
    Event,
    Hold,
    OutgoingMail,
    Removal,
    ScoreSheet,
)
from app.queries import events, people
from app.queries.retention import ANSWERS, due, mails_of_no_event
from app.services import audit, jobs, outbox

BATCH = 100
"""Rows that go in one transaction, so that nobody waits long."""
FROM_HOUR = 7
"""Nobody is written to before this hour of the city's day."""


def set_periods(session: WriteSession, actor: Actor, city: City, months: dict[Kind, int], now: datetime) -> None:
    """Set how long a city keeps each kind of data, in months."""
    before = {f"kept_{kind.value}": kept for kind, kept in months_of(city.retention).items()}
    city.retention = {kind.value: months[kind] for kind in Kind}
    after = {f"kept_{kind.value}": kept for kind, kept in months.items()}
    audit.record(session, actor, "edited", city, now, city_id=city.id, before=before, after=after)


def announce(session: WriteSession, now: datetime) -> int:
    """Call off what is not due any more, and tell organizers what has become due; returns how many mails are written.

    A city without organizers is told nothing, so nothing of it goes.
    """
    cities = session.exec(select(City.id).order_by(col(City.id))).all()
    return sum(_announce_in(session, city_id, now) for city_id in cities)


def _announce_in(session: WriteSession, city_id: int, now: datetime) -> int:
    locked = select(City).where(City.id == city_id).with_for_update(skip_locked=True, key_share=True)
    city = session.exec(locked).one_or_none()
    if city is None:  # another worker is at it
        return 0
    due_now = set(_due_events(session, city, now))
    open_ones = session.exec(select(Removal).where(Removal.city_id == city_id, col(Removal.ended_at).is_(None))).all()
    for removal in open_ones:
        if (removal.event_id, removal.kind) not in due_now:
            removal.ended_at = now
    new = due_now - {(removal.event_id, removal.kind) for removal in open_ones}
    organizers = people.staff(session, city_id, Role.ORGANIZER)
    zone = ZoneInfo(city.time_zone)
    if not new or not organizers or now.astimezone(zone).hour < FROM_HOUR:
        return 0
    due_at = now + NOTICE
    for event_id, kind in sorted(new):
        session.add(Removal(city_id=city_id, event_id=event_id, kind=kind, announced_at=now, due_at=due_at))
    names = dict(session.execute(sa.select(col(Event.id), col(Event.name)).where(col(Event.city_id) == city_id)).all())
    going = [(kind, names[event_id]) for event_id, kind in sorted(new)]
    for person in organizers:
        outbox.queue(
            session,
            "removal_notice",
            to_email=person.email,
            to_name=person.name,
            language=person.locale,
            now=now,
            zone=zone,
            context={"going": going, "due_at": due_at, "city": city.name, "city_slug": city.slug},
            city_id=city_id,
        )
    return len(organizers)


def _due_events(session: WriteSession, city: City, now: datetime) -> Iterable[tuple[int, Kind]]:
    for kind, months in months_of(city.retention).items():
        before = due_before(now, months)
        if before is not None:
            which = due(kind, city.id, before).with_only_columns(col(Event.id)).distinct()
            yield from ((event_id, kind) for event_id in session.execute(which).scalars())


def remove_next(session: WriteSession, now: datetime) -> bool:
    """Remove the next few rows whose notice is over, each with its audit event; False when there is nothing to do."""
    removal = session.exec(
        select(Removal)
        .where(col(Removal.ended_at).is_(None), col(Removal.due_at) <= now)
        .order_by(col(Removal.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if removal is None:
        return False
    events.lock(session, removal.event_id)  # so that no hold is placed between the look and the removal
    city = session.get_one(City, removal.city_id)
    before = due_before(now, months_of(city.retention)[removal.kind])
    rows: Sequence[Any] = ()
    if before is not None:
        which = due(removal.kind, city.id, before).where(col(Event.id) == removal.event_id)
        rows = _locked(session, which)
        _REMOVE[removal.kind](session, rows, now)
    removal.removed += len(rows)
    if not rows:
        removal.ended_at = now
    return True


def remove_mails_of_no_event(session: WriteSession, now: datetime) -> bool:
    """Empty the next few mails that belong to no event; nobody is asked first. False when there are none.

    Those of a city stay while it holds anything, as they may tell of that.
    """
    holding = set(session.execute(sa.select(col(Hold.city_id)).where(col(Hold.lifted_at).is_(None))).scalars())
    months: dict[int | None, int] = {None: DEFAULTS[Kind.MAIL]}
    for city in session.exec(select(City).order_by(col(City.id))):
        if city.id not in holding:
            months[city.id] = months_of(city.retention)[Kind.MAIL]
    for city_id, kept in months.items():
        before = due_before(now, kept)
        rows = _locked(session, mails_of_no_event(city_id, before)) if before is not None else []
        if rows:
            _mails(session, rows, now)
            return True
    return False


def _locked(session: WriteSession, which: sa.Select[Any]) -> Sequence[Any]:
    """The next few, but for those that somebody works on just now."""
    table = which.column_descriptions[0]["entity"]
    chosen = which.order_by(col(table.id)).limit(BATCH).with_for_update(of=table, skip_locked=True)
    return session.scalars(chosen).all()


def _drafts(session: WriteSession, found: Sequence[Application], now: datetime) -> None:
    """All of it: it never was a record of the city's. One that was sent once and taken back has more with it."""
    ids = [application.id for application in found]
    _remove_files(session, Attachment.application_id, ids, now)
    mails = sa.update(OutgoingMail).where(col(OutgoingMail.application_id).in_(ids))
    session.execute(mails.values(application_id=None))
    for table in (Assignment, Conflict, Decision, ScoreSheet, Hold):
        session.execute(sa.delete(table).where(col(table.application_id).in_(ids)))
    _expire(session, found, now)
    for application in found:
        session.delete(application)


def _mails(session: WriteSession, found: Sequence[OutgoingMail], now: datetime) -> None:
    """To whom and what; that one was sent, when and about what, stays."""
    for mail in found:
        mail.to_email = mail.to_name = mail.body = mail.calendar = mail.last_error = ""
        if mail.event_id is None:  # those of people's own affairs name them in it
            mail.subject = ""
    _expire(session, found, now)


def _comments(session: WriteSession, found: Sequence[ScoreSheet], now: datetime) -> None:
    for sheet in found:
        sheet.comment_jury = sheet.comment_company = ""
    _expire(session, found, now)


def _answers(session: WriteSession, found: Sequence[Application], now: datetime) -> None:
    for application in found:
        for name in ANSWERS:
            setattr(application, name, "")
        application.contact_person_id = None
    _remove_files(session, Attachment.application_id, [application.id for application in found], now)
    _expire(session, found, now)


def _cases(session: WriteSession, found: Sequence[Any], now: datetime) -> None:
    """The words of the story, and the files. Stages, figures, the lesson and what is public stay."""
    ids = [case.id for case in found]
    entries = session.exec(select(CaseEntry).where(col(CaseEntry.case_id).in_(ids))).all()
    for entry in entries:
        entry.text = entry.with_whom = ""
    _forget(session, "case_entry", [entry.id for entry in entries])
    _remove_files(session, Attachment.case_id, ids, now)
    _expire(session, found, now)


_REMOVE: dict[Kind, Callable[[WriteSession, Any, datetime], None]] = {
    Kind.DRAFT: _drafts,
    Kind.MAIL: _mails,
    Kind.COMMENT: _comments,
    Kind.NOT_CHOSEN: _answers,
    Kind.CHOSEN: _answers,
    Kind.CASE: _cases,
}


def _remove_files(session: WriteSession, parent: Any, ids: Sequence[int], now: datetime) -> None:
    """The rows now; the contents by the worker, once that is certain."""
    files = session.exec(select(Attachment).where(col(parent).in_(ids))).all()
    for file in files:
        jobs.enqueue(session, "remove_file", {"stored_as": file.stored_as}, now)
        session.delete(file)
    _forget(session, "attachment", [file.id for file in files])


def _expire(session: WriteSession, found: Sequence[SQLModel], now: datetime) -> None:
    """The trail forgets their values, and tells that they went."""
    by_table: dict[str, list[int]] = {}
    for row in found:
        by_table.setdefault(str(row.__tablename__), []).append(row.id)  # type: ignore[attr-defined]
    for table, ids in by_table.items():
        _forget(session, table, ids)
    for row in found:
        audit.record(session, PUBLIC, "expired", row, now, city_id=_city_of(session, row))


def _city_of(session: WriteSession, row: SQLModel) -> int | None:
    if isinstance(row, ScoreSheet):
        return session.get_one(Application, row.application_id).city_id
    return row.city_id  # type: ignore[attr-defined,no-any-return]


def _forget(session: WriteSession, object_type: str, ids: Sequence[int]) -> None:
    """What the trail remembers of them goes, with the salt that it is committed with: the chain holds without."""
    session.flush()
    which = sa.and_(col(AuditEvent.object_type) == object_type, col(AuditEvent.object_id).in_(ids))
    erased = sa.update(AuditEvent).where(which, col(AuditEvent.salt).is_not(None))
    session.execute(
        erased.values(salt=None, on_behalf_of="", before={}, after={}),
        execution_options={"synchronize_session": False},
    )
