"""The city's people and the roles they hold."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.domain.access import CITY_ROLES, Permission, Role
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.queries import cities, people
from app.routes.organizer.city_frame import CityFrame, city_frame
from app.services import people as service
from app.web.asking import unconfirmed
from app.web.forms import Fields, Form, Posted
from app.web.guard import Router, reads, writes
from app.web.pages import city_of, go, path_for, show
from app.web.visit import Reading, Visit, Writing
from app.web.wording import Fault
from app.web.words import N_, word

router = Router(prefix="/organizer/{city}/people")

FORM = "organizer-people-form"


@dataclass(frozen=True)
class PeoplePage:
    """Everybody with a role in the city, and a form for one more."""

    template: ClassVar[str] = "organizer/people/index.html"
    frame: CityFrame
    people: list[people.StaffPerson]
    form: Form
    units: list[tuple[int, Localized]]


@router.get("", name="organizer.people.index")
def index(visit: Annotated[Reading, reads(Permission.CITY_MANAGE)]) -> Response:
    """The list."""
    return show(visit, _page(visit, Form(FORM)))


@router.post("", name="organizer.people.create")
def create(visit: Annotated[Writing, writes(Permission.CITY_MANAGE)], posted: Posted) -> Response:
    """Invite somebody: they get a mail, and the role waits for them."""
    city = city_of(visit)
    fields = Fields(posted, visit.language)
    email, name = fields.email("email"), fields.line("name")
    role = fields.choice("role", Role)
    if role is not None and role not in CITY_ROLES:
        fields.fault("role", Fault.NOT_A_CHOICE)
    unit = fields.one_of("unit", [unit.id for unit in cities.units(visit.session, city.id)])
    if role is None or fields.errors:
        return show(visit, _page(visit, fields.form(FORM)), status=422)
    service.invite(visit.session, visit.actor, city, email, name, role, visit.language, visit.now, unit_id=unit)
    flash = N_("The invitation is on its way.")
    return go(visit, "organizer.people.index", city=city.slug, flash=flash)


@router.post("/{member_id}/removal", name="organizer.people.delete")
def delete(visit: Annotated[Writing, writes(Permission.CITY_MANAGE)], posted: Posted, member_id: int) -> Response:
    """Take a role away, after a question."""
    city = city_of(visit)
    member, person = people.member_for_update(visit.session, city.id, member_id)
    if person.id == visit.actor.person and member.role is Role.ORGANIZER:
        raise Refused(Reason.OWN_ROLE)
    back = path_for(visit, "organizer.people.index", city=city.slug)
    question = N_("Take the role from %(name)s: %(role)s?")
    values = {"name": person.name or person.email, "role": word(member.role, visit.language)}
    if asked := unconfirmed(visit, posted, question, N_("Take the role"), back, **values):
        return asked
    service.revoke(visit.session, visit.actor, member, visit.now)
    return go(visit, "organizer.people.index", city=city.slug, flash=N_("The role is taken away."))


def _page(visit: Visit[Any], form: Form) -> PeoplePage:
    city = city_of(visit)
    return PeoplePage(
        frame=city_frame(visit, "organizer.people.index"),
        people=people.staff_of(visit.session, city.id, visit.actor.person),
        form=form,
        units=[(unit.id, unit.name) for unit in cities.units(visit.session, city.id)],
    )
