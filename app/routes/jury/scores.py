"""The score sheet: reading on one side, scoring on the other, and nothing else."""

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.models import Application, Event, ScoreSheet
from app.queries import scoring
from app.queries.applications import File, files
from app.queries.scoring import CriterionRow, OtherSheet, Party, Place
from app.services.scoring import SheetDraft, save
from app.web.answers import Answered, answered, ground_of
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.pages import go, show
from app.web.sent import by_script
from app.web.visit import Reading, Visit, Writing
from app.web.wording import Fault
from app.web.words import N_

router = Router(prefix="/jury/applications/{application_id}")

FORM = "jury-scores-form"
MOST_STEPS = 20
"""A longer scale is typed as a number instead of being laid out in steps."""
LONGEST_COMMENT = 3_000


@dataclass(frozen=True, slots=True)
class Band:
    """Neighbouring steps that share an anchor; `text` is empty where none was written."""

    values: list[int]
    text: Localized


@dataclass(frozen=True, slots=True)
class Row:
    """A criterion on the sheet: laid out in bands, or typed as a number when there are none."""

    criterion: CriterionRow
    field: str
    bands: list[Band]
    share: float | None
    """Its part of the total, from 0 to 1; None for one outside the total."""


@dataclass(frozen=True)
class SheetPage:
    """One application and the juror's own sheet. `stored` is what is saved, when it is other than what was typed."""

    template: ClassVar[str] = "jury/scores/edit.html"
    party: Party
    application: Application
    answers: list[Answered]
    ground: str
    files: list[File]
    rows: list[Row]
    form: Form
    sent: bool
    changed: bool
    done: int
    total: int
    next: Place | None
    others: list[OtherSheet]
    stored: list[tuple[CriterionRow, int | None]] = field(default_factory=list)
    stored_comments: tuple[str, str] = ("", "")


@router.get("", name="jury.scores.edit")
def edit(visit: Annotated[Reading, reads(Permission.SCORE_ENTER)], application_id: int) -> Response:
    """The sheet."""
    application, event = scoring.reading(visit.session, visit.scope, application_id, visit.now)
    person = _person(visit)
    sheet = scoring.sheet(visit.session, person, application.id)
    criteria = scoring.criteria(visit.session, application, person)
    return show(visit, _page(visit, application, event, sheet, criteria, _filled(application, sheet, criteria)))


@router.post("", name="jury.scores.update")
def update(visit: Annotated[Writing, writes(Permission.SCORE_ENTER)], posted: Posted, application_id: int) -> Response:
    """Save: as a draft, or for good and on to the next."""
    application, event = scoring.reading(visit.session, visit.scope, application_id, visit.now)
    criteria = scoring.criteria(visit.session, application, _person(visit))
    fields = Fields(posted, visit.language)
    send = fields.raw("step") == "next"
    draft = _draft(fields, criteria, whole=send)
    if fields.errors:
        return _again(visit, application, event, criteria, fields, 422)
    try:
        sheet = save(
            visit.session, visit.actor, application, event, criteria, draft, fields.version(), visit.now, send=send
        )
    except Refused as refusal:
        if refusal.reason is Reason.CHANGED_MEANWHILE:
            return _again(visit, application, event, criteria, fields, 409)
        fields.refuse(refusal)
        return _again(visit, application, event, criteria, fields, 422)
    if send:
        return _carried(visit, sheet, go_on(visit, event, application.id, N_("Saved.")))
    saved = N_("Saved.") if sheet.submitted_at else N_("Draft saved. Only you see it.")
    return _carried(visit, sheet, go(visit, "jury.scores.edit", application_id=application.id, flash=saved))


def _carried(visit: Writing, sheet: ScoreSheet, answer: Response) -> Response:
    """The answer; for the script that carries sheets over a bad line (static/js/unsent.js), where it would lead."""
    if not by_script(visit.request):
        return answer
    headers = {"Kipina-Version": str(sheet.version), "Kipina-Next": answer.headers["location"]}
    carried = Response(status_code=204, headers=headers)
    for value in answer.headers.getlist("set-cookie"):
        carried.headers.append("set-cookie", value)
    return carried


@router.post("/autosave", name="jury.scores.autosave")
def autosave(
    visit: Annotated[Writing, writes(Permission.SCORE_ENTER)], posted: Posted, application_id: int
) -> Response:
    """Keep a draft while the juror goes on. What has been sent in changes only by the button."""
    application, event = scoring.reading(visit.session, visit.scope, application_id, visit.now)
    criteria = scoring.criteria(visit.session, application, _person(visit))
    fields = Fields(posted, visit.language)
    draft = _draft(fields, criteria, whole=False)
    sheet = scoring.sheet_for_update(visit.session, _person(visit), application.id)
    if fields.errors or (sheet and sheet.submitted_at):
        return Response(status_code=422)
    try:
        saved = save(
            visit.session, visit.actor, application, event, criteria, draft, fields.version(), visit.now, send=False
        )
    except Refused:
        return Response(status_code=409)
    return Response(status_code=204, headers={"Kipina-Version": str(saved.version)})


def go_on(visit: Writing, event: Event, after: int | None, flash: str) -> Response:
    """To the next application of the event: before it is read one says that there is no conflict; else to the queue."""
    following = scoring.next_item(scoring.places(visit.session, visit.scope, [event.id], after), after)
    if following is None:
        return go(visit, "jury.queue.index", flash=flash)
    route = "jury.scores.edit" if following.begun else "jury.conflicts.new"
    return go(visit, route, application_id=following.application_id, flash=flash)


def _person(visit: Visit[Any]) -> int:
    return int(visit.scope.person or 0)


def _draft(fields: Fields, criteria: list[CriterionRow], *, whole: bool) -> SheetDraft:
    """What was typed. `whole`: every criterion of the total has a step, or was said to be beyond judging."""
    values: dict[int, int] = {}
    for criterion in criteria:
        name = f"score_{criterion.id}"
        value = fields.integer(name, high=criterion.scale_max)
        if value is not None:
            values[criterion.id] = value
        elif whole and name not in fields.posted and not criterion.informational:
            fields.fault(name, Fault.NO_STEP)
    read = fields.raw("application_version")
    return SheetDraft(
        values,
        fields.text("comment_jury", longest=LONGEST_COMMENT),
        fields.text("comment_company", longest=LONGEST_COMMENT),
        int(read) if read.isascii() and read.isdigit() and len(read) < 10 else 1,  # noqa: PLR2004
    )


def _filled(application: Application, sheet: ScoreSheet | None, criteria: list[CriterionRow]) -> Form:
    values: dict[str, object] = {"version": sheet.version if sheet else 0, "application_version": application.version}
    if sheet:
        values |= {"comment_jury": sheet.comment_jury, "comment_company": sheet.comment_company}
    for criterion in criteria:
        # A draft does not know whether a criterion was passed over or is still to come; a sheet sent in does.
        if criterion.value is not None or (sheet and sheet.submitted_at):
            values[f"score_{criterion.id}"] = criterion.value
    return filled(FORM, values)


def _again(
    visit: Writing, application: Application, event: Event, criteria: list[CriterionRow], fields: Fields, status: int
) -> Response:
    """The form with all that was typed. After a change in another window (409) both are shown, and saving decides."""
    sheet = scoring.sheet(visit.session, _person(visit), application.id)
    form = fields.form(FORM)
    if status != 409 or sheet is None:  # noqa: PLR2004
        return show(visit, _page(visit, application, event, sheet, criteria, form), status=status)
    form = Form(FORM, {**form.typed, "version": str(sheet.version)}, form.lists)
    stored = [(criterion, criterion.value) for criterion in criteria]
    comments = (sheet.comment_jury, sheet.comment_company)
    page = _page(visit, application, event, sheet, criteria, form, stored=stored, stored_comments=comments)
    return show(visit, page, status=status)


def _page(
    visit: Visit[Any],
    application: Application,
    event: Event,
    sheet: ScoreSheet | None,
    criteria: list[CriterionRow],
    form: Form,
    **more: Any,
) -> SheetPage:
    session, person = visit.session, _person(visit)
    items = scoring.places(session, visit.scope, [event.id], application.id)
    sent = sheet is not None and sheet.submitted_at is not None
    return SheetPage(
        party=scoring.party(session, application, event),
        application=application,
        answers=answered(application, visit.language),
        ground=ground_of(application, visit.language),
        files=files(session, application.id),
        rows=_rows(criteria),
        form=form,
        sent=sent,
        changed=sheet is not None and sheet.application_version < application.version,
        done=sum(item.sent for item in items),
        total=len(items),
        next=scoring.next_item(items, application.id),
        others=scoring.others(session, application, person, criteria) if sent and event.show_others_scores else [],
        **more,
    )


def _rows(criteria: list[CriterionRow]) -> list[Row]:
    weights = sum(criterion.weight for criterion in criteria if not criterion.informational)
    return [
        Row(
            criterion,
            f"score_{criterion.id}",
            _bands(criterion),
            None if criterion.informational or not weights else criterion.weight / weights,
        )
        for criterion in criteria
    ]


def _bands(criterion: CriterionRow) -> list[Band]:
    """Every step of the scale in order, those under one anchor together."""
    if criterion.scale_max > MOST_STEPS:
        return []
    bands: list[Band] = []
    last: object = None
    for value in range(criterion.scale_max + 1):
        anchor = next((a for a in criterion.anchors if a.low <= value <= a.high), None)
        if bands and anchor is last:
            bands[-1].values.append(value)
        else:
            bands.append(Band([value], anchor.text if anchor else Localized()))
        last = anchor
    return bands
