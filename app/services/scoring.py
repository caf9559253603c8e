"""Score sheets: written, sent in, and changed until the decisions are signed.

A sheet that has not been sent in is a private note (621/1999 §5), so it leaves nothing in the audit trail. From the
moment it is sent in, every change is there with the values before and after.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.ids import PersonId
from app.domain.phase import Phase, phase_at
from app.domain.refusals import Reason, Refused
from app.models import Application, Event, Score, ScoreSheet
from app.queries import scoring
from app.queries.scoring import CriterionRow
from app.services import audit


@dataclass(frozen=True, slots=True)
class SheetDraft:
    """What a juror wrote: a value for each criterion they judged, by its id, and the revision they read."""

    values: Mapping[int, int]
    comment_jury: str = ""
    comment_company: str = ""
    application_version: int = 1


def save(
    session: WriteSession,
    actor: Actor,
    application: Application,
    event: Event,
    criteria: Sequence[CriterionRow],
    draft: SheetDraft,
    version: int,
    now: datetime,
    *,
    send: bool,
) -> ScoreSheet:
    """Save the actor's sheet; with `send` it counts from now on, and one that was sent in stays so.

    `criteria` are the application's own, with the values saved so far. `version` is that of the sheet the juror had
    before them, 0 for a new one: refused with CHANGED_MEANWHILE when it is another now. A criterion that is left out
    was not judged and has no part in the total.
    """
    person_id = _check(actor, event, criteria, draft, now)
    old = {row.id: row.value for row in criteria if row.value is not None}
    sheet = scoring.sheet_for_update(session, person_id, application.id)
    if (sheet.version if sheet else 0) != version:
        if sheet and _is_repeat(sheet, old, draft, send=send):
            return sheet
        raise Refused(Reason.CHANGED_MEANWHILE)
    before = _content(sheet, old) if sheet and sheet.submitted_at else {}
    sheet = sheet or ScoreSheet(application_id=application.id, person_id=person_id, version=0, updated_at=now)
    sheet.comment_jury, sheet.comment_company = draft.comment_jury, draft.comment_company
    sheet.application_version = min(draft.application_version, application.version)
    sheet.version += 1
    sheet.updated_at = now
    if send:
        sheet.submitted_at = sheet.submitted_at or now
    if version == 0:
        _begin(session, sheet)
    _write_scores(session, sheet, old, draft.values)
    if sheet.submitted_at is not None:
        _remember(session, actor, application, sheet, before, _content(sheet, draft.values), now)
    return sheet


def _check(actor: Actor, event: Event, criteria: Sequence[CriterionRow], draft: SheetDraft, now: datetime) -> PersonId:
    """Who scores; refused outside the jury's time, and for a value that is on no scale."""
    if phase_at(event.milestones, now) is not Phase.JURY:
        raise Refused(Reason.JURY_NOT_OPEN)
    if actor.person is None:
        raise Refused(Reason.NOT_ALLOWED)
    known = {row.id: row for row in criteria}
    for criterion, value in draft.values.items():
        if criterion not in known or not known[criterion].scored.allows(value):
            raise Refused(Reason.SCORE_OUT_OF_RANGE, f"score_{criterion}")
    return actor.person


def _is_repeat(sheet: ScoreSheet, old: Mapping[int, int], draft: SheetDraft, *, send: bool) -> bool:
    """The same press twice, or once more because its answer was lost: what it asks for is done already."""
    same = _content(sheet, old) == _content(draft, draft.values)
    return same and (sheet.submitted_at is not None or not send)


def _begin(session: WriteSession, sheet: ScoreSheet) -> None:
    try:
        with session.begin_nested():
            session.add(sheet)
    except IntegrityError:  # begun in another window at this very moment
        raise Refused(Reason.CHANGED_MEANWHILE) from None


def _remember(
    session: WriteSession,
    actor: Actor,
    application: Application,
    sheet: ScoreSheet,
    before: dict[str, object],
    after: dict[str, object],
    now: datetime,
) -> None:
    """`before` is empty for a sheet that has just been sent in."""
    if not before:
        after = after | {"application_id": application.id}
    if after != before:
        action = "edited" if before else "sent"
        audit.record(session, actor, action, sheet, now, city_id=application.city_id, before=before, after=after)


def _content(sheet: ScoreSheet | SheetDraft, values: Mapping[int, int]) -> dict[str, object]:
    scores = {str(criterion): values[criterion] for criterion in sorted(values)}
    return {"scores": scores, "comment_jury": sheet.comment_jury, "comment_company": sheet.comment_company}


def _write_scores(session: WriteSession, sheet: ScoreSheet, old: Mapping[int, int], new: Mapping[int, int]) -> None:
    """Only what differs, in one statement each for what goes and what comes."""
    gone = [criterion for criterion, value in old.items() if new.get(criterion) != value]
    come = [
        {"sheet_id": sheet.id, "criterion_id": criterion, "value": value}
        for criterion, value in new.items()
        if old.get(criterion) != value
    ]
    if gone:
        session.execute(sa.delete(Score).where(col(Score.sheet_id) == sheet.id, col(Score.criterion_id).in_(gone)))
    if come:
        session.execute(sa.insert(Score), come)
