"""Files that people send: served back as they came, or refused at the field in words; never in between."""

import re
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters import files
from app.adapters.database import reading
from app.config import Settings
from app.domain.access import EVERY_CITY, Role
from app.domain.file_kind import CONTENT_TYPES, FileKind
from app.domain.refusals import Reason
from app.models import Attachment, CityMember, Company, CompanyMember, FollowUpCase, JurySeat, Person
from app.services.attachments import LONGEST_NAME, plain_name
from app.web.downloads import disposition
from app.web.wording import say_refusal
from tests import samples
from tests.bucket import names_in
from tests.strict import StrictClient, form_of, parse
from tests.world import NOW, World

CORPUS = sorted(
    path for path in (Path(__file__).parents[1] / "data" / "uploads").rglob("*") if path.suffix in {".pdf", ".odt"}
)
SignIn = Callable[[Person], StrictClient]


class Desk:
    """An agent who adds files to cases, a new case and a new agent when there is no more room."""

    def __init__(self, world: World, sign_in: SignIn, engine: sa.Engine) -> None:
        self.world, self.sign_in, self.engine = world, sign_in, engine
        self.city = world.city()
        self.challenge = world.challenge(world.event(self.city, "follow_up"))
        self.names = count(1)
        self.sit_down()

    def sit_down(self) -> None:
        agent = self.world.member(self.city, Role.AGENT, f"Kaarina {next(self.names)}")
        self.case: FollowUpCase = self.world.case(self.challenge, owner=agent)
        self.page = f"/procurement/tampere/cases/{self.case.id}"
        self.browser = self.sign_in(agent)
        self.form, self.target = form_of(self.browser.get(self.page).text, "/attachments")
        self.sent = 0

    def send(self, content: bytes, name: str = "muistio.pdf", language: str = "fi") -> Any:
        if self.sent == 35:
            self.sit_down()
        self.sent += 1
        target = re.sub(r"^/..", f"/{language}", self.target)
        sent = {"files": (name, content, "text/html")}
        return self.browser.post(target, data=self.form, files=sent)

    def kept(self) -> list[Attachment]:
        with reading(self.engine, EVERY_CITY) as session:
            return list(session.exec(select(Attachment).order_by(col(Attachment.id))))

    def fetch(self, attachment: Attachment) -> Any:
        return self.browser.get(f"{self.page}/attachments/{attachment.id}")


@pytest.fixture
def desk(world: World, sign_in: SignIn, engine: sa.Engine) -> Desk:
    return Desk(world, sign_in, engine)


def test_every_kind_that_is_taken_comes_back_as_it_was(desk: Desk) -> None:
    for kind, content in samples.honest().items():
        assert desk.send(content, f"Liite.{kind.upper()}").status_code == 303, kind
        attachment = desk.kept()[-1]
        assert attachment.file_name == f"Liite.{kind}"
        answer = desk.fetch(attachment)
        assert answer.content == content
        assert answer.headers["content-type"] == CONTENT_TYPES[kind], "ours, whatever the browser said"
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert int(answer.headers["content-length"]) == len(content)


def test_every_file_of_the_corpora_is_served_back_or_refused(desk: Desk, settings: Settings) -> None:
    assert len(CORPUS) >= 140
    taken = 0
    for path in CORPUS:
        content = path.read_bytes()
        answer = desk.send(content, path.name)
        assert answer.status_code in {303, 422}, path.name
        if answer.status_code == 303:
            taken += 1
            assert desk.fetch(desk.kept()[-1]).content == content, path.name
        else:
            assert 'href="#procurement-attachments-form-files"' in answer.text, path.name
    assert len(desk.kept()) == len(names_in(settings)) == taken > 100


REASONS = {
    Reason.NOT_A_KNOWN_FILE: "web page",
    Reason.FILE_MAY_RUN: "macros",
    Reason.FILE_REACHES_OUT: "template from elsewhere",
    Reason.FILE_TOO_HEAVY: "bomb of many",
    Reason.FILE_IS_LOCKED: "encrypted entries",
}


def test_what_is_refused_is_told_at_the_field_in_each_language(desk: Desk, settings: Settings) -> None:
    assert {reason for _, reason in samples.HOSTILE.values()} == REASONS.keys()
    for reason, name in REASONS.items():
        content = samples.HOSTILE[name][0]()
        for language in ("fi", "sv", "en"):
            answer = desk.send(content, language=language)
            assert answer.status_code == 422
            assert say_refusal(reason, language) in answer.text
            assert f'lang="{language}"' in answer.text
    assert desk.kept() == []
    assert files.is_empty(settings)


def test_an_application_takes_no_more_than_pdf(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    application = world.application(world.challenge(world.event(world.city())))
    browser = sign_in(world.person_of(application))
    edit = f"/company/applications/{application.id}/edit"
    for kind in (FileKind.DOCX, FileKind.PNG):
        sent = {"files": ("deck.pdf", samples.honest()[kind], "application/pdf")}
        answer = browser.submit(edit, files=sent, then="files")
        assert answer.status_code == 422
        assert say_refusal(Reason.NOT_A_PDF, "fi") in answer.text
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(Attachment)).all() == []


def test_a_file_is_as_if_it_had_never_been_once_access_is_over(
    world: World, sign_in: SignIn, engine: sa.Engine
) -> None:
    """Everybody who reads it today, and the day after: the same answer as for a file that never was."""
    city = world.city()
    event = world.event(city, "jury")
    application = world.application(world.challenge(event))
    content = samples.pdf()
    with world.change() as session:
        stored_as = files.put(world.settings, content)
        attachment = Attachment(
            application_id=application.id, file_name="a.pdf", size=len(content), sha256="", stored_as=stored_as,
            created_at=NOW,
        )  # fmt: skip
        session.add(attachment)
        session.flush()
        number = attachment.id
        company = session.get_one(Company, application.company_id)
    member, organizer, juror = world.company_member(company, Role.EDITOR), world.organizer(city), world.juror(event)
    world.everyone_reads_all(event)
    browsers = {
        f"/company/applications/{application.id}/attachments": sign_in(member),
        f"/organizer/tampere/applications/{application.id}/attachments": sign_in(organizer),
        "/jury/attachments": sign_in(juror),
    }
    for path, browser in browsers.items():
        assert browser.get(f"{path}/{number}").content == content, path
    with world.change() as session:
        for table, person in ((CompanyMember, member), (CityMember, organizer), (JurySeat, juror)):
            session.execute(sa.delete(table).where(sa.column("person_id") == person.id))
    for path, browser in browsers.items():
        gone, never = browser.get(f"{path}/{number}"), browser.get(f"{path}/{number + 999}")
        assert gone.status_code in {403, 404}, path
        told = ["".join(parse(answer.text).find(".//main").itertext()) for answer in (gone, never)]
        assert (gone.status_code, told[0]) == (never.status_code, told[1])


NAMES = {
    "../../../etc/passwd": "passwd.pdf",
    "..\\..\\windows\\system32\\a.pdf": "a.pdf",
    "C:\\Omat\\Räätälöity esitys.pdf": "Räätälöity esitys.pdf",
    "nul\0l.pdf": "null.pdf",
    "\0": "file.pdf",
    "CON": "_CON.pdf",
    "nul.pdf": "_nul.pdf",
    "com1.tar.pdf": "_com1.tar.pdf",
    "a" * 300 + ".pdf": "a" * LONGEST_NAME + ".pdf",
    "ä" * 300: "ä" * (LONGEST_NAME // 2) + ".pdf",
    "\N{ROCKET}" * 300: "\N{ROCKET}" * (LONGEST_NAME // 4) + ".pdf",
    "lasku\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe": "laskufdp.exe.pdf",
    "a\r\nSet-Cookie: stolen=1.pdf": "aSet-Cookie stolen=1.pdf",
    'say "hello"; filename=evil.exe': "say hello; filename=evil.exe.pdf",
    "100 %20 %00 %2e%2e%2f.pdf": "100 %20 %00 %2e%2e%2f.pdf",
    "a\N{LINE SEPARATOR}b\N{NO-BREAK SPACE}c.pdf": "a\N{LINE SEPARATOR}b\N{NO-BREAK SPACE}c.pdf",
    "<script>alert(1)</script>.pdf": "script.pdf",
    "report.exe": "report.exe.pdf",
    "report.docx": "report.pdf",
    "report.pdf.pdf": "report.pdf.pdf",
    " . . ": "file.pdf",
    ".htaccess": "htaccess.pdf",
    "-rf *": "-rf.pdf",
    "%s%n{0}${x}": "%s%n{0}${x}.pdf",
}


def test_a_hostile_name_is_only_a_name(desk: Desk, settings: Settings) -> None:
    for name in NAMES:
        assert desk.send(samples.pdf(), name or "x").status_code == 303, name
        attachment = desk.kept()[-1]
        answer = desk.fetch(attachment)
        assert answer.content == samples.pdf()
        assert "set-cookie" not in answer.headers
        said = answer.headers["content-disposition"]
        assert not set(said) & {"\r", "\n", "\0"}
        plain, encoded = re.fullmatch(r"attachment; filename=\"([^\"]+)\"; filename\*=UTF-8''(\S+)", said).groups()  # type: ignore[union-attr]
        assert plain.isascii()
        assert not set(plain) & set('/\\%"')
        assert unquote(encoded) == attachment.file_name
        assert len(attachment.file_name.encode()) < 255
    stored = names_in(settings)
    assert all(re.fullmatch(r"[0-9a-f]{40}", name) for name in stored)
    assert {path.parent.parent for path in settings.files.rglob("*") if path.is_file()} == {settings.files}
    page = desk.browser.get(desk.page).text
    assert "<script>alert" not in page


@pytest.mark.parametrize(("typed", "kept"), NAMES.items())
def test_what_is_kept_of_a_name(typed: str, kept: str) -> None:
    assert plain_name(typed, FileKind.PDF) == kept
    assert disposition("attachment", kept).isascii()
