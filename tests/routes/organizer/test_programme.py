"""The organizers' grid: who may see and move what, and that it does not cost more with more in it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY, Role
from app.domain.application import State
from app.models import ProgrammeSession
from tests.organizing import Cast, SignIn
from tests.strict import StrictClient, form_of
from tests.world import World


def move(browser: StrictClient, page: str, row: ProgrammeSession, *, drag: bool = False, **values: str) -> int:
    html = browser.get(page).text.replace("<header", "<main").replace("</header>", "</main>")
    csrf = form_of(html, "/sign-out")[0]["csrf"]
    headers = {"HX-Request": "true"} if drag else {}
    answer = browser.post(f"{page}/sessions/{row.id}/slot", data={"csrf": csrf, **values}, headers=headers)
    assert not drag or answer.text.startswith('<div id="organizer-programme-grid"')
    return int(answer.status_code)


def test_an_empty_programme_says_what_to_do_next(cast: Cast) -> None:
    page = cast.owner.get(cast.path)
    assert page.status_code == 200
    assert f"{cast.path}/places/new" in page.text


def test_only_organizers_of_the_city_come_in(world: World, cast: Cast, sign_in: SignIn, client: StrictClient) -> None:
    other = sign_in(world.organizer(world.city("oulu", "Oulu")))
    colleague = sign_in(world.member(cast.city, Role.PROCUREMENT))
    for page in ("", "/sessions/new", "/places/new", "/pitches", "/releases", "/releases/new"):
        assert cast.owner.get(cast.path + page).status_code == 200
        assert other.get(cast.path + page).status_code == 404
        assert colleague.get(cast.path + page).status_code == 403
        assert client.get(cast.path + page).status_code == 303


def test_an_event_of_another_city_is_not_reached_through_ones_own(world: World, cast: Cast) -> None:
    foreign = world.event(world.city("oulu", "Oulu"), "call_closed")
    row, place = world.session(foreign), world.place(foreign)
    base = f"/organizer/{cast.city.slug}/events"
    assert cast.owner.get(f"{base}/{foreign.id}/programme").status_code == 404
    for page in (f"sessions/{row.id}", f"places/{place.id}"):
        assert cast.owner.get(f"{base}/{foreign.id}/programme/{page}").status_code == 404
        assert cast.owner.get(f"{base}/{cast.event.id}/programme/{page}").status_code == 404


def test_the_grid_shows_sessions_under_their_places_and_stands_apart(world: World, cast: Cast) -> None:
    lava, aula = world.place(cast.event, "Lava"), world.place(cast.event, "Aula")
    application = world.application(world.challenge(cast.event), state=State.CONFIRMED)
    world.session(cast.event, place=lava, application=application)
    world.session(cast.event, "stand", place=aula, application=application, minutes=400, stand="7")
    world.session(cast.event, "panel", at=None, title="Vielä auki")
    html = cast.owner.get(cast.path).text
    grid = html[html.index('<table class="programme-grid"') : html.index("</table>")]
    assert "Lava" in grid
    assert "Aula" not in grid, "a stand takes no column"
    assert "Vielä auki" not in grid
    assert "Vielä auki" in html


def test_clashes_stand_beside_the_item_and_in_one_list(world: World, cast: Cast) -> None:
    place = world.place(cast.event)
    one = world.session(cast.event, "panel", place=place, title="Avaus")
    two = world.session(cast.event, "panel", place=place, title="Toinen")
    html = cast.owner.get(cast.path).text
    assert html.count("Sama paikka samaan aikaan") == 3
    listed = html[html.index("clash-list") :]
    assert f"#session-{one.id}" in listed
    assert f"#session-{two.id}" in listed


def test_an_item_is_moved_and_answers_with_the_grid(world: World, cast: Cast, engine: sa.Engine) -> None:
    place = world.place(cast.event)
    row = world.session(cast.event, "panel", title="Avaus")
    assert row.starts_at
    later = row.starts_at + timedelta(hours=2)
    where = {"starts_at": later.isoformat(), "place": str(place.id)}
    assert move(cast.owner, cast.path, row, drag=True, version="1", **where) == 200
    with reading(engine, EVERY_CITY) as session:
        moved = session.exec(select(ProgrammeSession)).one()
        assert (moved.starts_at, moved.place_id, moved.version) == (later, place.id, 2)
    assert move(cast.owner, cast.path, row, starts_at=later.isoformat(), place="", version="1") == 409
    for wrong in ("", "tomorrow", "2027-02-12T09:00"):
        assert move(cast.owner, cast.path, row, starts_at=wrong, place="", version="2") == 409


def test_nobody_else_moves_it(world: World, cast: Cast, sign_in: SignIn) -> None:
    row = world.session(cast.event, "panel", title="Avaus")
    assert row.starts_at
    other = sign_in(world.organizer(world.city("oulu", "Oulu")))
    html = other.get("/tasks").text.replace("<header", "<main").replace("</header>", "</main>")
    csrf = form_of(html, "/sign-out")[0]["csrf"]
    values = {"csrf": csrf, "starts_at": row.starts_at.isoformat(), "version": "1"}
    assert other.post(f"{cast.path}/sessions/{row.id}/slot", data=values).status_code == 404


def test_a_conflict_of_interest_closes_the_item_but_not_its_slot(world: World, cast: Cast, sign_in: SignIn) -> None:
    person = world.organizer(cast.city)
    application = world.application(
        world.challenge(cast.event), world.company("Lähipiirin Oy"), State.CONFIRMED, title="Salainen nimi"
    )
    row = world.session(cast.event, "interview", place=world.place(cast.event), application=application,
                        title="Lähipiirin haastattelu", people=("Läheinen Henkilö",))  # fmt: skip
    world.conflict(application, person)
    browser = sign_in(person)
    html = browser.get(cast.path).text
    assert f"session-{row.id}" in html
    assert "Läh" not in html
    assert browser.get(f"{cast.path}/sessions/{row.id}").status_code == 404
    for page in ("/sessions/new", "/pitches"):
        assert "Lähipiirin" not in browser.get(cast.path + page).text
    assert "Lähipiirin" in cast.owner.get(cast.path).text


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_rows(world: World, cast: Cast, engine: sa.Engine, rows: int) -> None:
    challenge = world.challenge(cast.event)
    for number in range(rows):
        place = world.place(cast.event, f"Lava {number}")
        world.session(cast.event, place=place, application=world.application(challenge, state=State.CONFIRMED))
        world.session(cast.event, "stand", application=world.application(challenge, state=State.CONFIRMED))
    world.release(cast.event)
    statements: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert cast.owner.get(cast.path).status_code == 200
    assert len([s for s in statements if not s.startswith(("BEGIN", "PRAGMA"))]) == 12


def test_sixty_items_fit_on_a_page(world: World, cast: Cast) -> None:
    place = world.place(cast.event)
    for number in range(60):
        world.session(
            cast.event, "panel", place=place, at=timedelta(minutes=5 * number), minutes=5, title=f"Kohta {number}"
        )
    assert len(cast.owner.get(cast.path).text) < 100_000
