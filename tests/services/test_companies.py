import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.application import State
from app.domain.refusals import Reason, Refused
from app.models import Application, Company, OutgoingMail
from app.services import companies
from app.services.companies import CompanyDraft
from tests.world import ZONE, World

REGISTER = Path(__file__).parents[1] / "data" / "fi-companies" / "companies.csv"


def real_companies() -> list[dict[str, str]]:
    with REGISTER.open(encoding="utf-8") as source:
        return list(csv.DictReader(source, delimiter=";"))


def test_the_real_companies_of_the_register_apply(world: World, session: WriteSession) -> None:
    """Names with commas, ampersands and both languages; numbers with leading zeros; five have no name at all."""
    rows = real_companies()
    assert len(rows) == 101
    challenge = world.challenge(world.event(world.city()))
    owner = world.person()
    for row in rows:
        name = row["nimi"] or row["ytunnus"]
        company = world.company(name, owner, register_number=row["ytunnus"].lstrip("0"))
        world.application(challenge, company)

    kept = session.exec(select(Company).order_by(col(Company.id))).all()
    assert [(company.name, company.register_number) for company in kept] == [
        (row["nimi"] or row["ytunnus"], row["ytunnus"]) for row in rows
    ]
    numbers = session.exec(select(Application.number).order_by(col(Application.id))).all()
    assert list(numbers) == list(range(1, 102))
    receipts = session.exec(
        select(OutgoingMail).where(OutgoingMail.kind == "receipt").order_by(col(OutgoingMail.id))
    ).all()
    assert len(receipts) == 101
    assert {mail.to_email for mail in receipts} == {owner.email}
    for row, mail in zip(rows, receipts, strict=True):
        assert (row["nimi"] or row["ytunnus"]) in mail.body.replace("\u2060", "")


def test_a_company_stands_there_once(world: World, session: WriteSession, now: datetime) -> None:
    world.company("Ensimmäinen Oy", register_number="0112038-9")
    actor = world.actor(world.person())
    for typed in ("0112038-9", "FI01120389", "112038-9"):
        with pytest.raises(Refused) as refusal:
            companies.create(session, actor, CompanyDraft("Toinen Oy", typed), now)
        assert (refusal.value.reason, refusal.value.field) == (Reason.COMPANY_KNOWN, "register_number")
    foreign = companies.create(session, actor, CompanyDraft("Kolmas OÜ", "0112038-9", country="EE"), now)
    assert foreign.country == "EE"
    session.rollback()


def test_owners_are_asked_again_after_a_day(world: World, session: WriteSession, now: datetime) -> None:
    company = world.company(register_number="0112038-9")
    actor = world.actor(world.person("Outi Outo"))

    def ask(at: datetime) -> int:
        companies.ask_to_be_let_in(session, actor, "FI", "0112038-9", at, ZONE)
        session.flush()
        return len(session.exec(select(OutgoingMail).where(OutgoingMail.kind == "company_request")).all())

    assert [ask(now), ask(now + timedelta(hours=23)), ask(now + timedelta(hours=25))] == [1, 1, 2]
    assert company.id
    session.rollback()


def test_an_unknown_number_asks_nobody(world: World, session: WriteSession, now: datetime) -> None:
    actor = world.actor(world.person())
    companies.ask_to_be_let_in(session, actor, "FI", "0112038-9", now, ZONE)
    with pytest.raises(Refused):
        companies.ask_to_be_let_in(session, actor, "FI", "ei numero", now, ZONE)
    session.rollback()


def test_the_state_of_a_known_company_does_not_matter(world: World) -> None:
    challenge = world.challenge(world.event(world.city()))
    company = world.company()
    world.application(challenge, company, State.WITHDRAWN)
    with pytest.raises(Refused) as refusal:
        world.application(challenge, company)
    assert refusal.value.reason is Reason.ALREADY_APPLIED
