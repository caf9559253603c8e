"""The city's settings, its logo, its units and platforms, and its people."""

import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from PIL import Image
from sqlmodel import select

from app.adapters.database import reading
from app.adapters.templates import STATIC_DIR
from app.domain.access import EVERY_CITY, Role
from app.domain.localized import Localized
from app.models import AuditEvent, City, CityMember, OutgoingMail, Person, Platform, Unit
from app.services import cities
from app.web.wording import THEMES
from tests.strict import StrictClient
from tests.world import World

SignIn = Callable[[Person], StrictClient]
SETTINGS, UNITS, PEOPLE = (f"/organizer/tampere/{page}" for page in ("settings", "units", "people"))


def picture(kind: str, size: tuple[int, int] = (400, 100)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "#c2410c").save(written, kind)
    return written.getvalue()


def city(engine: sa.Engine) -> City:
    with reading(engine, EVERY_CITY) as session:
        return session.exec(select(City)).one()


def test_the_settings_are_kept(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    tampere = world.city()
    client = sign_in(world.organizer(tampere))
    saved = client.submit(
        SETTINGS, "/settings", welcome_fi="<p>Tervetuloa <b>kipinöimään</b></p>", theme="lake",
        languages=["fi", "en"], time_zone="Europe/Mariehamn", contact_email="Kipina@Tampere.example",
    )  # fmt: skip
    assert saved.status_code == 303, saved.text
    now = city(engine)
    assert now.welcome.fi == "Tervetuloa **kipinöimään**"
    assert (now.theme, now.languages, now.time_zone) == ("lake", "fi,en", "Europe/Mariehamn")
    assert now.contact_email == "kipina@tampere.example"
    assert "css/themes/lake.css" in client.get(SETTINGS).text
    with reading(engine, EVERY_CITY) as session:
        trail = session.exec(select(AuditEvent).where(AuditEvent.action == "edited")).one()
        assert (trail.before["theme"], trail.after["theme"]) == ("spark", "lake")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name_fi": "", "name_sv": "", "name_en": ""}, "name_fi"),
        ({"languages": ["en"]}, "languages"),
        ({"theme": "neon"}, "theme"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"contact_email": "tampere"}, "contact_email"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    world: World, sign_in: SignIn, engine: sa.Engine, values: dict[str, object], field: str
) -> None:
    client = sign_in(world.organizer(world.city()))
    answer = client.submit(SETTINGS, "/settings", **({"welcome_fi": "Kirjoitettu"} | values))
    assert answer.status_code == 422
    assert f'id="organizer-city-form-{field}-error"' in answer.text
    assert "Kirjoitettu" in answer.text
    assert not city(engine).welcome


def test_every_theme_has_a_name_a_style_sheet_and_a_swatch() -> None:
    sheets = {path.stem for path in (STATIC_DIR / "css" / "themes").glob("*.css")}
    swatches = (STATIC_DIR / "css" / "organizing.css").read_text()
    assert set(cities.THEMES) == set(THEMES) == sheets
    assert all(f".swatch-{theme} " in swatches for theme in sheets)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_written_anew_and_small(
    world: World, client: StrictClient, sign_in: SignIn, engine: sa.Engine, kind: str
) -> None:
    organizer = sign_in(world.organizer(world.city()))
    assert client.get("/tampere/logo.png").status_code == 404
    files = {"logo": (f"logo.{kind.lower()}", picture(kind, (3000, 800)), f"image/{kind.lower()}")}
    assert organizer.submit(SETTINGS, "/settings", files=files).status_code == 303
    shown = client.get("/tampere/logo.png")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    with Image.open(io.BytesIO(shown.content)) as logo:
        assert (logo.format, logo.width) == ("PNG", 720)
    assert client.get("/tampere/logo.png", headers={"If-None-Match": shown.headers["etag"]}).status_code == 304
    assert "/fi/tampere/logo.png" in client.get("/tampere").text
    assert organizer.submit(SETTINGS, "/settings", remove_logo="on").status_code == 303
    assert city(engine).logo is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\0" * 100,
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        picture("PNG")[:60],
        picture("PNG") + b"\0" * (2 * 1024 * 1024),
        picture("PNG", (9000, 3000)),
    ],
    ids=["empty", "gif", "svg", "half", "heavy", "huge"],
)
def test_what_is_no_small_picture_is_refused(world: World, sign_in: SignIn, engine: sa.Engine, content: bytes) -> None:
    client = sign_in(world.organizer(world.city()))
    files = {"logo": ("logo.png", content, "image/png")}
    answer = client.submit(SETTINGS, "/settings", files=files, contact_email="uusi@tampere.example")
    assert answer.status_code == 422
    assert 'id="organizer-city-form-logo-error"' in answer.text
    assert (city(engine).logo, city(engine).contact_email) == (None, "")


def test_units_and_platforms_are_added_and_renamed(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    tampere, oulu = world.city(), world.city("oulu", "Oulu")
    foreign = world.unit(oulu)
    client = sign_in(world.organizer(tampere))
    assert client.submit(UNITS, "tampere/units", name_fi="Kaupunkiympäristö", name_sv="Stadsmiljö").status_code == 303
    assert client.submit(UNITS, "tampere/platforms", name_fi="Älykäs liikenne").status_code == 303
    with reading(engine, EVERY_CITY) as session:
        unit = session.exec(select(Unit).where(Unit.city_id == tampere.id)).one()
        platform = session.exec(select(Platform)).one()
    assert unit.name == Localized("Kaupunkiympäristö", "Stadsmiljö")
    assert (platform.slug, platform.name.fi) == ("alykas-liikenne", "Älykäs liikenne")
    assert client.submit(UNITS, f"/units/{unit.id}", name_fi="Kaupunki").status_code == 303
    assert client.submit(UNITS, f"/platforms/{platform.id}", description_fi="Liikkuu").status_code == 303
    empty = client.submit(UNITS, f"/units/{unit.id}", name_fi="", name_sv="")
    assert empty.status_code == 422
    assert f'id="organizer-units-{unit.id}-name_fi-error"' in empty.text
    with reading(engine, EVERY_CITY) as session:
        assert session.get_one(Unit, unit.id).name == Localized("Kaupunki", "Stadsmiljö")
        assert session.get_one(Platform, platform.id).description.fi == "Liikkuu"
    token = client.get(UNITS).text.split('name="csrf" value="')[1].split('"')[0]
    assert client.post(f"{UNITS}/{foreign.id}", data={"csrf": token, "name_fi": "Vieras"}).status_code == 404


def test_people_come_by_mail_and_roles_are_taken_after_a_question(
    world: World, sign_in: SignIn, engine: sa.Engine
) -> None:
    tampere = world.city()
    unit = world.unit(tampere)
    me = world.organizer(tampere, "Minna Järjestäjä")
    client = sign_in(me)
    invited = client.submit(
        PEOPLE, "tampere/people", email="Matti@Tampere.example", name="Matti Meri", role="agent", unit=str(unit.id)
    )
    assert invited.status_code == 303, invited.text
    with reading(engine, EVERY_CITY) as session:
        mail = session.exec(select(OutgoingMail)).one()
        member = session.exec(select(CityMember).where(CityMember.role == Role.AGENT)).one()
        own = session.exec(select(CityMember).where(CityMember.person_id == me.id)).one()
    assert mail.to_email == "matti@tampere.example"
    assert "Tampere" in mail.subject
    assert member.unit_id == unit.id
    page = client.get(PEOPLE).text
    assert "Matti Meri" in page
    assert "oma roolisi" in page
    asked = client.submit(PEOPLE, f"/{member.id}/removal")
    assert "Otetaanko rooli pois: Matti Meri, Innovaatioagentti?" in asked.text
    assert client.submit(PEOPLE, f"/{member.id}/removal", confirmed="yes").status_code == 303
    token = page.split('name="csrf" value="')[1].split('"')[0]
    refused = client.post(f"{PEOPLE}/{own.id}/removal", data={"csrf": token, "confirmed": "yes"})
    assert refused.status_code == 409
    assert "Matti Meri" not in client.get(PEOPLE).text


@pytest.mark.parametrize(
    ("values", "field"),
    [({"email": "matti"}, "email"), ({"role": "owner"}, "role"), ({"role": ""}, "role"), ({"unit": "99"}, "unit")],
)
def test_an_invitation_that_cannot_be_sent_is_said_at_its_field(
    world: World, sign_in: SignIn, engine: sa.Engine, values: dict[str, str], field: str
) -> None:
    client = sign_in(world.organizer(world.city()))
    answer = client.submit(
        PEOPLE, "tampere/people", **({"email": "m@t.example", "name": "Matti", "role": "agent"} | values)
    )
    assert answer.status_code == 422
    assert f'id="organizer-people-form-{field}-error"' in answer.text
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(OutgoingMail)).first() is None


def test_only_the_citys_organizers_get_in(world: World, client: StrictClient, sign_in: SignIn) -> None:
    tampere, oulu = world.city(), world.city("oulu", "Oulu")
    for page in (SETTINGS, UNITS, PEOPLE):
        assert client.get(page).status_code == 303
        assert sign_in(world.organizer(oulu)).get(page).status_code == 404
        assert sign_in(world.member(tampere, Role.LEADERSHIP)).get(page).status_code == 403


@pytest.mark.parametrize("many", [1, 3])
def test_the_lists_ask_the_database_the_same_number_of_times(
    world: World, sign_in: SignIn, queries: Callable[[], int], many: int
) -> None:
    tampere = world.city()
    for number in range(many):
        world.unit(tampere, f"Yksikkö {number}")
        world.platform(tampere, f"Alusta {number}")
        world.member(tampere, Role.AGENT)
    client = sign_in(world.organizer(tampere))
    queries()
    assert client.get(UNITS).status_code == 200
    assert queries() == 5
    assert client.get(PEOPLE).status_code == 200
    assert queries() == 5
    assert client.get(SETTINGS).status_code == 200
    assert queries() == 4
