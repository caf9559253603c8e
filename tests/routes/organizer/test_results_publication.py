from collections.abc import Callable

import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY, Role
from app.models import AuditEvent, Event, Person
from tests.strict import StrictClient, form_of
from tests.world import World

SignIn = Callable[[Person], StrictClient]


def published(engine: sa.Engine, event: Event) -> bool:
    with reading(engine, EVERY_CITY) as session:
        return session.get_one(Event, event.id).results_published_at is not None


def test_results_become_public_after_a_look(
    world: World, sign_in: SignIn, client: StrictClient, engine: sa.Engine
) -> None:
    city = world.city()
    event = world.event(city, "follow_up")
    world.application(world.challenge(event), world.company("Pitchaaja Oy"), "confirmed")
    path = f"/organizer/tampere/events/{event.id}/results-publication"
    public = f"/tampere/{event.slug}/results"
    assert client.get(public).status_code == 404

    browser = sign_in(world.organizer(city))
    page = browser.get(path)
    assert "Pitchaaja Oy" in page.text
    data, target = form_of(page.text, "/results-publication")
    assert browser.post(target, data=data).headers["location"].endswith(public)
    assert client.get(public).status_code == 200
    assert browser.post(target, data=data).status_code == 303, "a second time changes nothing"
    with reading(engine, EVERY_CITY) as session:
        trail = session.exec(select(AuditEvent.action).where(AuditEvent.action == "results_published"))
        assert len(trail.all()) == 1
    main = browser.get(path).text.partition("<main")[2].partition("</main>")[0]
    assert 'method="post"' not in main


def test_before_the_day_is_over_there_is_nothing_to_publish(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    city = world.city()
    event, over = world.event(city, "jury"), world.event(city, "follow_up", name="Mennyt")
    browser = sign_in(world.organizer(city))
    path = "/organizer/tampere/events/{}/results-publication"
    assert "Ensin on pitchauspäivä" in browser.get(path.format(event.id)).text
    data, target = form_of(browser.get(path.format(over.id)).text, "/results-publication")
    assert browser.post(target.replace(f"/{over.id}/", f"/{event.id}/"), data=data).status_code == 409
    assert not published(engine, event)


def test_only_the_citys_organizers_publish(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    city = world.city()
    event = world.event(city, "follow_up")
    path = f"/organizer/tampere/events/{event.id}/results-publication"
    outsiders = (
        (world.organizer(world.city("lahti", "Lahti")), 404),
        (world.member(city, Role.LEADERSHIP), 403),
        (world.person(), 403),
    )
    for person, status in outsiders:
        assert sign_in(person).get(path).status_code == status
    assert not published(engine, event)
