"""The city's own sign-in is set up by an admin."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import select

from app.adapters import clock
from app.adapters.database import reading
from app.adapters.sealing import seal
from app.domain.access import EVERY_CITY
from app.models import AuditEvent, City, Handshake, IdentityProvider
from app.services import providers, signing_in
from tests import provider as real
from tests.provider import Provider
from tests.routes.account.provider.steps import (
    BASE,
    RETURN,
    SIGN_IN,
    Browser,
    away,
    trail,
)
from tests.strict import form_of
from tests.world import SYSTEM, World


def test_an_admin_sets_it_up_and_the_secret_is_never_seen_again(
    world: World, provider: Provider, browser: Browser, engine: sa.Engine
) -> None:
    city = world.city()
    admin = browser(world.person(admin=True))
    page = "/admin/cities/tampere/provider"
    assert f"{BASE}{RETURN}" in admin.get(page).text
    values = {"issuer": provider.issuer, "client_id": real.CLIENT_ID}
    assert admin.submit(page, "/provider", **values).status_code == 422, "a secret is needed"
    assert admin.submit(page, "/provider", **values, secret=real.SECRET).status_code == 303
    with reading(engine, EVERY_CITY) as session:
        kept_row = session.exec(select(IdentityProvider)).one()
        audit = str([(e.before, e.after) for e in session.exec(select(AuditEvent))])
    assert real.SECRET not in kept_row.sealed_secret + audit + admin.get(page).text
    assert admin.submit(page, "/provider", client_id="another").status_code == 303, "the secret stays"
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(IdentityProvider)).one().sealed_secret == kept_row.sealed_secret
    assert trail(engine, "identity_provider") == [("identity_provider", "set_up")] * 2
    gone = admin.submit(page, "/removal", confirmed="yes")
    assert gone.status_code == 303
    assert trail(engine, "identity_provider")[-1] == ("identity_provider", "removed")
    assert browser().get("/sign-in").text.count("/sign-in/cities/") == 0
    assert city.id


def test_of_two_admins_the_second_sees_both_and_no_secret(world: World, provider: Provider, browser: Browser) -> None:
    world.city()
    mine, theirs = browser(world.person(admin=True)), browser(world.person("Toinen", admin=True))
    page, secret = "/admin/cities/tampere/provider", real.SECRET
    data, target = form_of(mine.get(page).text, "/provider")
    assert (
        theirs.submit(page, "/provider", issuer=provider.issuer, client_id="theirs", secret=secret).status_code == 303
    )
    late = mine.post(target, data=data | {"issuer": provider.issuer, "client_id": "mine", "secret": "own-secret"})
    assert late.status_code == 409
    assert 'value="mine"' in late.text
    assert ">theirs</p>" in late.text
    assert "own-secret" not in late.text
    again, target = form_of(late.text, "/provider")
    assert mine.post(target, data=again).status_code == 303, "having looked one may save; the secret stays"
    assert 'value="mine"' in mine.get(page).text


NO_PROVIDERS = [
    "", "tampere.fi", "http://idp.example", "https://user@idp.example", "ftp://idp.example", "https://", "file:///x",
    "http://127.0.0.1.example", "http://169.254.169.254", "https://[", "http://127.0.0.1:9",
]  # fmt: skip


def test_an_address_that_is_no_provider_is_told_at_the_field(world: World, browser: Browser) -> None:
    world.city()
    admin = browser(world.person(admin=True))
    page = "/admin/cities/tampere/provider"
    for issuer in NO_PROVIDERS:
        answer = admin.submit(page, "/provider", issuer=issuer, client_id="x", secret=real.SECRET)
        assert answer.status_code == 422, issuer
        assert "admin-provider-form-issuer-error" in answer.text
        assert real.SECRET not in answer.text


def test_a_new_issuer_needs_its_own_secret(world: World, city: City, provider: Provider, browser: Browser) -> None:
    """Or whoever changed the address could have the old secret sent there."""
    admin = browser(world.person(admin=True))
    with real.running(f"{BASE}{RETURN}") as other:
        answer = admin.submit("/admin/cities/tampere/provider", "/provider", issuer=other.issuer)
        assert answer.status_code == 422
        assert other.asked() == []


def test_nobody_but_an_admin_sets_it_up(world: World, city: City, browser: Browser) -> None:
    assert browser(world.organizer(city)).get("/admin/cities/tampere/provider").status_code == 403


def test_another_key_cannot_read_the_secret_and_the_page_says_so(
    world: World, city: City, provider: Provider, browser: Browser
) -> None:
    with world.change() as session:
        providers.set_up(
            session, SYSTEM, city.id, provider.issuer, real.CLIENT_ID, seal(b"another", real.SECRET), clock.now()
        )
    assert browser().submit("/sign-in", SIGN_IN).status_code == 404
    admin = browser(world.person(admin=True))
    assert "Salaisuutta ei voi enää lukea" in admin.get("/admin/cities/tampere/provider").text


def test_what_was_asked_long_ago_is_forgotten(world: World, city: City, browser: Browser, engine: sa.Engine) -> None:
    away(browser())
    with world.change() as session:
        signing_in.forget(session, clock.now() + timedelta(days=2))
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(Handshake)).all() == []
