"""What followed after the demo's pitch day of 2016, through ten years."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select

from app.adapters.database import WriteSession
from app.demo.content import read, text
from app.demo.judging import actor
from app.domain.access import Actor
from app.domain.case_entry import EntryKind
from app.domain.followup import EndReason, ExitType, Stage
from app.models import Event, FollowUpCase
from app.services import case_publication, followup, opening


def load_cases(session: WriteSession, loaded: Any, advance: Callable[[], None]) -> None:
    """Each case opened, moved from stage to stage, written about, and ended or left where it stands."""
    event = session.get_one(Event, loaded.id("event", "kipina-2016"))
    organizer = actor(session, loaded.id("organizer", "kipina-2016"))
    ended = event.day_ends_at
    assert ended is not None  # noqa: S101
    for one in read("cases")["cases"]:
        _load_case(session, loaded, event, organizer, one, ended + timedelta(hours=2))
        advance()
    event.results_published_at = loaded.calendar.at(ended.date() + timedelta(days=40), "09:00")


def _load_case(
    session: WriteSession, loaded: Any, event: Event, organizer: Actor, one: dict[str, Any], earliest: datetime
) -> None:
    calendar = loaded.calendar
    application, unit = loaded.id("application", one["application"]), loaded.id("unit", f"tampere {one['unit']}")
    opened_at = max(calendar.past(one["stages"][0]["entered"], "16:00"), earliest)
    opening.open_cases(session, organizer, event, [(application, unit)], followup.NextStep(), opened_at)
    session.flush()
    case = _case(session, application, unit)
    case.title = text(one["title"])
    owner = actor(session, loaded.id("person", one["owner"])) if one["owner"] else None
    if owner is not None and owner.person is not None and owner.person != case.owner_person_id:
        followup.hand_over(
            session, organizer, case, owner.person, "Ideapäivän jälkeen sovittu.", case.version, opened_at
        )
    if owner is None:
        case.owner_person_id = None
    _write_facts(case, one, calendar)
    doer = owner or organizer
    for step in one["stages"][1:]:
        at = max(calendar.past(step["entered"], "12:00"), opened_at)
        _enter(session, doer, case, one, Stage(step["stage"]), at)
    for entry in one["timeline"]:
        at = max(calendar.past(entry["date"], "14:00"), opened_at)
        # A handover in the content is told as a note: the service writes its own when the owner really changes.
        kind = EntryKind.NOTE if entry["kind"] == EntryKind.HANDOVER else EntryKind(entry["kind"])
        by = actor(session, loaded.id("person", entry["by"]))
        followup.add_entry(
            session, by, case, kind, entry["text"], at,
            with_whom=entry.get("with_whom", ""), shown_to_company=entry.get("shown_to_company", False),
        )  # fmt: skip
    if case.stage is not Stage.CLOSED:
        case.next_step = one["next_step"]
        case.next_step_on = calendar.day(one["next_step_on"], workday=True)
    texts = case_publication.PublicTexts(
        text(one["title"]), text(one["public_summary"]), text(one["before"]), text(one["after"]), text(one["lesson"])
    )
    last = max(calendar.past(one["published_at"] or one["stages"][-1]["entered"]), opened_at)
    case_publication.write(session, doer, case, texts, case.version, last)
    if one["published_at"]:
        case_publication.publish(session, organizer, case, last)
    case.reminded_at = calendar.now
    session.flush()


def _write_facts(case: FollowUpCase, one: dict[str, Any], calendar: Any) -> None:
    case.estimated_value = one["estimated_value_eur"]
    case.funding = one["funding"]
    if one["pilots"]:
        pilot = one["pilots"][-1]
        case.pilot_metric, case.pilot_baseline = pilot["metric"], pilot["baseline"]
        case.pilot_target, case.pilot_result = pilot["target"], pilot["result"] or ""
        case.pilot_ends_on = calendar.day(pilot["ends_on"])


def _enter(
    session: WriteSession, doer: Actor, case: FollowUpCase, one: dict[str, Any], stage: Stage, at: datetime
) -> None:
    if stage is not Stage.CLOSED:
        followup.move(session, doer, case, followup.Move(stage), case.version, at)
        return
    reason = EndReason(one["end_reason"]) if one["end_reason"] else None
    ending = followup.Ending(ExitType(one["exit_type"]), reason, text(one["lesson"]))
    followup.close(session, doer, case, ending, case.version, at)


def _case(session: WriteSession, application: int, unit: int) -> FollowUpCase:
    return session.exec(
        select(FollowUpCase).where(FollowUpCase.application_id == application, FollowUpCase.unit_id == unit)
    ).one()
