"""One decision: what it rests on, its form, and saving it. Used at one's own desk and in the decision meeting alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.adapters.language import translations
from app.domain.deciding import NEEDS_REASON, Outcome
from app.domain.refusals import Reason, Refused
from app.domain.scoring import ResultRow
from app.models import Event
from app.queries import applications, deciding, results
from app.queries.applications import Whole
from app.queries.deciding import Item
from app.queries.results import CountedSheet
from app.services import deciding as services
from app.web.forms import Fields, Form, filled
from app.web.remembered import remembered
from app.web.visit import Visit, Writing
from app.web.wording import STARTING_REASONS

ONE = "decision"


@dataclass(frozen=True, slots=True)
class One:
    """One application to decide on: its content, the jury's view, and what stands stored when another changed it."""

    item: Item
    whole: Whole
    figures: ResultRow[int, int] | None
    sheets: list[CountedSheet]
    meanwhile: Item | None = None


def look_at(visit: Visit[Any], event: Event, application_id: int) -> One:
    """One application with what the decision rests on. Refused as not found when it is not the visitor's to decide."""
    items = {item.id: item for item in deciding.items(visit.session, visit.scope, event.id)}
    if application_id not in items:
        raise Refused(Reason.NOT_FOUND)
    jury = remembered(visit, results.of_event, visit.scope, event.id, event.aggregate)
    figures = next((row.figures for row in jury.rows if row.about.id == application_id), None)
    sheets: Sequence[CountedSheet] = ()
    if figures is not None:
        sheets = results.detail(visit.session, visit.scope, event.id, application_id, event.aggregate).sheets
    whole = applications.whole(visit.session, visit.scope, application_id, visit.now)
    return One(items[application_id], whole, figures, list(sheets))


def form_of(one: One) -> Form:
    """The form as it stands; where a reason is needed and none is written, a text to begin from."""
    item = one.item
    reasons = item.reasons or (starting_text(item) if item.outcome in NEEDS_REASON else "")
    values = {"outcome": item.outcome, "reasons": reasons, "notes": item.notes, "revision": item.revision}
    return filled(ONE, values)


def starting_text(item: Item, outcome: Outcome | None = None) -> str:
    """A beginning for the reasons, in the company's language; empty where no reason is needed."""
    text = STARTING_REASONS.get(outcome or item.outcome or Outcome.INVITE)
    return translations(item.locale).gettext(text) if text else ""


def save_one(visit: Writing, event: Event, application_id: int, fields: Fields) -> tuple[One, Form, int] | None:
    """Write one decision from its form; otherwise what to show again, with the status of the answer."""
    one = look_at(visit, event, application_id)
    outcome = fields.choice("outcome", Outcome)
    reasons, notes = fields.text("reasons", longest=4_000), fields.text("notes", longest=4_000)
    if fields.raw("suggest"):
        form = fields.form(ONE)
        begun = "\n\n".join(text for text in (reasons, starting_text(one.item, outcome)) if text)
        return one, replace(form, typed={**form.typed, "reasons": begun}, errors={}), 200
    if fields.errors or outcome is None:
        return one, fields.form(ONE), 422
    if fields.raw("revision") != one.item.revision and event.decided_at is None:
        form = fields.form(ONE)
        fresh = {**form.typed, "revision": one.item.revision}
        return replace(one, meanwhile=one.item), replace(form, typed=fresh), 409
    ((application, decision),) = deciding.for_update(visit.session, visit.scope, event.id, [application_id])
    services.prepare(
        visit.session, visit.actor, event, application, decision, outcome, visit.now, reasons=reasons, notes=notes
    )
    return None
