"""Follow-up cases of a city: the board, the list, one case, and what is written about it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from urllib.parse import urlencode

from starlette.responses import Response

from app.domain.access import Permission, holds_in_city
from app.domain.followup import Stage
from app.domain.refusals import Reason, Refused
from app.models import FollowUpCase
from app.queries import case as case_queries
from app.queries import followup
from app.queries.followup import CaseRow, Narrowing, SortBy
from app.routes.procurement.case_frame import CaseFrame, Tab, find, tabs_of
from app.routes.procurement.case_page import case_page
from app.services import followup as service
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.meanwhile import beside
from app.web.pages import city_of, go, path_for, show
from app.web.remembered import remembered
from app.web.visit import Reading, Writing
from app.web.words import N_

router = Router(prefix="/procurement/{city}/cases")

CARDS, CARDS_CLOSED = 12, 4
"""How many cases a column of the board shows, and the last one; the rest is one click away in the list."""
ROWS = 50
"""How many cases a page of the list shows."""
FORM = "procurement-cases-form"


@dataclass(frozen=True, slots=True)
class Column:
    """A stage on the board, with its first cards."""

    stage: Stage
    count: int
    value: int
    cards: list[CaseRow]
    more_href: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What the cases can be narrowed by, and what is asked for now."""

    asked: dict[str, str]
    stages: list[Stage]
    owners: list[tuple[int, str]]
    units: list[tuple[int, str]]
    events: list[tuple[int, str]]


@dataclass(frozen=True)
class BoardPage:
    """Columns by stage."""

    template: ClassVar[str] = "procurement/cases/board.html"
    city_slug: str
    tabs: list[Tab]
    choices: Choices
    columns: list[Column]
    everything: int
    may_edit: bool


@dataclass(frozen=True, slots=True)
class SortHead:
    """A heading of the list that sorts it."""

    href: str
    order: str | None


@dataclass(frozen=True)
class ListPage:
    """Rows, sorted and by pages."""

    template: ClassVar[str] = "procurement/cases/list.html"
    city_slug: str
    tabs: list[Tab]
    choices: Choices
    lacking: bool
    cases: list[CaseRow]
    found: int
    everything: int
    heads: dict[str, SortHead]
    number: int
    pages: int
    page_href: str
    may_edit: bool


@dataclass(frozen=True)
class EditPage:
    """The form of what is written about a case."""

    template: ClassVar[str] = "procurement/cases/edit.html"
    frame: CaseFrame
    form: Form
    languages: tuple[str, ...]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def _stage(text: str) -> Stage | None:
    return Stage(text) if text in set(Stage) else None


@router.get("", name="procurement.cases.index")
def index(visit: Annotated[Reading, reads(Permission.CASE_SEE)]) -> Response:
    """The board, or the list with `view=list`, or those that lack something with `view=lacking`."""
    city, asked = city_of(visit), dict(visit.request.query_params)
    view = asked.pop("view", "board")
    today = visit.now.astimezone(visit.zone).date()
    everything = remembered(visit, followup.rows, visit.scope, city.id, today, visit.zone)
    by = Narrowing(
        words=asked.get("words", "")[:200],
        owner=_number(asked.get("owner", "")),
        unit=_number(asked.get("unit", "")),
        event=_number(asked.get("event", "")),
        stage=_stage(asked.get("stage", "")) if view != "board" else None,
        stalled=bool(asked.get("stalled")),
        lacking=view == "lacking",
    )
    cases = followup.narrowed(everything, by)
    tabs = tabs_of(
        visit, view if view in {"list", "lacking"} else "board", sum(bool(case.lacks) for case in everything)
    )
    choices = _choices(visit, everything, asked)
    if view in {"list", "lacking"}:
        return show(visit, _list_page(visit, view, asked, cases, tabs, choices, len(everything)))
    return show(visit, _board_page(visit, cases, tabs, choices, len(everything)))


def _choices(visit: Reading, cases: list[CaseRow], asked: dict[str, str]) -> Choices:
    def by_name(pairs: dict[int, str]) -> list[tuple[int, str]]:
        return sorted(pairs.items(), key=lambda pair: pair[1].casefold())

    return Choices(
        asked={name: value for name, value in asked.items() if value},
        stages=list(Stage),
        owners=by_name({case.owner_id: case.owner for case in cases if case.owner_id}),
        units=by_name({case.unit.id: case.unit.name.text(visit.language) for case in cases}),
        events=by_name({case.event.id: case.event.name.text(visit.language) for case in cases}),
    )


def _board_page(visit: Reading, cases: list[CaseRow], tabs: list[Tab], choices: Choices, everything: int) -> BoardPage:
    city = city_of(visit)
    list_path = path_for(visit, "procurement.cases.index", city=city.slug)
    columns = []
    for stage in Stage:
        here = [case for case in cases if case.stage is stage]
        cards = CARDS if stage.is_open else CARDS_CLOSED
        columns.append(
            Column(
                stage=stage,
                count=len(here),
                value=sum(case.value or 0 for case in here),
                cards=here[:cards],
                more_href=f"{list_path}?{urlencode({**choices.asked, 'view': 'list', 'stage': stage.value})}"
                if len(here) > cards
                else "",
            )
        )
    may_edit = holds_in_city(visit.actor, Permission.CASE_EDIT, city.id)
    return BoardPage(city.slug, tabs, choices, columns, everything, may_edit)


def _list_page(
    visit: Reading,
    view: str,
    asked: dict[str, str],
    cases: list[CaseRow],
    tabs: list[Tab],
    choices: Choices,
    everything: int,
) -> ListPage:
    city = city_of(visit)
    path = path_for(visit, "procurement.cases.index", city=city.slug)
    sort = SortBy(asked["sort"]) if asked.get("sort") in set(SortBy) else SortBy.NEXT_STEP
    descending = bool(asked.get("descending"))
    narrowing = {name: value for name, value in choices.asked.items() if name not in {"sort", "descending", "page"}}

    def address(**more: str) -> str:
        return f"{path}?{urlencode({'view': view, **narrowing, **more})}"

    heads = {}
    for by in SortBy:
        now = by is sort
        again = {"sort": by.value, "descending": "1"} if now and not descending else {"sort": by.value}
        heads[by.value] = SortHead(address(**again), ("descending" if descending else "ascending") if now else None)
    kept = {"sort": sort.value} | ({"descending": "1"} if descending else {})
    pages = max(1, -(-len(cases) // ROWS))
    number = min(max(_number(asked.get("page", "")) or 1, 1), pages)
    in_order = followup.ordered(cases, sort, visit.language, descending=descending)
    return ListPage(
        city_slug=city.slug,
        tabs=tabs,
        choices=choices,
        lacking=view == "lacking",
        cases=in_order[(number - 1) * ROWS : number * ROWS],
        found=len(cases),
        everything=everything,
        heads=heads,
        number=number,
        pages=pages,
        page_href=address(**kept) + "&page={page}",
        may_edit=holds_in_city(visit.actor, Permission.CASE_EDIT, city.id),
    )


@router.get("/{case_id}", name="procurement.cases.show")
def show_case(visit: Annotated[Reading, reads(Permission.CASE_SEE)], case_id: int) -> Response:
    """One case with its story."""
    return show(visit, case_page(visit, case_id))


@router.get("/{case_id}/edit", name="procurement.cases.edit")
def edit(visit: Annotated[Reading, reads(Permission.CASE_EDIT)], case_id: int) -> Response:
    """The form."""
    case, _, frame = find(visit, case_id)
    return show(visit, EditPage(frame, _stored(case), city_of(visit).languages))


@router.post("/{case_id}/edit", name="procurement.cases.update")
def update(visit: Annotated[Writing, writes(Permission.CASE_EDIT)], posted: Posted, case_id: int) -> Response:
    """Save what is written about the case."""
    city = city_of(visit)
    case = case_queries.for_update(visit.session, visit.scope, city.id, case_id)
    fields = Fields(posted, visit.language, visit.zone)
    draft = service.CaseDraft(
        title=fields.localized("title", city.languages, required=True, longest=200),
        next_step=fields.line("next_step", longest=500),
        next_step_on=fields.day("next_step_on"),
        estimated_value=fields.integer("estimated_value"),
        funding=fields.line("funding", longest=500),
        pilot_metric=fields.line("pilot_metric", longest=500),
        pilot_baseline=fields.line("pilot_baseline", longest=500),
        pilot_target=fields.line("pilot_target", longest=500),
        pilot_result=fields.text("pilot_result", longest=4_000),
        pilot_ends_on=fields.day("pilot_ends_on"),
    )
    if not fields.errors:
        try:
            service.edit(visit.session, visit.actor, case, draft, fields.version(), visit.now)
            return go(visit, "procurement.cases.show", flash=N_("Saved."), city=city.slug, case_id=case_id)
        except Refused as refusal:
            if refusal.reason is Reason.CHANGED_MEANWHILE:
                _, _, frame = find(visit, case_id)
                return show(visit, EditPage(frame, beside(fields, _stored(case)), city.languages), status=409)
            fields.refuse(refusal)
    _, _, frame = find(visit, case_id)
    return show(visit, EditPage(frame, fields.form(FORM), city.languages), status=422)


def _stored(case: FollowUpCase) -> Form:
    values = {name: getattr(case, name) for name in service.CaseDraft.__dataclass_fields__}
    return filled(FORM, values | {"version": case.version})
