"""The programme as it is being worked on: places, and sessions on them.

Clashes never stop anybody: `app.domain.schedule` points them out, the organizer decides. What is released, and in
which shape, is said in `app.services.releases` and `app.domain.release`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.adapters.language import translator
from app.domain.access import Actor
from app.domain.localized import LANGUAGES, Localized
from app.domain.phase import Phase, phase_at
from app.domain.refusals import Reason, Refused
from app.domain.release import Point
from app.domain.running_order import Slot
from app.domain.schedule import SessionKind
from app.models import Application, Challenge, Event, Place, ProgrammeSession, Unit
from app.services import audit

PERCENT = range(101)


@dataclass(frozen=True)
class PlaceDraft:
    """What an organizer writes about a place. `at` is where it is on the map."""

    name: Localized
    capacity: int | None = None
    at: Point | None = None


@dataclass(frozen=True)
class SessionDraft:
    """What an organizer writes about a session. Moments are UTC."""

    kind: SessionKind
    title: Localized = field(default_factory=Localized)
    abstract: Localized = field(default_factory=Localized)
    place_id: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    application_id: int | None = None
    challenge_id: int | None = None
    unit_id: int | None = None
    people: tuple[str, ...] = ()
    stand: str = ""
    at: Point | None = None


def add_place(session: WriteSession, actor: Actor, event: Event, draft: PlaceDraft, now: datetime) -> Place:
    """A new place, after the others."""
    _still_open(event, now)
    _check_place(draft)
    session.flush()
    last = session.exec(
        select(Place.position).where(Place.event_id == event.id).order_by(col(Place.position).desc()).limit(1)
    ).first()
    place = Place(event_id=event.id, position=0 if last is None else last + 1, **_place_values(draft))
    session.add(place)
    after = audit.snapshot(place, *_place_values(draft))
    audit.record(session, actor, "created", place, now, city_id=event.city_id, after=after)
    return place


def edit_place(
    session: WriteSession, actor: Actor, event: Event, place: Place, draft: PlaceDraft, now: datetime
) -> None:
    """Change a place."""
    _still_open(event, now)
    _check_place(draft)
    _change(session, actor, event, place, _place_values(draft), now)


def remove_place(session: WriteSession, actor: Actor, event: Event, place: Place, now: datetime) -> None:
    """Take a place away. Refused while a session is in it."""
    _still_open(event, now)
    if session.exec(select(ProgrammeSession.id).where(ProgrammeSession.place_id == place.id).limit(1)).first():
        raise Refused(Reason.IN_USE)
    audit.record(session, actor, "removed", place, now, city_id=event.city_id, before=audit.snapshot(place))
    session.delete(place)


def add_session(
    session: WriteSession, actor: Actor, event: Event, draft: SessionDraft, now: datetime
) -> ProgrammeSession:
    """A new session. With an application it belongs to that application's challenge unless another one is named."""
    _still_open(event, now)
    values = _session_values(session, event, draft)
    row = ProgrammeSession(event_id=event.id, **values)
    session.add(row)
    audit.record(session, actor, "created", row, now, city_id=event.city_id, after=audit.snapshot(row, *values))
    return row


def edit_session(
    session: WriteSession,
    actor: Actor,
    event: Event,
    row: ProgrammeSession,
    draft: SessionDraft,
    version: int,
    now: datetime,
) -> None:
    """Change a session. Refused when somebody else changed it since `version`."""
    _still_open(event, now)
    if row.version != version:
        raise Refused(Reason.CHANGED_MEANWHILE)
    values = _session_values(session, event, draft)
    row.version += 1
    _change(session, actor, event, row, values, now)


def move_session(
    session: WriteSession,
    actor: Actor,
    event: Event,
    row: ProgrammeSession,
    starts_at: datetime,
    place_id: int | None,
    version: int,
    now: datetime,
    *,
    lasts: timedelta | None = None,
) -> None:
    """Put a session elsewhere in time or place; it keeps its length unless another is given."""
    _still_open(event, now)
    if row.version != version:
        raise Refused(Reason.CHANGED_MEANWHILE)
    if lasts is None:
        lasts = row.ends_at - row.starts_at if row.starts_at and row.ends_at else timedelta(minutes=10)
    if lasts <= timedelta():
        raise Refused(Reason.ENDS_BEFORE_START, "ends")
    if place_id is not None:
        _of_event(session, event, Place, place_id, "place")
    row.version += 1
    values = {"place_id": place_id, "starts_at": starts_at, "ends_at": starts_at + lasts}
    _change(session, actor, event, row, values, now)


def remove_session(session: WriteSession, actor: Actor, event: Event, row: ProgrammeSession, now: datetime) -> None:
    """Take a session out of the working version. Released versions keep it."""
    _still_open(event, now)
    audit.record(session, actor, "removed", row, now, city_id=event.city_id, before=audit.snapshot(row))
    session.delete(row)


def lay_out_pitches(
    session: WriteSession,
    actor: Actor,
    event: Event,
    applications: Sequence[int],
    slots: Sequence[Slot],
    place_id: int | None,
    now: datetime,
) -> None:
    """Give each application, in this order, the next slot on a place: its pitch moves there, or is made.

    Breaks are made too, except where there is one at that very time.
    """
    _still_open(event, now)
    known = session.exec(
        select(ProgrammeSession).where(
            ProgrammeSession.event_id == event.id,
            col(ProgrammeSession.kind).in_([SessionKind.PITCH, SessionKind.BREAK]),
        ).order_by(col(ProgrammeSession.id).desc()).with_for_update()
    )  # fmt: skip
    rows = list(known)
    pitch_of = {row.application_id: row for row in rows if row.kind is SessionKind.PITCH}
    breaks = {(row.starts_at, row.ends_at) for row in rows if row.kind is SessionKind.BREAK}
    waiting = iter(applications)
    for slot in slots:
        if slot.is_break:
            if (slot.starts_at, slot.ends_at) not in breaks:
                title = Localized.of({language: translator(language)("Break") for language in LANGUAGES})
                pause = SessionDraft(SessionKind.BREAK, title, starts_at=slot.starts_at, ends_at=slot.ends_at)
                add_session(session, actor, event, pause, now)
            continue
        application = next(waiting)
        pitch = pitch_of.get(application)
        if pitch is None:
            draft = SessionDraft(
                SessionKind.PITCH,
                application_id=application,
                place_id=place_id,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
            )
            add_session(session, actor, event, draft, now)
        else:
            lasts = slot.ends_at - slot.starts_at
            move_session(session, actor, event, pitch, slot.starts_at, place_id, pitch.version, now, lasts=lasts)


def _still_open(event: Event, now: datetime) -> None:
    if phase_at(event.milestones, now) is Phase.CLOSED:
        raise Refused(Reason.EVENT_CLOSED)


def _check_place(draft: PlaceDraft) -> None:
    if not draft.name:
        raise Refused(Reason.MISSING_FIELD, "name_fi")
    if draft.at is not None and not (draft.at[0] in PERCENT and draft.at[1] in PERCENT):
        raise Refused(Reason.NOT_ALLOWED, "map_x")


def _place_values(draft: PlaceDraft) -> dict[str, Any]:
    x, y = draft.at or (None, None)
    return {"name": draft.name, "capacity": draft.capacity, "map_x": x, "map_y": y}


def _session_values(session: WriteSession, event: Event, draft: SessionDraft) -> dict[str, Any]:
    """The columns of a session; everything it refers to must belong to the event or its city."""
    if draft.starts_at and draft.ends_at and draft.ends_at <= draft.starts_at:
        raise Refused(Reason.ENDS_BEFORE_START, "ends")
    if draft.place_id is not None:
        _of_event(session, event, Place, draft.place_id, "place")
    challenge_id = draft.challenge_id
    if challenge_id is not None:
        _of_event(session, event, Challenge, challenge_id, "challenge")
    if draft.application_id is not None:
        application = _of_event(session, event, Application, draft.application_id, "application")
        challenge_id = challenge_id or application.challenge_id
    if draft.unit_id is not None:
        unit = session.get(Unit, draft.unit_id)
        if unit is None or unit.city_id != event.city_id:
            raise Refused(Reason.NOT_FOUND, "unit")
    if not (draft.title or draft.application_id):
        raise Refused(Reason.MISSING_FIELD, "title_fi")
    values = {f.name: getattr(draft, f.name) for f in fields(draft) if f.name != "at"}
    x, y = draft.at or (None, None)
    return values | {"challenge_id": challenge_id, "people": list(draft.people), "map_x": x, "map_y": y}


def _of_event(session: WriteSession, event: Event, kind: type[Any], row_id: int, name: str) -> Any:
    row = session.get(kind, row_id)
    if row is None or row.event_id != event.id:
        raise Refused(Reason.NOT_FOUND, name)
    return row


def _change(
    session: WriteSession,
    actor: Actor,
    event: Event,
    row: Place | ProgrammeSession,
    values: dict[str, Any],
    now: datetime,
) -> None:
    before = audit.snapshot(row, *values)
    for name, value in values.items():
        setattr(row, name, value)
    after = audit.snapshot(row, *values)
    if before != after:
        audit.record(session, actor, "edited", row, now, city_id=event.city_id, before=before, after=after)
