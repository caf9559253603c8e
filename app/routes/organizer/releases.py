"""Versions of the programme: what would be new, releasing it, and those released before."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain import schedule
from app.domain.access import Permission
from app.domain.refusals import Reason, Refused
from app.domain.release import Programme
from app.domain.schedule import Changes
from app.models import Event
from app.queries import events, programme
from app.queries.programme import Draft, ReleaseRow
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.services import releases
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.pages import city_of, go, show
from app.web.visit import Reading, Writing
from app.web.wording import say_refusal
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}/programme/releases")

Reads = Annotated[Reading, reads(Permission.PROGRAMME_MANAGE)]
Writes = Annotated[Writing, writes(Permission.PROGRAMME_MANAGE)]

FORM = "organizer-releases-form"
LONGEST_COMMENT = 500


@dataclass(frozen=True)
class Change:
    """What differs between two versions, with the versions to name things from."""

    changes: Changes
    now: Programme
    before: Programme

    @property
    def some(self) -> bool:
        """Does anything differ."""
        return bool(self.changes.added or self.changes.moved or self.changes.removed)


@dataclass(frozen=True)
class NewPage:
    """What a release would tell, and to whom."""

    template: ClassVar[str] = "organizer/releases/new.html"
    frame: EventFrame
    form: Form
    draft: Draft
    change: Change
    clashes: int
    refusal: str


@dataclass(frozen=True)
class Version:
    """One release with what was new in it."""

    row: ReleaseRow
    change: Change


@dataclass(frozen=True)
class IndexPage:
    """All versions, the newest first."""

    template: ClassVar[str] = "organizer/releases/index.html"
    frame: EventFrame
    versions: list[Version]


def _change(now: Programme, before: Programme | None) -> Change:
    return Change(now.since(before), now, before or Programme())


def _page(visit: Reading | Writing, event: Event, form: Form | None) -> NewPage:
    draft = programme.draft(visit.session, event, releases.languages_required(city_of(visit)))
    latest = programme.latest(visit.session, event.id)
    number = latest[0].number if latest else 0
    rules = [session.for_rules() for session in draft.programme.sessions]
    refusal = releases.refusal(event, draft, visit.now)
    return NewPage(
        frame=frame_of(visit, event, "organizer.programme.index"),
        form=form or filled(FORM, {"name": f"1.{number}" if not latest or latest[0].name != f"1.{number}" else ""}),
        draft=draft,
        change=_change(draft.programme, latest[1] if latest else None),
        clashes=len(schedule.clashes(rules, event.day_starts_at, event.day_ends_at)),
        refusal=say_refusal(refusal.reason, visit.language) if refusal else "",
    )


@router.get("", name="organizer.releases.index")
def index(visit: Reads, event_id: int) -> Response:
    """The versions."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    told = programme.releases(visit.session, event_id)
    earlier = [content for _, content in told[1:]] + [None]
    versions = [
        Version(row, _change(content, before)) for (row, content), before in zip(told, earlier, strict=bool(told))
    ]
    return show(visit, IndexPage(frame_of(visit, event, "organizer.programme.index"), versions))


@router.get("/new", name="organizer.releases.new")
def new(visit: Reads, event_id: int) -> Response:
    """What is new, before it is told."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    return show(visit, _page(visit, event, None))


@router.post("", name="organizer.releases.create")
def create(visit: Writes, posted: Posted, event_id: int) -> Response:
    """Tell it."""
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    fields = Fields(posted, visit.language, visit.zone)
    name = fields.line("name", required=True, longest=releases.LONGEST_NAME)
    comment = fields.localized("comment", longest=LONGEST_COMMENT)
    if not fields.errors:
        try:
            releases.release(visit.session, visit.actor, city_of(visit), event, name, comment, visit.now)
        except Refused as refusal:
            if refusal.reason is Reason.RELEASE_NAME_TAKEN:
                fields.refuse(refusal)
            else:
                return show(visit, _page(visit, event, fields.form(FORM)), status=409)
        else:
            message = N_("The programme is out. Its PDFs are ready in a moment.")
            return go(visit, "organizer.programme.index", city=city_of(visit).slug, event_id=event_id, flash=message)
    return show(visit, _page(visit, event, fields.form(FORM)), status=422)
