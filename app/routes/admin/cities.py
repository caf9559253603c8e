"""The cities of the installation, and those who come in first."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.adapters.language import alphabetical, translations
from app.adapters.reference_data import municipalities
from app.domain.access import Permission, Role
from app.domain.localized import LANGUAGES
from app.domain.refusals import Refused
from app.domain.slug import slug_of
from app.queries import cities, installation
from app.services import cities as city_service
from app.services import people
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.pages import go, show
from app.web.visit import Reading, Writing
from app.web.wording import THEMES, Fault
from app.web.words import N_

router = Router(prefix="/admin")

CITY_FORM = "admin-city-form"
PERSON_FORM = "admin-person-form"


@dataclass(frozen=True)
class CitiesPage:
    """Every city with its figures, a form for a new one, and one for its first organizer."""

    template: ClassVar[str] = "admin/cities/index.html"
    cities: list[installation.CityLine]
    municipalities: list[tuple[str, str]]
    themes: list[tuple[str, str]]
    city_form: Form
    person_form: Form


def _page(visit: Reading | Writing, city_form: Form | None = None, person_form: Form | None = None) -> CitiesPage:
    names = [(one.code, one.name.text(visit.language)) for one in municipalities()]
    return CitiesPage(
        cities=installation.city_lines(visit.session),
        municipalities=sorted(names, key=lambda pair: alphabetical(pair[1])),
        themes=[(theme, translations(visit.language).gettext(THEMES[theme])) for theme in city_service.THEMES],
        city_form=city_form or filled(CITY_FORM, {"theme": city_service.THEMES[0]}, {"languages": LANGUAGES}),
        person_form=person_form or filled(PERSON_FORM, {}),
    )


@router.get("", name="admin.cities.index")
def index(visit: Annotated[Reading, reads(Permission.INSTALLATION_MANAGE)]) -> Response:
    """The list."""
    return show(visit, _page(visit))


@router.post("/cities", name="admin.cities.create")
def create(visit: Annotated[Writing, writes(Permission.INSTALLATION_MANAGE)], posted: Posted) -> Response:
    """A new city from the list of municipalities."""
    fields = Fields(posted, visit.language)
    code = fields.line("municipality", required=True)
    found = next((one for one in municipalities() if one.code == code), None)
    chosen = [language for language in LANGUAGES if language in fields.form(CITY_FORM).many("languages")]
    theme = fields.raw("theme")
    if found is None and "municipality" not in fields.errors:
        fields.fault("municipality", Fault.MISSING)
    if not chosen:
        fields.fault("languages", Fault.MISSING)
    if theme not in city_service.THEMES:
        fields.fault("theme", Fault.NOT_A_CHOICE)
    if found is not None and not fields.errors:
        slug = slug_of(found.name.fi, "city")
        try:
            city_service.create(
                visit.session, visit.actor, slug, found.name, chosen, visit.now, theme=theme, municipality_code=code
            )
        except Refused as refusal:
            at = "languages" if refusal.field == "languages" else "municipality"
            fields.refuse(Refused(refusal.reason, at))
    if fields.errors:
        return show(visit, _page(visit, city_form=fields.form(CITY_FORM)), status=422)
    return go(visit, "admin.cities.index", flash=N_("The city is ready. Invite its first organizer."))


@router.post("/people", name="admin.people.create")
def create_person(visit: Annotated[Writing, writes(Permission.INSTALLATION_MANAGE)], posted: Posted) -> Response:
    """The first organizer of a city, told by mail."""
    fields = Fields(posted, visit.language)
    email, name = fields.email("email"), fields.line("name")
    city = cities.facts(visit.session, fields.line("city", required=True))
    if city is None and "city" not in fields.errors:
        fields.fault("city", Fault.NOT_A_CHOICE)
    if city is None or fields.errors:
        return show(visit, _page(visit, person_form=fields.form(PERSON_FORM)), status=422)
    people.invite(visit.session, visit.actor, city, email, name, Role.ORGANIZER, visit.language, visit.now)
    return go(visit, "admin.cities.index", flash=N_("The invitation is on its way."))
