from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app.adapters.reference_data import municipalities
from app.domain.access import Role
from app.domain.slug import slug_of
from app.models import City, Person
from app.services import cities
from tests.strict import StrictClient
from tests.world import NOW, SYSTEM, World

SignIn = Callable[[Person], StrictClient]


def test_an_admin_adds_a_city_and_invites_its_organizer(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    browser = sign_in(world.person(admin=True))
    assert browser.submit("/admin", "/admin/cities", municipality="905", theme="sea").status_code == 303
    assert "Vaasa" in browser.get("/admin").text
    assert browser.get("/vaasa").status_code == 200
    invited = browser.submit("/admin", "/admin/people", city="vaasa", email="gun-britt@example.org", name="Gun-Britt")
    assert invited.status_code == 303
    with engine.connect() as connection:
        to, body = connection.exec_driver_sql("select to_email, body from outgoing_mail").one()
        role = connection.exec_driver_sql("select role from city_member").scalar_one()
    assert (to, role) == ("gun-britt@example.org", "organizer")
    assert "/fi/sign-in" in body


def test_wrong_values_are_told_at_their_fields(world: World, sign_in: SignIn) -> None:
    browser = sign_in(world.person(admin=True))
    assert browser.submit("/admin", "/admin/cities", municipality="").status_code == 422
    assert browser.submit("/admin", "/admin/cities", municipality="999").status_code == 422
    assert browser.submit("/admin", "/admin/people", email="nobody").status_code == 422
    english = browser.submit("/admin", "/admin/cities", municipality="837", languages="en")
    assert english.status_code == 422
    assert "admin-city-form-languages" in english.text
    browser.submit("/admin", "/admin/cities", municipality="837")
    again = browser.submit("/admin", "/admin/cities", municipality="837")
    assert again.status_code == 422


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.LEADERSHIP])
def test_others_have_no_business_here(world: World, sign_in: SignIn, role: Role) -> None:
    browser = sign_in(world.member(world.city(), role))
    assert browser.get("/admin").status_code == 403
    assert browser.get("/admin/jobs").status_code == 403


def test_an_admin_sees_what_waits_but_no_addresses(world: World, sign_in: SignIn, client: StrictClient) -> None:
    client.submit("/sign-in", email="canary@example.org")
    page = sign_in(world.person(admin=True)).get("/en/admin/jobs").text
    assert "waiting" in page
    assert "canary" not in page


def test_every_municipality_of_today_can_be_a_city(world: World) -> None:
    with world.change() as session:
        for one in municipalities():
            cities.create(
                session, SYSTEM, slug_of(one.name.fi, "city"), one.name, ["fi", "sv"], NOW, municipality_code=one.code
            )
        assert session.execute(sa.select(sa.func.count()).select_from(City)).scalar_one() == 308
