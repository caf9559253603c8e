"""Whatever people write: a mail goes to one person, under our headers, and leads nowhere but here."""

import email
import json
import re
from datetime import date, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import getaddresses
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import aiosmtplib.email
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.adapters.database import WriteSession
from app.adapters.mail import compose
from app.adapters.templates import TEMPLATES_DIR
from app.config import Settings
from app.domain.access import Role
from app.domain.foreign_links import without_foreign_links
from app.domain.localized import Localized
from app.domain.retention import Kind
from app.domain.schedule import SessionKind
from app.models import OutgoingMail
from app.services import outbox
from tests.world import NOW

NAUGHTY: list[str] = json.loads((Path(__file__).parents[1] / "data" / "naughty" / "blns.json").read_text("utf-8"))
HOSTILE = [
    "Anturi\r\nBcc: all@hurt.example",
    "Anturi\nSubject: Hurt\n\nhurt",
    "Anturi\u2028Bcc: all@hurt.example\u0085Cc: b@hurt.example\x0bX: y",
    'Anturi" <all@hurt.example>, "',
    "all@hurt.example, more@hurt.example",
    "Anturi <all@hurt.example>",
    "=?utf-8?q?a=0D=0ABcc:_all=40hurt.example?=",
    "=?utf-8?b?PGFsbEBodXJ0LmV4YW1wbGU+LA==?= Öljy, Ab <b@hurt.example>; (c)",
    "Äly: a@hurt.example, b@hurt.example;",
    "https://hurt.example/in?a=b",
    "https://kipina.test.hurt.example/fi",
    "https://kipina.test@hurt.example/fi",
    "Lue HTTP://HURT.EXAMPLE.",
    "www.hurt.example hurt.example/a hurt\u3002example",
    "<a href='https://hurt.example'>Kirjaudu</a> [Kirjaudu](https://hurt.example)",
    "mailto:all@hurt.example tel:+3581 javascript:hurt() \\\\hurt.example\\share //hurt.example",
    "Anturi \u202eelpmaxe.truh//:sptth\u202c",
    "-- \n.\nFrom hurt@hurt.example\n--===============1==\nContent-Type: text/html\n\n<script>hurt()</script>",
    "{{ 7*7 }} {% raise %} %(hurt)s %s ${hurt}",
]
HEADERS = {
    "From", "To", "Subject", "Message-ID", "Date", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding",
    "MIME-Version",
}  # fmt: skip
LINK = re.compile(
    r"[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+|\b(?:mailto|tel|javascript):(?!\u2060)\S+|\\\\\w\S*|(?<![\w@.-])[\w-]+(?:[.\u3002][\w-]+)*"
    r"[.\u3002](?:example|test|com|net|org|fi)\b(?!@)\S*",
    re.IGNORECASE,
)
"""What mail programs make a link of, and more. A mail address alone is none."""
ANY = st.one_of(
    st.sampled_from(HOSTILE + NAUGHTY),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300),
    st.lists(st.sampled_from([*HOSTILE, *NAUGHTY]), min_size=2, max_size=4).map(" ".join),
)
BASE = "https://kipina.test"
ADDRESS = "maija@hämeenlinna.fi"


def context_of(kind: str, words: Any) -> dict[str, Any]:
    """All that any template of a mail asks for; `words()` is the next thing that somebody wrote."""
    title = Localized(words(), words(), words())
    case = SimpleNamespace(id=7, title=title, next_step=words(), next_step_on=date(2027, 2, 12))
    slot = SimpleNamespace(
        starts_at=NOW, ends_at=NOW + timedelta(minutes=20), kind=SessionKind.PITCH, title=words(), place=words()
    )
    first = ("company", "inviter", "challenge", "reasons", "title", "place_of_day", "where")
    shown = (*first, "reason", "by", "invited_by", "who", "words", "city")
    own: dict[str, dict[str, Any]] = {
        "programme_slots": {"city": "tampere"},
        "removal_notice": {"city": title},
        "way_in_added": {"city": title},
    }
    return {
        **{name: words() for name in shown},
        "event": title if kind == "cases_opened" else words(),
        **own.get(kind, {}),
        "going": [(kept, title) for kept in Kind], "due_at": NOW, "at": NOW,
        "application": SimpleNamespace(id=7, number=7, title=words(), receipt_at=NOW),
        "application_id": 7, "company_id": 7, "city_slug": "tampere", "slug": "kipina", "token": "a" * 43,
        "contact_email": "kipina@tampere.test", "contact": "kipina@tampere.test", "email": "aino@kysyja.test",
        "written_in": "fi", "role": Role.AGENT, "place": 1, "closes_at": NOW, "opens_at": NOW, "day_starts_at": NOW,
        "case": case, "cases": [(case, words())], "overdue": [(case, words())], "coming": [(case, words())],
        "slots": [slot], "gone": [slot], "again": True,
    }  # fmt: skip


KINDS = sorted(path.stem for path in (TEMPLATES_DIR / "mail").glob("[!_]*.txt"))


@pytest.fixture
def at_home(settings: Settings, engine: sa.Engine) -> WriteSession:
    return WriteSession(engine)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"base_url": BASE, "mail_from": "Kipinä <kipina@kipina.test>"})


def received(settings: Settings, mail: OutgoingMail) -> EmailMessage:
    """As it arrives; all that holds for every mail is asserted on the way."""
    composed = compose(settings, mail)
    assert aiosmtplib.email.extract_recipients(composed) == ["maija@xn--hmeenlinna-q5a.fi"]
    raw = composed.as_bytes(policy=policy.SMTP)
    message = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert sorted(message.keys()) == sorted(HEADERS), "each once, and no other"
    assert [to for _, to in getaddresses(message.get_all("to", []))] == ["maija@xn--hmeenlinna-q5a.fi"]
    assert [one.addr_spec for one in message["to"].addresses] == ["maija@xn--hmeenlinna-q5a.fi"]
    assert [one.addr_spec for one in message["from"].addresses] == ["kipina@kipina.test"]
    assert message["message-id"] == mail.message_id
    assert re.fullmatch(r"<[0-9a-f]{32}@kipina>", mail.message_id)
    assert message.get_content_type() == "text/plain", "one part, and no HTML"
    assert message.get_content().split() == mail.body.split()
    assert "".join(message["subject"].split()) == "".join(mail.subject.split())
    return message


def written(session: WriteSession, kind: str, language: str, name: str, words: Any) -> OutgoingMail:
    mail = outbox.queue(
        session, kind, to_email=ADDRESS, to_name=name, language=language, now=NOW, zone=ZoneInfo("Europe/Helsinki"),
        context=context_of(kind, words),
    )  # fmt: skip
    session.expunge_all()
    return mail


@pytest.mark.parametrize("kind", KINDS)
@given(values=st.lists(ANY, min_size=1, max_size=5), language=st.sampled_from(["fi", "sv", "en"]))
@hypothesis_settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_kind_goes_to_one_person_and_leads_only_here(
    settings: Settings, at_home: WriteSession, kind: str, values: list[str], language: str
) -> None:
    mail = written(at_home, kind, language, values[0], cycle(values).__next__)
    message = received(settings, mail)
    for text in (message.get_content(), message["subject"]):
        foreign = [link for link in LINK.findall(text) if not link.startswith(f"{BASE}/")]
        assert foreign == []


@pytest.mark.parametrize("value", HOSTILE)
def test_each_known_trick_in_every_place(settings: Settings, at_home: WriteSession, value: str) -> None:
    for kind in KINDS:
        message = received(settings, written(at_home, kind, "fi", value, lambda: value))
        assert [link for link in LINK.findall(message.get_content()) if not link.startswith(f"{BASE}/")] == [], kind


@given(subject=ANY, body=ANY, name=ANY)
@example(subject="a\r\nBcc: all@hurt.example", body="\r\n.\r\n\r\nBcc: all@hurt.example", name="a")
@hypothesis_settings(
    max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_an_organizer_writes_over_stays_words(
    settings: Settings, at_home: WriteSession, subject: str, body: str, name: str
) -> None:
    """It is the city's own letter, with the links it wants; head and recipient stay ours."""
    mail = written(at_home, "declined", "fi", name, lambda: "Anturi")
    mail.subject, mail.body = " ".join(subject.split()), body  # as outbox.edit
    received(settings, mail)


@given(words=ANY)
def test_words_stay_the_same_but_for_what_nobody_sees(words: str) -> None:
    plain = without_foreign_links(words, BASE).replace("\u2060", "")
    assert plain == re.sub("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", words).replace("\u2060", "")


@pytest.mark.parametrize(
    "value", ["Verkkokauppa.com Oyj", "klo 14.02", "Haaste 1: tie", "aino@kysyja.test", "1.2.2027"]
)
def test_ordinary_words_read_as_before(value: str) -> None:
    assert without_foreign_links(value, BASE).replace("\u2060", "") == value
