"""Items of the programme through their form."""

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.domain.schedule import SessionKind
from app.models import ProgrammeSession
from tests.organizing import Cast
from tests.strict import form_of
from tests.world import World


def only(engine: sa.Engine) -> ProgrammeSession:
    with reading(engine, EVERY_CITY) as session:
        return session.exec(select(ProgrammeSession)).one()


def test_an_item_is_added_changed_and_taken_out(world: World, cast: Cast, engine: sa.Engine) -> None:
    place, unit = world.place(cast.event), world.unit(cast.city)
    added = cast.owner.submit(
        f"{cast.path}/sessions/new", "/sessions", kind="panel", title_fi="Avaus", title_sv="Öppning", starts="9",
        ends="9.13", place=str(place.id), unit=str(unit.id), people="Aino Virtanen\n\n Otso  Lehmus ",
    )  # fmt: skip
    assert added.status_code == 303
    row = only(engine)
    assert row.starts_at
    assert row.ends_at
    assert (row.kind, row.title.sv, row.people) == (SessionKind.PANEL, "Öppning", ["Aino Virtanen", "Otso Lehmus"])
    assert (row.ends_at - row.starts_at).total_seconds() == 13 * 60

    page = f"{cast.path}/sessions/{row.id}"
    shown = form_of(cast.owner.get(page).text, page)[0]
    assert (shown["starts"], shown["ends"]) == ("09.00", "09.13")
    assert cast.owner.submit(page, page, title_fi="Tervetuloa", ends="9.20").status_code == 303
    assert only(engine).title.fi == "Tervetuloa"

    asked = cast.owner.submit(page, "/removal")
    assert asked.status_code == 200
    data, target = form_of(asked.text)
    assert cast.owner.post(target, data=data).status_code == 303
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(ProgrammeSession)).all() == []


def test_a_pitch_needs_no_title_but_a_company(world: World, cast: Cast, engine: sa.Engine) -> None:
    application = world.application(world.challenge(cast.event), state=State.CONFIRMED)
    new = f"{cast.path}/sessions/new"
    assert cast.owner.submit(new, "/sessions", kind="pitch").status_code == 422
    assert cast.owner.submit(new, "/sessions", kind="pitch", application=str(application.id)).status_code == 303
    assert only(engine).challenge_id == application.challenge_id


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"starts": "9.00", "ends": "8.00"}, "ends"),
        ({"starts": "9.00", "ends": ""}, "ends"),
        ({"starts": "kello yhdeksän", "ends": "10"}, "starts"),
        ({"starts": "9", "ends": "10", "day": "31.2.2027"}, "day"),
        ({"place": "999999"}, "place"),
        ({"application": "999999"}, "application"),
        ({"kind": "disco"}, "kind"),
        ({"title_fi": "x" * 500}, "title_fi"),
        ({"map_x": "120", "map_y": "5"}, "map_x"),
        ({"map_x": "12", "map_y": ""}, "map_y"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_is_kept(
    cast: Cast,
    typed: dict[str, str],
    field: str,
) -> None:
    values = {"kind": "panel", "title_fi": "Avaus 🌱 <b>"} | typed
    answer = cast.owner.submit(f"{cast.path}/sessions/new", "/sessions", **values)
    assert answer.status_code == 422
    assert f'id="organizer-sessions-form-{field}-error"' in answer.text
    kept = form_of(answer.text, "/sessions")[0]
    assert kept["title_fi"] == values["title_fi"]


def test_two_at_once_see_both_texts(world: World, cast: Cast) -> None:
    row = world.session(cast.event, "panel", title="Avaus")
    page = f"{cast.path}/sessions/{row.id}"
    data, target = form_of(cast.owner.get(page).text, page)
    assert cast.owner.post(target, data=data | {"title_fi": "Ensimmäinen"}).status_code == 303
    second = cast.owner.post(target, data=data | {"title_fi": "Toinen"})
    assert second.status_code == 409
    assert "Ensimmäinen" in second.text
    kept, target = form_of(second.text, page)
    assert kept["title_fi"] == "Toinen"
    assert cast.owner.post(target, data=kept).status_code == 303


def test_an_evening_may_end_after_midnight(cast: Cast, engine: sa.Engine) -> None:
    cast.owner.submit(
        f"{cast.path}/sessions/new", "/sessions", kind="panel", title_fi="Jatkot", starts="22", ends="1.30"
    )
    row = only(engine)
    assert row.starts_at
    assert row.ends_at
    assert (row.ends_at - row.starts_at).total_seconds() == 3.5 * 3600


def test_somebody_elses_application_cannot_be_chosen(world: World, cast: Cast) -> None:
    foreign = world.application(world.challenge(world.event(world.city("oulu", "Oulu"), "call_closed")))
    answer = cast.owner.submit(
        f"{cast.path}/sessions/new", "/sessions", kind="pitch", title_fi="x", application=str(foreign.id)
    )
    assert answer.status_code == 422
