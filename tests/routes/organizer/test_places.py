"""Places through their form."""

import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.models import Place
from tests.organizing import Cast
from tests.strict import form_of
from tests.world import World


def test_a_place_is_added_changed_and_removed(cast: Cast, engine: sa.Engine) -> None:
    new = f"{cast.path}/places/new"
    assert cast.owner.submit(new, "/places", name_fi="Lava", capacity="180", map_x="50", map_y="18").status_code == 303
    with reading(engine, EVERY_CITY) as session:
        place = session.exec(select(Place)).one()
    assert (place.name.fi, place.capacity, place.map_x, place.map_y) == ("Lava", 180, 50, 18)
    page = f"{cast.path}/places/{place.id}"
    assert cast.owner.submit(page, page, name_sv="Scenen", map_x="", map_y="").status_code == 303
    data, target = form_of(cast.owner.submit(page, "/removal").text)
    assert cast.owner.post(target, data=data).status_code == 303
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(Place)).all() == []


def test_a_place_in_use_stays_and_the_page_says_why(world: World, cast: Cast, engine: sa.Engine) -> None:
    place = world.place(cast.event)
    world.session(cast.event, place=place, kind="panel")
    page = f"{cast.path}/places/{place.id}"
    data, target = form_of(cast.owner.submit(page, "/removal").text)
    assert cast.owner.post(target, data=data).status_code == 303
    assert "vielä jotakin" in cast.owner.get(cast.path).text
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(Place)).one().id == place.id


def test_a_place_needs_a_name_in_some_language(cast: Cast) -> None:
    answer = cast.owner.submit(f"{cast.path}/places/new", "/places", capacity="kaksi")
    assert answer.status_code == 422
    assert form_of(answer.text, "/places")[0]["capacity"] == "kaksi"
    for field in ("name_fi", "capacity"):
        assert f'id="organizer-places-form-{field}-error"' in answer.text
