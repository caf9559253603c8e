"""The company's applications: listed, begun, written and shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.adapters.language import translations
from app.domain.access import Permission, holds_in_company, scope_of
from app.domain.answers import (
    ANSWER_FIELDS,
    CONFIDENTIAL_WORDS_AT_MOST,
    TITLE_AT_MOST,
    Answers,
    ConfidentialGround,
    Question,
    gaps,
)
from app.domain.application import Action, State, may
from app.domain.ids import CompanyId
from app.domain.phase import Phase, phase_at
from app.domain.refusals import Reason, Refused
from app.domain.release import Programme
from app.models import Application, Event
from app.queries import applications, calls, case, cities, companies, programme
from app.queries.applications import OwnRow, Told, Whole
from app.queries.calls import CallChallenge
from app.queries.case import OwnCase
from app.services import applications as services
from app.services import attachments
from app.web.answers import Answered, Asked, answered, asked, ground_of, read_answers, say_gap
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.limits import too_many_files
from app.web.meanwhile import beside
from app.web.pages import go, go_to, path_for, show
from app.web.visit import Reading, Writing
from app.web.wording import say_refusal
from app.web.words import N_, word

SENT = N_("Your application has been sent. The receipt is on its way by mail too.")

router = Router(prefix="/company/applications")

NEW_FORM = "company-applications-new-form"

# The parts of the form: the id of the part, its name, and the fields in it.
PARTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("solution", N_("Solution"), ("title", "solution", "fit", "evidence")),
    ("pilot", N_("Pilot"), ("pilot", "from_city")),
    ("team", N_("Price and people"), ("price", "team", "contact")),
    ("confidential", N_("Confidential part"), ("confidential_ground", "confidential")),
    ("files", N_("Files"), ("files",)),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the form, and its line in the list beside it. `state`: done, begun, empty or error."""

    key: str
    label: str
    href: str
    state: str
    questions: list[Asked]


@dataclass(frozen=True)
class IndexPage:
    """The applications of one's companies."""

    template: ClassVar[str] = "company/applications/index.html"
    applications: list[OwnRow]
    may_apply: bool


@dataclass(frozen=True)
class NewPage:
    """Where to apply, and for which company. Without `challenge` a list of open calls to choose from."""

    template: ClassVar[str] = "company/applications/new.html"
    form: Form
    challenge: CallChallenge | None
    challenges: list[CallChallenge]
    companies: list[tuple[int, str]]


@dataclass(frozen=True)
class EditPage:
    """The form; `refusal`: why this text could not be saved."""

    template: ClassVar[str] = "company/applications/edit.html"
    form: Form
    whole: Whole
    parts: list[Part]
    contacts: list[tuple[int, str]]
    grounds: list[tuple[str, str]]
    refusal: str = ""
    title_at_most: int = TITLE_AT_MOST
    confidential_at_most: int = CONFIDENTIAL_WORDS_AT_MOST
    files_at_most: int = attachments.AT_MOST
    last_hour: bool = False
    """The call closes so soon that one press may save and send."""


@dataclass(frozen=True)
class ShowPage:
    """One application as it stands: its receipt, what comes next, and the content as the jury reads it."""

    template: ClassVar[str] = "company/applications/show.html"
    whole: Whole
    answers: list[Answered]
    ground: str
    told: Told | None
    cases: list[OwnCase]
    programme: Programme | None
    """The newest release, for the company's own times."""
    may: Mapping[str, bool]


@router.get("", name="company.applications.index")
def index(visit: Annotated[Reading, reads(Permission.COMPANY_CREATE)]) -> Response:
    """The list."""
    scope = scope_of(visit.actor, Permission.APPLICATION_SEE_OWN)
    own = applications.own(visit.session, scope, visit.now)
    return show(visit, IndexPage(own, may_apply=bool(calls.open_now(visit.session, visit.now))))


@router.get("/new", name="company.applications.new")
def new(
    visit: Annotated[Reading, reads(Permission.COMPANY_CREATE)], challenge: int | None = None, event: int | None = None
) -> Response:
    """Choose a challenge from the open calls, then the company."""
    if challenge is None:
        open_calls = calls.open_now(visit.session, visit.now, event)
        return show(visit, NewPage(Form(NEW_FORM), None, open_calls, []))
    return show(visit, _new_page(visit, Form(NEW_FORM), challenge))


@router.post("", name="company.applications.create")
def create(visit: Annotated[Writing, writes(Permission.APPLICATION_EDIT)], posted: Posted) -> Response:
    """Begin a draft; when the company has one already, go there."""
    fields = Fields(posted, visit.language, visit.zone)
    challenge_id = fields.integer("challenge", required=True) or 0
    mine = {company.id: company for company in companies.mine(visit.session, visit.scope)}
    company = mine.get(fields.one_of("company", mine, required=True) or 0)
    if company is None:
        return show(visit, _new_page(visit, fields.form(NEW_FORM), challenge_id), status=422)
    event, challenge = calls.to_apply(visit.session, challenge_id, visit.now)
    try:
        application = services.start(visit.session, visit.actor, event, challenge, company, visit.now)
    except Refused as refusal:
        if refusal.reason is Reason.ALREADY_APPLIED:
            known = applications.id_of(visit.session, challenge.id, company.id)
            flash = N_("Your company already has an application to this challenge. Here it is.")
            return go(visit, "company.applications.show", application_id=known, flash=flash, kind="info")
        if refusal.reason in {Reason.CALL_CLOSED, Reason.CALL_NOT_OPEN}:
            return show(visit, _new_page(visit, fields.form(NEW_FORM), challenge_id), status=409)
        raise
    return go(visit, "company.applications.edit", application_id=application.id)


@router.get("/{application_id}", name="company.applications.show")
def show_application(visit: Annotated[Reading, reads(Permission.APPLICATION_SEE_OWN)], application_id: int) -> Response:
    """The application as it stands."""
    whole = _whole(visit, application_id)
    application, phase = whole.application, whole.phase
    writer = holds_in_company(visit.actor, Permission.APPLICATION_EDIT, CompanyId(application.company_id))
    allowed = {action.value: writer and may(application.state, action, phase) for action in Action}
    page = ShowPage(
        whole=whole,
        answers=answered(application, visit.language),
        ground=ground_of(application, visit.language),
        told=applications.told(visit.session, application, phase),
        cases=case.of_application(visit.session, application.id) if phase.reached(Phase.HELD) else [],
        programme=programme.told(visit.session, application.event_id) if phase.reached(Phase.DECIDED) else None,
        may=allowed,
    )
    return show(visit, page)


@router.get("/{application_id}/edit", name="company.applications.edit")
def edit(visit: Annotated[Reading, reads(Permission.APPLICATION_EDIT)], application_id: int) -> Response:
    """The form, filled in; what can no longer be changed is shown instead."""
    whole = _whole(visit, application_id)
    if not may(whole.application.state, Action.SAVE, whole.phase):
        flash = N_("This application can no longer be changed.")
        return go(visit, "company.applications.show", application_id=application_id, flash=flash, kind="info")
    return show(visit, _edit_page(visit, whole, _filled(whole.application)))


@router.post("/{application_id}", name="company.applications.update")
def update(
    visit: Annotated[Writing, writes(Permission.APPLICATION_EDIT)], posted: Posted, application_id: int
) -> Response:
    """Save the text, take a file in or away, and go where the pressed button leads."""
    application, event = applications.for_update(visit.session, visit.scope, application_id)
    fields = Fields(posted, visit.language, visit.zone)
    try:
        saved = _save(visit, application, event, fields)
    except Refused as refusal:
        return _refused(visit, application, fields, refusal)
    often = too_many_files(visit, len(fields.files("files")))
    if often is not None:
        fields.errors.setdefault("files", often.sentence)
    if not saved or often is not None or not _change_files(visit, application, event, fields):
        visit.session.flush()
        form = _with_version(fields.form(form_id(application_id)), application)
        page = _edit_page(visit, _whole(visit, application_id), form)
        return often.on(show(visit, page, status=429)) if often is not None else show(visit, page, status=422)
    if fields.raw("then") == "send" and application.state is State.DRAFT and not gaps(read_answers(fields)):
        # One request, so that the moment of the press decides, however long a file took to arrive.
        services.submit(visit.session, visit.actor, application, visit.now, phase_at(event.milestones, visit.now))
        return go(visit, "company.applications.show", application_id=application_id, flash=SENT)
    if fields.raw("then") in {"check", "send"}:
        return go(visit, "company.submission.new", application_id=application_id)
    if fields.raw("then") == "files" or fields.raw("remove"):
        path = path_for(visit, "company.applications.edit", application_id=application_id)
        return go_to(visit, f"{path}#files", flash=N_("Saved."))
    onward = "edit" if application.state is State.DRAFT else "show"
    return go(visit, f"company.applications.{onward}", application_id=application_id, flash=N_("Saved."))


@router.post("/{application_id}/autosave", name="company.applications.autosave")
def autosave(
    visit: Annotated[Writing, writes(Permission.APPLICATION_EDIT)], posted: Posted, application_id: int
) -> Response:
    """Save a draft by itself: 204 with its version and time, or a bare refusal. What is sent is never changed so."""
    application, event = applications.for_update(visit.session, visit.scope, application_id)
    fields = Fields(posted, visit.language, visit.zone)
    if application.state is not State.DRAFT:
        return Response(status_code=409)
    try:
        if not _save(visit, application, event, fields):
            return Response(status_code=422)
    except Refused:
        return Response(status_code=409)
    headers = {"Kipina-Version": str(application.version), "Kipina-Saved-At": application.updated_at.isoformat()}
    return Response(status_code=204, headers=headers)


def form_id(application_id: int) -> str:
    """One form per application: text kept from one never lands in another."""
    return f"company-applications-form-{application_id}"


def edit_path(visit: Reading | Writing, application_id: int, name: str) -> str:
    """The address of one field of the form."""
    path = path_for(visit, "company.applications.edit", application_id=application_id)
    return f"{path}#{form_id(application_id)}-{name}"


def _whole(visit: Reading | Writing, application_id: int) -> Whole:
    whole = applications.whole(visit.session, visit.scope, application_id, visit.now)
    visit.city = cities.facts_by_id(visit.session, whole.application.city_id)
    return whole


def _new_page(visit: Reading | Writing, form: Form, challenge_id: int) -> NewPage:
    challenge = calls.one(visit.session, challenge_id, visit.now)
    visit.city = cities.facts_by_id(visit.session, challenge.city_id)
    writable = companies.mine(visit.session, scope_of(visit.actor, Permission.APPLICATION_EDIT))
    return NewPage(form, challenge, [], [(company.id, company.name) for company in writable])


def _filled(application: Application) -> Form:
    values = {name: getattr(application, name) for name in ANSWER_FIELDS}
    values |= {"contact": application.contact_person_id, "version": application.version}
    return filled(form_id(application.id), values)


def _with_version(form: Form, application: Application) -> Form:
    return Form(form.id, {**form.typed, "version": str(application.version)}, form.lists, form.errors)


def _save(visit: Writing, application: Application, event: Event, fields: Fields) -> bool:
    """Save what is typed; False when something in it is wrong, which then stands at its field."""
    answers = read_answers(fields)
    contact = None
    if fields.raw("contact") != str(application.contact_person_id or ""):
        members = companies.members(visit.session, application.company_id)
        contact = fields.one_of("contact", [member.person_id for member in members])
    if application.state is State.SUBMITTED:
        for name, gap in gaps(answers).items():
            fields.errors.setdefault(name, say_gap(name, gap, answers, visit.language))
    if fields.errors:
        return False
    phase = phase_at(event.milestones, visit.now)
    services.save(
        visit.session,
        visit.actor,
        application,
        answers,
        fields.version(),
        visit.now,
        phase,
        contact_person_id=contact,
    )
    return True


def _change_files(visit: Writing, application: Application, event: Event, fields: Fields) -> bool:
    phase = phase_at(event.milestones, visit.now)
    remove = fields.raw("remove")
    if remove.isdigit():
        gone = applications.file(visit.session, visit.scope, application.id, int(remove))
        attachments.remove(visit.session, visit.actor, application, gone, visit.now, phase)
    for sent in fields.files("files"):
        name, content = sent.filename or "", sent.file.read()
        try:
            attachments.add(visit.session, visit.settings, visit.actor, application, name, content, visit.now, phase)
        except Refused as refusal:
            fields.refuse(refusal)
    return not fields.errors


def _refused(visit: Writing, application: Application, fields: Fields, refusal: Refused) -> Response:
    """The form again with everything typed in it, and why it could not be saved."""
    if refusal.reason is Reason.NOT_FOUND:
        raise refusal
    whole = _whole(visit, application.id)
    if refusal.reason is Reason.CHANGED_MEANWHILE:
        return show(visit, _edit_page(visit, whole, beside(fields, _filled(application))), status=409)
    form = _with_version(fields.form(form_id(application.id)), application)
    said = say_refusal(refusal.reason, visit.language)
    return show(visit, _edit_page(visit, whole, form, refusal=said), status=409)


def _edit_page(visit: Reading | Writing, whole: Whole, form: Form, *, refusal: str = "") -> EditPage:
    members = companies.members(visit.session, whole.application.company_id)
    closes_at = whole.event.call_closes_at
    return EditPage(
        form=form,
        whole=whole,
        parts=parts_of(visit, form, whole),
        contacts=[(member.person_id, member.name or member.email) for member in members],
        grounds=[(ground.value, word(ground, visit.language)) for ground in ConfidentialGround],
        refusal=refusal,
        last_hour=closes_at is not None and closes_at - visit.now < timedelta(hours=1),
    )


def parts_of(visit: Reading | Writing, form: Form, whole: Whole) -> list[Part]:
    """The parts of the form and how far each is."""
    gettext = translations(visit.language).gettext
    typed = Answers(**{name: form.typed.get(name, "") for name in ANSWER_FIELDS})
    open_gaps = gaps(typed)
    parts = []
    for key, label, names in PARTS:
        answers = [name for name in names if name in ANSWER_FIELDS]
        written = [name for name in answers if typed[name].strip()]
        if any(name in form.errors for name in names):
            state = "error"
        elif key == "files":
            state = "done" if whole.files else "empty"
        elif not written:
            state = "empty"
        else:
            state = "begun" if any(name in open_gaps for name in answers) else "done"
        questions = [asked(name, visit.language) for name in answers if name in set(Question)]
        parts.append(Part(key, gettext(label), f"#{key}", state, questions))
    return parts
