"""Criteria as their organizers write them, and how they are fixed once the jury scores."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY, Role
from app.models import Criterion, Event, Person
from app.queries import criteria
from tests.strict import StrictClient
from tests.world import World

SignIn = Callable[[Person], StrictClient]


def base(event: Event) -> str:
    return f"/organizer/tampere/events/{event.id}/criteria"


def stored(engine: sa.Engine, event: Event) -> list[Criterion]:
    with reading(engine, EVERY_CITY) as session:
        return criteria.of_event(session, event.id)


def write(client: StrictClient, event: Event, **values: Any) -> Any:
    return client.submit(f"{base(event)}/new", "/criteria", **values)


def test_an_empty_event_gets_the_default_criteria_with_one_press(
    world: World, sign_in: SignIn, engine: sa.Engine
) -> None:
    city = world.city()
    event = world.event(city, "draft")
    client = sign_in(world.organizer(city))
    assert client.submit(base(event), "/default").status_code == 303
    made = stored(engine, event)
    assert [(c.weight, c.scale_max, c.informational) for c in made] == [
        (30, 10, False), (30, 10, False), (20, 10, False), (20, 10, False),
    ]  # fmt: skip
    assert [(a["low"], a["high"]) for a in made[0].anchors] == [(0, 3), (4, 6), (7, 10)]
    for criterion in made:
        assert not criterion.name.missing(("fi", "sv", "en"))
        assert not criterion.help.missing(("fi", "sv", "en"))
        assert all(set(anchor["text"]) == {"fi", "sv", "en"} for anchor in criterion.anchors)
    page = client.get(base(event)).text
    assert page.count("30\xa0%") == 2
    assert "/default" not in page
    token = client.get(f"{base(event)}/new").text.split('name="csrf" value="')[1].split('"')[0]
    assert client.post(f"{base(event)}/default", data={"csrf": token}).status_code == 409


def test_a_criterion_of_ones_own_and_what_share_it_is(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    city = world.city()
    event = world.event(city, "draft")
    challenge = world.challenge(event, "Älykäs katuvalo")
    world.criteria(event, (50, 30))
    client = sign_in(world.organizer(city))
    page = f"{base(event)}/new?challenge={challenge.id}"
    made = client.submit(page, "/criteria", name_fi="Kunnossapito", weight="20", anchor_1_fi="Hyvä", scale_max="5",
                         anchor_1_low="3", anchor_1_high="5")  # fmt: skip
    assert made.status_code == 303, made.text
    own = stored(engine, event)[-1]
    assert (own.challenge_id, own.weight, own.scale_max) == (challenge.id, 20, 5)
    assert own.anchors == [{"low": 3, "high": 5, "text": {"fi": "Hyvä"}}]
    shown = client.get(base(event)).text
    assert "Vain haasteeseen 1: Älykäs katuvalo" in shown
    for share in ("62\xa0%", "38\xa0%", "20\xa0%"):
        assert share in shown, share
    assert write(client, event, name_fi="Hinta", informational="on", weight="40").status_code == 303
    told = next(c for c in stored(engine, event) if c.informational)
    assert told.weight == 0
    assert "Tiedoksi" in client.get(base(event)).text


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name_fi": ""}, "name_fi"),
        ({"weight": ""}, "weight"),
        ({"weight": "-5"}, "weight"),
        ({"weight": "kolmekymmentä"}, "weight"),
        ({"scale_max": "0"}, "scale_max"),
        ({"scale_max": "101"}, "scale_max"),
        ({"anchor_0_fi": "Heikko", "anchor_0_high": "99"}, "anchor_0_high"),
        ({"anchor_0_fi": "Heikko", "anchor_1_fi": "Hyvä", "anchor_1_low": "2"}, "anchor_1_low"),
        ({"anchor_0_fi": "Heikko", "anchor_0_low": ""}, "anchor_0_low"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    world: World, sign_in: SignIn, engine: sa.Engine, values: dict[str, str], field: str
) -> None:
    city = world.city()
    event = world.event(city, "draft")
    answer = write(
        sign_in(world.organizer(city)), event, **({"name_fi": "Sopivuus", "weight": "30", "help_fi": "Katso"} | values)
    )
    assert answer.status_code == 422
    assert f'id="organizer-criteria-form-{field}-error"' in answer.text
    assert "Katso" in answer.text
    assert stored(engine, event) == []


def test_a_published_event_keeps_its_criteria_in_both_languages(world: World, sign_in: SignIn) -> None:
    city = world.city()
    event = world.event(city, "call_open")
    (criterion,) = world.criteria(event, (100,))
    client = sign_in(world.organizer(city))
    edit, action = f"{base(event)}/{criterion.id}/edit", f"/criteria/{criterion.id}"
    answer = client.submit(edit, action, name_sv="", anchor_0_fi="Heikko", anchor_0_low="0", anchor_0_high="3")
    assert answer.status_code == 422
    for field in ("name_sv", "anchor_0_sv"):
        assert f'id="organizer-criteria-form-{field}-error"' in answer.text


def test_a_criterion_is_changed_and_removed_until_the_jury_scores(
    world: World, sign_in: SignIn, engine: sa.Engine
) -> None:
    city = world.city()
    event = world.event(city, "jury")
    scored, free = world.challenge(event, "Arvioitu"), world.challenge(event, "Vapaa")
    first, second = world.criteria(event, (60, 40))
    of_free = world.criteria(event, (10,), challenge=free)[0]
    client = sign_in(world.organizer(city))
    assert client.submit(f"{base(event)}/{first.id}/edit", f"/criteria/{first.id}", weight="70").status_code == 303
    assert stored(engine, event)[0].weight == 70
    asked = client.submit(f"{base(event)}/{second.id}/edit", "/removal")
    assert "Poistetaanko arviointiperuste" in asked.text
    world.sheet(world.juror(event), world.application(scored), (7, 8))
    page = client.get(base(event)).text
    assert "Arviointiperusteet on lukittu" in page
    assert f"/criteria/{first.id}/edit" not in page
    late = client.submit(f"{base(event)}/{first.id}/edit", f"/criteria/{first.id}", weight="99")
    assert late.status_code == 409
    assert "arviointiperusteet pysyvät" in late.text
    assert client.submit(f"{base(event)}/{second.id}/edit", "/removal", confirmed="yes").status_code == 409
    assert stored(engine, event)[0].weight == 70
    # Nobody has scored an application to the other challenge, so its own criteria are free still.
    assert client.submit(f"{base(event)}/{of_free.id}/edit", "/removal", confirmed="yes").status_code == 303
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(Criterion).where(Criterion.id == of_free.id)).first() is None


def test_who_may_do_what(world: World, sign_in: SignIn) -> None:
    city, other = world.city(), world.city("oulu", "Oulu")
    event = world.event(city, "draft")
    (criterion,) = world.criteria(event, (100,))
    leader = sign_in(world.member(city, Role.LEADERSHIP))
    assert leader.get(base(event)).status_code == 200
    assert leader.get(f"{base(event)}/{criterion.id}/edit").status_code == 403
    assert sign_in(world.organizer(other)).get(base(event)).status_code == 404
    elsewhere = world.event(city, "draft", name="Toinen")
    assert sign_in(world.organizer(city)).get(f"{base(elsewhere)}/{criterion.id}/edit").status_code == 404


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_asks_the_database_the_same_number_of_times(
    world: World, sign_in: SignIn, queries: Callable[[], int], many: int
) -> None:
    city = world.city()
    event = world.event(city)
    world.criteria(event, (10,) * many)
    for _ in range(many):
        world.criteria(event, (5,), challenge=world.challenge(event))
    client = sign_in(world.organizer(city))
    queries()
    assert client.get(base(event)).status_code == 200
    assert queries() == 7
