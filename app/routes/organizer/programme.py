"""The programme as its organizers see it: the grid, what clashes in it, and what is not in it yet."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain import schedule
from app.domain.access import Permission
from app.domain.refusals import Reason, Refused
from app.domain.schedule import Clash, SessionKind, Timetable
from app.models import Event, Place
from app.queries import events, programme
from app.queries.programme import Pitcher, ReleaseRow, SessionRow
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.services import programme as editing
from app.services.releases import languages_required
from app.web.forms import Fields, Posted
from app.web.guard import Router, reads, writes
from app.web.pages import city_of, show
from app.web.visit import Reading, Writing

router = Router(prefix="/organizer/{city}/events/{event_id}/programme")

Reads = Annotated[Reading, reads(Permission.PROGRAMME_MANAGE)]
Writes = Annotated[Writing, writes(Permission.PROGRAMME_MANAGE)]


@dataclass(frozen=True)
class Day:
    """One day of the grid."""

    date: date
    timetable: Timetable


@dataclass(frozen=True)
class IndexPage:
    """The working version, with everything there is to see about it."""

    template: ClassVar[str] = "organizer/programme/index.html"
    frame: EventFrame
    sessions: dict[int, SessionRow]
    places: dict[int, Place]
    days: list[Day]
    clashes: list[Clash]
    without_pitch: list[Pitcher]
    released: ReleaseRow | None
    changes: int

    @property
    def clashing(self) -> dict[int, list[Clash]]:
        """The clashes of each session; one of two sessions stands beside both."""
        found: dict[int, list[Clash]] = {}
        for clash in self.clashes:
            for session in {clash.session, clash.other} - {None}:
                found.setdefault(session, []).append(clash)  # type: ignore[arg-type]
        return found

    @property
    def stands(self) -> list[SessionRow]:
        """They last all day, so they have a list of their own."""
        stands = [row for row in self.sessions.values() if row.kind is SessionKind.STAND]
        return sorted(stands, key=lambda row: (len(row.stand), row.stand, row.id))

    @property
    def waiting(self) -> list[SessionRow]:
        """What has no time yet."""
        return [row for row in self.sessions.values() if row.kind is not SessionKind.STAND and not row.timed]


def index_page(visit: Reading | Writing, event: Event) -> IndexPage:
    """The page, for showing it anew after every move."""
    rows = programme.sessions(visit.session, visit.scope, event.id)
    places = programme.places(visit.session, event.id)
    pitchers = programme.pitchers(visit.session, visit.scope, event.id)
    latest = programme.latest(visit.session, event.id)
    now = programme.draft(visit.session, event, languages_required(city_of(visit))).programme
    changes = now.since(latest[1] if latest else None)
    timed = [row for row in rows if row.kind is not SessionKind.STAND and row.starts_at]
    days = sorted({row.starts_at.astimezone(visit.zone).date() for row in timed if row.starts_at})
    order = [place.id for place in places]
    return IndexPage(
        frame=frame_of(visit, event, "organizer.programme.index"),
        sessions={row.id: row for row in rows},
        places={place.id: place for place in places},
        days=[
            Day(
                day,
                schedule.lay_out(
                    [
                        row.for_rules()
                        for row in timed
                        if row.starts_at and row.starts_at.astimezone(visit.zone).date() == day
                    ],
                    order,
                ),
            )
            for day in days
        ],
        clashes=schedule.clashes([row.for_rules() for row in rows], event.day_starts_at, event.day_ends_at),
        without_pitch=[pitcher for pitcher in pitchers if pitcher.session is None],
        released=latest[0] if latest else None,
        changes=len(changes.added) + len(changes.moved) + len(changes.removed),
    )


@router.get("", name="organizer.programme.index")
def index(visit: Reads, event_id: int) -> Response:
    """The grid."""
    return show(visit, index_page(visit, events.by_id(visit.session, city_of(visit).id, event_id)))


@router.post("/sessions/{session_id}/slot", name="organizer.slots.update")
def move(visit: Writes, posted: Posted, event_id: int, session_id: int) -> Response:
    """A session was dragged, or moved by the arrow keys; the form of the session does the same without scripts."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    row = programme.session_for_update(visit.session, visit.scope, event_id, session_id)
    fields = Fields(posted, visit.language, visit.zone)
    place = fields.one_of("place", [place.id for place in programme.places(visit.session, event_id)])
    starts_at = _moment(fields.raw("starts_at"))
    if starts_at is None or fields.errors:
        raise Refused(Reason.WRONG_STATE)
    editing.move_session(visit.session, visit.actor, event, row, starts_at, place, fields.version(), visit.now)
    visit.session.flush()
    return show(visit, index_page(visit, event), fragment="organizer/programme/_grid.html")


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
