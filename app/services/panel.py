"""The panel: jurors seated, removed, and given their reading."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.access import Actor, Scope
from app.domain.assignment import everyone_reads_all
from app.domain.phase import Phase, phase_at
from app.domain.refusals import Reason, Refused
from app.models import Application, Assignment, Challenge, Event, JurySeat, Person, ScoreSheet
from app.queries import panel
from app.queries.cities import CityFacts
from app.services import audit, outbox


def seat(
    session: WriteSession,
    actor: Actor,
    city: CityFacts,
    event: Event,
    person: Person,
    challenge_id: int | None,
    now: datetime,
) -> JurySeat:
    """Give a person a seat of the whole event, or of one challenge, and tell them by mail.

    A seat of the whole event takes the place of the person's seats of single challenges. Refused when they sit there
    already, and when the decisions are signed.
    """
    _still_open(event, now)
    session.flush()
    held = session.exec(
        select(JurySeat).where(JurySeat.event_id == event.id, JurySeat.person_id == person.id).with_for_update()
    ).all()
    if any(seat.challenge_id in {None, challenge_id} for seat in held):
        raise Refused(Reason.ALREADY_EXISTS, "email")
    challenge = _challenge(session, event, challenge_id)
    for narrower in held if challenge is None else ():
        session.delete(narrower)
    session.flush()
    seat = JurySeat(event_id=event.id, person_id=person.id, challenge_id=challenge_id, created_at=now)
    session.add(seat)
    audit.record(session, actor, "seated", seat, now, city_id=city.id, after=_of_seat(seat))
    opens_at = event.jury_opens_at or event.call_closes_at
    outbox.queue(
        session,
        "jury_invitation",
        to_email=person.email,
        to_name=person.name,
        language=person.locale,
        now=now,
        zone=ZoneInfo(city.time_zone),
        context={
            "event": event.name.text(person.locale),
            "city": city.name.text(person.locale),
            "challenge": challenge.title.text(person.locale) if challenge else "",
            "opens_at": opens_at if opens_at and opens_at > now else None,
            "invited_by": actor.name,
        },
        city_id=city.id,
        event_id=event.id,
    )
    return seat


def unseat(session: WriteSession, actor: Actor, city_id: int, seat: JurySeat, now: datetime) -> None:
    """Take a seat away with the reading that belongs to it. Sheets stay, and those sent in still count."""
    audit.record(session, actor, "unseated", seat, now, city_id=city_id, before=_of_seat(seat))
    of_event = sa.select(col(Application.id)).where(col(Application.event_id) == seat.event_id)
    if seat.challenge_id is not None:
        of_event = of_event.where(col(Application.challenge_id) == seat.challenge_id)
    session.execute(
        sa.delete(Assignment).where(
            col(Assignment.person_id) == seat.person_id, col(Assignment.application_id).in_(of_event)
        )
    )
    session.delete(seat)
    session.flush()


def let_everyone_read_all(session: WriteSession, actor: Actor, scope: Scope, event: Event, now: datetime) -> int:
    """Every juror reads every application that their seat covers, except where they have a conflict of interest.

    It is an act on what has come in by now: the panel page tells of what comes later and has no reader, and the same
    press gives it to everybody. Returns how many pairs were added.
    """
    _still_open(event, now)
    of_challenge = panel.to_read(session, scope, event.id)
    everything = [application for applications in of_challenge.values() for application in applications]
    conflicts, existing = panel.conflict_pairs(session, event.id), panel.assigned_pairs(session, event.id)
    jurors: dict[int | None, list[int]] = {}
    for seat in panel.seats(session, event.id):
        jurors.setdefault(seat.challenge_id, []).append(seat.person_id)
    added: set[tuple[int, int]] = set()
    for challenge_id, seated in jurors.items():
        applications = everything if challenge_id is None else of_challenge.get(challenge_id, [])
        added |= everyone_reads_all(seated, applications, conflicts, existing)
    _add(session, added, now)
    if added:
        after = {"added": len(added), "everyone_reads_all": True}
        audit.record(session, actor, "assigned", event, now, city_id=event.city_id, after=after)
    return len(added)


def assign(
    session: WriteSession,
    actor: Actor,
    scope: Scope,
    event: Event,
    added: Collection[tuple[int, int]],
    removed: Collection[tuple[int, int]],
    now: datetime,
) -> int:
    """Change who reads what, pair by pair (juror, application); returns how many pairs changed.

    Pairs that may not be are passed over: no seat that covers the challenge, a conflict of interest, an application
    that is closed to the one who assigns. So is taking away what has been scored and sent in.
    """
    _still_open(event, now)
    of_challenge = panel.to_read(session, scope, event.id)
    challenge_of = {a: challenge for challenge, applications in of_challenge.items() for a in applications}
    covers = {(seat.person_id, seat.challenge_id) for seat in panel.seats(session, event.id)}
    conflicts, existing = panel.conflict_pairs(session, event.id), panel.assigned_pairs(session, event.id)
    new = {
        (juror, application)
        for juror, application in set(added) - conflicts - existing
        if application in challenge_of and {(juror, None), (juror, challenge_of[application])} & covers
    }
    sent = {
        (juror, application)
        for juror, application in session.execute(
            sa.select(col(ScoreSheet.person_id), col(ScoreSheet.application_id)).where(
                col(ScoreSheet.application_id).in_({application for _, application in removed}),
                col(ScoreSheet.submitted_at).is_not(None),
            )
        )
    }
    old = {pair for pair in (set(removed) & existing) - sent if pair[1] in challenge_of}
    _add(session, new, now)
    if old:
        gone = sa.tuple_(col(Assignment.person_id), col(Assignment.application_id)).in_(sorted(old))
        session.execute(sa.delete(Assignment).where(gone))
    if new or old:
        after = {"added": sorted(new), "removed": sorted(old)}
        audit.record(session, actor, "assigned", event, now, city_id=event.city_id, after=after)
    return len(new) + len(old)


def _add(session: WriteSession, pairs: Collection[tuple[int, int]], now: datetime) -> None:
    if pairs:
        rows = [{"person_id": p, "application_id": a, "created_at": now} for p, a in sorted(pairs)]
        session.execute(sa.insert(Assignment), rows)


def _challenge(session: WriteSession, event: Event, challenge_id: int | None) -> Challenge | None:
    if challenge_id is None:
        return None
    challenge = session.get(Challenge, challenge_id)
    if challenge is None or challenge.event_id != event.id:
        raise Refused(Reason.NOT_FOUND)
    return challenge


def _of_seat(seat: JurySeat) -> dict[str, int | None]:
    return {"event_id": seat.event_id, "person_id": seat.person_id, "challenge_id": seat.challenge_id}


def _still_open(event: Event, now: datetime) -> None:
    if phase_at(event.milestones, now).reached(Phase.DECIDED):
        raise Refused(Reason.DECISIONS_SIGNED)
