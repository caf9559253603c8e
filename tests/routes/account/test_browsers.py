"""Where one is signed in: seen, ended, and ending by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters import clock
from app.adapters.database import reading
from app.domain.access import EVERY_CITY, Role
from app.models import Person, WebSession
from tests.routes.account.test_sign_in import link_of
from tests.strict import StrictClient, form_of, parse
from tests.world import World

SignIn = Callable[[Person], StrictClient]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """`later(timedelta(hours=9))`: the clock of the app stands that much after the present."""
    present = clock.now()

    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: present + by)

    return move


def rows(browser: StrictClient) -> list[str]:
    """What the page says of each browser."""
    sections = parse(browser.get("/account/profile").text).iter("section")
    section = next(part for part in sections if part.get("id") == "browsers")
    return [" ".join("".join(row.itertext()).split()) for row in section.iter("li")]


def last_seen(engine: sa.Engine) -> list[datetime]:
    with reading(engine, EVERY_CITY) as session:
        return list(session.exec(select(WebSession.last_seen_at).order_by(col(WebSession.id))))


def test_each_browser_is_told_in_words_and_this_one_is_marked(
    client: StrictClient, world: World, sign_in: SignIn, engine: sa.Engine
) -> None:
    person = world.person("Aino Virtanen")
    sign_in(person)
    sign_in(world.person("Joku muu"))
    client.headers["User-Agent"] = FIREFOX
    client.submit("/sign-in", email=person.email)
    client.submit(link_of(engine))
    here, other = rows(client)
    assert here.startswith("Firefox, Windows Kirjauduit: ")
    assert "käytössä nyt" in here
    assert here.endswith("Tämä selain")
    assert other.startswith("Selain, jota emme tunnista")
    assert "Viimeksi käytössä" in other


def test_one_of_them_is_ended_from_another(world: World, sign_in: SignIn) -> None:
    person = world.person()
    lost, here, third = (sign_in(person) for _ in range(3))
    page = here.get("/account/profile").text
    targets = [f.get("action") for f in parse(page).find(".//main").iter("form") if "/browsers/" in f.get("action")]
    first = min(targets[:2])
    ended = here.submit("/account/profile", first)
    assert "Olet nyt kirjautunut ulos sieltä." in here.get(ended.headers["location"]).text
    assert [browser.get("/tasks").status_code for browser in (lost, here, third)] == [303, 200, 200]
    assert len(rows(here)) == 2


def test_all_others_are_ended_at_once(world: World, sign_in: SignIn) -> None:
    person, neighbour = world.person(), sign_in(world.person())
    others, here = [sign_in(person) for _ in range(3)], sign_in(person)
    here.submit("/account/profile", "/account/browsers/sign-out")
    assert [browser.get("/tasks").status_code for browser in (*others, here, neighbour)] == [303, 303, 303, 200, 200]
    assert "/account/browsers/sign-out" not in here.get("/account/profile").text, "there is nothing to end"


def test_nobody_ends_what_is_not_theirs(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    theirs, mine = sign_in(world.person()), sign_in(world.person())
    with reading(engine, EVERY_CITY) as session:
        ids = session.exec(select(WebSession.id).order_by(col(WebSession.id))).all()
    token = form_of(mine.get("/account/profile").text, "/profile")[0]["csrf"]
    for browser_id in (*ids, 10**6):
        answer = mine.post(f"/account/browsers/{browser_id}/sign-out", data={"csrf": token})
        assert answer.status_code == 404, "neither another's, nor this one, nor one that is not there"
    assert theirs.get("/tasks").status_code == mine.get("/tasks").status_code == 200


def test_a_token_that_was_planted_lets_nobody_in(client: StrictClient, engine: sa.Engine) -> None:
    planted = "a-token-that-somebody-else-knows"
    client.cookies.set("kipina", planted, domain="testserver.local")
    client.submit("/sign-in", email="maija@example.org")
    given = client.submit(link_of(engine)).cookies["kipina"]
    assert given != planted
    assert client.get("/tasks", headers={"Cookie": f"kipina={planted}"}).status_code == 303


def test_signing_in_again_ends_what_the_browser_had_before(client: StrictClient, engine: sa.Engine) -> None:
    for address in ("maija@example.org", "toinen@example.org"):
        client.submit("/sign-in", email=address)
        client.submit(link_of(engine))
    with reading(engine, EVERY_CITY) as session:
        first, second = session.exec(select(WebSession).order_by(col(WebSession.id)))
    assert first.ended_at is not None
    assert second.ended_at is None
    assert first.token_hash != second.token_hash


def test_staff_is_forgotten_after_a_working_day_and_others_are_not(
    world: World, sign_in: SignIn, later: Callable[[timedelta], None]
) -> None:
    city = world.city()
    staff = [
        sign_in(world.organizer(city)),
        sign_in(world.member(city, Role.LEADERSHIP)),
        sign_in(world.person(admin=True)),
    ]
    others = [sign_in(world.person())]
    later(timedelta(hours=7, minutes=55))
    assert {browser.get("/account/profile").status_code for browser in others} == {200}
    assert {browser.get("/account/profile").status_code for browser in staff[:1]} == {200}
    later(timedelta(hours=8, minutes=5))
    assert staff[0].get("/account/profile").status_code == 200, "it was used a moment ago"
    assert {browser.get("/account/profile").status_code for browser in staff[1:]} == {303}
    assert {browser.get("/account/profile").status_code for browser in others} == {200}


def test_after_two_weeks_everybody_signs_in_again(
    world: World, sign_in: SignIn, later: Callable[[timedelta], None]
) -> None:
    busy = sign_in(world.person())
    for day in range(14):
        later(timedelta(days=day))
        assert busy.get("/account/profile").status_code == 200
    later(timedelta(days=14, minutes=1))
    assert busy.get("/account/profile").status_code == 303


def test_pages_write_nothing_and_every_ten_minutes_one_small_change(
    world: World, sign_in: SignIn, engine: sa.Engine, later: Callable[[timedelta], None]
) -> None:
    browser = sign_in(world.person())
    written: list[str] = []
    begun: list[None] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            written.append(statement)
        if statement == "BEGIN IMMEDIATE":
            begun.append(None)

    sa.event.listen(engine, "before_cursor_execute", note)
    pages = ("/account/profile", "/tasks", "/feedback")
    for number in range(50):
        assert browser.get(pages[number % 3]).status_code == 200
    assert (written, begun) == ([], [])
    later(timedelta(minutes=11))
    for number in range(50):
        assert browser.get(pages[number % 3]).status_code == 200
    assert [statement.split()[:2] for statement in written] == [["UPDATE", "web_session"]]
    assert len(begun) == 1
    assert last_seen(engine) == [clock.now()]
