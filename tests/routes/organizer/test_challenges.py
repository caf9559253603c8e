"""Challenges as their organizers write them: real texts, pasted HTML, CPV codes by typing, order, removal."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY, Role
from app.domain.localized import Localized
from app.models import AuditEvent, Challenge, Event, Person
from tests.strict import StrictClient, parse
from tests.world import World, texts

SignIn = Callable[[Person], StrictClient]
FEED = json.loads((Path(__file__).parents[2] / "data" / "challenges" / "feed-open.json").read_text())["_challenge"]


def base(event: Event) -> str:
    return f"/organizer/tampere/events/{event.id}/challenges"


def write(client: StrictClient, event: Event, **values: Any) -> Any:
    return client.submit(f"{base(event)}/new", "/challenges", **values)


def stored(engine: sa.Engine) -> list[Challenge]:
    with reading(engine, EVERY_CITY) as session:
        return list(session.exec(select(Challenge).order_by(sa.column("number"))))


def test_every_field_is_kept(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    world.cpv_codes()
    city = world.city()
    unit, owner = world.unit(city, "Kaupunkisuunnittelu"), world.member(city, Role.AGENT, "Maija Mäki")
    platform = world.platform(city, "Liikkuminen")
    event = world.event(city, "draft")
    client = sign_in(world.organizer(city))
    made = write(
        client, event,
        title_fi="  Älykäs\tkatuvalo ", title_sv="Smart gatljus", need_fi="Tarve on **selvä**.\n\n- yksi\n- kaksi",
        present_fi="Nyt kierretään autolla.", questions_fi="Mitä maksaa?", effect_social_fi="Turvallisempi matka",
        strategy_goal_fi="Hiilineutraali 2030", themes_fi="valo, anturit", themes_sv="ljus, sensorer, extra",
        owner_person=str(owner.id), owner_unit=str(unit.id), platform=str(platform.id), cpv="katuvalaistustarvikkeet",
        budget_min="5 000", budget_max="20 000 €",
    )  # fmt: skip
    assert made.status_code == 303, made.text
    (challenge,) = stored(engine)
    assert challenge.title == Localized("Älykäs katuvalo", "Smart gatljus")
    assert challenge.need.fi == "Tarve on **selvä**.\n\n- yksi\n- kaksi"
    assert challenge.themes == [{"fi": "valo", "sv": "ljus"}, {"fi": "anturit", "sv": "sensorer"}, {"sv": "extra"}]
    assert (challenge.cpv_code, challenge.budget_min, challenge.budget_max) == ("34928500", 5_000, 20_000)
    assert (challenge.owner_person_id, challenge.owner_unit_id) == (owner.id, unit.id)
    assert challenge.platform_id == platform.id
    page = client.get(made.headers["location"]).text
    for words in ("<strong>selvä</strong>", "Maija Mäki", "Katuvalaistustarvikkeet", "Liikkuminen", "valo, anturit"):
        assert words in page, words
    form = client.get(f"{base(event)}/{challenge.id}/edit").text
    assert 'value="34928500 Katuvalaistustarvikkeet"' in form
    again = client.submit(f"{base(event)}/{challenge.id}/edit", f"/challenges/{challenge.id}")
    assert again.status_code == 303
    assert stored(engine)[0].model_dump() == challenge.model_dump() | {"version": 2}


def test_a_preview_shows_what_is_typed_and_saves_nothing(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    city = world.city()
    event = world.event(city, "draft")
    client = sign_in(world.organizer(city))
    shown = write(client, event, title_fi="Valo", need_fi="## Tarve\n\n**tumma** katu", do="preview")
    assert shown.status_code == 200
    assert "<strong>tumma</strong>" in shown.text
    assert "**tumma** katu" in shown.text
    assert stored(engine) == []


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"title_fi": ""}, "title_fi", "Täytä"),
        ({"title_fi": "x" * 500}, "title_fi", "Lyhennä"),
        ({"budget_min": "paljon"}, "budget_min", "Kirjoita"),
        ({"budget_min": "9000", "budget_max": "100"}, "budget_max", "Ylärajan"),
        ({"cpv": "lohikäärmeet"}, "cpv", "Tällaista CPV-koodia ei ole"),
        ({"owner_person": "999"}, "owner_person", "Valitse"),
        ({"platform": "x"}, "platform", "Valitse"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    world: World, sign_in: SignIn, engine: sa.Engine, values: dict[str, str], field: str, sentence: str
) -> None:
    city = world.city()
    event = world.event(city, "draft")
    answer = write(sign_in(world.organizer(city)), event, **({"title_fi": "Valo", "need_fi": "Pimeää on"} | values))
    assert answer.status_code == 422
    assert f'id="organizer-challenges-form-{field}-error"' in answer.text
    assert sentence in answer.text
    assert "Pimeää on" in answer.text
    assert stored(engine) == []


def test_a_code_is_suggested_while_typing_and_named_when_it_is_not_clear(world: World, sign_in: SignIn) -> None:
    world.cpv_codes()
    city = world.city()
    event = world.event(city, "draft")
    client = sign_in(world.organizer(city))
    options = client.get("/organizer/tampere/cpv?cpv=gatubelysning", headers={"HX-Request": "true"}).text
    assert "34928500 Katuvalaistustarvikkeet" in options
    assert options.count('role="option"') <= 12
    unclear = write(client, event, title_fi="Valo", cpv="katuvalo")
    assert unclear.status_code == 422
    assert "34928510" in unclear.text


@pytest.mark.parametrize("number", range(len(FEED)))
def test_real_challenges_go_in_as_they_are_and_lose_nothing(
    world: World, sign_in: SignIn, engine: sa.Engine, number: int
) -> None:
    """Each of the 29 as an organizer would paste it: what is asked, its rules, and how to enter."""
    real = FEED[number]
    city = world.city(languages=("fi", "en"))
    event = world.event(city, "draft")
    client = sign_in(world.organizer(city))
    pasted = {
        "title_en": real["challenge-title"],
        "need_en": real["description"],
        "present_en": real["rules"] + real["judging"],
        "questions_en": real["prizes"] + real["how-to-enter"],
        "strategy_goal_en": real["tagline"],
    }
    made = write(client, event, **pasted)
    assert made.status_code == 303, made.text
    page = client.get(made.headers["location"])
    shown = letters(parse(page.text).find(".//main"))
    for field, html in pasted.items():
        source = html.replace('"www.mfitprize.com"></a>', '"www.mfitprize.com">www.mfitprize.com</a>')
        assert letters(parse(f"<body>{source}").find("body")) in shown, field
    public = client.get(f"/tampere/{event.slug}/challenges/1")
    assert public.status_code == 200
    assert "&lt;p&gt;" not in public.text


def letters(element: Any) -> str:
    """All that is read, without spaces and without the addresses that stand where no link could be followed."""
    text = re.sub(r"\s+", "", "".join(element.itertext()))
    return re.sub(r"(?:[\w-]+\.png)?\(\{\{site\.baseurl\}\}[^)]*\)", "", text)


def test_a_published_challenge_stays_whole_and_in_both_languages(
    world: World, sign_in: SignIn, engine: sa.Engine
) -> None:
    city = world.city()
    event = world.event(city, "call_open")
    challenge = world.challenge(event, present=texts("Nyt"))
    client = sign_in(world.organizer(city))
    edit, action = f"{base(event)}/{challenge.id}/edit", f"/challenges/{challenge.id}"
    answer = client.submit(edit, action, present_sv="", themes_fi="valo")
    assert answer.status_code == 422
    for field in ("present_sv", "themes_sv"):
        assert f'id="organizer-challenges-form-{field}-error"' in answer.text
    assert client.submit(edit, action, need_fi="", need_sv="", need_en="").status_code == 422
    assert client.submit(edit, action, present_en="").status_code == 303
    assert stored(engine)[0].present.en == ""


def test_whoever_saves_second_sees_both_texts(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    city = world.city()
    event = world.event(city, "draft")
    challenge = world.challenge(event, "Valo")
    client = sign_in(world.organizer(city))
    edit, action = f"{base(event)}/{challenge.id}/edit", f"/challenges/{challenge.id}"
    assert client.submit(edit, action, need_fi="Heidän").status_code == 303
    late = client.submit(edit, action, version="1", need_fi="Minun")
    assert late.status_code == 409
    assert "Heidän" in late.text
    assert "Minun" in late.text
    assert stored(engine)[0].need.fi == "Heidän"


def test_the_order_changes_until_the_numbers_are_addresses(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    city = world.city()
    event = world.event(city, "draft")
    first, second = world.challenge(event, "Yksi"), world.challenge(event, "Kaksi")
    client = sign_in(world.organizer(city))
    assert client.submit(base(event), f"/{second.id}/rise").status_code == 303
    assert [challenge.id for challenge in stored(engine)] == [second.id, first.id]
    open_event = world.event(city, "call_open", name="Auki")
    world.challenge(open_event, "A"), world.challenge(open_event, "B")
    assert "/rise" not in client.get(base(open_event)).text


def test_a_challenge_is_removed_after_a_question_while_nobody_applies(
    world: World, sign_in: SignIn, engine: sa.Engine
) -> None:
    city = world.city()
    event = world.event(city, "call_open")
    wanted, mistaken = world.challenge(event, "Haluttu"), world.challenge(event, "Virhe")
    world.criteria(event, (10,), challenge=mistaken)
    world.application(wanted)
    client = sign_in(world.organizer(city))
    asked = client.submit(f"{base(event)}/{mistaken.id}", "/removal")
    assert "Poistetaanko haaste ”Virhe”?" in asked.text
    assert len(stored(engine)) == 2
    assert client.submit(f"{base(event)}/{mistaken.id}", "/removal", confirmed="yes").status_code == 303
    page = client.get(f"{base(event)}/{wanted.id}").text
    assert "/removal" not in page
    token = page.split('name="csrf" value="')[1].split('"')[0]
    refused = client.post(f"{base(event)}/{wanted.id}/removal", data={"csrf": token, "confirmed": "yes"})
    assert refused.status_code == 409
    assert "Yritykset ovat jo alkaneet hakea" in refused.text
    assert [challenge.id for challenge in stored(engine)] == [wanted.id]
    with reading(engine, EVERY_CITY) as session:
        trail = session.exec(select(AuditEvent).where(AuditEvent.action == "removed")).one()
        assert (trail.object_type, trail.before["title"]["fi"]) == ("challenge", "Virhe")


def test_who_may_do_what(world: World, client: StrictClient, sign_in: SignIn) -> None:
    city, other = world.city(), world.city("oulu", "Oulu")
    event = world.event(city, "draft")
    challenge = world.challenge(event)
    leader = sign_in(world.member(city, Role.LEADERSHIP))
    assert leader.get(base(event)).status_code == 200
    assert "/edit" not in leader.get(f"{base(event)}/{challenge.id}").text
    for page in ("/new", f"/{challenge.id}/edit"):
        assert leader.get(base(event) + page).status_code == 403
    assert sign_in(world.organizer(other)).get(f"{base(event)}/{challenge.id}").status_code == 404
    assert client.get(base(event)).status_code == 303
    elsewhere = world.event(city, "draft", name="Toinen")
    assert sign_in(world.organizer(city)).get(f"{base(elsewhere)}/{challenge.id}").status_code == 404


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_asks_the_database_the_same_number_of_times(
    world: World, sign_in: SignIn, queries: Callable[[], int], many: int
) -> None:
    city = world.city()
    event = world.event(city)
    for number in range(many):
        world.application(world.challenge(event, f"Haaste {number}", owner_unit_id=world.unit(city).id))
    client = sign_in(world.organizer(city))
    queries()
    assert client.get(base(event)).status_code == 200
    assert queries() == 6
