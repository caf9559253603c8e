"""What is measured: pages that people open, and forms that they send."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import col

from app.domain.application import State
from app.models import Application, ScoreSheet
from app.web.pages import path_of
from benchmarks.seed import CITY, OPEN, TOLD, Seeded

HELLO = "/healthz"
LANGUAGE = "fi"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Something that people do.

    `peer` is how often per second the nearest peer does it, and `aim` what we want, where there is such a figure.
    """

    title: str
    route: str
    peer: float | None = None
    aim: str = ""


@dataclass(frozen=True, kw_only=True)
class Page(Scenario):
    """A page that is opened again and again. A public one is the same for everybody."""

    path: str
    session: str
    public: bool = False


@dataclass(frozen=True)
class Sheet:
    """A form that one person sends once: the page that it stands on, and what it posts to."""

    page: str
    action: str
    session: str


@dataclass(frozen=True, kw_only=True)
class Change(Scenario):
    """A form that is sent, each time another one. `counted` asks the database how many of them it holds."""

    counted: sa.Select[Any]
    sheets: tuple[Sheet, ...]
    fill_in: Callable[[dict[str, str]], None] = lambda _: None


def scenarios(app: FastAPI, seeded: Seeded) -> tuple[list[Page], list[Change], list[str]]:
    """Those whose routes the app has, and the titles of the others."""
    known = app.state.paths

    def to(route: str, **params: object) -> str:
        return path_of(app, LANGUAGE, route, **params) if route in known else ""

    pages, changes = list(_pages(to, seeded)), list(_changes(to, seeded))
    missing = [scenario.title for scenario in (*pages, *changes) if scenario.route not in known]
    return (
        [page for page in pages if page.route in known],
        [change for change in changes if change.route in known],
        missing,
    )


def _pages(to: Callable[..., str], seeded: Seeded) -> Iterator[Page]:
    def public(title: str, route: str, peer: float, **params: object) -> Page:
        aim, path = "≥ 80 % of bare, same size", to(route, city=CITY, **params)
        return Page(title=title, route=route, peer=peer, aim=aim, path=path, session="", public=True)

    def staff(title: str, route: str, peer: float | None = None, aim: str = "", **params: object) -> Page:
        path = to(route, city=CITY, **params)
        return Page(title=title, route=route, peer=peer, aim=aim, path=path, session=seeded.organizer)

    def own(title: str, route: str, session: str, **params: object) -> Page:
        return Page(title=title, route=route, path=to(route, **params), session=session)

    judged, juror = seeded.jury_event, seeded.jurors[0]
    yield public("Public event page", "public.event.show", 84, event=OPEN)
    yield public("Public challenge page", "public.challenge.show", 80, event=OPEN, number=1)
    yield public("Public programme, 60 sessions", "public.programme.show", 20, event=TOLD)
    aim = "≥ 80 × peer; ≤ 8 ms; ≤ 6 queries; ≤ 60 KB"
    yield staff("Applications, 50 rows of 300", "organizer.applications.index", 5.5, aim, event_id=judged)
    aim = "≥ 200 × peer; ≤ 10 ms; ≤ 6 queries"
    yield staff("Results, 300 applications × 20 jurors", "organizer.results.index", 1.1, aim, event_id=judged)
    yield staff("Heat map, 50 rows × 20 jurors", "organizer.matrix.index", event_id=judged)
    yield staff("Board, 500 cases", "procurement.cases.index")
    yield staff("Case list, 50 rows of 500", "procurement.cases.index", q_view="list")
    yield own("Juror's queue, 300 applications", "jury.queue.index", juror)
    yield own("Score sheet", "jury.scores.edit", juror, application_id=seeded.scoring[0])
    yield own("My tasks, organizer", "account.tasks.index", seeded.organizer)


def _changes(to: Callable[..., str], seeded: Seeded) -> Iterator[Change]:
    yield Change(
        title="Application sent in",
        route="company.submission.new",
        peer=4.1,
        aim="≥ 50 × peer; none lost",
        counted=sa.select(sa.func.count()).where(
            col(Application.event_id) == seeded.open_event, col(Application.state) == State.SUBMITTED
        ),
        sheets=tuple(
            Sheet(
                to("company.submission.new", application_id=draft),
                to("company.submission.create", application_id=draft),
                owner,
            )
            for draft, owner in _shuffled(seeded.drafts)
        ),
    )
    turn = count(1)

    def score_anew(values: dict[str, str]) -> None:
        for name in [name for name in values if name.startswith("score_")]:
            values[name] = str((int(values[name] or 0) + next(turn)) % 11)
        values["step"] = "next"

    yield Change(
        title="Score sheet saved",
        route="jury.scores.edit",
        peer=28,
        aim="≥ 30 × peer; p99 < 30 ms; none refused",
        counted=sa.select(sa.func.count()).where(col(ScoreSheet.version) > 1),
        sheets=tuple(
            Sheet(
                to("jury.scores.edit", application_id=application),
                to("jury.scores.update", application_id=application),
                juror,
            )
            for application, juror in _shuffled([(a, j) for a in seeded.scoring for j in seeded.jurors])
        ),
        fill_in=score_anew,
    )


def _shuffled(pairs: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """In an order in which nobody's rows follow one another, the same in each run."""
    return random.Random(2027).sample(pairs, len(pairs))
