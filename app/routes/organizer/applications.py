"""The applications that have come in, as the organizer reads them."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode

from starlette.responses import Response

from app.domain.access import Permission, Scope
from app.domain.application import State
from app.domain.localized import Localized
from app.domain.phase import Phase
from app.domain.refusals import Reason, Refused
from app.queries import applications, audit, calls, events, holds
from app.queries.applications import PER_PAGE, SentRow, Sort, Wanted, Whole
from app.queries.audit import Deed
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.web.answers import Answered, answered, ground_of
from app.web.deeds import Told, tell
from app.web.guard import Router, reads
from app.web.pages import city_of, show
from app.web.visit import Reading

router = Router(prefix="/organizer/{city}/events/{event_id}/applications")

TAB = "organizer.applications.index"
MOST_WORDS = 100
"""Characters of a search."""


@dataclass(frozen=True, slots=True)
class Head:
    """A sortable head of the table: where it leads, and how it sorts now."""

    href: str
    sorted: str | None


@dataclass(frozen=True)
class IndexPage:
    """The list with what it can be narrowed and sorted by."""

    template: ClassVar[str] = "organizer/applications/index.html"
    frame: EventFrame
    applications: list[SentRow]
    total: int
    wanted: Wanted
    narrowed: bool
    pages: int
    page_href: str
    heads: dict[str, Head]
    states: list[State]
    challenges: list[tuple[int, int, Localized]]
    may_enter: bool


@dataclass(frozen=True)
class ShowPage:
    """One application, whole, with its story."""

    template: ClassVar[str] = "organizer/applications/show.html"
    frame: EventFrame
    whole: Whole
    answers: list[Answered]
    ground: str
    deeds: list[Told]
    held: bool
    newer: str | None
    older: str | None


@router.get("", name="organizer.applications.index")
def index(
    visit: Annotated[Reading, reads(Permission.APPLICATION_SEE)],
    event_id: int,
    state: str = "",
    challenge: str = "",
    q: str = "",
    sort: str = Sort.NUMBER.value,
    page: str = "1",
) -> Response:
    """The list; what cannot be understood in the address is left out rather than refused."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    wanted = Wanted(
        state=State(state) if state in set(State) - {State.DRAFT} else None,
        challenge_id=int(challenge) if challenge.isascii() and challenge.isdigit() and len(challenge) < 10 else None,  # noqa: PLR2004
        words=q[:MOST_WORDS],
        sort=Sort(sort.removeprefix("-")) if sort.removeprefix("-") in set(Sort) else Sort.NUMBER,
        descending=sort.startswith("-"),
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1,  # noqa: PLR2004
    )
    rows, total = applications.sent(visit.session, scope_in_city(visit), event.id, wanted)
    asked = {"state": wanted.state or "", "challenge": wanted.challenge_id or "", "q": wanted.words}
    order = ("-" if wanted.descending else "") + wanted.sort
    return show(
        visit,
        IndexPage(
            frame=frame_of(visit, event, TAB),
            applications=rows,
            total=total,
            wanted=wanted,
            narrowed=any(asked.values()),
            pages=-(-total // PER_PAGE),
            page_href=_query(asked | {"sort": order}) + "&page={page}",
            heads={key.value: _head(key, wanted, asked) for key in Sort},
            states=[state for state in State if state is not State.DRAFT],
            challenges=calls.challenges_of(visit.session, event.id),
            may_enter=events.phase_of(event, visit.now) in {Phase.CALL_OPEN, Phase.CALL_CLOSED},
        ),
    )


@router.get("/{application_id}", name="organizer.applications.show")
def show_application(
    visit: Annotated[Reading, reads(Permission.APPLICATION_SEE)], event_id: int, application_id: int, page: int = 1
) -> Response:
    """One application; `page` is of its history."""
    whole = applications.whole(visit.session, scope_in_city(visit), application_id, visit.now)
    if whole.event.id != event_id:
        raise Refused(Reason.NOT_FOUND)
    page = max(page, 1)
    found = audit.of_application(visit.session, application_id, page)
    names = audit.names(visit.session, found)
    return show(
        visit,
        ShowPage(
            frame=frame_of(visit, whole.event, TAB),
            whole=whole,
            answers=answered(whole.application, visit.language),
            ground=ground_of(whole.application, visit.language),
            deeds=[_told_briefly(deed, tell(deed, names, visit.language, visit.zone)) for deed in found[: audit.PAGE]],
            held=holds.is_held(visit.session, whole.application),
            newer=f"?page={page - 1}" if page > 1 else None,
            older=f"?page={page + 1}" if len(found) > audit.PAGE else None,
        ),
    )


def scope_in_city(visit: Reading) -> Scope:
    """The scope in the address's city alone: who organizes in two cities finds each one's things under its own name."""
    return replace(visit.scope, cities=frozenset({city_of(visit).id}))


def _told_briefly(deed: Deed, told: Told) -> Told:
    """Without what the page says anyway: the name of the application, and the values that its steps follow from."""
    stepped = deed.object_type == "application" and deed.action != "edited"
    return replace(told, about="", changes=[] if stepped else told.changes)


def _head(key: Sort, wanted: Wanted, asked: dict[str, Any]) -> Head:
    here = key is wanted.sort
    other_way = here and not wanted.descending
    direction = ("descending" if wanted.descending else "ascending") if here else None
    return Head(_query(asked | {"sort": ("-" if other_way else "") + key}), direction)


def _query(values: dict[str, Any]) -> str:
    return "?" + urlencode({name: value for name, value in values.items() if value})
