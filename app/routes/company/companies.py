"""The company itself: told once, used in every application."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.adapters.language import countries, translations
from app.domain.access import Permission, Role, holds_in_company, scope_of
from app.domain.company import FINLAND, Size
from app.domain.ids import CompanyId
from app.domain.localized import LANGUAGES
from app.domain.refusals import Reason, Refused
from app.models import Company
from app.queries import companies, people
from app.queries.companies import Member
from app.services import companies as services
from app.services import people as people_service
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.meanwhile import beside
from app.web.pages import OWN_NAMES, go, show
from app.web.visit import Reading, Writing
from app.web.words import N_, word

router = Router(prefix="/company/companies")

FORM = "company-companies-form"
MEMBER_FORM = "company-members-form"
FOUNDED_FROM = 1600


@dataclass(frozen=True)
class IndexPage:
    """The companies that one works for."""

    template: ClassVar[str] = "company/companies/index.html"
    companies: list[Company]


@dataclass(frozen=True)
class FormPage:
    """A company to fill in; a new one when `company` is None. `asks_name`: who adds it is still without a name here."""

    template: ClassVar[str] = "company/companies/edit.html"
    form: Form
    countries: list[tuple[str, str]]
    sizes: list[tuple[str, str]]
    languages: list[tuple[str, str]]
    company: Company | None = None
    asks_name: bool = False


@dataclass(frozen=True)
class KnownPage:
    """The company is here already: how to be let in, and nothing more."""

    template: ClassVar[str] = "company/companies/known.html"
    country: str
    register_number: str


@dataclass(frozen=True)
class ShowPage:
    """One company and its people."""

    template: ClassVar[str] = "company/companies/show.html"
    company: Company
    country: str
    size: Size | None
    language: str
    members: list[Member]
    roles: list[tuple[str, str, str]]
    form: Form
    may_edit: bool
    may_manage: bool


@router.get("", name="company.companies.index")
def index(visit: Annotated[Reading, reads(Permission.COMPANY_CREATE)]) -> Response:
    """The list."""
    scope = scope_of(visit.actor, Permission.COMPANY_SEE)
    return show(visit, IndexPage(companies.mine(visit.session, scope)))


@router.get("/new", name="company.companies.new")
def new(visit: Annotated[Reading, reads(Permission.COMPANY_CREATE)], challenge: str = "") -> Response:
    """An empty form."""
    form = filled(FORM, {"country": FINLAND, "locale": visit.language, "challenge": challenge})
    return show(visit, _form_page(visit, form))


@router.post("", name="company.companies.create")
def create(visit: Annotated[Writing, writes(Permission.COMPANY_CREATE)], posted: Posted) -> Response:
    """Add the company; who adds it is its owner. Then on to the application that brought them here."""
    fields = Fields(posted, visit.language, visit.zone)
    draft = _draft(fields, visit)
    challenge = fields.raw("challenge")
    own_name = "" if visit.actor.name.strip() else fields.line("own_name", required=True, longest=100)
    company = None
    if not fields.errors:
        try:
            company = services.create(visit.session, visit.actor, draft, visit.now)
        except Refused as refusal:
            if refusal.reason is Reason.COMPANY_KNOWN:
                return show(visit, KnownPage(draft.country, draft.register_number), status=409)
            fields.refuse(refusal)
    if company is None:
        return show(visit, _form_page(visit, fields.form(FORM)), status=422)
    if own_name:
        person = people.for_update(visit.session, int(visit.actor.person or 0))
        people_service.edit_profile(
            visit.session, visit.actor, person, own_name, person.title, person.locale, visit.now
        )
    if challenge.isdigit():
        return go(visit, "company.applications.new", q_challenge=challenge, flash=N_("The company has been added."))
    return go(visit, "company.companies.show", company_id=company.id, flash=N_("The company has been added."))


@router.post("/requests", name="company.requests.create")
def ask(visit: Annotated[Writing, writes(Permission.COMPANY_CREATE)], posted: Posted) -> Response:
    """Ask the owners of a known company to be let in; the answer is the same whatever became of it."""
    fields = Fields(posted, visit.language, visit.zone)
    services.ask_to_be_let_in(
        visit.session, visit.actor, fields.raw("country"), fields.raw("register_number"), visit.now, visit.zone
    )
    return go(visit, "company.companies.index", flash=N_("The company's owners have been asked to let you in."))


@router.get("/{company_id}", name="company.companies.show")
def show_company(visit: Annotated[Reading, reads(Permission.COMPANY_SEE)], company_id: int) -> Response:
    """The company and its members."""
    company = companies.one(visit.session, visit.scope, company_id)
    return show(visit, company_page(visit, company, filled(MEMBER_FORM, {"role": Role.EDITOR.value})))


@router.get("/{company_id}/edit", name="company.companies.edit")
def edit(visit: Annotated[Reading, reads(Permission.COMPANY_EDIT)], company_id: int) -> Response:
    """The form, filled in."""
    company = companies.one(visit.session, visit.scope, company_id)
    return show(visit, _form_page(visit, _stored(company), company))


@router.post("/{company_id}", name="company.companies.update")
def update(visit: Annotated[Writing, writes(Permission.COMPANY_EDIT)], posted: Posted, company_id: int) -> Response:
    """Save it."""
    company = companies.for_update(visit.session, visit.scope, company_id)
    fields = Fields(posted, visit.language, visit.zone)
    draft = _draft(fields, visit, company)
    if fields.errors:
        return show(visit, _form_page(visit, fields.form(FORM), company), status=422)
    try:
        services.edit(visit.session, visit.actor, company, draft, fields.version(), visit.now)
    except Refused as refusal:
        if refusal.reason is not Reason.CHANGED_MEANWHILE:
            raise
        form = beside(fields, _stored(company))
        return show(visit, _form_page(visit, form, company), status=409)
    return go(visit, "company.companies.show", company_id=company.id, flash=N_("Saved."))


def company_page(visit: Reading | Writing, company: Company, form: Form) -> ShowPage:
    """The page of a company with a form for a new member."""
    company_id = CompanyId(company.id)
    return ShowPage(
        company=company,
        country=dict(countries(visit.language)).get(company.country, company.country),
        size=Size(company.size) if company.size in set(Size) else None,
        language=OWN_NAMES[company.locale],
        members=companies.members(visit.session, company.id),
        roles=role_options(visit),
        form=form,
        may_edit=holds_in_company(visit.actor, Permission.COMPANY_EDIT, company_id),
        may_manage=holds_in_company(visit.actor, Permission.COMPANY_MEMBERS, company_id),
    )


_ROLE_HELP = {
    Role.OWNER: N_("Everything, members too"),
    Role.EDITOR: N_("Writes and sends applications"),
    Role.VIEWER: N_("Reads only"),
}


def role_options(visit: Reading | Writing) -> list[tuple[str, str, str]]:
    """The roles of a company with what each may do."""
    gettext = translations(visit.language).gettext
    return [(role.value, word(role, visit.language), gettext(text)) for role, text in _ROLE_HELP.items()]


def _draft(fields: Fields, visit: Writing, company: Company | None = None) -> services.CompanyDraft:
    country = company.country if company else fields.raw("country")
    if country not in dict(countries(visit.language)):
        country = FINLAND
    size = fields.choice("size", Size, required=False)
    locale = fields.raw("locale")
    return services.CompanyDraft(
        name=fields.line("name", required=True, longest=150),
        country=country,
        register_number=company.register_number if company else fields.line("register_number", required=True),
        home_town=fields.line("home_town", longest=100),
        website=fields.web_address("website"),
        description=fields.localized("description", longest=2_000),
        founded=fields.integer("founded", low=FOUNDED_FROM, high=visit.now.year),
        size=size.value if size else "",
        locale=locale if locale in LANGUAGES else visit.language,
    )


def _stored(company: Company) -> Form:
    names = ("name", "home_town", "website", "description", "founded", "size", "locale", "version")
    return filled(FORM, {name: getattr(company, name) for name in names})


def _form_page(visit: Reading | Writing, form: Form, company: Company | None = None) -> FormPage:
    return FormPage(
        form=form,
        countries=countries(visit.language),
        sizes=[(size.value, word(size, visit.language)) for size in Size],
        languages=list(OWN_NAMES.items()),
        company=company,
        asks_name=company is None and not visit.actor.name.strip(),
    )
