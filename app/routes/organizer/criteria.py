"""What the jury scores by: common criteria, and those of one challenge in addition."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.localized import Localized
from app.domain.refusals import Refused
from app.models import Criterion, Event
from app.queries import challenges, criteria, events
from app.queries.challenges import ChallengeRow
from app.queries.cities import CityFacts
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.routes.organizer.texts import NOTHING, PARAGRAPH, ask_for_translations, text_of
from app.services import criteria as service
from app.web.asking import unconfirmed
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.meanwhile import beside, changed_meanwhile, with_revision
from app.web.pages import city_of, go, path_for, show
from app.web.visit import Reading, Visit, Writing
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}/criteria")

FORM = "organizer-criteria-form"
BANDS = 4
"""How many parts of the scale can be told about."""
USUAL_BANDS = ((0, 3), (4, 6), (7, 10))
MOST_WEIGHT, LONGEST_SCALE = 1_000, 100


@dataclass(frozen=True, slots=True)
class Line:
    """A criterion with its share of the total: 0–1, None for one that is for information only."""

    criterion: Criterion
    share: float | None
    anchors: list[tuple[int, int, Localized]]


@dataclass(frozen=True, slots=True)
class Group:
    """The common criteria (`challenge` is None), or those of one challenge; fixed once `locked`."""

    challenge: ChallengeRow | None
    lines: list[Line]
    locked: bool


@dataclass(frozen=True)
class CriteriaPage:
    """The criteria of an event. `begun`: has the jury given any figure."""

    template: ClassVar[str] = "organizer/criteria/index.html"
    frame: EventFrame
    groups: list[Group]
    challenges: list[ChallengeRow]
    begun: bool


@dataclass(frozen=True)
class FormPage:
    """One criterion being written; `of` is the challenge it belongs to, None for a common one."""

    template: ClassVar[str] = "organizer/criteria/form.html"
    frame: EventFrame
    form: Form
    criterion_id: int | None
    name: Localized
    of: ChallengeRow | None
    bands: range


@router.get("", name="organizer.criteria.index")
def index(visit: Annotated[Reading, reads(Permission.EVENT_SEE)], event_id: int) -> Response:
    """The list, with what share of the total each one is."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    found = criteria.of_event(visit.session, event.id)
    scored = criteria.scored_challenges(visit.session, event.id)
    listed = challenges.of_event(visit.session, event.id)
    common = [criterion for criterion in found if criterion.challenge_id is None]
    groups = [Group(None, _lines(common, common), bool(scored))] if common else []
    for challenge in listed:
        own = [criterion for criterion in found if criterion.challenge_id == challenge.id]
        if own:
            groups.append(Group(challenge, _lines(own, [*common, *own]), challenge.id in scored))
    page = CriteriaPage(frame_of(visit, event, "organizer.criteria.index"), groups, listed, bool(scored))
    return show(visit, page)


@router.get("/new", name="organizer.criteria.new")
def new(
    visit: Annotated[Reading, reads(Permission.EVENT_MANAGE)], event_id: int, challenge: int | None = None
) -> Response:
    """An empty form, with the usual bands of the scale."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    values: dict[str, object] = {"scale_max": 10, "challenge": challenge}
    for at, (low, high) in enumerate(USUAL_BANDS):
        values |= {f"anchor_{at}_low": low, f"anchor_{at}_high": high}
    form = filled(FORM, values)
    return show(visit, _form_page(visit, event, None, form, challenge))


@router.post("", name="organizer.criteria.create")
def create(visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)], posted: Posted, event_id: int) -> Response:
    """Add one."""
    city = city_of(visit)
    event = events.for_update(visit.session, city.id, event_id)
    fields = Fields(posted, visit.language, visit.zone)
    of = fields.one_of("challenge", [row.id for row in challenges.of_event(visit.session, event.id)])
    draft = _draft(fields, city, event, service.CriterionDraft(NOTHING, challenge_id=of))
    if not fields.errors:
        try:
            service.create(visit.session, visit.actor, event, draft, visit.now)
        except Refused as refusal:
            fields.refuse(refusal)
        else:
            return _to_list(visit, event, N_("Saved."))
    return show(visit, _form_page(visit, event, None, fields.form(FORM), of), status=422)


@router.post("/default", name="organizer.default_criteria.create")
def use_default(visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)], posted: Posted, event_id: int) -> Response:  # noqa: ARG001
    """The four default criteria."""
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    service.use_default(visit.session, visit.actor, event, visit.now)
    return _to_list(visit, event, N_("The default criteria are in place. Make them yours."))


@router.get("/{criterion_id}/edit", name="organizer.criteria.edit")
def edit(visit: Annotated[Reading, reads(Permission.EVENT_MANAGE)], event_id: int, criterion_id: int) -> Response:
    """The form, filled in."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    criterion = criteria.by_id(visit.session, event.id, criterion_id)
    return show(visit, _form_page(visit, event, criterion, _stored(criterion), criterion.challenge_id))


@router.post("/{criterion_id}", name="organizer.criteria.update")
def update(
    visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)], posted: Posted, event_id: int, criterion_id: int
) -> Response:
    """Save one."""
    city = city_of(visit)
    event = events.for_update(visit.session, city.id, event_id)
    criterion = criteria.for_update(visit.session, event.id, criterion_id)
    fields = Fields(posted, visit.language, visit.zone)
    draft = _draft(fields, city, event, service.draft_of(criterion))
    if not fields.errors and changed_meanwhile(fields, _stored(criterion)):
        page = _form_page(visit, event, criterion, beside(fields, _stored(criterion)), criterion.challenge_id)
        return show(visit, page, status=409)
    if not fields.errors:
        try:
            service.edit(visit.session, visit.actor, event, criterion, draft, visit.now)
        except Refused as refusal:
            fields.refuse(refusal)
        else:
            return _to_list(visit, event, N_("Saved."))
    page = _form_page(visit, event, criterion, fields.form(FORM), criterion.challenge_id)
    return show(visit, page, status=422)


@router.post("/{criterion_id}/removal", name="organizer.criteria.delete")
def delete(
    visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)], posted: Posted, event_id: int, criterion_id: int
) -> Response:
    """Remove one, after a question."""
    city = city_of(visit)
    event = events.for_update(visit.session, city.id, event_id)
    criterion = criteria.for_update(visit.session, event.id, criterion_id)
    back = path_for(visit, "organizer.criteria.edit", city=city.slug, event_id=event.id, criterion_id=criterion.id)
    question, name = N_("Remove the criterion “%(name)s”?"), criterion.name.text(visit.language)
    if asked := unconfirmed(visit, posted, question, N_("Remove the criterion"), back, name=name):
        return asked
    service.remove(visit.session, visit.actor, event, criterion, visit.now)
    return _to_list(visit, event, N_("The criterion is removed."))


def _to_list(visit: Writing, event: Event, flash: str) -> Response:
    return go(visit, "organizer.criteria.index", city=city_of(visit).slug, event_id=event.id, flash=flash)


def _lines(shown: Sequence[Criterion], counted: Sequence[Criterion]) -> list[Line]:
    total = sum(criterion.weight for criterion in counted if not criterion.informational)
    return [
        Line(
            criterion,
            None if criterion.informational else criterion.weight / total if total else 0.0,
            [(anchor["low"], anchor["high"], Localized.of(anchor["text"])) for anchor in criterion.anchors],
        )
        for criterion in shown
    ]


def _form_page(
    visit: Visit[Any], event: Event, criterion: Criterion | None, form: Form, challenge_id: int | None
) -> FormPage:
    of = next((row for row in challenges.of_event(visit.session, event.id) if row.id == challenge_id), None)
    return FormPage(
        frame=frame_of(visit, event, "organizer.criteria.index"),
        form=form,
        criterion_id=criterion.id if criterion else None,
        name=criterion.name if criterion else NOTHING,
        of=of,
        bands=range(BANDS),
    )


def _stored(criterion: Criterion) -> Form:
    values: dict[str, Any] = {
        name: getattr(criterion, name) for name in ("name", "help", "weight", "scale_max", "informational")
    }
    for at, anchor in enumerate(criterion.anchors):
        values |= {f"anchor_{at}_low": anchor["low"], f"anchor_{at}_high": anchor["high"]}
        values[f"anchor_{at}"] = Localized.of(anchor["text"])
    return with_revision(filled(FORM, values))


def _draft(fields: Fields, city: CityFacts, event: Event, stored: service.CriterionDraft) -> service.CriterionDraft:
    informational = fields.ticked("informational")
    scale_max = fields.integer("scale_max", required=True, low=1, high=LONGEST_SCALE) or 10
    draft = service.CriterionDraft(
        name=text_of(fields, "name", city.languages, stored.name, required=True),
        help=text_of(fields, "help", city.languages, stored.help, longest=PARAGRAPH),
        weight=0 if informational else fields.integer("weight", required=True, low=1, high=MOST_WEIGHT) or 0,
        scale_max=scale_max,
        informational=informational,
        anchors=_anchors(fields, city, stored.anchors, scale_max),
        challenge_id=stored.challenge_id,
    )
    if event.published_at is not None:
        ask_for_translations(fields, {"name": draft.name, "help": draft.help}, city.languages)
        for at, anchor in enumerate(draft.anchors):
            ask_for_translations(fields, {f"anchor_{at}": Localized.of(anchor["text"])}, city.languages)
    return draft


def _anchors(fields: Fields, city: CityFacts, stored: list[dict[str, Any]], scale_max: int) -> list[dict[str, Any]]:
    """The bands that have a text, in rising order and without overlap."""
    anchors = []
    begins = 0
    for at in range(BANDS):
        before = Localized.of(stored[at]["text"]) if at < len(stored) else NOTHING
        text = text_of(fields, f"anchor_{at}", city.languages, before, longest=PARAGRAPH)
        if not text:
            continue
        low = fields.integer(f"anchor_{at}_low", required=True, low=begins, high=scale_max)
        high = fields.integer(f"anchor_{at}_high", required=True, low=low or begins, high=scale_max)
        if low is not None and high is not None:
            anchors.append({"low": low, "high": high, "text": text.as_dict()})
            begins = high + 1
    return anchors
