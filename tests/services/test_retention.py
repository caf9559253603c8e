"""What was kept long enough goes after notice, and not under a hold; and the chain of the audit trail holds."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, col, select

from app import worker
from app.adapters import files
from app.adapters.database import one_moment, reading
from app.domain.access import EVERY_CITY, Role
from app.domain.application import State
from app.domain.case_entry import EntryKind
from app.domain.conflict import Ground, Source
from app.domain.followup import Stage
from app.domain.refusals import Reason, Refused
from app.domain.retention import NOTICE, Kind
from app.models import (
    Application,
    Attachment,
    AuditEvent,
    CaseEntry,
    City,
    Conflict,
    Event,
    FollowUpCase,
    Hold,
    Job,
    MailState,
    OutgoingMail,
    Person,
    Removal,
    ScoreSheet,
    Unit,
)
from app.queries import audit_chain, tasks
from app.services import attachments, erasure, holds, retention
from tests.world import NOW, SYSTEM, World, texts

SHORT = dict.fromkeys(Kind, 6)
LATER = (NOW + timedelta(days=400)).replace(hour=12)
GOES = {"draft", "mail", "comment", "not_chosen", "chosen", "case"}


@pytest.fixture
def event(world: World) -> Event:
    """An event that is over, with something of every kind that goes, in a city with an organizer."""
    city = world.city()
    world.organizer(city, "Maija Meikäläinen")
    event = world.event(city, "follow_up")
    challenge, juror = world.challenge(event), world.juror(event)
    world.criteria(event, (1,))
    world.application(challenge, state=State.DRAFT, solution="Luonnos")
    declined = world.application(challenge, state=State.DECLINED, solution="Ei valittu")
    chosen = world.application(challenge, state=State.CONFIRMED, solution="Valittu")
    case = world.case(challenge, Stage.CLOSED, application=chosen, owner=world.member(city, Role.AGENT))
    with world.change() as session:
        session.add(
            ScoreSheet(
                application_id=declined.id, person_id=juror.id, comment_jury="Kommentti", submitted_at=NOW,
                updated_at=NOW,
            )
        )  # fmt: skip
        for application_id, case_id in ((declined.id, None), (None, case.id)):
            session.add(
                Attachment(
                    application_id=application_id, case_id=case_id, file_name="esitys.pdf", size=4, sha256="x",
                    created_at=NOW, stored_as=files.put(world.settings, b"%PDF"),
                )
            )  # fmt: skip
        session.add(mail_to("maija@example.org", "m", city_id=city.id, event_id=event.id, application_id=chosen.id))
        session.add(mail_to("pekka@example.org", "n", city_id=city.id))
        session.add(mail_to("ville@example.org", "o"))
        entry = session.exec(select(CaseEntry).where(CaseEntry.case_id == case.id)).first()
        assert entry
        entry.text = "Sovittiin Pekan kanssa"
        retention.set_periods(session, SYSTEM, session.get_one(City, city.id), SHORT, NOW)
    return event


def mail_to(email: str, mark: str, **of: Any) -> OutgoingMail:
    return OutgoingMail(
        message_id=mark, kind="receipt", to_email=email, to_name="Maija", locale="fi", subject="Kuitti",
        body=f"Hei {email}", state=MailState.SENT, created_at=NOW, due_at=NOW, sent_at=NOW, **of,
    )  # fmt: skip


def run(world: World, days: int = 0) -> dict[str, int]:
    """What the worker does on a day; how many rows of which kind went."""
    at = LATER + timedelta(days=days)
    with world.change() as session:
        before = {one.id: one.removed for one in session.exec(select(Removal))}
    worker.by_calendar(world.engine, at)
    with world.change() as session:
        gone = session.exec(select(Removal).order_by(col(Removal.id)))
        return {one.kind.value: more for one in gone if (more := one.removed - before.get(one.id, 0))}


def announced(world: World) -> set[str]:
    with world.change() as session:
        return {one.kind.value for one in session.exec(select(Removal).where(col(Removal.ended_at).is_(None)))}


def notices(world: World) -> list[OutgoingMail]:
    with world.change() as session:
        return list(session.exec(select(OutgoingMail).where(OutgoingMail.kind == "removal_notice")))


def row_of(world: World, kind: type[Any], *which: sa.ColumnElement[bool]) -> Any:
    with world.change() as session:
        return session.exec(select(kind).where(*which)).one()


def hold(world: World, row: Any, reason: str = "Valitus hallinto-oikeudessa") -> Hold:
    with world.change() as session:
        return holds.place(session, SYSTEM, session.get_one(type(row), row.id), reason, NOW)


def lift(world: World, placed: Hold) -> None:
    with world.change() as session:
        holds.lift(session, SYSTEM, session.get_one(Hold, placed.id), "Päätös on lainvoimainen", NOW)


def test_organizers_are_told_a_month_before_and_nothing_goes_until_then(world: World, event: Event) -> None:
    worker.by_calendar(world.engine, NOW)
    assert announced(world) == set()
    assert run(world) == {}
    assert announced(world) == GOES
    (notice,) = notices(world)
    assert notice.to_name == "Maija Meikäläinen"
    assert notice.body.count("Kipinä:") == len(GOES)
    assert "/organizer/tampere/retention" in notice.body
    assert run(world, NOTICE.days - 1) == {}
    assert len(notices(world)) == 1, "once"
    assert run(world, NOTICE.days) == dict.fromkeys(GOES, 1)


def test_it_waits_among_the_tasks_of_an_organizer(world: World, event: Event) -> None:
    organizer = world.organizer(row_of(world, City), "Toinen")
    run(world)
    with reading(world.engine, EVERY_CITY) as session:
        waits = [one for one in tasks.of(session, world.actor(organizer), LATER, "fi") if one.kind == "removal_coming"]
    assert [(one.about, one.route, one.due) for one in waits] == [
        ("Tampere", "organizer.retention.edit", LATER + NOTICE)
    ]


def test_what_is_due_goes_with_its_files_and_the_trail_tells_and_holds(
    world: World, engine: sa.Engine, event: Event
) -> None:
    with world.change() as session:
        stored = list(session.exec(select(Attachment.stored_as)))
    run(world)
    run(world, NOTICE.days)
    with one_moment(engine) as session:
        left = {one.state: one for one in session.exec(select(Application))}
        assert set(left) == {State.DECLINED, State.CONFIRMED}
        for application in left.values():
            assert (application.solution, application.title) == ("", "Vastaus: title")
        assert session.exec(select(Attachment)).all() == []
        assert {job.payload["stored_as"] for job in session.exec(select(Job))} == set(stored)
        sheet = session.exec(select(ScoreSheet)).one()
        assert (sheet.comment_jury, sheet.comment_company) == ("", "")
        assert {entry.text for entry in session.exec(select(CaseEntry))} == {""}
        mail = session.exec(select(OutgoingMail).where(OutgoingMail.message_id == "m")).one()
        assert (mail.to_email, mail.to_name, mail.body, mail.subject) == ("", "", "", "Kuitti")
        trail = session.exec(select(AuditEvent)).all()
        for word in ("Luonnos", "Ei valittu", "Valittu", "Kommentti", "Pekan"):
            assert not [one for one in trail if word in str((one.before, one.after))], word
        expired = [one.object_type for one in trail if one.action == "expired"]
        assert sorted(expired) == [
            "application", "application", "application", "follow_up_case", "outgoing_mail", "outgoing_mail",
            "outgoing_mail", "score_sheet",
        ]  # fmt: skip
        assert not [one.broken for one in audit_chain.checked(session, lambda: None) if one.broken]
    with world.change() as session:
        session.execute(sa.update(Job).values(due_at=NOW))
    while worker.do_one_job(engine, world.settings):
        pass
    for name in stored:
        with pytest.raises(FileNotFoundError):
            files.get(world.settings, name)
    assert run(world, 2 * NOTICE.days) == {}


def test_mails_of_no_event_go_unasked_and_stay_while_their_city_holds_anything(world: World, event: Event) -> None:
    def left() -> set[str]:
        with world.change() as session:
            return set(session.exec(select(OutgoingMail.message_id).where(OutgoingMail.body.contains("example.org"))))  # type: ignore[attr-defined]

    placed = hold(world, event)
    worker.by_calendar(world.engine, LATER)
    assert left() == {"m", "n"}
    lift(world, placed)
    worker.by_calendar(world.engine, LATER)
    assert left() == {"m"}


def test_nothing_of_an_event_goes_under_a_hold_nor_soon_after(world: World, event: Event) -> None:
    run(world)
    placed = hold(world, event)
    assert run(world, NOTICE.days) == {}
    assert announced(world) == set(), "called off"
    lift(world, placed)
    assert run(world, NOTICE.days + 1) == {}, "told anew first"
    assert len(notices(world)) == 2
    assert run(world, 2 * NOTICE.days + 1) == dict.fromkeys(GOES, 1)


@pytest.mark.parametrize(
    ("which", "stays"),
    [
        (State.DECLINED, {"not_chosen", "comment"}),
        (State.CONFIRMED, {"chosen", "case", "mail"}),
        (FollowUpCase, {"chosen", "case", "mail"}),
    ],
)
def test_a_hold_on_an_application_or_a_case_keeps_what_belongs_to_it(
    world: World, event: Event, which: State | type[SQLModel], stays: set[str]
) -> None:
    hold(
        world,
        row_of(world, Application, col(Application.state) == which)
        if isinstance(which, State)
        else row_of(world, which),
    )
    run(world)
    assert set(run(world, NOTICE.days)) == GOES - stays


def test_a_hold_on_a_case_leaves_other_cases_of_its_application(world: World, event: Event) -> None:
    held = row_of(world, FollowUpCase)
    hold(world, held)
    with world.change() as session:
        unit = Unit(city_id=event.city_id, name=texts("Toinen"), position=9)
        session.add(unit)
        session.flush()
        same = {name: getattr(held, name) for name in FollowUpCase.model_fields if name not in {"id", "unit_id"}}
        other = FollowUpCase(**same, unit_id=unit.id)
        session.add(other)
        session.flush()
        session.add(CaseEntry(case_id=other.id, kind=EntryKind.NOTE, happened_at=NOW, text="Muu", created_at=NOW))
    run(world)
    assert run(world, NOTICE.days)["case"] == 1
    with world.change() as session:
        told = {entry.case_id: entry.text for entry in session.exec(select(CaseEntry)) if entry.text}
    assert held.id in told
    assert other.id not in told


def test_a_hold_is_placed_and_lifted_with_a_reason_that_the_trail_tells(
    world: World, engine: sa.Engine, event: Event
) -> None:
    with pytest.raises(Refused):
        hold(world, event, " ")
    placed = hold(world, event)
    with pytest.raises(Refused), world.change() as session:
        holds.lift(session, SYSTEM, session.get_one(Hold, placed.id), "", NOW)
    lift(world, placed)
    with one_moment(engine) as session:
        told = [
            (one.action, one.object_type, *one.after.values())
            for one in session.exec(select(AuditEvent).order_by(col(AuditEvent.id)))
            if one.action in {"held", "hold_lifted"}
        ]
    assert told == [
        ("held", "event", "Valitus hallinto-oikeudessa"),
        ("hold_lifted", "event", "Päätös on lainvoimainen"),
    ]


def test_a_file_under_a_hold_is_not_taken_away_by_hand(world: World, event: Event) -> None:
    case = row_of(world, FollowUpCase)
    hold(world, case)
    file = row_of(world, Attachment, col(Attachment.case_id).is_not(None))
    with pytest.raises(Refused) as refused, world.change() as session:
        attachments.remove_from_case(session, SYSTEM, case, session.merge(file), NOW)
    assert refused.value.reason is Reason.UNDER_HOLD


def test_nobody_is_erased_of_whom_something_held_tells(world: World, event: Event) -> None:
    with world.change() as session:
        application = session.exec(select(Application).where(Application.state == State.CONFIRMED)).one()
        applicant = session.get_one(Person, application.created_by)
        stranger = Person(email="soitettu@example.org", name="Sanna Soitettu", created_at=NOW)
        session.add(stranger)
        entry = session.exec(select(CaseEntry).where(CaseEntry.text != "")).one()
        entry.text = f"Soitettiin: {stranger.email}"
    placed = hold(world, application)

    def erase(person: Person) -> None:
        with world.change() as session:
            erasure.erase(session, SYSTEM, session.get_one(Person, person.id), NOW)

    for person in (applicant, stranger):
        with world.change() as session:
            assert [name.text("fi") for name in erasure.held_in(session, person)] == ["Tampere"]
        with pytest.raises(Refused) as refused:
            erase(person)
        assert refused.value.reason is Reason.PERSON_UNDER_HOLD
    erase(world.person("Aivan Muu"))
    lift(world, placed)
    erase(applicant)
    erase(stranger)


def test_periods_are_each_citys_own_and_without_organizers_nothing_goes(world: World, event: Event) -> None:
    other = world.city("vaasa", "Vaasa")
    far = world.event(other, "follow_up", "Toinen")
    world.application(world.challenge(far), state=State.DRAFT)
    with world.change() as session:
        retention.set_periods(session, SYSTEM, session.get_one(City, other.id), dict.fromkeys(Kind, 600), NOW)
    run(world)
    run(world, NOTICE.days)
    with world.change() as session:
        retention.set_periods(session, SYSTEM, session.get_one(City, other.id), SHORT, NOW)
    assert run(world, 2 * NOTICE.days) == {}
    assert announced(world) == set(), "nobody could be told"
    world.organizer(other)
    run(world, 3 * NOTICE.days)
    assert announced(world) == {"draft"}
    assert run(world, 4 * NOTICE.days) == {"draft": 1}


def test_a_longer_period_calls_it_off(world: World, event: Event) -> None:
    run(world)
    with world.change() as session:
        retention.set_periods(session, SYSTEM, session.get_one(City, event.city_id), dict.fromkeys(Kind, 0), NOW)
    assert run(world, NOTICE.days) == {}
    assert announced(world) == set()


def test_an_open_case_keeps_its_application(world: World, event: Event) -> None:
    with world.change() as session:
        session.execute(sa.update(FollowUpCase).values(stage=Stage.PILOT, exit_type=None, end_reason=None))
    run(world)
    assert announced(world) == GOES - {"chosen", "case"}


def test_a_draft_that_was_sent_once_goes_with_all_that_hangs_on_it(world: World, event: Event) -> None:
    with world.change() as session:
        draft = session.exec(select(Application).where(Application.state == State.DRAFT)).one()
        juror = session.exec(select(Person)).first()
        assert juror
        session.add(
            Conflict(
                application_id=draft.id, person_id=juror.id, ground=Ground.INTEREST, source=Source.JUROR,
                declared_at=NOW,
            )
        )  # fmt: skip
        session.add(ScoreSheet(application_id=draft.id, person_id=juror.id, updated_at=NOW))
        placed = holds.place(session, SYSTEM, draft, "Selvitys", NOW)
        holds.lift(session, SYSTEM, placed, "Selvitetty", NOW)
        session.add(mail_to("x@example.org", "x", city_id=event.city_id, event_id=event.id, application_id=draft.id))
    run(world)
    assert run(world, NOTICE.days)["draft"] == 1
    refers = {
        table.name for table in SQLModel.metadata.sorted_tables for key in table.foreign_keys
        if key.target_fullname == "application.id"
    }  # fmt: skip
    assert refers == {
        "assignment", "attachment", "conflict", "decision", "follow_up_case", "hold", "outgoing_mail",
        "programme_session", "score_sheet",
    }, "say in app/services/retention.py what becomes of its rows"  # fmt: skip


def test_a_little_at_a_time_until_all_has_gone(world: World, event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = world.challenge(event, "Toinen")
    for _ in range(4):
        world.application(challenge, state=State.DRAFT)
    monkeypatch.setattr(retention, "BATCH", 2)
    run(world)
    steps = []
    while True:
        with world.change() as session:
            if not retention.remove_next(session, LATER + NOTICE):
                break
            steps.append(session.exec(select(sa.func.sum(Removal.removed))).one())
    assert max(after - before for before, after in zip([0, *steps], steps, strict=False)) == 2
    assert run(world, NOTICE.days) == {}
