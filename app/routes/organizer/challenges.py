"""The challenges of an event: written, looked at as the public will see them, put in order, removed."""

from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.localized import LANGUAGES, Localized
from app.domain.refusals import Reason, Refused
from app.models import Challenge, Event
from app.queries import challenges, cities, cpv, events, people, public, readiness
from app.queries.challenges import ChallengeRow
from app.queries.cities import CityFacts
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.routes.organizer.texts import NOTHING, PARAGRAPH, ask_for_translations, text_of
from app.services import challenges as service
from app.web.asking import unconfirmed
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.meanwhile import beside
from app.web.pages import city_of, go, path_for, show
from app.web.visit import Reading, Visit, Writing
from app.web.wording import Fault
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}/challenges")

FORM = "organizer-challenges-form"
MARKDOWN = ("need", "present", "questions")
LINES = ("effect_economic", "effect_social", "effect_environmental", "strategy_goal")


@dataclass(frozen=True)
class ChallengesPage:
    """The challenges in their order. `movable`: may they still change places."""

    template: ClassVar[str] = "organizer/challenges/index.html"
    frame: EventFrame
    rows: list[ChallengeRow]
    applied: dict[int, int]
    movable: bool


@dataclass(frozen=True)
class ChallengePage:
    """One challenge as the public reads it, with what only staff see."""

    template: ClassVar[str] = "organizer/challenges/show.html"
    frame: EventFrame
    facts: public.ChallengeFacts
    applied: int


@dataclass(frozen=True)
class FormPage:
    """Everything that is written about a challenge. `preview`: what stands in the form, as it would look."""

    template: ClassVar[str] = "organizer/challenges/form.html"
    frame: EventFrame
    form: Form
    challenge: Challenge | None
    platforms: list[tuple[int, Localized]]
    units: list[tuple[int, Localized]]
    owners: list[tuple[int, str]]
    suggestions: list[cpv.CpvCode]
    preview: service.ChallengeDraft | None = None


@router.get("", name="organizer.challenges.index")
def index(visit: Annotated[Reading, reads(Permission.EVENT_SEE)], event_id: int) -> Response:
    """The list."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    frame = frame_of(visit, event, "organizer.challenges.index")
    rows = challenges.of_event(visit.session, event.id)
    applied = challenges.sent_to(visit.session, visit.scope, event.id)
    return show(visit, ChallengesPage(frame, rows, applied, frame.may_manage and event.published_at is None))


@router.get("/new", name="organizer.challenges.new")
def new(visit: Annotated[Reading, reads(Permission.EVENT_MANAGE)], event_id: int) -> Response:
    """An empty form."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    return show(visit, _form_page(visit, event, None, Form(FORM)))


@router.post("", name="organizer.challenges.create")
def create(visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)], posted: Posted, event_id: int) -> Response:
    """Add one, or show what it would look like."""
    city = city_of(visit)
    event = events.for_update(visit.session, city.id, event_id)
    fields = Fields(posted, visit.language, visit.zone)
    draft = _draft(visit, fields, city, event, service.ChallengeDraft(NOTHING))
    if fields.raw("do") == "preview":
        return _preview(visit, event, None, fields, draft)
    if not fields.errors:
        try:
            made = service.create(visit.session, visit.actor, event, draft, visit.now)
        except Refused as refusal:
            fields.refuse(refusal)
        else:
            return _to(visit, event, made, N_("Saved."))
    return show(visit, _form_page(visit, event, None, fields.form(FORM)), status=422)


@router.get("/{challenge_id}", name="organizer.challenges.show")
def show_challenge(
    visit: Annotated[Reading, reads(Permission.EVENT_SEE)], event_id: int, challenge_id: int
) -> Response:
    """The challenge as it stands."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    challenge = challenges.by_id(visit.session, event.id, challenge_id)
    facts = public.challenge(visit.session, event.id, challenge.number)
    applied = challenges.sent_to(visit.session, visit.scope, event.id)
    frame = frame_of(visit, event, "organizer.challenges.index")
    return show(visit, ChallengePage(frame, facts, applied.get(challenge.id, 0)))


@router.get("/{challenge_id}/edit", name="organizer.challenges.edit")
def edit(visit: Annotated[Reading, reads(Permission.EVENT_MANAGE)], event_id: int, challenge_id: int) -> Response:
    """The form, filled in."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    challenge = challenges.by_id(visit.session, event.id, challenge_id)
    return show(visit, _form_page(visit, event, challenge, _stored(visit, challenge)))


@router.post("/{challenge_id}", name="organizer.challenges.update")
def update(
    visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)], posted: Posted, event_id: int, challenge_id: int
) -> Response:
    """Save one, or show what it would look like."""
    city = city_of(visit)
    event = events.by_id(visit.session, city.id, event_id)
    challenge = challenges.for_update(visit.session, event.id, challenge_id)
    fields = Fields(posted, visit.language, visit.zone)
    draft = _draft(visit, fields, city, event, service.draft_of(challenge))
    if fields.raw("do") == "preview":
        return _preview(visit, event, challenge, fields, draft)
    if not fields.errors:
        try:
            service.edit(visit.session, visit.actor, event, challenge, draft, fields.version(), visit.now)
        except Refused as refusal:
            if refusal.reason is Reason.CHANGED_MEANWHILE:
                form = beside(fields, _stored(visit, challenge))
                return show(visit, _form_page(visit, event, challenge, form), status=409)
            fields.refuse(refusal)
    if fields.errors:
        return show(visit, _form_page(visit, event, challenge, fields.form(FORM)), status=422)
    return _to(visit, event, challenge, N_("Saved."))


@router.post("/{challenge_id}/rise", name="organizer.challenge_order.create")
def move_up(
    visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)],
    posted: Posted,  # noqa: ARG001
    event_id: int,
    challenge_id: int,
) -> Response:
    """One place up."""
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    challenge = challenges.for_update(visit.session, event.id, challenge_id)
    service.move_up(visit.session, visit.actor, event, challenge, visit.now)
    return go(visit, "organizer.challenges.index", city=city_of(visit).slug, event_id=event.id)


@router.post("/{challenge_id}/removal", name="organizer.challenges.delete")
def delete(
    visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)], posted: Posted, event_id: int, challenge_id: int
) -> Response:
    """Remove one, after a question."""
    city = city_of(visit)
    event = events.for_update(visit.session, city.id, event_id)
    challenge = challenges.for_update(visit.session, event.id, challenge_id)
    back = path_for(visit, "organizer.challenges.show", city=city.slug, event_id=event.id, challenge_id=challenge.id)
    title = challenge.title.text(visit.language)
    if asked := unconfirmed(
        visit, posted, N_("Remove the challenge “%(title)s”?"), N_("Remove the challenge"), back, title=title
    ):
        return asked
    service.remove(visit.session, visit.actor, event, challenge, visit.now)
    flash = N_("The challenge is removed.")
    return go(visit, "organizer.challenges.index", city=city.slug, event_id=event.id, flash=flash)


def _to(visit: Writing, event: Event, challenge: Challenge, flash: str) -> Response:
    slug = city_of(visit).slug
    return go(visit, "organizer.challenges.show", city=slug, event_id=event.id, challenge_id=challenge.id, flash=flash)


def _form_page(visit: Visit[Any], event: Event, challenge: Challenge | None, form: Form) -> FormPage:
    city = city_of(visit)
    return FormPage(
        frame=frame_of(visit, event, "organizer.challenges.index"),
        form=form,
        challenge=challenge,
        platforms=[(platform.id, platform.name) for platform in cities.platforms(visit.session, city.id)],
        units=[(unit.id, unit.name) for unit in cities.units(visit.session, city.id)],
        owners=[(person.id, person.name or person.email) for person in people.staff(visit.session, city.id)],
        suggestions=cpv.matching(visit.session, form.typed.get("cpv", ""), most=6) if "cpv" in form.errors else [],
    )


def _preview(
    visit: Writing, event: Event, challenge: Challenge | None, fields: Fields, draft: service.ChallengeDraft
) -> Response:
    """What would be read, above the form; what is wrong with it is said when it is saved."""
    form = replace(fields.form(FORM), errors={})
    return show(visit, replace(_form_page(visit, event, challenge, form), preview=draft))


def _stored(visit: Visit[Any], challenge: Challenge) -> Form:
    draft = service.draft_of(challenge)
    code = cpv.labelled(visit.session, draft.cpv_code)
    values = {name: getattr(draft, name) for name in ("title", *MARKDOWN, *LINES, "budget_min", "budget_max")}
    themes = {code: ", ".join(theme[code] for theme in draft.themes if theme.get(code)) for code in LANGUAGES}
    more = {
        "themes": Localized.of(themes),
        "platform": draft.platform_id,
        "owner_person": draft.owner_person_id,
        "owner_unit": draft.owner_unit_id,
        "cpv": f"{code.code} {code.label.text(visit.language)}" if code else "",
        "version": challenge.version,
    }
    return filled(FORM, values | more)


def _draft(
    visit: Writing, fields: Fields, city: CityFacts, event: Event, stored: service.ChallengeDraft
) -> service.ChallengeDraft:
    """What the form says; the parity gate asks for translations once the event is public."""
    languages = city.languages
    texts = {name: text_of(fields, name, languages, getattr(stored, name), markdown=True) for name in MARKDOWN}
    texts |= {name: text_of(fields, name, languages, getattr(stored, name), longest=PARAGRAPH) for name in LINES}
    platforms = [platform.id for platform in cities.platforms(visit.session, city.id)]
    units = [unit.id for unit in cities.units(visit.session, city.id)]
    owners = [person.id for person in people.staff(visit.session, city.id)]
    code = None
    try:
        code = cpv.chosen(visit.session, fields.raw("cpv"))
    except Refused as refusal:
        fields.refuse(refusal)
    draft = service.ChallengeDraft(
        title=text_of(fields, "title", languages, stored.title, required=True),
        **texts,
        themes=_themes(fields, languages),
        platform_id=fields.one_of("platform", platforms),
        cpv_code=code.code if code else None,
        owner_unit_id=fields.one_of("owner_unit", units),
        owner_person_id=fields.one_of("owner_person", owners),
        budget_min=fields.integer("budget_min"),
        budget_max=fields.integer("budget_max"),
    )
    if event.published_at is not None:
        if not draft.need:
            fields.fault(f"need_{languages[0]}", Fault.MISSING)
        ask_for_translations(fields, readiness.texts_of(Challenge(**draft.values)), languages)
    return draft


def _themes(fields: Fields, languages: tuple[str, ...]) -> list[dict[str, str]]:
    """Words between commas: the first of each language are one theme, the second another."""
    typed = {code: [part.strip() for part in fields.line(f"themes_{code}").split(",")] for code in languages}
    themes = [dict(zip(typed, words, strict=True)) for words in zip_longest(*typed.values(), fillvalue="")]
    return [Localized.of(theme).as_dict() for theme in themes if any(theme.values())]
