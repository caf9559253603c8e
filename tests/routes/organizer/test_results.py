import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.config import Settings
from app.domain.access import Role
from app.domain.scoring import Aggregate
from app.main import create_app
from app.models import Application, City, Criterion, Event, Person
from app.web.dots import WIDTH, dots
from tests.strict import StrictClient, keyless, parse
from tests.world import World

SignIn = Callable[[Person], StrictClient]


@pytest.fixture
def city(world: World) -> City:
    return world.city()


@pytest.fixture
def event(world: World, city: City) -> Event:
    event = world.event(city, "jury", places_to_pitch=2)
    world.criteria(event, (60, 40))
    return event


@pytest.fixture
def organizer(world: World, city: City) -> Person:
    return world.organizer(city, "Marja Mäki")


@pytest.fixture
def path(event: Event) -> str:
    return f"/organizer/tampere/events/{event.id}/results"


def cells(html: str) -> list[list[str]]:
    table = next(body for body in parse(html).iter("tbody") if "results" in (body.get("class") or ""))
    return [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in table]


def main_of(html: str) -> str:
    return " ".join("".join(parse(html).find(".//main").itertext()).split())


def score(world: World, jurors: list[Person], application: Application, *values: int | None) -> None:
    for juror, value in zip(jurors, values, strict=True):
        if value is not None:
            world.sheet(juror, application, [value, value])


def test_rows_have_places_figures_and_the_line_of_invitation(
    world: World, event: Event, organizer: Person, path: str, sign_in: SignIn
) -> None:
    one, other = world.challenge(event), world.challenge(event)
    jurors = [world.juror(event, name) for name in ("Aino", "Bo")]
    names = ("Eka Oy", "Toka Oy", "Sama Oy", "Viimeinen Oy", "Lukematon Oy")
    made = [world.application(one if n < 3 else other, world.company(name)) for n, name in enumerate(names)]
    for application, values in zip(made, ((9, 9), (7, 8), (8, 7), (2, 3)), strict=False):
        score(world, jurors, application, *values)
    browser = sign_in(organizer)
    page = browser.get(path)
    rows = cells(page.text)
    assert [(row[0], row[2]) for row in rows if len(row) > 1] == [
        ("1", "9,00"), ("2", "7,50"), ("2", "7,50"), ("4", "2,50"), ("–", "ei vielä pisteitä"),
    ]  # fmt: skip
    assert [at for at, row in enumerate(rows) if len(row) == 1] == [3]
    assert rows[3] == ["Kutsuraja: 2 paikkaa"]
    assert rows[1][4:] == ["0,71", "2", "ei päätetty"]
    assert "4/5 hakemusta on saanut pisteitä." in main_of(page.text)
    assert "Keskiarvo" in main_of(page.text)

    filtered = cells(browser.get(f"{path}?challenge={other.id}").text)
    assert [row[0] for row in filtered] == ["4", "–"]
    for odd in ("?challenge=999", "?challenge=x", "?page=0", "?page=99", "?sort=x"):
        assert browser.get(path + odd).status_code == 200


def test_disagreement_comes_first_when_asked_for(
    world: World, event: Event, organizer: Person, path: str, sign_in: SignIn
) -> None:
    challenge = world.challenge(event)
    jurors = [world.juror(event) for _ in range(2)]
    score(world, jurors, world.application(challenge, world.company("Sopu Oy")), 9, 9)
    score(world, jurors, world.application(challenge, world.company("Riita Oy")), 10, 0)
    page = sign_in(organizer).get(f"{path}?sort=disagreement")
    assert [row[1].split(" Oy")[0] for row in cells(page.text)] == ["Riita", "Sopu"]
    assert 'aria-sort="descending"' in page.text


def test_the_aggregate_in_fact_used_stands_beside_its_figure(
    world: World, city: City, organizer: Person, sign_in: SignIn
) -> None:
    event = world.event(city, "jury", name="Typistetty", aggregate=Aggregate.TRIMMED_MEAN)
    world.criteria(event, (1,))
    challenge = world.challenge(event)
    jurors = [world.juror(event) for _ in range(3)]
    score(world, jurors, world.application(challenge), 1, 5, 10)
    score(world, jurors, world.application(challenge), 4, 5, None)
    rows = cells(sign_in(organizer).get(f"/organizer/tampere/events/{event.id}/results").text)
    assert [row[2] for row in rows] == ["5,00", "4,50Keskiarvo"]


def test_one_application_juror_by_juror(
    world: World, event: Event, organizer: Person, path: str, sign_in: SignIn
) -> None:
    challenge = world.challenge(event)
    aino, bo = world.juror(event, "Aino Virtanen"), world.juror(event, "Bo Ek")
    application = world.application(challenge, world.company("Lumo Oy"))
    world.sheet(aino, application, [8, None], comment_jury="Vain raadille <b>", comment_company="Yritykselle")
    world.sheet(bo, application, [4, 6])
    page = sign_in(organizer).get(f"{path}/{application.id}")
    shown = main_of(page.text)
    assert "Vain raadille &lt;b&gt;" in page.text
    assert "Yritykselle" in shown
    assert "Peruste 1paino 60 · 0–10 84 6,00 2,83" in shown
    assert "Peruste 2paino 40 · 0–10 –6 6,00 –" in shown
    assert "Yhteensä, 0–108,004,806,40" in shown


def test_the_matrix_is_read_without_colour(
    world: World, event: Event, organizer: Person, path: str, sign_in: SignIn
) -> None:
    challenge = world.challenge(event)
    jurors = [world.juror(event, name) for name in ("Aino Virtanen", "Bo Ek")]
    score(world, jurors, world.application(challenge, world.company("Lumo Oy")), 8, None)
    score(world, jurors, world.application(challenge, world.company("Kide Oy")), 3, 4)
    page = sign_in(organizer).get(f"{path}/matrix")
    shown = main_of(page.text)
    assert "1 Lumo Oy8,008,0ei pisteitä" in shown
    assert "2 Kide Oy3,503,04,0" in shown
    assert '<abbr title="Aino Virtanen">AV</abbr>' in page.text


def test_the_table_to_take_along_holds_text_and_nothing_that_computes(
    world: World, event: Event, organizer: Person, path: str, sign_in: SignIn
) -> None:
    challenge = world.challenge(event, "@haaste")
    juror = world.juror(event, "=Aino()")
    company = world.company("+358 Oy")
    score(world, [juror], world.application(challenge, company, title='-2+3; "lainaus"\nrivi'), 8)
    answer = sign_in(organizer).get(f"{path}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="kipina.csv"')
    head, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert head[-1] == "'=Aino()"
    assert row == [
        "1", "1", "'+358 Oy", "'-2+3; \"lainaus\"\nrivi", "'@haaste", "8,00", "Keskiarvo", "", "1", "", "8,00",
    ]  # fmt: skip


def test_it_is_the_organizers_page(world: World, city: City, event: Event, path: str, sign_in: SignIn) -> None:
    pages = ("", "/matrix", ".csv", f"/{world.application(world.challenge(event)).id}")
    for role in (Role.LEADERSHIP, Role.AGENT, Role.PROCUREMENT):
        browser = sign_in(world.member(city, role))
        assert {browser.get(path + page).status_code for page in pages} == {403}
    stranger = sign_in(world.organizer(world.city("oulu", "Oulu")))
    assert {stranger.get(path + page).status_code for page in pages} == {404}


def test_what_is_closed_to_somebody_never_changes_what_they_see(
    world: World, city: City, event: Event, organizer: Person, tmp_path: Path, settings: Settings, sign_in: SignIn
) -> None:
    """Two databases that differ only in the scores of an application closed to both: byte-equal pages for them."""
    challenge = world.challenge(event)
    me, other = world.juror(event, "Aino"), world.juror(event, "Bo")
    made = [world.application(challenge, world.company(f"Yritys {n} Oy")) for n in range(4)]
    hidden = made[0]
    for n, application in enumerate(made):
        score(world, [me, other], application, 9 - n, 8 - n)
    world.everyone_reads_all(event)
    world.conflict(hidden, organizer)
    world.conflict(hidden, me)
    tokens = {person.id: sign_in(person).cookies[settings.session_cookie] for person in (organizer, me)}

    def seen(database: Path) -> dict[str, bytes]:
        app: FastAPI = create_app(settings.model_copy(update={"database_url": f"sqlite:///{database}"}))
        base = f"/organizer/tampere/events/{event.id}"
        mine = {organizer.id: [f"{base}{page}" for page in (
            "/panel", "/panel/assignments", "/panel/conflicts", "/results", "/results?sort=disagreement",
            "/results/matrix", "/results.csv", f"/results/{hidden.id}", f"/results/{made[1].id}",
        )], me.id: ["/jury", f"/jury/applications/{made[1].id}", f"/jury/applications/{hidden.id}"]}  # fmt: skip
        pages: dict[str, bytes] = {}
        with StrictClient(app) as browser:
            for person, paths in mine.items():
                browser.cookies.set(settings.session_cookie, tokens[person])
                pages |= {path: keyless(browser.get(path).content) for path in paths}
        app.state.engine.dispose()
        return pages

    source = Path(sa.make_url(settings.database_url).database or "")
    one, two = tmp_path / "one.db", tmp_path / "two.db"
    engine = world.engine
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(source, one)
    shutil.copy(source, two)
    changed = sa.create_engine(f"sqlite:///{two}")
    with changed.begin() as connection:
        of_hidden = {"hidden": hidden.id}
        sheets = "(select id from score_sheet where application_id = :hidden)"
        scores = sa.text(f"update score set value = 0 where sheet_id in {sheets}")  # noqa: S608
        assert connection.execute(scores, of_hidden).rowcount == 4
        words = sa.text("update score_sheet set comment_jury = 'toinen' where application_id = :hidden")
        assert connection.execute(words, of_hidden).rowcount == 2
    changed.dispose()

    first, second = seen(one), seen(two)
    assert [page for page in first if first[page] != second[page]] == []
    assert b"Yritys 1 Oy" in first[f"/organizer/tampere/events/{event.id}/results"]
    assert not [page for page, content in first.items() if b"Yritys 0 Oy" in content]


@pytest.mark.parametrize("rows", [1, 3])
def test_six_queries_whatever_the_number_of_rows(
    world: World, event: Event, organizer: Person, path: str, sign_in: SignIn, queries: Callable[[], int], rows: int
) -> None:
    challenge = world.challenge(event)
    jurors = [world.juror(event) for _ in range(rows)]
    made = [world.application(challenge) for _ in range(rows)]
    for application in made:
        score(world, jurors, application, *[5] * rows)
    browser = sign_in(organizer)
    queries()
    for page, expected in (("", 6), ("/matrix", 6), (".csv", 6), (f"/{made[0].id}", 8)):
        assert browser.get(path + page).status_code == 200
        assert (page, queries()) == (page, expected)


def test_remembered_figures_change_with_the_first_sheet_and_are_each_persons_own(
    world: World, event: Event, city: City, organizer: Person, path: str, sign_in: SignIn
) -> None:
    juror, challenge = world.juror(event), world.challenge(event)
    one, other = (world.application(challenge, world.company(name)) for name in ("Eka Oy", "Toka Oy"))
    score(world, [juror], one, 4)
    browser, colleague = sign_in(organizer), sign_in(world.organizer(city))
    for page in (path, f"{path}/matrix"):
        assert "4,00" in main_of(browser.get(page).text)
    score(world, [juror], other, 7)
    assert [(row[0], row[2]) for row in cells(browser.get(path).text)] == [("1", "7,00"), ("2", "4,00")]
    assert [(row[0], row[2]) for row in cells(colleague.get(path).text)] == [("1", "7,00"), ("2", "4,00")]
    world.conflict(other, organizer)
    assert [(row[0], row[2]) for row in cells(browser.get(path).text)] == [("1", "4,00")]
    assert len(cells(colleague.get(path).text)) == 2


def test_dots_that_fall_on_one_another_stand_apart() -> None:
    path = dots([5, 5, 5, 0, 10], 0, 10)
    assert path.count("M") == 5
    assert len(set(path.split("M"))) == 6
    assert f"M{WIDTH - 4} " in path
    assert dots([], 0, 10) == ""


def test_criteria_outside_the_total_are_shown_and_not_counted(
    world: World, event: Event, organizer: Person, path: str, sign_in: SignIn
) -> None:
    extra: list[Criterion] = world.criteria(event, (0,), informational=True)
    juror, application = world.juror(event), world.application(world.challenge(event))
    world.sheet(juror, application, [6, 6, 1])
    browser = sign_in(organizer)
    assert cells(browser.get(path).text)[0][2] == "6,00"
    assert extra
    assert "ei vaikuta kokonaistulokseen" in main_of(browser.get(f"{path}/{application.id}").text)
