"""Whoever asks to be forgotten is nowhere in the database any more, and the chain of the audit trail still holds."""

from collections.abc import Callable
from datetime import timedelta

import orjson
import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, col, select

from app.adapters import clock
from app.adapters.database import WriteSession, one_moment, reading
from app.domain.access import EVERY_CITY, Role
from app.domain.case_entry import EntryKind
from app.domain.refusals import Refused
from app.models import (
    AuditEvent,
    ConnectedAccount,
    FollowUpCase,
    JurySeat,
    KeptForm,
    MailState,
    OutgoingMail,
    Passkey,
    Person,
    WebSession,
)
from app.queries import audit_chain, cities, personal_data
from app.services import companies, erasure, followup, people, signing_in
from tests.strict import StrictClient
from tests.world import NOW, SYSTEM, ZONE, World

NAME, EMAIL = "Zaida Qvistölä-Ximénez", "zaida.qvistola@example.org"


@pytest.fixture
def zaida(world: World) -> Person:
    """Somebody who has left traces everywhere: roles, a jury seat, scores, a case, mails, a programme, notes."""
    city = world.city()
    event = world.event(city, "jury")
    world.criteria(event, (1, 1))
    with world.change() as session:
        facts = cities.facts_by_id(session, city.id)
        assert facts
        people.invite(session, SYSTEM, facts, EMAIL, NAME, Role.PROCUREMENT, "sv", NOW)
    with world.change() as session:
        person = session.exec(select(Person).where(Person.email == EMAIL)).one()
        people.edit_profile(session, world.actor(person), person, NAME, "Inköpare", "sv", NOW)
        signing_in.send_link(session, EMAIL, "/", "sv", NOW)
        session.add(
            Passkey(
                person_id=person.id, credential_id="z", public_key="z", sign_count=0, name="Zaidan puhelin",
                created_at=NOW,
            )
        )  # fmt: skip
        session.add(
            ConnectedAccount(
                city_id=city.id, person_id=person.id, issuer="https://idp.example", subject=EMAIL, connected_at=NOW
            )
        )
        session.add(KeptForm(token_hash="x", form_id="f", path="/", values={"email": [EMAIL]}, created_at=NOW))
    company = world.company()
    with world.change() as session:
        owner = world.actor(world.owner_of(company))
        companies.invite(session, owner, company, EMAIL, Role.EDITOR, clock.now(), ZONE)
    world.seat(event, person)
    made = world.application(world.challenge(event), company)
    world.sheet(person, made, [3, 4])
    world.conflict(world.application(world.challenge(event)), person)
    case = world.case(world.challenge(world.event(city, "follow_up", "Kipinä 2")), owner=person)
    with world.change() as session:
        row = session.get_one(FollowUpCase, case.id)
        followup.add_entry(
            session, world.actor(person), row, EntryKind.MEETING, f"{NAME} otti asian", clock.now(), with_whom=NAME
        )
    world.session(event)
    with world.change() as session:
        session.execute(sa.text("UPDATE programme_session SET people = :who"), {"who": orjson.dumps([NAME]).decode()})
    return person


def traces(engine: sa.Engine, words: tuple[str, ...]) -> set[str]:
    """Every column of every table that holds one of the words, as text or as JSON has it."""
    found = set()
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT set_config('kipina.cities', 'every', false)"))
        for table in SQLModel.metadata.sorted_tables:
            for row in connection.execute(sa.select(table)).mappings():
                for column, value in row.items():
                    text = str(value.as_dict() if hasattr(value, "as_dict") else value)
                    if any(word in text for word in words):
                        found.add(f"{table.name}.{column}")
    return found


WORDS = (NAME, EMAIL, "Zaida", "qvistola", "Inköpare")


def test_nothing_that_tells_who_they_were_is_left_and_the_chain_holds(
    world: World, engine: sa.Engine, zaida: Person
) -> None:
    assert traces(engine, WORDS) >= {
        "person.email", "person.name", "outgoing_mail.to_email", "audit_event.after", "case_entry.text",
        "sign_in_link.email", "kept_form.values", "programme_session.people", "passkey.name",
        "connected_account.subject",
    }  # fmt: skip
    with world.change() as session:
        kept = erasure.erase(session, SYSTEM, session.get_one(Person, zaida.id), clock.now())
    assert kept == 0
    assert traces(engine, WORDS) == set()
    with one_moment(engine) as session:
        assert not [one.broken for one in audit_chain.checked(session, lambda: None) if one.broken]
        assert sum(one.erased for one in audit_chain.checked(session, lambda: None)) > 3
        person = session.get_one(Person, zaida.id)
        assert (person.name, person.email) == ("Tidigare person", f"erased-{zaida.id}@kipina.invalid")
        assert session.exec(select(FollowUpCase.owner_person_id)).all() == [None]
        assert len(session.exec(select(JurySeat).where(JurySeat.person_id == zaida.id)).all()) == 1
        waiting = select(OutgoingMail).where(col(OutgoingMail.to_email).contains("erased"))
        assert {mail.state for mail in session.exec(waiting)} <= {MailState.SENT}
        last = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc())).first()
        assert last
        assert (last.action, last.object_id, last.before, last.after) == ("erased", zaida.id, {}, {})


GONE = {"city_member", "company_member", "connected_account", "handshake", "passkey", "web_session"}
STAYS = {
    "application", "assignment", "attachment", "audit_event", "case_entry", "company", "conflict", "decision", "event",
    "hold", "jury_seat", "programme_release", "score_sheet",
}  # fmt: skip
"""What was done stays, by somebody without a name."""
WITHOUT = {"challenge", "follow_up_case"}
"""These have an owner; now they have none."""


def test_of_every_table_it_is_said_what_becomes_of_a_persons_rows(
    world: World, engine: sa.Engine, zaida: Person
) -> None:
    of_person = {
        (table.name, key.parent.name)
        for table in SQLModel.metadata.sorted_tables
        for key in table.foreign_keys
        if key.target_fullname == "person.id"
    }
    assert {table for table, _ in of_person} == GONE | STAYS | WITHOUT
    with world.change() as session:
        erasure.erase(session, SYSTEM, session.get_one(Person, zaida.id), clock.now())
    with one_moment(engine) as session:
        for table, column in of_person:
            if table not in STAYS:
                named = sa.select(sa.func.count()).select_from(sa.table(table)).where(sa.column(column) == zaida.id)
                assert session.execute(named).scalar_one() == 0, table


def test_what_the_city_has_to_keep_is_counted_and_a_namesake_keeps_the_name(
    world: World, engine: sa.Engine, zaida: Person
) -> None:
    world.application(world.challenge(world.event(world.city("vaasa", "Vaasa"))), team=f"Tiimissä {NAME}")
    with world.change() as session:
        assert erasure.erase(session, SYSTEM, session.get_one(Person, zaida.id), clock.now()) == 1
    assert traces(engine, WORDS) == {"application.team"}
    first, second = world.person("Aino Virtanen"), world.person("Aino Virtanen")
    with world.change() as session:
        erasure.erase(session, SYSTEM, session.get_one(Person, first.id), clock.now())
    assert "person.name" in traces(engine, ("Aino Virtanen",))
    assert traces(engine, (first.email,)) == set()
    assert traces(engine, (second.email,))


def test_nobody_erases_themselves(world: World) -> None:
    admin = world.person(admin=True)
    with pytest.raises(Refused), world.change() as session:
        erasure.erase(session, world.actor(admin), session.get_one(Person, admin.id), clock.now())


def test_all_that_is_kept_of_one_is_theirs_alone(world: World, engine: sa.Engine, zaida: Person) -> None:
    other = world.organizer(world.city("vaasa", "Vaasa"), "Joku Muu")
    with reading(engine, EVERY_CITY) as session:
        told = personal_data.about(session, zaida.id)
    text = orjson.dumps(told).decode()
    assert told["person"]["email"] == EMAIL
    assert [one["city"] for one in told["roles_in_cities"]] == ["tampere"]
    assert [one["name"] for one in told["passkeys"]] == ["Zaidan puhelin"]
    assert [one["subject"] for one in told["accounts_of_cities"]] == [EMAIL]
    assert len(told["score_sheets"]) == 1
    assert len(told["score_sheets"][0]["scores"]) == 2
    assert told["changes_you_made"]
    assert other.name not in text
    assert other.email not in text


def test_it_comes_as_a_file_and_an_admin_erases_after_a_question(
    world: World, engine: sa.Engine, zaida: Person, sign_in: Callable[[Person], StrictClient]
) -> None:
    mine = sign_in(zaida)
    assert "/sv/account/profile/data" in mine.get("/sv/account/profile").text
    answer = mine.get("/account/profile/data")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.json()["person"]["name"] == NAME
    admin = sign_in(world.person(admin=True))
    asked = admin.submit("/admin/erasure", email="tuntematon@example.org")
    assert asked.status_code == 422
    asked = admin.submit("/admin/erasure", email=EMAIL)
    assert asked.status_code == 200
    assert NAME in asked.text
    assert traces(engine, (EMAIL,))
    with world.change() as session:
        session.execute(sa.update(WebSession).values(proven_at=clock.now() - timedelta(hours=1)))
    stale = admin.submit("/admin/erasure", email=EMAIL, confirmed="yes")
    assert "/account/confirmation?next=" in stale.headers["location"]
    assert traces(engine, (EMAIL,))
    with world.change() as session:
        session.execute(sa.update(WebSession).values(proven_at=clock.now()))
    assert admin.submit("/admin/erasure", email=EMAIL, confirmed="yes").status_code == 303
    assert traces(engine, WORDS) == set()
    assert mine.get("/account/profile").status_code == 303, "signed out everywhere"


def test_a_session_that_was_rolled_back_erases_nothing(world: World, engine: sa.Engine, zaida: Person) -> None:
    before = traces(engine, WORDS)
    with WriteSession(engine) as session:
        session.enter(EVERY_CITY)
        erasure.erase(session, SYSTEM, session.get_one(Person, zaida.id), clock.now())
        session.rollback()
    assert traces(engine, WORDS) == before
