"""The units of a city, and the platforms that it opens to companies."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.localized import LANGUAGES, Localized
from app.models import Platform, Unit
from app.queries import cities
from app.routes.organizer.city_frame import CityFrame, city_frame
from app.routes.organizer.texts import PARAGRAPH, text_of
from app.services import cities as service
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.meanwhile import beside, changed_meanwhile, with_revision
from app.web.pages import city_of, go, show
from app.web.visit import Reading, Visit, Writing
from app.web.words import N_

router = Router(prefix="/organizer/{city}")

NEW_UNIT, NEW_PLATFORM = "organizer-units-new", "organizer-platforms-new"


@dataclass(frozen=True, slots=True)
class Row:
    """A unit or platform with the form that changes it."""

    id: int
    name: Localized
    form: Form


@dataclass(frozen=True)
class UnitsPage:
    """Both lists, each with a form for a new one."""

    template: ClassVar[str] = "organizer/units/index.html"
    frame: CityFrame
    units: list[Row]
    platforms: list[Row]
    new_unit: Form
    new_platform: Form


@router.get("/units", name="organizer.units.index")
def index(visit: Annotated[Reading, reads(Permission.CITY_MANAGE)]) -> Response:
    """The lists."""
    return show(visit, _page(visit))


@router.post("/units", name="organizer.units.create")
def create_unit(visit: Annotated[Writing, writes(Permission.CITY_MANAGE)], posted: Posted) -> Response:
    """A new unit."""
    fields = Fields(posted, visit.language)
    name = text_of(fields, "name", LANGUAGES, required=True)
    if fields.errors:
        return show(visit, replace(_page(visit), new_unit=fields.form(NEW_UNIT)), status=422)
    service.add_unit(visit.session, visit.actor, city_of(visit).id, name, visit.now)
    return _saved(visit)


@router.post("/units/{unit_id}", name="organizer.units.update")
def update_unit(visit: Annotated[Writing, writes(Permission.CITY_MANAGE)], posted: Posted, unit_id: int) -> Response:
    """Another name."""
    unit = cities.unit_for_update(visit.session, city_of(visit).id, unit_id)
    fields = Fields(posted, visit.language)
    name = text_of(fields, "name", LANGUAGES, required=True)
    if fields.errors:
        return show(visit, _page(visit, fields.form(_unit_form(unit).id)), status=422)
    if changed_meanwhile(fields, _unit_form(unit)):
        return show(visit, _page(visit, beside(fields, _unit_form(unit))), status=409)
    service.edit_unit(visit.session, visit.actor, unit, name, visit.now)
    return _saved(visit)


@router.post("/platforms", name="organizer.platforms.create")
def create_platform(visit: Annotated[Writing, writes(Permission.CITY_MANAGE)], posted: Posted) -> Response:
    """A new platform."""
    fields = Fields(posted, visit.language)
    name, description = _platform_texts(fields)
    if fields.errors:
        return show(visit, replace(_page(visit), new_platform=fields.form(NEW_PLATFORM)), status=422)
    service.add_platform(visit.session, visit.actor, city_of(visit).id, name, description, visit.now)
    return _saved(visit)


@router.post("/platforms/{platform_id}", name="organizer.platforms.update")
def update_platform(
    visit: Annotated[Writing, writes(Permission.CITY_MANAGE)], posted: Posted, platform_id: int
) -> Response:
    """Other texts."""
    platform = cities.platform_for_update(visit.session, city_of(visit).id, platform_id)
    fields = Fields(posted, visit.language)
    name, description = _platform_texts(fields)
    if fields.errors:
        return show(visit, _page(visit, fields.form(_platform_form(platform).id)), status=422)
    if changed_meanwhile(fields, _platform_form(platform)):
        return show(visit, _page(visit, beside(fields, _platform_form(platform))), status=409)
    service.edit_platform(visit.session, visit.actor, platform, name, description, visit.now)
    return _saved(visit)


def _saved(visit: Writing) -> Response:
    return go(visit, "organizer.units.index", city=city_of(visit).slug, flash=N_("Saved."))


def _platform_texts(fields: Fields) -> tuple[Localized, Localized]:
    return (
        text_of(fields, "name", LANGUAGES, required=True),
        text_of(fields, "description", LANGUAGES, longest=PARAGRAPH),
    )


def _unit_form(unit: Unit) -> Form:
    return with_revision(filled(f"organizer-units-{unit.id}", {"name": unit.name}))


def _platform_form(platform: Platform) -> Form:
    values = {"name": platform.name, "description": platform.description}
    return with_revision(filled(f"organizer-platforms-{platform.id}", values))


def _page(visit: Visit[Any], sent: Form | None = None) -> UnitsPage:
    """`sent` is shown in the place of the form with its id."""

    def row(of: Unit | Platform, form: Form) -> Row:
        return Row(of.id, of.name, sent if sent is not None and sent.id == form.id else form)

    city = city_of(visit)
    return UnitsPage(
        frame=city_frame(visit, "organizer.units.index"),
        units=[row(unit, _unit_form(unit)) for unit in cities.units(visit.session, city.id)],
        platforms=[row(platform, _platform_form(platform)) for platform in cities.platforms(visit.session, city.id)],
        new_unit=Form(NEW_UNIT),
        new_platform=Form(NEW_PLATFORM),
    )
