"""The programme for everybody: the newest release as a page, on paper and for calendars."""

import asyncio
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, ClassVar

from starlette.responses import JSONResponse, Response

from app.adapters import calendar, files
from app.domain.access import Permission
from app.domain.ids import EventId
from app.domain.refusals import Reason, Refused
from app.domain.release import Programme, ReleasedPlace, ReleasedSession
from app.domain.schedule import SessionKind
from app.models import Event
from app.queries import programme
from app.queries.programme import ReleaseRow
from app.routes.public.events import public_event
from app.services.releases import day_of
from app.web.cache import show_public
from app.web.guard import Door, Router, reads
from app.web.pages import city_of, show
from app.web.visit import Reading

router = Router(prefix="/{city}/{event}")

Reads = Annotated[Reading, reads(Permission.PUBLIC_READ)]

SOON = timedelta(minutes=10)
"""A document that is not there by then has failed; nobody is kept waiting for it."""


@dataclass(frozen=True)
class ProgrammePage:
    """The day by time. `kind` and `place` are what it is narrowed down to."""

    template: ClassVar[str] = "public/programme/show.html"
    city_slug: str
    event: Event
    released: ReleaseRow
    programme: Programme
    days: list[tuple[date, list[ReleasedSession]]]
    stands: list[ReleasedSession]
    kinds: list[SessionKind]
    places: list[ReleasedPlace]
    kind: SessionKind | None
    place: int | None


@dataclass(frozen=True)
class EmptyPage:
    """Nothing is released yet."""

    template: ClassVar[str] = "public/programme/empty.html"
    city_slug: str
    event: Event


@dataclass(frozen=True)
class WaitPage:
    """The document is being made; `failed` when it should have been there long ago."""

    template: ClassVar[str] = "public/programme/wait.html"
    city_slug: str
    event: Event
    failed: bool


@router.get("/programme", name="public.programme.show")
def show_programme(visit: Reads, event: str, kind: str = "", place: str = "") -> Response:
    """The list."""

    def build() -> ProgrammePage | EmptyPage:
        found, _ = public_event(visit, event)
        latest = programme.latest(visit.session, found.id)
        if latest is None:
            return EmptyPage(city_of(visit).slug, found)
        row, told = latest
        wanted_kind = SessionKind(kind) if kind in set(SessionKind) else None
        wanted_place = int(place) if place.isascii() and place.isdigit() and int(place) in told.place else None

        def wanted(session: ReleasedSession) -> bool:
            return wanted_kind in {None, session.kind} and wanted_place in {None, session.place}

        days = [(day, [s for s in sessions if wanted(s)]) for day, sessions in told.days(visit.zone)]
        kinds = {session.kind for session in told.sessions}
        used = {session.place for session in told.sessions}
        return ProgrammePage(
            city_slug=city_of(visit).slug,
            event=found,
            released=row,
            programme=told,
            days=[(day, sessions) for day, sessions in days if sessions],
            stands=[stand for stand in told.stands if wanted(stand)],
            kinds=[member for member in SessionKind if member in kinds],
            places=[p for p in told.places if p.id in used],
            kind=wanted_kind,
            place=wanted_place,
        )

    return show_public(visit, build, version=city_of(visit).public_version)


@router.get("/programme/live", name="public.programme.live")
async def show_live(visit: Annotated[Door, reads(Permission.PUBLIC_READ)], event: str, release: int = -1) -> Response:
    """The number of the newest release; to open pages, which say what they have, as soon as it is another."""
    event_id, newest = await asyncio.to_thread(_newest, visit, event)
    if newest == release:
        newest = await visit.request.app.state.live.newer(event_id, newest)
    return JSONResponse({"release": newest}, headers={"Cache-Control": "no-store"})


def _newest(door: Door, event: str) -> tuple[EventId, int]:
    with door.opened() as visit:
        found, _ = public_event(visit, event)
        event_id = EventId(found.id)
        return event_id, programme.newest_releases(visit.session, [event_id]).get(event_id, 0)


@router.get("/programme.pdf", name="public.programme.pdf")
def show_pdf(visit: Reads, event: str) -> Response:
    """The booklet in the language of the address. Until the worker has made it, a page that looks again by itself."""
    found, released, _ = _told(visit, event)
    stored = programme.document(visit.session, released.id, visit.language)
    if stored is None:
        page = WaitPage(city_of(visit).slug, found, failed=visit.now - released.released_at > SOON)
        response = show(visit, page, status=503 if page.failed else 202)
        if not page.failed:
            response.headers["Refresh"] = "3"  # no script needed, and no <meta> that a screen reader stumbles over
        return response
    etag = f'"{stored[0]}"'
    if visit.request.headers.get("If-None-Match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    name = f"{found.slug}-{visit.language}.pdf"
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Content-Disposition": f'inline; filename="{name}"'}
    return Response(files.get(visit.settings, stored[0]), media_type="application/pdf", headers=headers)


@router.get("/programme.ics", name="public.programme.calendar")
def show_calendar(visit: Reads, event: str) -> Response:
    """All of it for a calendar."""
    found, released, told = _told(visit, event)
    return _calendar(visit, found, released, told, told.sessions)


@router.get("/programme/{name}", name="public.session.calendar")
def show_session_calendar(visit: Reads, event: str, name: str) -> Response:
    """One item for a calendar, under the name `12.ics`."""
    found, released, told = _told(visit, event)
    number = re.fullmatch(r"(\d{1,9})\.ics", name, re.ASCII)
    chosen = tuple(session for session in told.sessions if number and session.id == int(number[1]))
    if not chosen:
        raise Refused(Reason.NOT_FOUND)
    return _calendar(visit, found, released, told, chosen)


def _told(visit: Reading, slug: str) -> tuple[Event, ReleaseRow, Programme]:
    found, _ = public_event(visit, slug)
    latest = programme.latest(visit.session, found.id)
    if latest is None:
        raise Refused(Reason.NOT_FOUND)
    return found, *latest


def _calendar(
    visit: Reading, event: Event, released: ReleaseRow, told: Programme, sessions: tuple[ReleasedSession, ...]
) -> Response:
    day = day_of(city_of(visit), event, visit.language, released.released_at)
    headers = {"Content-Disposition": f'attachment; filename="{event.slug}.ics"', "Cache-Control": "no-cache"}
    return Response(calendar.feed(day, told, sessions), media_type="text/calendar", headers=headers)
