"""The programme for everybody: only what was released, small, and for paper and calendars too."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import vobject  # type: ignore[import-untyped]
from fastapi import FastAPI
from icalendar import Calendar

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.models import Event, ProgrammeSession
from app.services import programme
from tests.strict import StrictClient, parse
from tests.world import NOW, SYSTEM, World, texts

PAGE = "/tampere/kipina/programme"


@pytest.fixture
def event(world: World) -> Event:
    return world.event(world.city(), "call_closed")


def items(html: str) -> list[str]:
    return [
        " ".join("".join(item.itertext()).split())
        for item in parse(html).iter("li")
        if "programme-item" in (item.get("class") or "")
    ]


def test_before_the_first_release_the_page_says_so_and_tells_nothing(
    world: World, event: Event, client: StrictClient
) -> None:
    world.session(event, "panel", title="Salainen avaus")
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Salainen" not in page.text
    for path in (f"{PAGE}.pdf", f"{PAGE}.ics", f"{PAGE}/1.ics"):
        assert client.get(path).status_code == 404


def test_only_what_was_released_is_told(world: World, event: Event, client: StrictClient) -> None:
    place = world.place(event, "Lava")
    row = world.session(event, "panel", title="Avaus", place=place)
    world.release(event)
    first = client.get(PAGE)
    world.session(event, "panel", title="Vasta luonnos")
    with world.change() as session:
        mine = session.get_one(ProgrammeSession, row.id)
        draft = programme.SessionDraft(mine.kind, texts("Muutettu"), starts_at=mine.starts_at, ends_at=mine.ends_at)
        programme.edit_session(session, SYSTEM, event, mine, draft, 1, NOW)
    again = client.get(PAGE)
    assert items(again.text) == items(first.text)
    assert "Vasta luonnos" not in again.text
    world.release(event, "1.1")
    assert "Muutettu" in client.get(PAGE).text


def test_a_draft_event_has_no_programme_for_others(world: World, client: StrictClient) -> None:
    world.event(world.city(), "draft")
    assert client.get(PAGE).status_code == 404


def test_it_is_narrowed_down_by_links_without_scripts(world: World, event: Event, client: StrictClient) -> None:
    lava, aula = world.place(event, "Lava"), world.place(event, "Aula")
    application = world.application(world.challenge(event), world.company("Askel Oy"), State.CONFIRMED)
    world.session(event, place=lava, application=application)
    world.session(event, "panel", place=lava, title="Avaus")
    world.session(event, "interview", place=aula, application=application, title="Haastattelu", at=timedelta(hours=3))
    world.release(event)
    links = {link.get("href") for link in parse(client.get(PAGE).text).iter("a")}
    assert f"/fi{PAGE}?kind=pitch" in links
    assert f"/fi{PAGE}?place={aula.id}" in links
    assert len(items(client.get(PAGE).text)) == 3
    assert len(items(client.get(f"{PAGE}?kind=pitch").text)) == 1
    assert len(items(client.get(f"{PAGE}?place={aula.id}").text)) == 1
    assert len(items(client.get(f"{PAGE}?kind=pitch&place={aula.id}").text)) == 0
    for wrong in ("?kind=disco", "?place=x", "?place=99999999999", "?kind=pitch'--"):
        assert client.get(PAGE + wrong).status_code == 200


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_sixty_items_are_at_most_forty_kilobytes(
    world: World, event: Event, client: StrictClient, language: str
) -> None:
    place, challenge = world.place(event, "Sorsapuistosali", at=(50, 20)), world.challenge(event)
    for number in range(15):
        application = world.application(challenge, world.company(f"Yrityksen Nimi {number} Oy"), State.CONFIRMED)
        for hours, kind in enumerate(("pitch", "interview", "quick_talk", "stand")):
            world.session(
                event, kind, at=timedelta(hours=hours, minutes=5 * number), minutes=5, place=place, stand=str(number),
                application=application, title=f"Pohjallinen, joka huomaa ennen kaatumista {number}",
            )  # fmt: skip
    world.release(event)
    page = client.get(f"/{language}{PAGE}")
    assert len(page.text.encode()) < 40 * 1024
    assert len(items(page.text)) == 45, "stands have a list of their own"


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_rows(
    world: World, event: Event, client: StrictClient, app: FastAPI, rows: int
) -> None:
    challenge = world.challenge(event)
    for _ in range(rows):
        world.session(event, application=world.application(challenge, state=State.CONFIRMED), place=world.place(event))
    world.release(event)
    statements: list[str] = []
    sa.event.listen(app.state.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    client.get(PAGE)
    assert len([s for s in statements if s.startswith("SELECT")]) == 3


def test_the_calendar_is_read_by_two_readers_alike(world: World, event: Event, client: StrictClient) -> None:
    place = world.place(event, "Lava, sali; \\ 2")
    company = world.company('Rivi "kaksi" 🌱 שלום Oy')
    application = world.application(world.challenge(event), company, State.CONFIRMED)
    row = world.session(event, place=place, application=application, people=("Aino Virtanen",))
    world.session(event, "panel", title="Avaus", abstract=texts("Ensin\nkahvia, sitten; asiaa " + "å" * 200))
    world.release(event)
    answer = client.get(f"{PAGE}.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    ours: list[Any] = Calendar.from_ical(answer.text).walk("VEVENT")
    theirs = list(vobject.readOne(answer.text).vevent_list)
    assert len(ours) == len(theirs) == 2
    for one, two in zip(ours, theirs, strict=True):
        assert str(one["summary"]) == two.summary.value
        assert str(one["uid"]) == two.uid.value
        assert one["dtstart"].dt == two.dtstart.value
        assert one["dtend"].dt == two.dtend.value
        assert one["dtstamp"].dt == two.dtstamp.value
        assert str(one["url"]) == two.url.value == f"http://testserver/fi{PAGE}"
        assert str(one["description"]) == two.description.value
    pitch = next(entry for entry in ours if str(entry["uid"]) == f"session-{row.id}@testserver")
    assert str(pitch["summary"]) == company.name
    assert str(pitch["location"]) == "Lava, sali; \\ 2, Vapriikki"
    assert pitch["dtstart"].dt == row.starts_at
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))
    assert f'href="programme/{row.id}.ics"' in client.get(PAGE).text, "relative to the page, so that it stays small"
    alone = client.get(f"{PAGE}/{row.id}.ics")
    assert [str(entry["uid"]) for entry in Calendar.from_ical(alone.text).walk("VEVENT")] == [str(pitch["uid"])]
    for wrong in ("x.ics", "99.ics", "1", "1.pdf"):
        assert client.get(f"{PAGE}/{wrong}").status_code == 404


def test_until_the_booklet_is_made_the_page_says_so_and_looks_again(
    world: World, event: Event, client: StrictClient, engine: sa.Engine
) -> None:
    world.session(event, "panel", title="Avaus")
    release = world.release(event)
    waiting = client.get(f"{PAGE}.pdf")
    assert (waiting.status_code, waiting.headers["refresh"]) == (202, "3")
    with world.change() as session:
        session.get_one(type(release), release.id).released_at = NOW - timedelta(hours=1)
    late = client.get(f"{PAGE}.pdf")
    assert late.status_code == 503
    assert "refresh" not in late.headers, "nobody is kept waiting for what does not come"
    with reading(engine, EVERY_CITY) as session:
        assert session.get_one(Event, event.id).released_at
