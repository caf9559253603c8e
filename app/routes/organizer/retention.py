"""How long the city keeps each kind of data, what is about to go, and what is under a hold."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.localized import Localized
from app.domain.retention import LONGEST, Kind, months_of
from app.models import City
from app.queries import cities, events, holds
from app.queries import retention as queries
from app.queries.holds import Holding
from app.queries.retention import Announced
from app.routes.organizer.city_frame import CityFrame, city_frame
from app.services import retention
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.meanwhile import beside, changed_meanwhile, with_revision
from app.web.pages import city_of, go, show
from app.web.visit import Reading, Writing
from app.web.words import N_

router = Router(prefix="/organizer/{city}/retention")

FORM = "organizer-retention-form"


@dataclass(frozen=True)
class RetentionPage:
    """The periods in months, what will go and what went, and the holds. `events`: on which one may be placed."""

    template: ClassVar[str] = "organizer/retention/edit.html"
    frame: CityFrame
    form: Form
    kinds: list[Kind]
    announced: list[Announced]
    gone: list[Announced]
    holds: list[Holding]
    events: list[tuple[int, Localized]]


@router.get("", name="organizer.retention.edit")
def edit(visit: Annotated[Reading, reads(Permission.CITY_MANAGE)]) -> Response:
    """The page, with the periods filled in."""
    return show(visit, _page(visit, _stored(cities.by_id(visit.session, city_of(visit).id))))


@router.post("", name="organizer.retention.update")
def update(visit: Annotated[Writing, writes(Permission.CITY_MANAGE)], posted: Posted) -> Response:
    """Set the periods."""
    city = cities.for_update(visit.session, city_of(visit).id)
    fields = Fields(posted, visit.language, visit.zone)
    months = {kind: fields.integer(kind.value, required=True, high=LONGEST) or 0 for kind in Kind}
    if fields.errors:
        return show(visit, _page(visit, fields.form(FORM)), status=422)
    if changed_meanwhile(fields, _stored(city)):
        return show(visit, _page(visit, beside(fields, _stored(city))), status=409)
    retention.set_periods(visit.session, visit.actor, city, months, visit.now)
    return go(visit, "organizer.retention.edit", city=city.slug, flash=N_("Saved."))


def _stored(city: City) -> Form:
    return with_revision(filled(FORM, {kind.value: str(kept) for kind, kept in months_of(city.retention).items()}))


def _page(visit: Reading | Writing, form: Form) -> RetentionPage:
    city = city_of(visit)
    return RetentionPage(
        frame=city_frame(visit, "organizer.retention.edit"),
        form=form,
        kinds=list(Kind),
        announced=queries.announced(visit.session, city.id),
        gone=queries.gone(visit.session, city.id),
        holds=holds.of_city(visit.session, visit.scope, city.id),
        events=[(event.id, event.name) for event in events.of_city(visit.session, city.id)],
    )
