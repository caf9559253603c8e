"""The jury's results, through the tables: figures, places, and what is left out for whom."""

import csv
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import event as sa_event
from sqlmodel import select

from app.adapters.database import WriteSession
from app.domain.access import Permission, Scope, scope_of
from app.domain.refusals import Reason, Refused
from app.domain.scoring import Aggregate, published
from app.models import Application, Person, Score, ScoreSheet
from app.queries import results
from app.queries import scoring as scoring_queries
from app.services import scoring
from tests.world import World

PANELS = Path(__file__).parents[1] / "data" / "figure-skating" / "program-components.csv"
JUDGES = tuple(f"J{number}" for number in range(1, 10))
COMPETITION = "ISU GP 2016 Progressive Skate America"
QUARTERS = 4
"""Judges give quarters of a point up to ten; a score is a whole number, so it counts the quarters on a scale of 40."""


def scope(world: World, person: Person) -> Scope:
    return scope_of(world.actor(person), Permission.RESULTS_SEE)


def performances() -> dict[str, dict[str, list[dict[str, str]]]]:
    """One competition: program → performance → its rows, one for each component."""
    found: dict[str, dict[str, list[dict[str, str]]]] = {}
    with PANELS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["competition"] == COMPETITION:
                found.setdefault(row["program"], {}).setdefault(row["performance_id"], []).append(row)
    return found


def test_the_published_panel_scores_come_out_of_the_tables(world: World, session: WriteSession, now: datetime) -> None:
    """Programs are challenges with judges and criteria of their own: the components. Performances are applications.

    A judge who stands as 0.0 gave no mark: the criterion was not judged (see the data's README).
    """
    competition = performances()
    assert sum(len(rows) for program in competition.values() for rows in program.values()) == 390
    city = world.city()
    event = world.event(city, "jury", aggregate=Aggregate.TRIMMED_MEAN)
    companies = [world.company() for _ in range(max(len(program) for program in competition.values()))]
    expected: dict[int, list[Decimal]] = {}
    for name, program in competition.items():
        challenge = world.challenge(event, name)
        world.criteria(event, (1,) * 5, challenge, scale_max=10 * QUARTERS)
        judges = {judge: world.actor(world.juror(event, f"{name} {judge}", challenge)) for judge in JUDGES}
        for company, rows in zip(companies, program.values(), strict=False):
            application = world.application(challenge, company, title=rows[0]["performance_id"])
            expected[application.id] = [Decimal(row["panel_score"]) for row in rows]
            with world.change() as change:
                criteria = scoring_queries.criteria(change, application, 0)
                for judge, actor in judges.items():
                    marks = {c.id: int(float(row[judge]) * QUARTERS) for c, row in zip(criteria, rows, strict=True)}
                    draft = scoring.SheetDraft({criterion: mark for criterion, mark in marks.items() if mark})
                    scoring.save(change, actor, application, event, criteria, draft, 0, now, send=True)

    asker = scope(world, world.organizer(city))
    found = {
        application: [
            published((criterion.figure or 0) / QUARTERS)
            for criterion in results.detail(session, asker, event.id, application, event.aggregate).criteria
        ]
        for application in expected
    }
    assert found == expected
    assert len(results.of_event(session, asker, event.id, event.aggregate).rows) == len(expected)


def test_what_was_not_judged_does_not_lower_the_total(world: World, session: WriteSession) -> None:
    city = world.city()
    event = world.event(city, "jury")
    world.criteria(event)
    challenge, juror = world.challenge(event), world.juror(event)
    whole, skipped = world.application(challenge), world.application(challenge)
    world.sheet(juror, whole, [8, 8, 8, 8])
    world.sheet(juror, skipped, [8, None, 8, None])
    found = results.of_event(session, scope(world, world.organizer(city)), event.id, event.aggregate)
    assert [(row.figures.place, row.figures.aggregate) for row in found.rows] == [(1, Decimal("8.00"))] * 2


def test_the_database_adds_up_as_the_rules_do(world: World, session: WriteSession) -> None:
    city = world.city()
    event = world.event(city, "jury")
    world.criteria(event, (30, 7), scale_max=10)
    challenge = world.challenge(event)
    world.criteria(event, (13,), challenge=challenge, scale_max=7)
    world.criteria(event, (50,), informational=True)
    application, juror = world.application(challenge), world.juror(event)
    # In the juror's order: the event's criteria by position, then the challenge's own.
    world.sheet(juror, application, [3, 0, 9, 5])
    asker = scope(world, world.organizer(city))
    (row,) = results.of_event(session, asker, event.id, event.aggregate).rows
    (sheet,) = results.detail(session, asker, event.id, application.id, event.aggregate).sheets
    given = results.detail(session, asker, event.id, application.id, event.aggregate).criteria
    weighed = sum(10 * c.weight * c.values[juror.id] / c.scale_max for c in given if not c.informational)
    assert sheet.total == pytest.approx(weighed / 50)
    assert row.figures.totals == {juror.id: pytest.approx(sheet.total)}


def test_only_sheets_that_were_sent_in_by_jurors_without_a_conflict_count(world: World, session: WriteSession) -> None:
    city = world.city()
    event = world.event(city, "jury")
    world.criteria(event)
    application = world.application(world.challenge(event))
    aino, bo, cia = (world.juror(event, name) for name in ("Aino", "Bo", "Cia"))
    world.sheet(aino, application, [8, 8, 8, 8])
    world.sheet(bo, application, [1, 1, 1, 1], send=False)
    world.sheet(cia, application, [2, 2, 2, 2])
    world.conflict(application, cia)
    asker = scope(world, world.organizer(city))
    (row,) = results.of_event(session, asker, event.id, event.aggregate).rows
    assert row.figures.totals == {aino.id: 8.0}
    detail = results.detail(session, asker, event.id, application.id, event.aggregate)
    assert [sheet.juror for sheet in detail.sheets] == ["Aino"]
    assert len(session.exec(select(ScoreSheet)).all()) == 3


def test_a_withdrawn_conflict_brings_the_sheet_back(world: World, session: WriteSession) -> None:
    city = world.city()
    event = world.event(city, "jury")
    world.criteria(event)
    application, juror = world.application(world.challenge(event)), world.juror(event)
    world.sheet(juror, application, [8, 8, 8, 8])
    conflict = world.conflict(application, juror)
    asker = scope(world, world.organizer(city))
    assert results.of_event(session, asker, event.id, event.aggregate).rows[0].figures.count == 0
    session.rollback()
    with world.change() as change:
        change.delete(change.merge(conflict))
    assert results.of_event(session, asker, event.id, event.aggregate).rows[0].figures.count == 1


def test_places_are_counted_as_if_what_is_closed_to_me_were_not_there(world: World, session: WriteSession) -> None:
    city = world.city()
    event = world.event(city, "jury")
    world.criteria(event)
    challenge, juror = world.challenge(event), world.juror(event)
    best, second, last = (world.application(challenge) for _ in range(3))
    for application, value in ((best, 9), (second, 7), (last, 3)):
        world.sheet(juror, application, [value] * 4)
    mine, colleague = world.organizer(city), world.organizer(city)
    world.conflict(best, mine)

    def seen(person: Person) -> list[tuple[int, int | None]]:
        found = results.of_event(session, scope(world, person), event.id, event.aggregate)
        return [(row.about.id, row.figures.place) for row in found.rows]

    assert seen(mine) == [(second.id, 1), (last.id, 2)]
    assert seen(colleague) == [(best.id, 1), (second.id, 2), (last.id, 3)]
    assert results.of_event(session, scope(world, mine), event.id, event.aggregate).hides_some
    with pytest.raises(Refused) as refused:
        results.detail(session, scope(world, mine), event.id, best.id, event.aggregate)
    assert refused.value.reason is Reason.NOT_FOUND


def test_the_same_questions_answer_the_same_whatever_the_hidden_scores_are(world: World, session: WriteSession) -> None:
    city = world.city()
    event = world.event(city, "jury")
    world.criteria(event)
    challenge, juror = world.challenge(event), world.juror(event)
    hidden, seen = world.application(challenge), world.application(challenge)
    world.sheet(juror, hidden, [9, 9, 9, 9])
    world.sheet(juror, seen, [5, 5, 5, 5])
    organizer = world.organizer(city)
    world.conflict(hidden, organizer)
    asker = scope(world, organizer)
    before = results.of_event(session, asker, event.id, event.aggregate)
    session.rollback()
    with world.change() as change:
        for score in change.exec(select(Score)):
            score.value = 0 if score.value == 9 else score.value
    assert results.of_event(session, asker, event.id, event.aggregate) == before
    assert [row.figures.totals for row in before.rows] == [{juror.id: 5.0}]


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_what_is_not_in_the_running_has_no_place(world: World, session: WriteSession, state: str) -> None:
    city = world.city()
    event = world.event(city, "jury")
    world.application(world.challenge(event), state=state)
    asker = scope(world, world.organizer(city))
    assert results.of_event(session, asker, event.id, event.aggregate).rows == []


def test_another_citys_results_are_not_there(world: World, session: WriteSession) -> None:
    event = world.event(world.city(), "jury")
    application = world.application(world.challenge(event))
    stranger = scope(world, world.organizer(world.city("turku", "Turku")))
    assert results.of_event(session, stranger, event.id, event.aggregate).rows == []
    with pytest.raises(Refused):
        results.detail(session, stranger, event.id, application.id, event.aggregate)


def test_disagreement_comes_first_when_asked_for(world: World, session: WriteSession) -> None:
    city = world.city()
    event = world.event(city, "jury")
    world.criteria(event)
    challenge = world.challenge(event)
    aino, bo = world.juror(event), world.juror(event)
    agreed, split = world.application(challenge), world.application(challenge)
    for juror, values in ((aino, (9, 10)), (bo, (9, 2))):
        for application, value in zip((agreed, split), values, strict=True):
            world.sheet(juror, application, [value] * 4)
    found = results.of_event(session, scope(world, world.organizer(city)), event.id, event.aggregate)
    assert [row.about.id for row in found.rows] == [agreed.id, split.id]
    assert [row.about.id for row in results.disagreed_on(found.rows)] == [split.id, agreed.id]


@pytest.mark.parametrize("rows", [1, 3])
def test_two_queries_whatever_the_number_of_rows(world: World, session: WriteSession, rows: int) -> None:
    city = world.city()
    event = world.event(city, "jury")
    world.criteria(event)
    challenge = world.challenge(event)
    jurors = [world.juror(event) for _ in range(rows)]
    for _ in range(rows):
        application = world.application(challenge)
        for juror in jurors:
            world.sheet(juror, application, [5, 5, 5, 5])
    asker = scope(world, world.organizer(city))
    asked: list[str] = []
    engine = session.get_bind()
    sa_event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    found = results.of_event(session, asker, event.id, event.aggregate)
    assert len(found.rows) == rows
    asked = [statement for statement in asked if statement.startswith("SELECT") and "set_config" not in statement]
    assert len(asked) == 2, "and before them PostgreSQL is told the cities"
    assert session.exec(select(Application.id)).first()
