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
    if phase_at(event.milestones, now) is not Phase.JURY:
        raise Refused(Reason.JURY_NOT_OPEN)
    if actor.person is None:
        raise Refused(Reason.NOT_ALLOWED)
    known = {row.id: row for row in criteria}
    for criterion, value in draft.values.items():
        if criterion not in known or not known[criterion].scored.allows(value):
            raise Refused(Reason.SCORE_OUT_OF_RANGE, f"score_{criterion}")
    sheet = scoring.sheet_for_update(session, actor.person, application.id)
    if (sheet.version if sheet else 0) != version:
        raise Refused(Reason.CHANGED_MEANWHILE)
    if sheet is None:
        sheet, before = _begin(session, actor.person, application, now), {}
    else:
        before = _content(sheet, {row.id: row.value for row in criteria if row.value is not None})
        sheet.version += 1
    sheet.comment_jury, sheet.comment_company = draft.comment_jury, draft.comment_company
    sheet.application_version = min(draft.application_version, application.version)
    sheet.updated_at = now
    was_sent = sheet.submitted_at is not None
    if send and not was_sent:
        sheet.submitted_at = now
    session.flush()
    _write_scores(session, sheet, {row.id: row.value for row in criteria if row.value is not None}, draft.values)
    if sheet.submitted_at is not None:
        action = "edited" if was_sent else "sent"
        after = _content(sheet, draft.values)
        if not was_sent or after != before:
            about = {"application_id": application.id} if not was_sent else {}
            shown = before if was_sent else {}
            audit.record(
                session, actor, action, sheet, now, city_id=application.city_id, before=shown, after=after | about
            )
    return sheet


def _begin(session: WriteSession, person_id: int, application: Application, now: datetime) -> ScoreSheet:
    sheet = ScoreSheet(application_id=application.id, person_id=person_id, updated_at=now)
    try:
        with session.begin_nested():
            session.add(sheet)
    except IntegrityError:  # begun in another window at this very moment
        raise Refused(Reason.CHANGED_MEANWHILE) from None
    return sheet


def _content(sheet: ScoreSheet, values: Mapping[int, int]) -> dict[str, object]:
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
