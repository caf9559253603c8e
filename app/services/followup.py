"""Follow-up cases: looked after, moved from stage to stage, handed over, closed and taken up again."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.case_entry import EntryKind
from app.domain.followup import EndReason, ExitType, Missing, Stage, furthest, missing_to_enter, moves_from
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.models import CaseEntry, Company, FollowUpCase, Person
from app.queries import case as case_queries
from app.queries import cities
from app.services import audit, outbox
from app.services.case_publication import refuse_gaps

FIELD_OF: dict[Missing, str] = {
    Missing.OWNER: "owner_person_id",
    Missing.NEXT_STEP: "next_step",
    Missing.NEXT_STEP_DATE: "next_step_on",
    Missing.METRIC: "pilot_metric",
    Missing.BASELINE: "pilot_baseline",
    Missing.END_DATE: "pilot_ends_on",
    Missing.EXIT_TYPE: "exit_type",
    Missing.END_REASON: "end_reason",
    Missing.LESSON: "lesson_fi",
}
"""The field of a form, and of a case, that each missing thing belongs to."""

_WRITTEN_BY_PEOPLE = frozenset({EntryKind.NOTE, EntryKind.MEETING, EntryKind.MEASUREMENT, EntryKind.DECISION})


@dataclass(frozen=True)
class NextStep:
    """What is done next, and by when (a day in the city's zone)."""

    text: str = ""
    on: date | None = None


@dataclass(frozen=True)
class CaseDraft:
    """What people write about a case, its story and its public texts apart."""

    title: Localized
    next_step: str = ""
    next_step_on: date | None = None
    estimated_value: int | None = None
    funding: str = ""
    pilot_metric: str = ""
    pilot_baseline: str = ""
    pilot_target: str = ""
    pilot_result: str = ""
    pilot_ends_on: date | None = None


@dataclass(frozen=True)
class Move:
    """A change of stage, with what the new stage needs when the case lacks it; empty fields leave what is there."""

    to: Stage
    note: str = ""
    owner_person_id: int | None = None
    next_step: str = ""
    next_step_on: date | None = None
    pilot_metric: str = ""
    pilot_baseline: str = ""
    pilot_target: str = ""
    pilot_ends_on: date | None = None


@dataclass(frozen=True)
class Ending:
    """How a case ends, and what was learnt."""

    exit_type: ExitType
    end_reason: EndReason | None = None
    lesson: Localized = field(default_factory=Localized)
    note: str = ""


def edit(
    session: WriteSession, actor: Actor, case: FollowUpCase, draft: CaseDraft, version: int, now: datetime
) -> None:
    """Change what is written about a case; refused when somebody else changed it since `version`."""
    _check_version(case, version)
    if not draft.title:
        raise Refused(Reason.MISSING_FIELD, "title_fi")
    refuse_gaps(session, case, title=draft.title)
    values = {name: getattr(draft, name) for name in draft.__dataclass_fields__}
    before = audit.snapshot(case, *values)
    if draft.next_step_on != case.next_step_on:
        case.reminded_at = None
    for name, value in values.items():
        setattr(case, name, value)
    _touch(case, now)
    after = audit.snapshot(case, *values)
    audit.record(session, actor, "edited", case, now, city_id=case.city_id, before=before, after=after)


def add_entry(
    session: WriteSession,
    actor: Actor,
    case: FollowUpCase,
    kind: EntryKind,
    text: str,
    now: datetime,
    *,
    happened_at: datetime | None = None,
    with_whom: str = "",
    shown_to_company: bool = False,
    then: NextStep | None = None,
    version: int = 0,
) -> CaseEntry:
    """Add to the story what has happened, and set what comes `then` (see `agree_next_step`, which needs `version`).

    What is still ahead is no happening and is refused.
    """
    if kind not in _WRITTEN_BY_PEOPLE:
        raise Refused(Reason.NOT_ALLOWED, "kind")
    if not text.strip():
        raise Refused(Reason.MISSING_FIELD, "text")
    if happened_at is not None and happened_at > now:
        raise Refused(Reason.STILL_AHEAD, "happened_on")
    if then is not None:
        agree_next_step(session, actor, case, then, version, now)
    entry = _tell(
        session,
        actor,
        case,
        kind,
        happened_at or now,
        text=text,
        with_whom=with_whom,
        shown_to_company=shown_to_company,
        written_at=now,
    )
    case.touched_at = max(case.touched_at, now)
    after = audit.snapshot(entry, "case_id", "kind", "happened_at", "shown_to_company")
    audit.record(session, actor, "added", entry, now, city_id=case.city_id, after=after)
    return entry


def agree_next_step(
    session: WriteSession, actor: Actor, case: FollowUpCase, step: NextStep, version: int, now: datetime
) -> None:
    """Set what is done next; the same step as before changes nothing, whatever the version."""
    if (step.text, step.on) == (case.next_step, case.next_step_on):
        return
    _check_version(case, version)
    before = audit.snapshot(case, "next_step", "next_step_on")
    case.next_step, case.next_step_on, case.reminded_at = step.text, step.on, None
    _touch(case, now)
    after = audit.snapshot(case, "next_step", "next_step_on")
    audit.record(session, actor, "edited", case, now, city_id=case.city_id, before=before, after=after)


def lacking(case: FollowUpCase, move: Move) -> list[str]:
    """The fields of the form that must be filled in before the case may make this move."""
    facts = replace(
        case_queries.facts_of(case),
        owner=move.owner_person_id or case.owner_person_id,
        pilot_metric=move.pilot_metric or case.pilot_metric,
        pilot_baseline=move.pilot_baseline or case.pilot_baseline,
        pilot_ends_on=move.pilot_ends_on or case.pilot_ends_on,
    )
    return [FIELD_OF[thing] for thing in missing_to_enter(move.to, facts)]


def move(session: WriteSession, actor: Actor, case: FollowUpCase, move: Move, version: int, now: datetime) -> None:
    """Move a case to another open stage, taking a closed one up again; refused when the stage needs more."""
    _check_version(case, version)
    if move.to not in moves_from(case.stage):
        raise Refused(Reason.WRONG_STATE)
    if not move.to.is_open:
        raise Refused(Reason.STAGE_NEEDS_MORE, "exit_type")
    if lacks := lacking(case, move):
        raise Refused(Reason.STAGE_NEEDS_MORE, lacks[0])
    given = {name: getattr(move, name) for name in move.__dataclass_fields__ if name not in {"to", "note"}}
    if move.owner_person_id is not None:
        _may_own(session, case, move.owner_person_id)
    before = audit.snapshot(case, "stage", "exit_type", "end_reason", *given)
    if move.next_step_on not in {None, case.next_step_on}:
        case.reminded_at = None
    for name, value in given.items():
        if value:
            setattr(case, name, value)
    case.exit_type = case.end_reason = None
    action = "moved" if case.stage.is_open else "reopened"
    _enter(session, actor, case, move.to, move.note, now)
    after = audit.snapshot(case, *before)
    audit.record(session, actor, action, case, now, city_id=case.city_id, before=before, after=after)


def close(session: WriteSession, actor: Actor, case: FollowUpCase, ending: Ending, version: int, now: datetime) -> None:
    """Close a case with what it ended in; one that came to nothing also says why, and what was learnt."""
    _check_version(case, version)
    if not case.stage.is_open:
        raise Refused(Reason.WRONG_STATE)
    ended = ending.exit_type is ExitType.ENDED
    facts = replace(
        case_queries.facts_of(case),
        exit_type=ending.exit_type,
        end_reason=ending.end_reason,
        has_lesson=bool(ending.lesson),
    )
    if lacks := missing_to_enter(Stage.CLOSED, facts):
        raise Refused(Reason.MISSING_FIELD, FIELD_OF[lacks[0]])
    refuse_gaps(session, case, lesson=ending.lesson)
    before = audit.snapshot(case, "stage", "exit_type", "end_reason", "lesson", "next_step", "next_step_on")
    case.exit_type, case.end_reason = ending.exit_type, ending.end_reason if ended else None
    case.lesson, case.next_step, case.next_step_on = ending.lesson, "", None
    _enter(session, actor, case, Stage.CLOSED, ending.note, now)
    after = audit.snapshot(case, *before)
    audit.record(session, actor, "closed", case, now, city_id=case.city_id, before=before, after=after)


def hand_over(
    session: WriteSession, actor: Actor, case: FollowUpCase, to: int, reason: str, version: int, now: datetime
) -> None:
    """Give a case to another owner. A reason is needed when it had one; the new owner gets a mail."""
    _check_version(case, version)
    owner = _may_own(session, case, to)
    if to == case.owner_person_id:
        raise Refused(Reason.ALREADY_EXISTS, "owner_person_id")
    if case.owner_person_id is not None and not reason.strip():
        raise Refused(Reason.MISSING_FIELD, "reason")
    before = audit.snapshot(case, "owner_person_id")
    case.owner_person_id, case.reminded_at = to, None
    _touch(case, now)
    _tell(session, actor, case, EntryKind.HANDOVER, now, text=reason, with_whom=owner.name)
    after = audit.snapshot(case, "owner_person_id")
    audit.record(session, actor, "handed_over", case, now, city_id=case.city_id, before=before, after=after)
    if to != actor.person:
        _mail_new_owner(session, actor, case, owner, reason, now)


def _mail_new_owner(
    session: WriteSession, actor: Actor, case: FollowUpCase, owner: Person, reason: str, now: datetime
) -> None:
    city = cities.facts_by_id(session, case.city_id)
    assert city is not None  # noqa: S101  a case has a city
    outbox.queue(
        session,
        "case_handover",
        to_email=owner.email,
        to_name=owner.name,
        language=owner.locale,
        now=now,
        zone=ZoneInfo(city.time_zone),
        context={
            "case": case,
            "company": session.get_one(Company, case.company_id).name,
            "by": actor.name,
            "reason": reason,
            "city_slug": city.slug,
        },
        city_id=case.city_id,
        event_id=case.event_id,
        application_id=case.application_id,
    )


def _may_own(session: WriteSession, case: FollowUpCase, person_id: int) -> Person:
    owners = case_queries.possible_owners(session, case.city_id, case.application_id)
    owner = next((person for person in owners if person.id == person_id), None)
    if owner is None:
        raise Refused(Reason.NOT_ALLOWED, "owner_person_id")
    return owner


def _enter(session: WriteSession, actor: Actor, case: FollowUpCase, stage: Stage, note: str, now: datetime) -> None:
    _tell(session, actor, case, EntryKind.STAGE, now, text=note, from_stage=case.stage, to_stage=stage)
    case.stage, case.furthest, case.stage_since = stage, furthest(case.furthest, stage), now
    _touch(case, now)


def _tell(
    session: WriteSession,
    actor: Actor,
    case: FollowUpCase,
    kind: EntryKind,
    happened_at: datetime,
    *,
    text: str = "",
    with_whom: str = "",
    from_stage: Stage | None = None,
    to_stage: Stage | None = None,
    shown_to_company: bool = False,
    written_at: datetime | None = None,
) -> CaseEntry:
    entry = CaseEntry(
        case_id=case.id,
        kind=kind,
        happened_at=happened_at,
        text=text.strip(),
        with_whom=with_whom,
        from_stage=from_stage,
        to_stage=to_stage,
        shown_to_company=shown_to_company,
        created_by=actor.person,
        created_at=written_at or happened_at,
    )
    session.add(entry)
    return entry


def _check_version(case: FollowUpCase, version: int) -> None:
    if case.version != version:
        raise Refused(Reason.CHANGED_MEANWHILE)


def _touch(case: FollowUpCase, now: datetime) -> None:
    case.touched_at = max(case.touched_at, now)
    case.version += 1
