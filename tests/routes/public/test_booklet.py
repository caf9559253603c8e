"""The programme on paper, from the release to the file: real programmes, and texts that mean harm."""

import io
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import page
import pikepdf
import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app import worker
from app.adapters import files
from app.adapters.database import reading
from app.config import Settings
from app.domain import schedule
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.domain.localized import Localized
from app.domain.schedule import SessionKind, clashes, lay_out
from app.models import Document, Event, Job, JobState, ProgrammeSession
from app.services import documents, programme
from app.services.programme import PlaceDraft, SessionDraft
from tests.strict import StrictClient
from tests.world import NOW, SYSTEM, World, texts

DEMOCON = Path(__file__).parents[2] / "data" / "programmes" / "pretalx-democon.json"
PAGE = "/tampere/kipina/programme"
HARM = (
    "<script>alert(1)</script><img src='file:///etc/passwd'><b>lihava</b>",
    "url(file:///etc/passwd) </style><style>@page{size:A0} *{display:none}",
    "{{ 7*7 }} {% include 'x' %} %(name)s",
    "' onload=x \"><svg onload=alert(1)>",
    "\u202e oikealta vasemmalle \u202c 🌱 שלום",
    "A" * 180,
)


@pytest.fixture
def event(world: World) -> Event:
    return world.event(world.city(), "call_closed")


def make_documents(engine: sa.Engine, settings: Settings) -> dict[str, bytes]:
    while worker.do_one_job(engine, settings):
        pass
    with reading(engine, EVERY_CITY) as session:
        assert {job.state for job in session.exec(select(Job).where(Job.kind == "programme_pdf"))} == {JobState.DONE}
        return {row.locale: files.get(settings, row.stored_as) for row in session.exec(select(Document))}


def sound(content: bytes) -> pikepdf.Pdf:
    for profile in (page.ValidationProfile.PDF_A_2A, page.ValidationProfile.PDF_UA_1):
        report = page.validate_pdf_bytes(content, profile=profile)
        assert report.is_compliant, [(fault.rule_id, fault.message) for fault in report.failures]
    return pikepdf.open(io.BytesIO(content))


def headings(pdf: pikepdf.Pdf) -> list[str]:
    with pdf.open_outline() as outline:

        def walk(items: list[pikepdf.OutlineItem]) -> Iterator[str]:
            for item in items:
                yield item.title
                yield from walk(item.children)

        return list(walk(outline.root))


def links(pdf: pikepdf.Pdf) -> set[str]:
    found = [annotation.A.URI for sheet in pdf.pages for annotation in sheet.get("/Annots", []) if "/A" in annotation]
    return {str(uri) for uri in found}


def test_the_worker_makes_it_in_three_languages_and_the_address_gives_it(
    world: World, event: Event, client: StrictClient, engine: sa.Engine, settings: Settings
) -> None:
    place = world.place(event, "Lava", at=(50, 20))
    company = world.company("Askelkaari Oy", website="https://askelkaari.example.com")
    application = world.application(world.challenge(event), company, State.CONFIRMED)
    world.session(event, place=place, application=application)
    world.session(event, "stand", place=place, application=application, minutes=300, stand="1", at_map=(20, 52))
    release = world.release(event)
    made = make_documents(engine, settings)
    assert set(made) == {"fi", "sv", "en"}
    for language, words in (("fi", "Aikataulu"), ("sv", "Tidtabell"), ("en", "Timetable")):
        pdf = sound(made[language])
        assert str(pdf.Root.Lang) == language
        assert words in headings(pdf)
        assert "Askelkaari Oy" in headings(pdf)
        assert links(pdf) == {"https://askelkaari.example.com"}
        answer = client.get(f"/{language}{PAGE}.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content == made[language]
        again = client.get(f"/{language}{PAGE}.pdf", headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304
    documents.make_programme_pdf(engine, settings, {"release_id": release.id, "language": "fi"})
    with reading(engine, EVERY_CITY) as session:
        assert len(session.exec(select(Document)).all()) == 3, "doing it twice makes one document"


def test_texts_that_mean_harm_are_nothing_but_texts(
    world: World, engine: sa.Engine, settings: Settings, client: StrictClient
) -> None:
    city = world.city()
    for number, harm in enumerate(HARM):
        text = Localized(harm, harm, harm)
        event = world.event(city, "call_closed", name=f"{harm[:60]} {number}")
        company = world.company(harm, home_town=harm[:100], website="javascript:alert(1)", description=text)
        application = world.application(world.challenge(event, harm), company, State.CONFIRMED)
        unit = world.unit(city, harm)
        with world.change() as session:
            place = programme.add_place(session, SYSTEM, event, PlaceDraft(text, 5, (10, 10)), NOW)
            for kind in (SessionKind.PITCH, SessionKind.INTERVIEW, SessionKind.STAND):
                draft = SessionDraft(
                    kind, text, text, place.id, event.day_starts_at, event.day_ends_at, application.id, None, unit.id,
                    (harm,), harm[:10], (20, 20),
                )  # fmt: skip
                programme.add_session(session, SYSTEM, event, draft, NOW)
        world.release(event)
        assert client.get(f"/tampere/{event.slug}/programme").status_code == 200
        assert client.get(f"/tampere/{event.slug}/programme.ics").status_code == 200
    with reading(engine, EVERY_CITY) as session:
        jobs = session.exec(select(Job).where(Job.kind == "programme_pdf").order_by(col(Job.id))).all()
    for job in [job for job in jobs if job.payload["language"] == "fi"]:
        documents.make_programme_pdf(engine, settings, job.payload)
    with reading(engine, EVERY_CITY) as session:
        made = [files.get(settings, row.stored_as) for row in session.exec(select(Document).order_by(col(Document.id)))]
    assert len(made) == len(HARM)
    for content in made:
        pdf = sound(content)
        assert [float(edge) for edge in pdf.pages[0].mediabox] == pytest.approx([0, 0, 419.5, 595.3], abs=0.2), "A5"
        assert links(pdf) == set()
        for found in pdf.objects:
            if isinstance(found, pikepdf.Dictionary):
                assert not {"/JS", "/JavaScript", "/EmbeddedFile", "/Launch"} & set(found.keys())


def test_a_real_programme_is_loaded_checked_and_printed(
    world: World, event: Event, client: StrictClient, engine: sa.Engine, settings: Settings
) -> None:
    conference = json.loads(DEMOCON.read_text())["schedule"]["conference"]
    talks = [talk for day in conference["days"] for room in day["rooms"].values() for talk in room]
    places = {room["name"]: world.place(event, room["name"]) for room in conference["rooms"]}
    rows = []
    with world.change() as session:
        for talk in talks:
            starts_at = datetime.fromisoformat(talk["date"])
            hours, minutes = (int(part) for part in talk["duration"].split(":"))
            draft = SessionDraft(
                kind=SessionKind.PANEL,
                title=texts(talk["title"]),
                abstract=texts(talk["abstract"] or talk["title"]),
                place_id=places[talk["room"]].id,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=hours, minutes=minutes),
                people=tuple(person["public_name"] for person in talk["persons"]),
            )
            rows.append(programme.add_session(session, SYSTEM, event, draft, NOW))
    rules = [for_rules(row) for row in rows]
    assert len(rules) == 36
    found = clashes(rules)
    spans = [(row, row.starts_at or NOW, row.ends_at or NOW) for row in rows]
    by_hand = {
        (a.id, b.id)
        for a, a_starts, a_ends in spans
        for b, b_starts, b_ends in spans
        if a.id < b.id and a_starts < b_ends and b_starts < a_ends
        if a.place_id == b.place_id or set(a.people) & set(b.people)
    }
    assert {(min(c.session, c.other), max(c.session, c.other)) for c in found if c.other} == by_hand
    laid = lay_out(rules, [place.id for place in places.values()])
    assert {cell.session for row in laid.rows for cell in row.cells} - {None} == {row.id for row in rows}
    world.release(event)
    html = client.get(PAGE).text
    assert html.count('class="programme-item') == 36
    assert len(re.findall(r'class="programme-day"', html)) == 3
    pdf = sound(make_documents(engine, settings)["en"])
    assert len([title for title in headings(pdf) if "December 2020" in title]) == 3


def for_rules(row: ProgrammeSession) -> schedule.Session:
    return schedule.Session(row.id, row.kind, row.place_id, row.starts_at, row.ends_at, None, tuple(row.people))
