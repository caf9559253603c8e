"""Releasing through the pages."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.models import ProgrammeSession
from app.services import programme
from tests.organizing import Cast
from tests.strict import form_of
from tests.world import NOW, SYSTEM, World


def test_what_is_new_is_shown_before_and_kept_after(world: World, cast: Cast) -> None:
    place, hall = world.place(cast.event, "Lava"), world.place(cast.event, "Aula")
    stays = world.session(cast.event, "panel", place=place, title="Avaus")
    moves = world.session(cast.event, "panel", place=place, title="Keskustelu", at=timedelta(hours=3))
    world.sign(cast.event)
    new, index = f"{cast.path}/releases/new", f"{cast.path}/releases"
    assert "Keskustelu" in cast.owner.get(new).text
    assert cast.owner.submit(new, "/releases", name="1.0").status_code == 303
    assert "1.0" in cast.owner.get(cast.path).text

    with world.change() as session:
        row = session.get_one(ProgrammeSession, moves.id)
        assert row.starts_at
        programme.move_session(session, SYSTEM, cast.event, row, row.starts_at, hall.id, 1, NOW)
    before = cast.owner.get(new).text
    assert "Keskustelu" in before
    assert "Avaus" not in before, "what stays where it was is no news"
    assert cast.owner.submit(new, "/releases", name="1.1", comment_fi="Sali vaihtui").status_code == 303
    kept = cast.owner.get(index).text
    assert kept.index("1.1") < kept.index("1.0")
    assert "Sali vaihtui" in kept
    assert "Keskustelu" in kept
    assert stays.id


def test_a_name_is_used_once(world: World, cast: Cast) -> None:
    world.session(cast.event, "panel")
    world.release(cast.event, "1.0")
    answer = cast.owner.submit(f"{cast.path}/releases/new", "/releases", name="1.0")
    assert answer.status_code == 422
    assert 'id="organizer-releases-form-name-error"' in answer.text
    assert form_of(answer.text, "/releases")[0]["name"] == "1.0"
    assert cast.owner.submit(f"{cast.path}/releases/new", "/releases", name="").status_code == 422


def test_before_the_decisions_are_signed_there_is_no_button(world: World, cast: Cast) -> None:
    world.session(cast.event, "panel")
    html = cast.owner.get(f"{cast.path}/releases/new").text
    assert 'id="organizer-releases-form"' not in html
    signed = world.sign(cast.event)
    assert signed.decided_at
    data, target = form_of(cast.owner.get(f"{cast.path}/releases/new").text, "/releases")
    with world.change() as session:
        session.get_one(type(signed), signed.id).decided_at = None
    assert cast.owner.post(target, data=data).status_code == 409


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_versions(world: World, cast: Cast, engine: sa.Engine, rows: int) -> None:
    for number in range(rows):
        world.session(cast.event, "panel", title=f"Kohta {number}")
        world.release(cast.event, f"1.{number}")
    statements: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert cast.owner.get(f"{cast.path}/releases").status_code == 200
    assert len([s for s in statements if not s.startswith(("BEGIN", "PRAGMA"))]) == 5
