from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.access import Scope
from app.domain.application import State
from app.domain.conflict import Ground, Source
from app.domain.deciding import UNWRITTEN, Outcome
from app.domain.ids import CityId, PersonId
from app.domain.phase import phase_at
from app.domain.refusals import Reason, Refused
from app.models import Application, AuditEvent, City, Conflict, Decision, Event, MailState, OutgoingMail
from app.queries import deciding as deciding_queries
from app.queries import mail as mail_queries
from app.services import applications as application_service
from app.services import deciding, outbox
from tests.world import SYSTEM, World

WHY = "Tarve on luettu tarkasti."


def scope(event: Event, person: int | None = None) -> Scope:
    who = PersonId(person) if person else None
    return Scope(False, who, frozenset({CityId(event.city_id)}), frozenset(), frozenset())


def revision(session: WriteSession, event: Event) -> str:
    decided = [item.decided for item in deciding_queries.items(session, scope(event), event.id)]
    return deciding_queries.revision_to_sign(decided, mail_queries.of_decisions(session, scope(event), event.id))


def prepare(
    session: WriteSession, event: Event, application: Application, outcome: Outcome, now: datetime, reasons: str = WHY
) -> Decision:
    ((row, decision),) = deciding_queries.for_update(session, scope(event), event.id, [application.id])
    return deciding.prepare(session, SYSTEM, event, row, decision, outcome, now, reasons=reasons)


def decision_mails(session: WriteSession, event: Event) -> list[OutgoingMail]:
    kinds = col(OutgoingMail.kind).in_((*mail_queries.DECISION_KINDS, "promoted"))
    chosen = select(OutgoingMail).where(OutgoingMail.event_id == event.id, kinds)
    return list(session.exec(chosen.order_by(col(OutgoingMail.id))))


@pytest.fixture
def event(world: World) -> Event:
    return world.event(world.city(), "jury", places_to_pitch=2)


@pytest.fixture
def applications(world: World, event: Event) -> list[Application]:
    challenge = world.challenge(event)
    return [world.application(challenge, title=f"Ratkaisu {n}") for n in range(1, 5)]


ALL = (Outcome.INVITE, Outcome.INVITE, Outcome.RESERVE, Outcome.DECLINE)


def test_signing_moves_everybody_at_once_and_lets_the_mails_go(
    world: World, session: WriteSession, event: Event, applications: list[Application]
) -> None:
    outcomes = dict(zip((a.id for a in applications), ALL, strict=True))
    world.decide(event, outcomes, sign=False)
    assert set(session.exec(select(Application.state))) == {State.SUBMITTED}
    assert decision_mails(session, event) == []

    world.decide(event, outcomes)
    session.rollback()  # a new look at the database
    states = dict(session.exec(select(Application.id, Application.state)).all())
    assert [states[a.id] for a in applications] == [State.INVITED, State.INVITED, State.RESERVED, State.DECLINED]
    mails = decision_mails(session, event)
    assert [(mail.application_id, mail.kind, mail.state) for mail in mails] == [
        (applications[0].id, "invited", MailState.QUEUED),
        (applications[1].id, "invited", MailState.QUEUED),
        (applications[2].id, "reserved", MailState.QUEUED),
        (applications[3].id, "declined", MailState.QUEUED),
    ]
    signed = session.get_one(Event, event.id)
    assert signed.decided_at is not None
    assert all(d.applied_at == signed.decided_at for d in session.exec(select(Decision)))
    trail = Counter(session.exec(select(AuditEvent.action)).all())
    expected = {"prepared": 4, "invited": 2, "reserved": 1, "declined": 1, "signed": 1}
    assert {action: trail[action] for action in expected} == expected


def test_what_is_signed_is_final(
    world: World, session: WriteSession, event: Event, applications: list[Application], now: datetime
) -> None:
    world.decide(event, dict(zip((a.id for a in applications), ALL, strict=True)))
    event = session.get_one(Event, event.id)
    for change in (
        lambda: prepare(session, event, applications[0], Outcome.DECLINE, now),
        lambda: deciding.write_mails(session, SYSTEM, event, now),
        lambda: deciding.sign(session, SYSTEM, event, revision(session, event), now),
    ):
        with pytest.raises(Refused) as refusal:
            change()
        assert refusal.value.reason is Reason.DECISIONS_SIGNED


def test_nothing_is_written_or_signed_while_something_is_missing(
    session: WriteSession, event: Event, applications: list[Application], now: datetime
) -> None:
    event = session.merge(event)
    one, two, three, four = applications
    prepare(session, event, one, Outcome.INVITE, now, reasons="")
    prepare(session, event, two, Outcome.RESERVE, now)
    prepare(session, event, three, Outcome.DECLINE, now, reasons=f"Arvostimme {UNWRITTEN}")

    def refused() -> bool:
        for change in (
            lambda: deciding.write_mails(session, SYSTEM, event, now),
            lambda: deciding.sign(session, SYSTEM, event, revision(session, event), now),
        ):
            with pytest.raises(Refused) as refusal:
                change()
            assert refusal.value.reason is Reason.DECISIONS_INCOMPLETE
        return True

    assert refused(), "the fourth has no outcome"
    prepare(session, event, four, Outcome.DECLINE, now, reasons="")
    assert refused(), "two reasons are not written"
    prepare(session, event, three, Outcome.DECLINE, now)
    assert refused(), "one reason is not written"
    prepare(session, event, four, Outcome.DECLINE, now)
    with pytest.raises(Refused) as refusal:
        deciding.sign(session, SYSTEM, event, revision(session, event), now)
    assert refusal.value.reason is Reason.DECISIONS_INCOMPLETE, "no mail has been written"
    assert deciding.write_mails(session, SYSTEM, event, now) == 4
    assert deciding.write_mails(session, SYSTEM, event, now) == 0, "each mail is written once"
    assert deciding.sign(session, SYSTEM, event, revision(session, event), now).total() == 4


def test_more_than_the_places_only_on_purpose(
    session: WriteSession, event: Event, applications: list[Application], now: datetime
) -> None:
    event = session.merge(event)
    for application in applications:
        prepare(session, event, application, Outcome.INVITE, now)
    deciding.write_mails(session, SYSTEM, event, now)
    with pytest.raises(Refused) as refusal:
        deciding.sign(session, SYSTEM, event, revision(session, event), now)
    assert (refusal.value.reason, refusal.value.field) == (Reason.TOO_MANY_INVITED, "more_than_places")
    signed = deciding.sign(session, SYSTEM, event, revision(session, event), now, more_than_places=True)
    assert signed[Outcome.INVITE] == 4


def test_what_was_read_is_what_is_signed(
    session: WriteSession, event: Event, applications: list[Application], now: datetime
) -> None:
    event = session.merge(event)
    for application, outcome in zip(applications, ALL, strict=True):
        prepare(session, event, application, outcome, now)
    deciding.write_mails(session, SYSTEM, event, now)

    read = revision(session, event)
    mail = decision_mails(session, event)[0]
    outbox.edit(session, SYSTEM, mail, mail.subject, "Tervetuloa!", now)
    with pytest.raises(Refused) as refusal:
        deciding.sign(session, SYSTEM, event, read, now)
    assert refusal.value.reason is Reason.CHANGED_MEANWHILE

    read = revision(session, event)
    prepare(session, event, applications[3], Outcome.DECLINE, now, reasons="Toinen perustelu.")
    deciding.write_mails(session, SYSTEM, event, now)
    with pytest.raises(Refused) as refusal:
        deciding.sign(session, SYSTEM, event, read, now)
    assert refusal.value.reason is Reason.CHANGED_MEANWHILE


def test_a_changed_decision_gets_a_new_mail_and_the_others_stay(
    session: WriteSession, event: Event, applications: list[Application], now: datetime
) -> None:
    event = session.merge(event)
    for application, outcome in zip(applications, ALL, strict=True):
        prepare(session, event, application, outcome, now)
    deciding.write_mails(session, SYSTEM, event, now)
    edited = decision_mails(session, event)[0]
    outbox.edit(session, SYSTEM, edited, edited.subject, "Käsin muokattu.", now)

    prepare(session, event, applications[3], Outcome.RESERVE, now, reasons="Varalla.")
    assert deciding.write_mails(session, SYSTEM, event, now) == 1
    mails = {mail.application_id: mail for mail in decision_mails(session, event)}
    assert mails[applications[0].id].body == "Käsin muokattu."
    assert mails[applications[3].id].kind == "reserved"
    assert "Varalla." in mails[applications[3].id].body
    assert len(mails) == 4


def test_mail_is_in_the_companys_language_and_tells_the_reasons_but_not_the_notes(
    world: World, session: WriteSession, event: Event, now: datetime
) -> None:
    challenge = world.challenge(event, "Sujuva kaavoitus")
    swedish = world.application(challenge, world.company("Sensor Ab", locale="sv"), title="Nät <b>http://x.example</b>")
    finnish = world.application(challenge, world.company("Anturi Oy"))
    event = session.merge(event)
    for application in (swedish, finnish):
        prepare(session, event, application, Outcome.DECLINE, now, reasons="Perustelu & syy.").notes = "Vain meille."
    deciding.write_mails(session, SYSTEM, event, now)
    in_swedish, in_finnish = decision_mails(session, event)
    assert (in_swedish.locale, in_finnish.locale) == ("sv", "fi")
    assert "Sujuva kaavoitus på svenska" in in_swedish.body
    assert "Nät <b>http:\u2060/\u2060/x\u2060.example</b>" in in_swedish.body, "as typed, but no link"
    for mail in (in_swedish, in_finnish):
        assert "Perustelu & syy." in mail.body
        assert "Vain meille." not in mail.body
        assert mail.state is MailState.HELD


def test_reserves_change_places_and_mails_tell_the_place(
    session: WriteSession, event: Event, applications: list[Application], now: datetime
) -> None:
    event = session.merge(event)
    decisions = [prepare(session, event, application, Outcome.RESERVE, now) for application in applications]
    assert [d.reserve_rank for d in decisions] == [1, 2, 3, 4]
    prepare(session, event, applications[1], Outcome.INVITE, now)
    deciding.move_reserve(session, SYSTEM, event, decisions[2], decisions[0], now)
    session.flush()
    assert [d.reserve_rank for d in decisions] == [3, None, 1, 4]
    deciding.write_mails(session, SYSTEM, event, now)
    told = {mail.application_id: mail.body for mail in decision_mails(session, event)}
    assert "varasijalla 1." in told[applications[2].id]
    assert "varasijalla 2." in told[applications[0].id]
    assert "varasijalla 3." in told[applications[3].id], "without the gap that the invited one left"


def test_decisions_come_when_the_call_has_closed(world: World, session: WriteSession, now: datetime) -> None:
    event = world.event(world.city(), "call_open")
    application = world.application(world.challenge(event))
    with pytest.raises(Refused) as refusal:
        prepare(session, session.merge(event), application, Outcome.INVITE, now)
    assert refusal.value.reason is Reason.CALL_STILL_OPEN


def test_whoever_has_a_conflict_neither_sees_the_item_nor_signs(
    world: World, session: WriteSession, event: Event, applications: list[Application], now: datetime
) -> None:
    person = world.organizer(session.get_one(City, event.city_id))
    with world.change() as change:
        change.add(
            Conflict(
                application_id=applications[2].id,
                person_id=person.id,
                ground=Ground.PARTY,
                source=Source.ORGANIZER,
                declared_at=now,
            )
        )
    session.rollback()  # a new look at the database
    event = session.merge(event)
    seen = deciding_queries.items(session, scope(event, person.id), event.id)
    assert [item.id for item in seen] == [applications[n].id for n in (0, 1, 3)]
    with pytest.raises(Refused) as refusal:
        deciding_queries.for_update(session, scope(event, person.id), event.id, [applications[2].id])
    assert refusal.value.reason is Reason.NOT_FOUND

    for application, outcome in zip(applications, ALL, strict=True):
        prepare(session, event, application, outcome, now)
    deciding.write_mails(session, SYSTEM, event, now)
    with pytest.raises(Refused) as refusal:
        deciding.sign(session, world.actor(person), event, revision(session, event), now)
    assert refusal.value.reason is Reason.SIGNED_BY_ANOTHER
    visible = mail_queries.of_decisions(session, scope(event, person.id), event.id)
    assert applications[2].id not in {mail.application_id for mail in visible}
    leavers = deciding_queries.leavers(session, scope(event), event.id)
    assert {key: [one.name for one in names] for key, names in leavers.items()} == {applications[2].id: [person.name]}


def test_withdrawn_while_it_was_decided_on(
    world: World, session: WriteSession, event: Event, applications: list[Application], now: datetime
) -> None:
    event = session.merge(event)
    for application, outcome in zip(applications, ALL, strict=True):
        prepare(session, event, application, outcome, now)
    deciding.write_mails(session, SYSTEM, event, now)
    gone = session.get_one(Application, applications[3].id)
    application_service.withdraw(session, SYSTEM, gone, now, phase_at(event.milestones, now))
    assert deciding.sign(session, SYSTEM, event, revision(session, event), now).total() == 3
    session.flush()
    assert gone.id not in {mail.application_id for mail in decision_mails(session, event)}
    assert gone.state is State.WITHDRAWN


def test_reserves_move_up_in_order_until_nobody_is_left(
    world: World, session: WriteSession, event: Event, applications: list[Application], now: datetime
) -> None:
    outcomes = (Outcome.INVITE, Outcome.RESERVE, Outcome.RESERVE, Outcome.DECLINE)
    world.decide(event, dict(zip((a.id for a in applications), outcomes, strict=True)))
    event = session.get_one(Event, event.id)
    moved = [deciding.promote_next(session, SYSTEM, event, now) for _ in range(3)]
    assert [one and one.id for one in moved] == [applications[1].id, applications[2].id, None]
    session.flush()
    promoted = [mail for mail in decision_mails(session, event) if mail.kind == "promoted"]
    assert [mail.application_id for mail in promoted] == [applications[1].id, applications[2].id]
    assert all(mail.state is MailState.QUEUED for mail in promoted)


def test_a_reserve_moves_up_only_after_signing_and_before_the_day_is_over(
    world: World, session: WriteSession, event: Event, applications: list[Application], now: datetime
) -> None:
    outcomes = (Outcome.INVITE, Outcome.RESERVE, Outcome.RESERVE, Outcome.DECLINE)
    world.decide(event, dict(zip((a.id for a in applications), outcomes, strict=True)))
    event = session.get_one(Event, event.id)
    assert event.day_ends_at is not None
    with pytest.raises(Refused) as refusal:
        deciding.promote_next(session, SYSTEM, event, event.day_ends_at + timedelta(hours=1))
    assert refusal.value.reason is Reason.EVENT_CLOSED
