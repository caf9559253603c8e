"""Releasing the programme: a version under its own name, told to everybody it concerns and to nobody else."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from app.adapters import calendar, news, templates
from app.adapters.database import WriteSession
from app.domain import schedule
from app.domain.access import Actor
from app.domain.localized import LANGUAGES, REQUIRED_BY_LAW, Localized
from app.domain.phase import Phase, phase_at
from app.domain.refusals import Reason, Refused
from app.domain.release import Programme, ReleasedSession
from app.models import Application, Event, ProgrammeRelease
from app.queries import applications, programme
from app.queries.cities import CityFacts
from app.services import audit, jobs, outbox

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Slot:
    """A session as a mail tells of it."""

    title: str
    kind: schedule.SessionKind
    place: str
    starts_at: datetime
    ends_at: datetime


@dataclass
class _News:
    """What is new for one application."""

    now: list[ReleasedSession] = field(default_factory=list)
    gone: list[ReleasedSession] = field(default_factory=list)


def languages_required(city: CityFacts) -> tuple[str, ...]:
    """The languages in which everything released must stand (Language Act 423/2003 §22)."""
    return tuple(language for language in city.languages if language in REQUIRED_BY_LAW)


def refusal(event: Event, draft: programme.Draft, now: datetime) -> Refused | None:
    """Why the programme cannot be released now; None when it can.

    Releasing moves the event on, so before the decisions are signed it would tell who was invited.
    """
    phase = phase_at(event.milestones, now)
    if not phase.reached(Phase.DECIDED):
        return Refused(Reason.DECISIONS_NOT_SIGNED)
    if phase is Phase.CLOSED:
        return Refused(Reason.EVENT_CLOSED)
    if not draft.programme.sessions:
        return Refused(Reason.NOTHING_TO_RELEASE)
    return Refused(Reason.TRANSLATION_MISSING) if draft.untranslated else None


def release(
    session: WriteSession, actor: Actor, city: CityFacts, event: Event, name: str, comment: Localized, now: datetime
) -> ProgrammeRelease:
    """Tell the working version to the public under `name`; the first release moves the event on.

    `event` is locked by the caller, so numbers follow one another. The PDFs are left to the worker, and a mail goes to
    each company whose slot is new, moved or gone.
    """
    draft = programme.draft(session, event, languages_required(city))
    if (refused := refusal(event, draft, now)) is not None:
        raise refused
    earlier = programme.releases(session, event.id)
    if any(row.name.casefold() == name.casefold() for row, _ in earlier):
        raise Refused(Reason.RELEASE_NAME_TAKEN, "name")
    number = earlier[0][0].number + 1 if earlier else 1
    before = earlier[0][1] if earlier else None
    told = draft.programme.numbered(number, before)
    row = ProgrammeRelease(
        event_id=event.id,
        number=number,
        name=name,
        comment=comment,
        content=told.content(),
        released_at=now,
        released_by=actor.person,
    )
    session.add(row)
    event.released_at = event.released_at or now
    audit.record(
        session,
        actor,
        "released",
        row,
        now,
        city_id=event.city_id,
        after=audit.snapshot(row, "number", "name", "comment"),
    )
    for language in LANGUAGES:
        jobs.enqueue(session, "programme_pdf", {"release_id": row.id, "language": language}, now)
    _tell_companies(session, city, event, told, before, number, now)
    news.tell(session)
    return row


def _tell_companies(
    session: WriteSession,
    city: CityFacts,
    event: Event,
    told: Programme,
    before: Programme | None,
    number: int,
    now: datetime,
) -> None:
    news = _news(told, before)
    rows = session.exec(select(Application).where(col(Application.id).in_(news)).order_by(col(Application.id)))
    for application in rows:
        new = news[application.id]
        for person in applications.recipients(session, application):
            day = day_of(city, event, application.locale, now)
            organizer = (city.contact_email or f"kipina@{day.host}", city.name.text(application.locale))
            attendee = (person.email, person.name)
            messages = [
                calendar.invitation(day, told, slot, organizer=organizer, attendee=attendee) for slot in new.now
            ]
            if before is not None:
                messages += [
                    calendar.invitation(day, before, slot, organizer=organizer, attendee=attendee, cancelled_in=number)
                    for slot in new.gone
                ]
            outbox.queue(
                session,
                "programme_slots",
                to_email=person.email,
                to_name=person.name,
                language=application.locale,
                now=now,
                zone=ZoneInfo(city.time_zone),
                context={
                    "application_id": application.id,
                    "event": event.name.text(application.locale),
                    "where": event.place.text(application.locale),
                    "contact": city.contact_email,
                    "city": city.slug,
                    "slug": event.slug,
                    "slots": [_slot(told, slot, application.locale) for slot in new.now],
                    "gone": [_slot(before, slot, application.locale) for slot in new.gone] if before else [],
                    "again": before is not None,
                },
                city_id=event.city_id,
                event_id=event.id,
                application_id=application.id,
                calendar="".join(messages),
            )


def _news(told: Programme, before: Programme | None) -> dict[int, _News]:
    """By application: the slots that are new or moved, and those that are gone."""
    changes = told.since(before)
    now = {session.id: session for session in told.sessions}
    old = {session.id: session for session in before.sessions} if before else {}
    news: dict[int, _News] = defaultdict(_News)
    for change in (*changes.added, *(move.new for move in changes.moved)):
        if (application := now[change.id].application) is not None:
            news[application].now.append(now[change.id])
    for change in changes.removed:
        if (application := old[change.id].application) is not None:
            news[application].gone.append(old[change.id])
    for new in news.values():
        new.now.sort(key=lambda session: session.starts_at)
    return news


def day_of(city: CityFacts, event: Event, language: str, stamp: datetime) -> calendar.Day:
    """What every calendar entry of the event says."""
    url = templates.link(language, "public.programme.show", city=city.slug, event=event.slug)
    return calendar.Day(
        name=event.name.text(language),
        where=event.place.text(language),
        url=url,
        host=urlsplit(url).hostname or "localhost",
        stamp=stamp,
        language=language,
    )


def _slot(programme_: Programme, session: ReleasedSession, language: str) -> Slot:
    place = programme_.place.get(session.place)
    return Slot(
        programme_.title(session, language),
        session.kind,
        place.name.text(language) if place else "",
        session.starts_at,
        session.ends_at,
    )
