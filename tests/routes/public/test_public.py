import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.models import Event, Person
from tests.strict import StrictClient
from tests.world import NOW, World, texts

LANGUAGES = ("fi", "sv", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phase", ["published", "call_open", "call_closed", "jury", "held", "follow_up"])
def test_every_public_page_opens_in_every_language_and_phase(
    world: World, client: StrictClient, language: str, phase: str
) -> None:
    city = world.city()
    event = world.event(city, phase)
    world.challenge(event, effect_social=texts("Vähemmän jonoja"), budget_max=20_000)
    world.criteria(event)
    for path in ("", "/tampere", "/tampere/kipina", "/tampere/kipina/challenges/1", "/accessibility", "/feedback"):
        answer = client.get(f"/{language}{path}")
        assert answer.status_code == 200, path
        assert f'lang="{language}"' in answer.text


def test_the_language_links_keep_the_place(world: World, client: StrictClient) -> None:
    world.event(world.city())
    page = client.get("/sv/tampere/kipina").text
    for language in LANGUAGES:
        assert f'href="/{language}/tampere/kipina"' in page


def test_an_address_without_a_language_goes_to_the_readers_own(client: StrictClient) -> None:
    for asked, language in (("sv-FI,sv;q=0.9", "sv"), ("en-GB", "en"), ("de", "fi"), ("", "fi")):
        answer = client.send(client.build_request("GET", "/tampere?a=1", headers={"accept-language": asked}))
        assert answer.status_code == 302
        assert answer.headers["location"] == f"/{language}/tampere?a=1"


def test_a_draft_is_for_the_city_alone(
    world: World, client: StrictClient, sign_in: Callable[[Person], StrictClient]
) -> None:
    city, other = world.city(), world.city("vaasa", "Vaasa")
    world.challenge(world.event(city, "draft"))
    for path in ("/tampere/kipina", "/tampere/kipina/challenges/1"):
        assert client.get(path).status_code == 404
        assert sign_in(world.organizer(other)).get(path).status_code == 404
        assert sign_in(world.organizer(city)).get(path).status_code == 200
    assert "/tampere/kipina" not in client.get("/tampere").text
    assert "/tampere/kipina" not in client.get("/sitemap.xml").text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/tampere/nothing", "/tampere/kipina/challenges/9", "/tampere/kipina/challenges/x"]
)
def test_what_is_not_there_is_said_in_words(world: World, client: StrictClient, path: str) -> None:
    world.event(world.city())
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("number", ["9" * 30, "9" * 18, "3000000000", "-1"])
def test_a_number_that_no_database_holds_leads_to_nothing(
    world: World, sign_in: Callable[[Person], StrictClient], number: str
) -> None:
    city = world.city()
    event = world.event(city)
    browser = sign_in(world.organizer(city))
    for path in (
        "/organizer/tampere/events/{}", "/procurement/tampere/cases/{}", "/organizer/tampere/history/event/{}",
        "/tampere/portfolio/{}", "/company/companies/{}",
    ):  # fmt: skip
        assert browser.get(path.format(number)).status_code in {403, 404}, path
    at = f"/organizer/tampere/events/{event.id}"
    for query in (
        f"{at}/applications?page={{}}", f"{at}/mail?page={{}}",
        f"/organizer/tampere/history/event/{event.id}?page={{}}",
        "/procurement/tampere/cases?owner={0}&unit={0}&event={0}", "/tasks?span=later&page={}",
        f"{at}/decisions?challenge={{}}", "/company/applications/new?challenge={}",
    ):  # fmt: skip
        assert browser.get(query.format(number)).status_code in {200, 303, 403, 404}, query


def test_pages_come_from_memory_until_something_changes(world: World, client: StrictClient) -> None:
    event = world.event(world.city())
    first = client.get("/tampere/kipina")
    assert client.get("/tampere/kipina", headers={"if-none-match": first.headers["etag"]}).status_code == 304
    world.challenge(event, "Hiljaisempi katu")
    second = client.get("/tampere/kipina", headers={"if-none-match": first.headers["etag"]})
    assert second.status_code == 200
    assert "Hiljaisempi katu" in second.text


def test_what_the_signed_in_see_is_never_kept_for_others(
    world: World, client: StrictClient, sign_in: Callable[[Person], StrictClient]
) -> None:
    city = world.city()
    world.event(city)
    mine = sign_in(world.organizer(city, "Canary Kanarialintu")).get("/tampere/kipina")
    assert "Canary Kanarialintu" in mine.text
    assert mine.headers["cache-control"] == "no-store"
    assert "Canary" not in client.get("/tampere/kipina").text


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_rows(world: World, client: StrictClient, app: FastAPI, rows: int) -> None:
    city = world.city()
    for n in range(rows):
        event = world.event(city, name=f"Kipinä {n}")
        for _ in range(rows):
            world.challenge(event)
    counts = {}
    for path in ("/tampere", "/tampere/kipina-0", "/tampere/kipina-0/challenges/1"):
        statements: list[str] = []
        sa.event.listen(app.state.engine, "before_cursor_execute", lambda *a, s=statements: s.append(a[2]))
        client.get(path)
        counts[path] = len([s for s in statements if s.startswith("SELECT")])
    assert counts == {"/tampere": 5, "/tampere/kipina-0": 4, "/tampere/kipina-0/challenges/1": 4}


def test_the_feed_is_atom_with_the_open_challenges(world: World, client: StrictClient) -> None:
    city = world.city()
    world.challenge(world.event(city), 'Äänetön <katu> & "puisto"')
    world.challenge(world.event(city, "published", name="Tuleva"), "Ei vielä auki")
    feed = ET.fromstring(client.get("/tampere/feed.atom").text)
    ns = {"a": "http://www.w3.org/2005/Atom"}
    titles = [entry.findtext("a:title", namespaces=ns) for entry in feed.findall("a:entry", ns)]
    assert titles == ['Äänetön <katu> & "puisto"']
    for required in ("a:id", "a:title", "a:updated"):
        assert feed.findtext(required, namespaces=ns)


def test_the_sitemap_names_each_page_in_each_language(world: World, client: StrictClient) -> None:
    city = world.city()
    world.challenge(world.event(city))
    over = world.event(city, "follow_up", name="Mennyt")
    shown = world.case(world.challenge(over), published=True)
    world.case(world.challenge(over))
    with world.change() as session:
        session.get_one(Event, over.id).results_published_at = NOW
    urls = [
        url.text or ""
        for url in ET.fromstring(client.get("/sitemap.xml").text).iter(
            "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
        )
    ]
    for place in (
        "tampere", "tampere/portfolio", f"tampere/portfolio/{shown.id}", "tampere/kipina",
        "tampere/kipina/challenges/1", "tampere/mennyt", "tampere/mennyt/results",
    ):  # fmt: skip
        for language in ("fi", "sv", "en"):
            assert f"http://testserver/{language}/{place}" in urls
    assert [url for url in urls if "/portfolio/" in url and not url.endswith(f"/{shown.id}")] == []
    assert [url for url in urls if url.endswith(("/programme", "kipina/results"))] == [], "not public yet"
    assert all(client.get(url.removeprefix("http://testserver")).status_code == 200 for url in urls)


def test_a_released_programme_is_in_the_sitemap(world: World, client: StrictClient) -> None:
    event = world.event(world.city(), "follow_up")
    assert "/programme<" not in client.get("/sitemap.xml").text
    world.session(event)
    world.release(event)
    assert "http://testserver/en/tampere/kipina/programme<" in client.get("/sitemap.xml").text


def test_feedback_reaches_the_citys_organizers(world: World, client: StrictClient, engine: sa.Engine) -> None:
    city = world.city()
    organizer = world.organizer(city)
    wrong = client.submit("/feedback?city=tampere", words="")
    assert wrong.status_code == 422
    assert "Viestisi – Täytä tämä kohta." in wrong.text, "the summary names the field"
    assert client.submit("/feedback?city=tampere", words="Nappi on <pieni>", email="").status_code == 303
    assert "Kiitos. Luemme jokaisen viestin." in client.get("/fi").text, "on a page that others get from memory"
    assert "Kiitos. Luemme" not in client.get("/fi").text
    with engine.connect() as connection:
        mails = connection.exec_driver_sql("select to_email, body from outgoing_mail").fetchall()
    assert [mail[0] for mail in mails] == [organizer.email]
    assert "Nappi on <pieni>" in mails[0][1]


def test_every_answer_carries_the_security_headers_and_strange_hosts_are_refused(client: StrictClient) -> None:
    for path in ("", "/nowhere", "/healthz", "/static/js/kipina.js"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"
    assert client.get("/fi", headers={"host": "evil.example"}).status_code == 400
