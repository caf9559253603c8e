"""An organizer enters an application that came on paper or by mail."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.adapters.language import countries
from app.domain.access import Permission
from app.domain.answers import CONFIDENTIAL_WORDS_AT_MOST, TITLE_AT_MOST, ConfidentialGround, Question, gaps
from app.domain.company import FINLAND, register_number
from app.domain.localized import LANGUAGES
from app.domain.refusals import Refused
from app.models import Event
from app.queries import calls, events
from app.routes.organizer.applications import TAB
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.services import entry as services
from app.services.companies import CompanyDraft
from app.web.answers import Asked, asked, read_answers, say_gap
from app.web.forms import Fields, Form, Posted, filled, filled_moment
from app.web.guard import Router, reads, writes
from app.web.pages import OWN_NAMES, city_of, go, show
from app.web.visit import Reading, Writing
from app.web.wording import Fault
from app.web.words import N_, word

router = Router(prefix="/organizer/{city}/events/{event_id}/entry")

FORM = "organizer-entry-form"


@dataclass(frozen=True)
class NewPage:
    """The form: whose it is, when it came, and what it says."""

    template: ClassVar[str] = "organizer/entry/new.html"
    frame: EventFrame
    form: Form
    challenges: list[tuple[int, str]]
    countries: list[tuple[str, str]]
    languages: list[tuple[str, str]]
    questions: list[Asked]
    grounds: list[tuple[str, str]]
    title_at_most: int = TITLE_AT_MOST
    confidential_at_most: int = CONFIDENTIAL_WORDS_AT_MOST


@router.get("/new", name="organizer.entry.new")
def new(visit: Annotated[Reading, reads(Permission.EVENT_MANAGE)], event_id: int) -> Response:
    """An empty form; it came now, unless somebody says otherwise."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    values = {"country": FINLAND, "locale": "fi"} | filled_moment("received", visit.now, visit.zone)
    return show(visit, _page(visit, event, filled(FORM, values)))


@router.post("", name="organizer.entry.create")
def create(visit: Annotated[Writing, writes(Permission.EVENT_MANAGE)], posted: Posted, event_id: int) -> Response:
    """Send it in on behalf of the company."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    fields = Fields(posted, visit.language, visit.zone)
    challenges = [row[0] for row in calls.challenges_of(visit.session, event.id)]
    challenge_id = fields.one_of("challenge", challenges, required=True)
    entered = _entered(fields, visit)
    if fields.errors or challenge_id is None or entered is None:
        return show(visit, _page(visit, event, fields.form(FORM)), status=422)
    _, challenge = calls.to_apply(visit.session, challenge_id, visit.now)
    try:
        application = services.enter(visit.session, visit.actor, event, challenge, entered, visit.now)
    except Refused as refusal:
        fields.refuse(refusal)
        return show(visit, _page(visit, event, fields.form(FORM)), status=422)
    return go(
        visit,
        "organizer.applications.show",
        city=city_of(visit).slug,
        event_id=event.id,
        application_id=application.id,
        flash=N_("The application has been entered, and the company gets its receipt by mail."),
    )


def _entered(fields: Fields, visit: Writing) -> services.Entered | None:
    country = fields.raw("country")
    if country not in dict(countries(visit.language)):
        fields.fault("country", Fault.NOT_A_CHOICE)
    locale = fields.raw("locale")
    company = CompanyDraft(
        name=fields.line("company", required=True, longest=150),
        country=country,
        register_number=fields.line("register_number", required=True),
        locale=locale if locale in LANGUAGES else visit.language,
    )
    if company.register_number and "country" not in fields.errors:
        try:
            register_number(country, company.register_number)
        except Refused as refusal:
            fields.refuse(refusal)
    contact_name, contact_email = fields.line("contact_name", longest=150), fields.email("contact_email")
    received_at = fields.moment("received", required=True)
    answers = read_answers(fields)
    for name, gap in gaps(answers).items():
        fields.errors.setdefault(name, say_gap(name, gap, answers, visit.language))
    if received_at is None:
        return None
    return services.Entered(company, contact_name, contact_email, answers, received_at)


def _page(visit: Reading | Writing, event: Event, form: Form) -> NewPage:
    return NewPage(
        frame=frame_of(visit, event, TAB),
        form=form,
        challenges=[
            (id_, f"{number}. {title.text(visit.language)}")
            for id_, number, title in calls.challenges_of(visit.session, event.id)
        ],
        countries=countries(visit.language),
        languages=list(OWN_NAMES.items()),
        questions=[asked(question, visit.language) for question in Question],
        grounds=[(ground.value, word(ground, visit.language)) for ground in ConfidentialGround],
    )
