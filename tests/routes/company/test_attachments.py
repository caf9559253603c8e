import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app import worker
from app.adapters import files
from app.adapters.database import reading
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.models import Application, Attachment, Challenge, Company, OutgoingMail, Person
from app.web.downloads import disposition
from tests.bucket import ON_BOTH_STORES, names_in
from tests.strict import StrictClient
from tests.world import NOW, World

SignIn = Callable[[Person], StrictClient]
UPLOADS = Path(__file__).parents[2] / "data" / "uploads"
DECK = UPLOADS / "pypdf-pdflatex-4-pages.pdf"


@pytest.fixture
def draft(world: World) -> Application:
    challenge: Challenge = world.challenge(world.event(world.city()))
    company: Company = world.company()
    return world.application(challenge, company, State.DRAFT)


@pytest.fixture
def browser(world: World, draft: Application, sign_in: SignIn) -> StrictClient:
    with reading(world.engine, EVERY_CITY) as session:
        owner = session.get_one(Person, draft.created_by)
    return sign_in(owner)


def stored(engine: sa.Engine) -> list[Attachment]:
    with reading(engine, EVERY_CITY) as session:
        return list(session.exec(select(Attachment).order_by(col(Attachment.id))))


def send(browser: StrictClient, draft: Application, content: bytes, name: str = "deck.pdf", **typed: str) -> Any:
    edit = f"/company/applications/{draft.id}/edit"
    sent = {"files": (name, content, "application/pdf")}
    return browser.submit(edit, files=sent, then="files", **typed)


@ON_BOTH_STORES
def test_a_deck_is_stored_shown_and_taken_away(
    browser: StrictClient, draft: Application, engine: sa.Engine, settings: Settings
) -> None:
    answer = send(browser, draft, DECK.read_bytes(), "C:\\Omat\\Räätälöity esitys.pdf", team="Noora")
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("/edit#files")
    [kept] = stored(engine)
    assert (kept.file_name, kept.pages, kept.size) == ("Räätälöity esitys.pdf", 4, len(DECK.read_bytes()))
    with reading(engine, EVERY_CITY) as session:
        assert session.get_one(Application, draft.id).team == "Noora", "what was typed goes along"
    page = browser.get(f"/company/applications/{draft.id}").text
    assert "PDF, 4 sivua" in page

    download = browser.get(f"/company/applications/{draft.id}/attachments/{kept.id}")
    assert download.content == DECK.read_bytes()
    assert download.headers["content-type"] == "application/pdf"
    assert download.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in download.headers["content-security-policy"]
    assert download.headers["content-disposition"] == (
        "attachment; filename=\"Raataloity esitys.pdf\"; filename*=UTF-8''R%C3%A4%C3%A4t%C3%A4l%C3%B6ity%20esitys.pdf"
    )

    removed = browser.submit(f"/company/applications/{draft.id}/edit", remove=str(kept.id))
    assert removed.status_code == 303
    assert stored(engine) == []
    assert len(names_in(settings)) == 1, "kept until the change is certain"
    worker.run(engine, settings, once=True)
    assert files.is_empty(settings)


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("deck.pdf", b"0" * 1_000_000)
    return out.getvalue()


NO_PDF = "Tiedosto ei ole avautuva PDF."
LOCKED = "Tämä tiedosto kysyy salasanaa"
BAD = {
    "empty.pdf": (b"", NO_PDF),
    "page.pdf": (b"<html><script>alert(1)</script></html>", NO_PDF),
    "hidden.pdf": (b"<script>alert(1)</script>\n" + DECK.read_bytes(), NO_PDF),
    "deck.zip": (_zip(), NO_PDF),
    "cut.pdf": (DECK.read_bytes()[:400], NO_PDF),
    "only a head.pdf": (b"%PDF-1.7\n", NO_PDF),
    "picture.pdf": (b"\x89PNG\r\n\x1a\n" + b"0" * 100, NO_PDF),
    **{
        name: ((UPLOADS / name).read_bytes(), NO_PDF)
        for name in (
            "simple.odt",
            "artur-corrupted.pdf",
            "minimal_test.pdf",
            "T02-01_001_document-catalog-No-document-catalog.pdf",
            "T02-02_002_page-tree-kids-links-recursive.pdf",
        )
    },
    "simple-open-password.pdf": ((UPLOADS / "simple-open-password.pdf").read_bytes(), LOCKED),
    "artur-encrypted.pdf": ((UPLOADS / "artur-encrypted.pdf").read_bytes(), LOCKED),
}


@pytest.mark.parametrize("name", list(BAD))
def test_what_is_no_open_pdf_is_told_at_the_field(
    browser: StrictClient, draft: Application, engine: sa.Engine, settings: Settings, name: str
) -> None:
    content, words = BAD[name]
    answer = send(browser, draft, content, name, team="Noora")
    assert answer.status_code == 422
    assert words in answer.text
    assert "Noora" in answer.text
    assert stored(engine) == []
    assert files.is_empty(settings)


@pytest.mark.parametrize(
    "name",
    ["javascript.pdf", "corruptionOneByteMissing.pdf", "pdf-17-header18.pdf", "simple-password-copy.pdf"],
)
def test_odd_but_readable_ones_are_taken(
    browser: StrictClient, draft: Application, engine: sa.Engine, name: str
) -> None:
    assert send(browser, draft, (UPLOADS / name).read_bytes(), name).status_code == 303
    assert [file.pages for file in stored(engine)] == [1]


@ON_BOTH_STORES
def test_five_files_and_no_more(browser: StrictClient, draft: Application, engine: sa.Engine) -> None:
    token_page = f"/company/applications/{draft.id}/edit"
    content = DECK.read_bytes()
    files = [("files", (f"{n}.pdf", content, "application/pdf")) for n in range(6)]
    answer = browser.submit(token_page, files=files)
    assert answer.status_code == 422
    assert "enempää" in answer.text
    assert [file.file_name for file in stored(engine)] == [f"{n}.pdf" for n in range(5)]


def test_a_file_over_the_limit_is_refused(
    browser: StrictClient, draft: Application, engine: sa.Engine, settings: Settings
) -> None:
    settings.max_upload_bytes = 1_000
    answer = send(browser, draft, DECK.read_bytes())
    assert answer.status_code == 422
    assert "liian suuri" in answer.text
    assert stored(engine) == []


@ON_BOTH_STORES
def test_a_file_opens_only_through_its_own_application(
    world: World, browser: StrictClient, draft: Application, engine: sa.Engine, sign_in: SignIn
) -> None:
    send(browser, draft, DECK.read_bytes())
    [kept] = stored(engine)
    other_company = world.company()
    with world.change() as session:
        challenge = session.get_one(Challenge, draft.challenge_id)
    other = world.application(challenge, other_company)
    outsider = sign_in(world.owner_of(other_company))
    for application_id in (draft.id, other.id):
        assert outsider.get(f"/company/applications/{application_id}/attachments/{kept.id}").status_code == 404
    assert browser.get(f"/company/applications/{other.id}/attachments/{kept.id}").status_code == 404
    assert outsider.submit(f"/company/applications/{other.id}/edit", remove=str(kept.id)).status_code == 404
    assert len(stored(engine)) == 1


def test_after_the_call_no_file_comes_or_goes(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    challenge = world.challenge(world.event(world.city(), "jury"))
    company = world.company()
    made = world.application(challenge, company)
    browser = sign_in(world.owner_of(company))
    token = browser.get(f"/company/companies/{company.id}/edit").text.split('name="csrf" value="')[1].split('"')[0]
    answer = browser.post(
        f"/company/applications/{made.id}",
        data={"csrf": token, "version": "2"},
        files={"files": ("deck.pdf", DECK.read_bytes(), "application/pdf")},
    )
    assert answer.status_code in {409, 422}
    assert stored(engine) == []


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ('x".pdf', "attachment; filename=\"x.pdf\"; filename*=UTF-8''x%22.pdf"),
        ("a\r\nSet-Cookie: b=1.pdf", "attachment; filename=\"aSet-Cookie b1.pdf\"; filename*=UTF-8''"),
        ("日本.pdf", "attachment; filename=\"pdf\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.pdf"),
        ("../../etc/passwd", "attachment; filename=\"etcpasswd\"; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd"),
    ],
)
def test_names_are_harmless_in_headers(name: str, plain: str) -> None:
    header = disposition("attachment", name)
    assert header.startswith(plain)
    assert "\r" not in header
    assert "\n" not in header


def test_in_the_last_hour_one_press_saves_and_sends_with_the_file(
    world: World, sign_in: SignIn, engine: sa.Engine
) -> None:
    event = world.event(world.city(), call_closes_at=NOW + timedelta(minutes=40))
    draft = world.application(world.challenge(event), world.company(), State.DRAFT)
    later = world.application(world.challenge(world.event(world.city("oulu", "Oulu"))), world.company(), State.DRAFT)
    browser = sign_in(world.person_of(draft))
    edit = f"/company/applications/{draft.id}/edit"
    assert 'value="send"' in browser.get(edit).text
    assert 'value="send"' not in sign_in(world.person_of(later)).get(f"/company/applications/{later.id}/edit").text

    lacking = browser.submit(edit, then="send", solution="")
    assert lacking.headers["location"].endswith("/submission/new"), "which tells what is missing"
    sent = {"files": ("deck.pdf", DECK.read_bytes(), "application/pdf")}
    answer = browser.submit(edit, files=sent, then="send", title="Uusi nimi", solution="Näin se toimii.")
    assert answer.headers["location"] == f"/fi/company/applications/{draft.id}"
    assert "Hakemuksenne on lähetetty" in browser.get(f"/company/applications/{draft.id}").text
    with reading(engine, EVERY_CITY) as session:
        row = session.get_one(Application, draft.id)
        assert (row.state, row.title) == (State.SUBMITTED, "Uusi nimi")
        receipts = select(OutgoingMail).where(OutgoingMail.kind == "receipt", OutgoingMail.application_id == draft.id)
        assert len(session.exec(receipts).all()) == 1
    assert [one.application_id for one in stored(engine)] == [draft.id]


def test_a_file_that_cannot_be_taken_is_told_before_anything_is_sent(
    world: World, sign_in: SignIn, engine: sa.Engine
) -> None:
    event = world.event(world.city(), call_closes_at=NOW + timedelta(minutes=40))
    draft = world.application(world.challenge(event), world.company(), State.DRAFT)
    browser = sign_in(world.person_of(draft))
    sent = {"files": ("deck.pdf", b"no deck", "application/pdf")}
    answer = browser.submit(f"/company/applications/{draft.id}/edit", files=sent, then="send")
    assert answer.status_code == 422
    with reading(engine, EVERY_CITY) as session:
        assert session.get_one(Application, draft.id).state is State.DRAFT
