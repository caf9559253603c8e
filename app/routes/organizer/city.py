"""The city's own settings: its name, welcome, languages, zone, colours and logo."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar
from zoneinfo import available_timezones

from starlette.responses import Response

from app.adapters import files, inspection, pictures
from app.adapters.language import translations, zone_place
from app.domain.access import Permission
from app.domain.localized import LANGUAGES
from app.domain.refusals import Reason, Refused
from app.models import City
from app.queries import cities
from app.routes.organizer.city_frame import CityFrame, city_frame
from app.routes.organizer.texts import text_of
from app.services import cities as service
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.limits import too_many_files
from app.web.meanwhile import beside, changed_meanwhile, with_revision
from app.web.pages import city_of, go, path_for, show
from app.web.visit import Reading, Visit, Writing
from app.web.wording import THEMES, Fault
from app.web.words import N_

router = Router(prefix="/organizer/{city}/settings")

FORM = "organizer-city-form"


@dataclass(frozen=True)
class CityPage:
    """The form; `logo`: address of the present logo."""

    template: ClassVar[str] = "organizer/city/edit.html"
    frame: CityFrame
    form: Form
    themes: list[tuple[str, str]]
    zones: list[tuple[str, str]]
    logo: str | None


@router.get("", name="organizer.city.edit")
def edit(visit: Annotated[Reading, reads(Permission.CITY_MANAGE)]) -> Response:
    """The form, filled in."""
    city = cities.by_id(visit.session, city_of(visit).id)
    return show(visit, _page(visit, city, _stored(city)))


@router.post("", name="organizer.city.update")
def update(visit: Annotated[Writing, writes(Permission.CITY_MANAGE)], posted: Posted) -> Response:
    """Save; a new logo takes the place of the old one."""
    city = cities.for_update(visit.session, city_of(visit).id)
    fields = Fields(posted, visit.language, visit.zone)
    draft = service.CityDraft(
        name=text_of(fields, "name", LANGUAGES, required=True),
        welcome=text_of(fields, "welcome", LANGUAGES, markdown=True),
        languages=tuple(code for code in LANGUAGES if code in posted.getlist("languages")),
        time_zone=fields.line("time_zone", required=True),
        theme=fields.line("theme", required=True),
        contact_email=fields.email("contact_email", required=False),
    )
    if draft.time_zone and draft.time_zone not in _zones():
        fields.fault("time_zone", Fault.NOT_A_CHOICE)
    if draft.theme and draft.theme not in service.THEMES:
        fields.fault("theme", Fault.NOT_A_CHOICE)
    often = too_many_files(visit, len(fields.files("logo")))
    if often is not None:
        fields.errors.setdefault("logo", often.sentence)
        return often.on(show(visit, _page(visit, city, fields.form(FORM)), status=429))
    logo = _logo(fields)
    if not fields.errors and changed_meanwhile(fields, _stored(city)):
        return show(visit, _page(visit, city, beside(fields, _stored(city))), status=409)
    if not fields.errors:
        try:
            service.edit(visit.session, visit.actor, city, draft, visit.now)
        except Refused as refusal:
            fields.refuse(refusal)
    if fields.errors:
        return show(visit, _page(visit, city, fields.form(FORM)), status=422)
    if logo is not None:
        service.set_logo(visit.session, visit.actor, city, files.put(visit.settings, logo), visit.now)
    elif fields.ticked("remove_logo") and city.logo:
        service.set_logo(visit.session, visit.actor, city, None, visit.now)
    return go(visit, "organizer.city.edit", city=city.slug, flash=N_("Saved."))


def _stored(city: City) -> Form:
    values = {name: getattr(city, name) for name in ("name", "welcome", "time_zone", "theme", "contact_email")}
    return with_revision(filled(FORM, values, {"languages": city.languages.split(",")}), city.logo)


def _page(visit: Visit[Any], city: City, form: Form) -> CityPage:
    logo = path_for(visit, "public.city.logo", city=city.slug) if city.logo else None
    gettext = translations(visit.language).gettext
    themes = [(theme, gettext(THEMES[theme])) for theme in service.THEMES]
    zones = sorted(((zone, zone_place(zone, visit.language)) for zone in _zones()), key=lambda pair: pair[1])
    return CityPage(city_frame(visit, "organizer.city.edit"), form, themes, zones, logo)


@cache
def _zones() -> list[str]:
    """The zones of Europe; an old name of a place that has a zone already is left out."""
    own = (zone for zone in available_timezones() if zone.startswith("Europe/"))
    return sorted(zone for zone in own if zone.endswith(f"/{zone_place(zone, 'en').replace(' ', '_')}"))


def _logo(fields: Fields) -> bytes | None:
    """The chosen picture, written anew; None when none was chosen."""
    for upload in fields.files("logo"):
        content, reason = upload.file.read(pictures.LARGEST_LOGO + 1), Reason.NOT_A_PICTURE
        if len(content) <= pictures.LARGEST_LOGO:
            try:
                return inspection.logo(content)
            except Refused as refusal:
                if refusal.reason is Reason.FILE_NOT_CHECKED:
                    reason = refusal.reason
        fields.refuse(Refused(reason, "logo"))
    return None
