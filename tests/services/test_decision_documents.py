"""The signed decisions on paper: complete, valid for the archive and for everybody, and bearing a head that proves."""

from typing import Any

import page
import pytest
import sqlalchemy as sa
from sqlmodel import select
from typer.testing import CliRunner

from app.adapters import files
from app.adapters.database import reading
from app.cli import cli
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.domain.deciding import Outcome
from app.models import Application, AuditHead, City, DecisionDocument, Event, Person
from app.services.decision_documents import make_decision_pdf, on_paper
from app.worker import do_one_job
from tests import paper
from tests.postgres import by_hand
from tests.world import World

PROFILES = (page.ValidationProfile.PDF_A_2A, page.ValidationProfile.PDF_UA_1)


@pytest.fixture
def city(world: World) -> City:
    return world.city(languages=("fi", "sv"))


@pytest.fixture
def signer(world: World, city: City) -> Person:
    return world.organizer(city, "Sirkka Signaaja")


@pytest.fixture
def event(world: World, city: City, signer: Person) -> Event:
    event = world.event(city, "jury", places_to_pitch=1)
    world.criteria(event)
    challenge, other = world.challenge(event, "Sujuva kaavoitus"), world.challenge(event, "Lyhyt jono")
    made = [world.application(challenge, world.company(f"Yritys {letter} Oy")) for letter in "ABC"]
    made.append(world.application(other, world.company("Yritys D Oy")))
    for name in ("Eevi Estynyt", "Aapo Asianosainen"):
        world.conflict(made[2], world.juror(event, name), at=event.call_closes_at)
    outcomes = (Outcome.INVITE, Outcome.RESERVE, Outcome.DECLINE, Outcome.RESERVE)
    chosen: dict[int, Outcome] = {one.id: outcome for one, outcome in zip(made, outcomes, strict=True)}
    return world.decide(event, chosen, by=signer, reasons="Tarve on luettu tarkasti.")


def made(engine: sa.Engine, settings: Settings, language: str) -> bytes:
    with reading(engine, EVERY_CITY) as session:
        (stored,) = session.exec(select(DecisionDocument.stored_as).where(DecisionDocument.locale == language)).all()
    return files.get(settings, stored)


def test_the_worker_makes_it_in_the_citys_languages_once(event: Event, engine: sa.Engine, settings: Settings) -> None:
    while do_one_job(engine, settings):
        pass
    make_decision_pdf(engine, settings, {"event_id": event.id, "language": "fi"})
    finnish, swedish = made(engine, settings, "fi"), made(engine, settings, "sv")
    said = paper.words(finnish)
    for text in ("Yritys A Oy", "Yritys D Oy", "Sujuva kaavoitus", "Sirkka Signaaja", "Peruste 1"):
        assert text in said, text
    assert said.count("Tarve on luettu tarkasti.") == 4
    told = [said.index(heading) for heading in ("Kutsuttu pitchaamaan", "Varasijoilla", "Ei kutsuttu", "sinetti")]
    assert told == sorted(told)
    assert said.index("Yritys B Oy") < said.index("Yritys D Oy"), "reserves stand in their order"
    assert "Eivät osallistuneet esteellisyyden vuoksi: Aapo Asianosainen, Eevi Estynyt" in said
    assert "Beslut om ansökningarna" in paper.words(swedish)
    for content in (finnish, swedish):
        faults = [fault.rule_id for one in PROFILES for fault in page.validate_pdf_bytes(content, profile=one).failures]
        assert faults == []


def test_it_names_who_took_no_part_until_the_signature_and_not_why(
    event: Event, world: World, engine: sa.Engine, settings: Settings
) -> None:
    with reading(engine, EVERY_CITY) as session:
        before = on_paper(session, event.id)
        (closed,) = [line for line in before.lines if line.company == "Yritys C Oy"]
        application = session.exec(select(Application).where(Application.number == closed.number)).one()
    assert {line.company: line.absent for line in before.lines if line.absent} == {
        "Yritys C Oy": ["Aapo Asianosainen", "Eevi Estynyt"]
    }
    world.conflict(application, world.juror(event, "Liian Myöhäinen"))
    with reading(engine, EVERY_CITY) as session:
        assert on_paper(session, event.id).lines == before.lines
    make_decision_pdf(engine, settings, {"event_id": event.id, "language": "fi"})
    assert "toimeksianto" not in paper.words(made(engine, settings, "fi")).lower(), "the ground"


def test_it_bears_the_head_of_the_moment_of_signing(event: Event, city: City, engine: sa.Engine) -> None:
    with reading(engine, EVERY_CITY) as session:
        written, head = on_paper(session, event.id), session.get_one(AuditHead, city.id)
    assert written.seal == head.hash, "nothing has been recorded since"
    assert "".join(written.seal_groups) == written.seal
    assert [line.place for line in written.reserves] == [1, 2]
    assert [(name, many) for name, _, _, many in written.preparers] == [("Sirkka Signaaja", 4)]


def test_what_was_printed_is_found_until_somebody_cuts_it_off(
    event: Event, city: City, world: World, engine: sa.Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIPINA_DATABASE_URL", settings.database_url)

    def asked(head: str) -> tuple[int, str]:
        told: Any = CliRunner().invoke(cli, ["verify-audit", "--head", head])
        return told.exit_code, " ".join(told.output.split())

    with reading(engine, EVERY_CITY) as session:
        printed = " ".join(on_paper(session, event.id).seal_groups)
        number = session.get_one(AuditHead, city.id).sequence
    before = session_rows(engine, city)
    world.unit(city, "Myöhemmin")
    assert asked(printed)[0] == 0
    assert f"number {number}, is still in the chain of tampere" in asked(f"{number}:{printed}")[1]
    assert asked(f"{number + 1}:{printed}")[0] == 1, "it is in another place"
    assert asked("0" * 64)[0] == 1
    assert asked("'; --")[0] == 1

    cut_off(engine, city, before - 1)
    code, output = asked(printed)
    assert code == 1
    assert "tampere: intact" in output, "the chain by itself looks whole: only the paper tells"
    assert "no row has it" in output


def session_rows(engine: sa.Engine, city: City) -> int:
    with reading(engine, EVERY_CITY) as session:
        return session.get_one(AuditHead, city.id).sequence


def cut_off(engine: sa.Engine, city: City, last: int) -> None:
    """Somebody who may do everything takes away the newest rows, and puts the head back to where they began."""
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with by_hand(engine) as connection:
        if connection.dialect.name == "sqlite":
            for name in connection.execute(sa.text(triggers)).scalars().all():
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
        else:
            for table in ("audit_event", "audit_head"):
                connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        given = {"chain": city.id, "last": last}
        connection.execute(sa.text("DELETE FROM audit_event WHERE chain = :chain AND sequence > :last"), given)
        newest = sa.text("SELECT hash FROM audit_event WHERE chain = :chain AND sequence = :last")
        given["hash"] = connection.execute(newest, given).scalar_one()
        connection.execute(sa.text("UPDATE audit_head SET sequence = :last, hash = :hash WHERE chain = :chain"), given)
