"""A company's own times on its application's page."""

from collections.abc import Callable

from app.domain.application import State
from app.models import Company, Person
from tests.strict import StrictClient
from tests.world import World


def test_a_company_sees_its_own_times_once_they_are_released(
    world: World, sign_in: Callable[[Person], StrictClient]
) -> None:
    event = world.event(world.city(), "call_closed")
    challenge, place = world.challenge(event), world.place(event, "Lava")
    mine, other = (world.application(challenge, state=State.CONFIRMED) for _ in range(2))
    world.session(event, place=place, application=mine, title="Meidän pitch")
    world.session(event, place=place, application=other, title="Toisten pitch")
    with world.change() as session:
        company = session.get_one(Company, mine.company_id)
    browser = sign_in(world.owner_of(company))
    page = f"/company/applications/{mine.id}"
    assert "Meidän pitch" not in browser.get(page).text, "a draft is nobody's business"
    world.release(event)
    html = browser.get(page).text
    assert "Meidän pitch" in html
    assert "Lava" in html
    assert "Toisten pitch" not in html
