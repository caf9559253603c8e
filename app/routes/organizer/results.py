"""The jury's results: ranked, as a matrix of jurors, one application at a time, and as a table to take along."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.adapters.language import show_number, translations
from app.adapters.spreadsheet import csv_of
from app.domain.access import Permission
from app.domain.localized import Localized
from app.domain.scoring import FIGURE_MAX, Aggregate, aggregate, distribution, published
from app.models import Event
from app.queries import events, results
from app.queries.results import CountedSheet, CriterionFigures, Ranked, Results, Subject
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.web import dots
from app.web.downloads import disposition
from app.web.guard import Router, reads
from app.web.pages import city_of, show
from app.web.remembered import remembered
from app.web.visit import Reading
from app.web.words import N_, word

router = Router(prefix="/organizer/{city}/events/{event_id}")

TAB = "organizer.results.index"
ROWS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One application in the ranking. `figure` and `deviation` are None where nobody has scored.

    `line_before`: the line of invitation runs above this row. `other_rule`: the aggregate in fact applied, when it is
    not the event's own. `dots` and `mark` are the jurors' totals and their aggregate as drawn in the strip.
    """

    about: Subject
    place: int | None
    figure: float | None
    other_rule: Aggregate | None
    deviation: float | None
    count: int
    lowest: float
    highest: float
    dots: str
    mark: int
    line_before: bool


@dataclass(frozen=True)
class ResultsPage:
    """The ranking, fifty rows at a time."""

    template: ClassVar[str] = "organizer/results/index.html"
    frame: EventFrame
    rule: Aggregate
    places: int
    rows: list[Row]
    total: int
    scored: int
    page: int
    pages: int
    by_disagreement: bool
    challenge: int | None
    challenges: list[tuple[int, int, Localized]]
    bins: list[tuple[str, int]]
    middle: float | None
    hides_some: bool
    strip: tuple[int, int] = (dots.WIDTH, dots.HEIGHT)


@dataclass(frozen=True)
class MatrixPage:
    """Applications by jurors, as figures on a ground that says the same."""

    template: ClassVar[str] = "organizer/results/matrix.html"
    frame: EventFrame
    rule: Aggregate
    jurors: list[tuple[int, str]]
    rows: list[Ranked]
    page: int
    pages: int
    hides_some: bool


@dataclass(frozen=True)
class DetailPage:
    """One application: what each juror gave on each criterion, and what they wrote."""

    template: ClassVar[str] = "organizer/results/show.html"
    frame: EventFrame
    rule: Aggregate
    about: Subject
    version: int
    sheets: list[CountedSheet]
    criteria: list[CriterionFigures]
    figure: float | None
    other_rule: Aggregate | None


@router.get("/results", name="organizer.results.index")
def index(
    visit: Annotated[Reading, reads(Permission.RESULTS_SEE)],
    event_id: int,
    sort: str = "",
    challenge: str = "",
    page: int = 1,
) -> Response:
    """The ranking. Places are those among all applications, also when one challenge alone is shown."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    found = remembered(visit, results.of_event, visit.scope, event.id, event.aggregate)
    challenges = {row.about.challenge_id: row.about for row in found.rows}
    chosen = int(challenge) if challenge.isascii() and challenge.isdigit() and int(challenge) in challenges else None
    rows = [row for row in found.rows if chosen is None or row.about.challenge_id == chosen]
    figures = [float(row.figures.aggregate) for row in rows if row.figures.aggregate is not None]
    disagreement = sort == "disagreement"
    if disagreement:
        rows = results.disagreed_on(rows)
    pages, page = _pages(len(rows), page)
    first = (page - 1) * ROWS
    return show(
        visit,
        ResultsPage(
            frame=frame_of(visit, event, TAB),
            rule=event.aggregate,
            places=event.places_to_pitch,
            rows=[
                _row(row, event, line=not disagreement and _crosses_line(rows, at, event.places_to_pitch))
                for at, row in enumerate(rows[first : first + ROWS], first)
            ],
            total=len(rows),
            scored=len(figures),
            page=page,
            pages=pages,
            by_disagreement=disagreement,
            challenge=chosen,
            challenges=sorted((about.challenge_number, id, about.challenge) for id, about in challenges.items()),
            bins=[(f"{each.low:g}–{each.high:g}", each.count) for each in distribution(figures)] if figures else [],
            middle=aggregate(figures, Aggregate.MEDIAN),
            hides_some=found.hides_some,
        ),
    )


@router.get("/results/matrix", name="organizer.matrix.index")
def matrix(visit: Annotated[Reading, reads(Permission.RESULTS_SEE)], event_id: int, page: int = 1) -> Response:
    """The heat map."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    found = remembered(visit, results.of_event, visit.scope, event.id, event.aggregate)
    pages, page = _pages(len(found.rows), page)
    return show(
        visit,
        MatrixPage(
            frame=frame_of(visit, event, TAB),
            rule=event.aggregate,
            jurors=list(found.jurors.items()),
            rows=found.rows[(page - 1) * ROWS : page * ROWS],
            page=page,
            pages=pages,
            hides_some=found.hides_some,
        ),
    )


@router.get("/results.csv", name="organizer.results.download")
def download(visit: Annotated[Reading, reads(Permission.RESULTS_SEE)], event_id: int) -> Response:
    """Everything in the ranking, with each juror's total in a column of its own."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    found = remembered(visit, results.of_event, visit.scope, event.id, event.aggregate)
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": disposition("attachment", f"{event.slug}.csv"),
        "Cache-Control": "private, no-store",
        "Vary": "Cookie",
    }
    return Response(csv_of(_table(found, visit.language)), headers=headers)


@router.get("/results/{application_id}", name="organizer.results.show")
def show_one(visit: Annotated[Reading, reads(Permission.RESULTS_SEE)], event_id: int, application_id: int) -> Response:
    """One application, juror by juror."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    found = results.detail(visit.session, visit.scope, event.id, application_id, event.aggregate)
    totals = [sheet.total for sheet in found.sheets if sheet.total is not None]
    figure = aggregate(totals, event.aggregate)
    return show(
        visit,
        DetailPage(
            frame=frame_of(visit, event, TAB),
            rule=event.aggregate,
            about=found.about,
            version=found.version,
            sheets=found.sheets,
            criteria=found.criteria,
            figure=None if figure is None else float(published(figure)),
            other_rule=results.other_rule(event.aggregate, len(totals)),
        ),
    )


def _pages(rows: int, asked: int) -> tuple[int, int]:
    pages = max(1, -(-rows // ROWS))
    return pages, min(max(asked, 1), pages)


def _crosses_line(rows: list[Ranked], at: int, places: int) -> bool:
    """Is this the first row that is no longer invited, when some row above it is."""
    return at > 0 and _above(rows[at - 1], places) and not _above(rows[at], places)


def _above(row: Ranked, places: int) -> bool:
    return row.figures.place is not None and row.figures.place <= places


def _row(row: Ranked, event: Event, *, line: bool) -> Row:
    figures = row.figures
    totals = figures.totals.values()
    figure = None if figures.aggregate is None else float(figures.aggregate)
    return Row(
        about=row.about,
        place=figures.place,
        figure=figure,
        other_rule=None if figures.rule is event.aggregate else figures.rule,
        deviation=figures.deviation,
        count=figures.count,
        lowest=min(totals, default=0),
        highest=max(totals, default=0),
        dots=dots.dots(totals, 0, FIGURE_MAX),
        mark=dots.at(figure or 0, 0, FIGURE_MAX),
        line_before=line,
    )


def _table(found: Results, language: str) -> list[list[str]]:
    gettext = translations(language).gettext

    def number(value: Any, digits: int) -> str:
        return "" if value is None else show_number(float(value), language, digits)

    head = (
        N_("Rank"), N_("Number"), N_("Company"), N_("Title"), N_("Challenge"), N_("Figure"), N_("Counted as"),
        N_("Standard deviation"), N_("Sheets"), N_("Decision"),
    )  # fmt: skip
    rows = [[gettext(text) for text in head] + list(found.jurors.values())]
    for row in found.rows:
        about, figures = row.about, row.figures
        rows.append(
            [
                str(figures.place or ""),
                str(about.number or ""),
                about.company,
                about.title,
                about.challenge.text(language),
                number(figures.aggregate, 2),
                word(figures.rule, language) if figures.count else "",
                number(figures.deviation, 2),
                str(figures.count),
                word(about.outcome, language),
                *(number(figures.totals.get(juror), 2) for juror in found.jurors),
            ]
        )
    return rows
