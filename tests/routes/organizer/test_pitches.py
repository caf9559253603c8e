"""All pitches laid out in a minute: the preview first, then for good."""

import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.models import ProgrammeSession
from tests.organizing import Cast
from tests.strict import form_of
from tests.world import World


def rows(engine: sa.Engine) -> list[ProgrammeSession]:
    with reading(engine, EVERY_CITY) as session:
        return list(session.exec(select(ProgrammeSession).order_by(col(ProgrammeSession.starts_at))))


def test_the_preview_changes_nothing_and_the_second_button_does(world: World, cast: Cast, engine: sa.Engine) -> None:
    challenge, place = world.challenge(cast.event), world.place(cast.event)
    applications = [world.application(challenge, state=State.CONFIRMED) for _ in range(4)]
    page = f"{cast.path}/pitches"
    shown = form_of(cast.owner.get(page).text, "/pitches")[0]
    assert shown["applications"] == [str(application.id) for application in applications]
    preview = cast.owner.submit(page, "/pitches", break_after="2", break_length="15")
    assert preview.status_code == 200
    assert rows(engine) == []
    data, target = form_of(preview.text, "/pitches")
    assert cast.owner.post(target, data=data | {"apply": "yes"}).status_code == 303
    assert [row.kind.value for row in rows(engine)] == ["pitch", "pitch", "break", "pitch", "pitch"]
    assert [row.place_id for row in rows(engine)] == [place.id, place.id, None, place.id, place.id]
    assert cast.event.day_starts_at
    assert rows(engine)[0].starts_at == cast.event.day_starts_at.replace(second=0)
    assert cast.owner.get(cast.path).status_code == 200


def test_only_those_who_are_invited_are_laid_out(world: World, cast: Cast, engine: sa.Engine) -> None:
    challenge = world.challenge(cast.event)
    declined = world.application(challenge, state=State.DECLINED)
    world.application(challenge, state=State.INVITED)
    page = f"{cast.path}/pitches"
    data, target = form_of(cast.owner.get(page).text, "/pitches")
    answer = cast.owner.post(target, data=data | {"applications": str(declined.id), "apply": "yes"})
    assert answer.status_code == 422
    assert rows(engine) == []


def test_impossible_figures_are_told(world: World, cast: Cast) -> None:
    world.application(world.challenge(cast.event), state=State.INVITED)
    for field, wrong in (
        ("length", "0"),
        ("length", ""),
        ("pause", "-5"),
        ("break_length", "9999"),
        ("starts_date", ""),
    ):
        answer = cast.owner.submit(f"{cast.path}/pitches", "/pitches", **{field: wrong, "apply": "yes"})
        assert answer.status_code == 422, field
        assert f'id="organizer-pitches-form-{field}-error"' in answer.text


def test_without_anybody_to_lay_out_the_page_says_so(cast: Cast) -> None:
    assert "form" not in cast.owner.get(f"{cast.path}/pitches").text.split("<main")[1].split("</main>")[0]
