"""A case's life through the services: stages, owners, the story, the ending."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from app.adapters import clock
from app.domain.access import Actor, Role
from app.domain.case_entry import EntryKind
from app.domain.followup import EndReason, ExitType, Stage
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.models import AuditEvent, CaseEntry, Challenge, City, FollowUpCase, OutgoingMail, Person
from app.services import followup
from tests.world import SYSTEM, World, texts

LATER = date(2031, 6, 30)
OPEN = [stage for stage in Stage if stage.is_open]
PILOT: dict[str, Any] = {"pilot_metric": "Minuutit", "pilot_baseline": "51", "pilot_ends_on": LATER}


@dataclass
class House:
    """A city with a held event, and two who may own cases."""

    city: City
    challenge: Challenge
    owner: Person
    other: Person


@pytest.fixture
def house(world: World) -> House:
    city = world.city()
    challenge = world.challenge(world.event(city, "follow_up"))
    agent = world.member(city, Role.AGENT, "Kaarina Saloranta")
    return House(city, challenge, agent, world.member(city, Role.PROCUREMENT, "Mervi Ahosilta"))


def move(world: World, case: FollowUpCase, version: int | None = None, **to: Any) -> None:
    with world.change() as session:
        mine = session.get_one(FollowUpCase, case.id, with_for_update=True)
        followup.move(
            session, SYSTEM, mine, followup.Move(**to), mine.version if version is None else version, clock.now()
        )


def kept(world: World, case: FollowUpCase) -> FollowUpCase:
    with world.change() as session:
        return session.get_one(FollowUpCase, case.id)


def trail(world: World, case: FollowUpCase) -> list[str]:
    with world.change() as session:
        lines = select(AuditEvent.action).where(
            AuditEvent.object_type == "follow_up_case", AuditEvent.object_id == case.id
        )
        return list(session.exec(lines.order_by(col(AuditEvent.id))))


@pytest.mark.parametrize("stage", Stage)
def test_a_case_moves_from_every_stage_to_every_other_open_one(world: World, house: House, stage: Stage) -> None:
    for to in OPEN:
        case = world.case(house.challenge, stage, owner=house.owner)
        pilot = PILOT if to is Stage.PILOT else {}
        if stage is to:
            with pytest.raises(Refused) as refusal:
                move(world, case, to=to, **pilot)
            assert refusal.value.reason is Reason.WRONG_STATE
            continue
        move(world, case, to=to, **pilot)
        now = kept(world, case)
        assert now.stage is to
        assert now.exit_type is None
        assert now.furthest.order == max(to.order, stage.order if stage.is_open else Stage.SCALING.order)
        assert trail(world, case)[-1] == ("moved" if stage.is_open else "reopened")
        with world.change() as session:
            newest = select(CaseEntry).where(CaseEntry.case_id == case.id).order_by(col(CaseEntry.id).desc())
            entry = session.exec(newest.limit(1)).one()
        assert (entry.kind, entry.from_stage, entry.to_stage) == (EntryKind.STAGE, stage, to)


@pytest.mark.parametrize("lacking", PILOT)
def test_a_pilot_does_not_begin_without_its_measure(world: World, house: House, lacking: str) -> None:
    case = world.case(house.challenge, Stage.MEETING, owner=house.owner)
    with pytest.raises(Refused) as refusal:
        move(world, case, to=Stage.PILOT, **{name: value for name, value in PILOT.items() if name != lacking})
    assert (refusal.value.reason, refusal.value.field) == (Reason.STAGE_NEEDS_MORE, lacking)
    assert kept(world, case).stage is Stage.MEETING


def test_nothing_goes_beyond_triage_without_an_owner(world: World, house: House) -> None:
    for to in OPEN[1:]:
        case = world.case(house.challenge)
        with pytest.raises(Refused) as refusal:
            move(world, case, to=to, **PILOT)
        assert refusal.value.field == "owner_person_id"
        move(world, case, to=to, owner_person_id=house.owner.id, **PILOT)
        assert kept(world, case).owner_person_id == house.owner.id


def test_an_owner_is_one_of_the_city_who_may_edit_cases_and_has_no_conflict(world: World, house: House) -> None:
    case = world.case(house.challenge)
    application = world.application_of(case)
    world.conflict(application, house.other)
    outsider = world.member(world.city("vaasa", "Vaasa"), Role.AGENT)
    leader = world.member(house.city, Role.LEADERSHIP)
    for person in (house.other, outsider, leader, world.person()):
        with pytest.raises(Refused) as refusal:
            move(world, case, to=Stage.MEETING, owner_person_id=person.id)
        assert (refusal.value.reason, refusal.value.field) == (Reason.NOT_ALLOWED, "owner_person_id")


def test_of_two_who_move_it_at_once_the_second_is_told(world: World, house: House) -> None:
    case = world.case(house.challenge, Stage.MEETING, owner=house.owner)
    move(world, case, version=case.version, to=Stage.EXPLORATION)
    with pytest.raises(Refused) as refusal:
        move(world, case, version=case.version, to=Stage.PROCUREMENT)
    assert refusal.value.reason is Reason.CHANGED_MEANWHILE
    assert kept(world, case).stage is Stage.EXPLORATION


def end(world: World, case: FollowUpCase, *args: object) -> None:
    with world.change() as session:
        mine = session.get_one(FollowUpCase, case.id)
        followup.close(session, SYSTEM, mine, followup.Ending(*args), mine.version, clock.now())  # type: ignore[arg-type]


@pytest.mark.parametrize("exit_type", ExitType)
def test_a_case_closes_from_every_stage_in_every_way(world: World, house: House, exit_type: ExitType) -> None:
    for stage in OPEN:
        case = world.case(house.challenge, stage, owner=house.owner)
        end(world, case, exit_type, EndReason.PRICE, texts("Hinta selvisi liian myöhään"))
        now = kept(world, case)
        assert (now.stage, now.exit_type) == (Stage.CLOSED, exit_type)
        assert now.end_reason == (EndReason.PRICE if exit_type is ExitType.ENDED else None)
        assert (now.furthest, now.next_step, now.next_step_on) == (stage, "", None)
        assert trail(world, case)[-1] == "closed"


def test_one_that_came_to_nothing_says_why_and_what_was_learnt(world: World, house: House) -> None:
    case = world.case(house.challenge)
    for ending, field in (
        ((ExitType.ENDED, None, texts("Opittiin")), "end_reason"),
        ((ExitType.ENDED, EndReason.TIMING, Localized()), "lesson_fi"),
    ):
        with pytest.raises(Refused) as refusal:
            end(world, case, *ending)
        assert (refusal.value.reason, refusal.value.field) == (Reason.MISSING_FIELD, field)
    end(world, case, ExitType.CITY_USE)
    with pytest.raises(Refused) as refusal:
        end(world, case, ExitType.MARKET)
    assert refusal.value.reason is Reason.WRONG_STATE


def hand_over(world: World, case: FollowUpCase, to: Person, reason: str, by: Actor = SYSTEM) -> None:
    with world.change() as session:
        mine = session.get_one(FollowUpCase, case.id)
        followup.hand_over(session, by, mine, to.id, reason, mine.version, clock.now())


def mails_to(world: World, person: Person, kind: str) -> list[OutgoingMail]:
    with world.change() as session:
        wanted = select(OutgoingMail).where(OutgoingMail.to_email == person.email, OutgoingMail.kind == kind)
        return list(session.exec(wanted.order_by(col(OutgoingMail.id))))


def test_a_handover_has_a_reason_an_entry_and_a_mail_in_the_new_owners_language(world: World, house: House) -> None:
    case = world.case(house.challenge, owner=house.owner, company="Hiljavahti Oy")
    with pytest.raises(Refused) as refusal:
        hand_over(world, case, house.other, "  ")
    assert (refusal.value.reason, refusal.value.field) == (Reason.MISSING_FIELD, "reason")

    hand_over(world, case, house.other, "Siirryn toisiin tehtäviin", world.actor(house.owner))
    assert kept(world, case).owner_person_id == house.other.id
    (mail,) = mails_to(world, house.other, "case_handover")
    assert mail.locale == "fi"
    assert "Hiljavahti Oy" in mail.subject
    assert "Siirryn toisiin tehtäviin" in mail.body
    assert f"/fi/procurement/tampere/cases/{case.id}" in mail.body
    with world.change() as session:
        entry = session.exec(
            select(CaseEntry).where(CaseEntry.case_id == case.id, CaseEntry.text == "Siirryn toisiin tehtäviin")
        ).one()
    assert (entry.kind, entry.with_whom) == (EntryKind.HANDOVER, "Mervi Ahosilta")
    with pytest.raises(Refused) as refusal:
        hand_over(world, case, house.other, "Uudelleen")
    assert refusal.value.reason is Reason.ALREADY_EXISTS


def test_who_takes_a_case_themselves_gets_no_mail(world: World, house: House) -> None:
    case = world.case(house.challenge)
    hand_over(world, case, house.owner, "", world.actor(house.owner))
    assert mails_to(world, house.owner, "case_handover") == []


def add(world: World, case: FollowUpCase, kind: EntryKind, text: str, **more: object) -> CaseEntry:
    with world.change() as session:
        mine = session.get_one(FollowUpCase, case.id)
        return followup.add_entry(session, SYSTEM, mine, kind, text, clock.now(), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", EntryKind)
def test_people_write_all_kinds_of_entries_but_those_the_rules_write(
    world: World, house: House, kind: EntryKind
) -> None:
    case = world.case(house.challenge)
    if kind in {EntryKind.STAGE, EntryKind.HANDOVER}:
        with pytest.raises(Refused) as refusal:
            add(world, case, kind, "Teksti")
        assert (refusal.value.reason, refusal.value.field) == (Reason.NOT_ALLOWED, "kind")
    else:
        assert add(world, case, kind, "  Teksti ", with_whom="Noora").text == "Teksti"


def test_the_story_tells_what_has_been_not_what_will_be(world: World, house: House) -> None:
    case = world.case(house.challenge)
    with pytest.raises(Refused) as refusal:
        add(world, case, EntryKind.MEETING, "Tapaaminen", happened_at=clock.now() + timedelta(days=1))
    assert (refusal.value.reason, refusal.value.field) == (Reason.STILL_AHEAD, "happened_on")
    with pytest.raises(Refused) as refusal:
        add(world, case, EntryKind.MEETING, " ")
    assert refusal.value.field == "text"


def test_an_entry_can_say_what_comes_next_and_a_stale_one_writes_nothing(world: World, house: House) -> None:
    case = world.case(house.challenge)
    then = followup.NextStep("Mittaa lähtötilanne", LATER)
    add(world, case, EntryKind.MEETING, "Sovittiin", then=then, version=case.version)
    now = kept(world, case)
    assert (now.next_step, now.next_step_on, now.version) == ("Mittaa lähtötilanne", LATER, case.version + 1)

    with pytest.raises(Refused) as refusal:
        add(world, case, EntryKind.NOTE, "Toinen", then=followup.NextStep("Jotain muuta"), version=case.version)
    assert refusal.value.reason is Reason.CHANGED_MEANWHILE
    with world.change() as session:
        texts_written = session.exec(select(CaseEntry.text).where(CaseEntry.case_id == case.id)).all()
    assert "Toinen" not in texts_written
    # The same step as is there already is no change, so that a note goes through whatever the version.
    add(world, case, EntryKind.NOTE, "Kolmas", then=then, version=1)


def test_editing_keeps_before_and_after_and_another_day_lets_reminders_begin_anew(world: World, house: House) -> None:
    case = world.case(house.challenge, owner=house.owner)
    with world.change() as session:
        mine = session.get_one(FollowUpCase, case.id)
        mine.reminded_at = clock.now()
        draft = followup.CaseDraft(mine.title, "Soita", mine.next_step_on, estimated_value=24_000)
        followup.edit(session, world.actor(house.owner), mine, draft, mine.version, clock.now())
        reminded = [mine.reminded_at is not None]
        draft = followup.CaseDraft(mine.title, "Soita", LATER, estimated_value=24_000)
        followup.edit(session, world.actor(house.owner), mine, draft, mine.version, clock.now())
        reminded.append(mine.reminded_at is not None)
    assert reminded == [True, False]
    with world.change() as session:
        edits = session.exec(
            select(AuditEvent).where(AuditEvent.object_id == case.id, AuditEvent.action == "edited")
        ).all()
    assert edits[0].after["estimated_value"] == 24_000
    assert edits[0].before["next_step"] == "Sovitaan tapaaminen"
    assert edits[0].person_id == house.owner.id
    assert "title" not in edits[0].after

    with world.change() as session:
        mine = session.get_one(FollowUpCase, case.id)
        with pytest.raises(Refused) as refusal:
            followup.edit(session, SYSTEM, mine, followup.CaseDraft(Localized()), mine.version, clock.now())
    assert (refusal.value.reason, refusal.value.field) == (Reason.MISSING_FIELD, "title_fi")
