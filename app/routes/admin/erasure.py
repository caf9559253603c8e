"""Erasing one person, when they have asked for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.adapters.language import translations
from app.domain.access import Permission
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.queries import people
from app.services import erasure
from app.web.asking import unconfirmed
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.pages import go, path_for, show
from app.web.visit import Reading, Writing
from app.web.wording import Fault
from app.web.words import N_

router = Router(prefix="/admin/erasure")

FORM = "erasure"
STAYS = (
    N_("Their name, address, roles, ways to sign in and the mails sent to them are removed. What they did here stays, "
       "without their name."),
    N_("Applications and decisions are records of the city and stay as they are. Older backups still hold the person."),
    N_("This cannot be undone."),
)  # fmt: skip


@dataclass(frozen=True)
class ErasurePage:
    """Asks whom."""

    template: ClassVar[str] = "admin/erasure/new.html"
    form: Form
    held_in: Sequence[Localized] = ()
    """The cities that hold something which tells of the person."""


@router.get("", name="admin.erasure.new")
def new(visit: Annotated[Reading, reads(Permission.INSTALLATION_MANAGE)]) -> Response:
    """The form."""
    return show(visit, ErasurePage(filled(FORM, {})))


@router.post("", name="admin.erasure.create")
def create(visit: Annotated[Writing, writes(Permission.INSTALLATION_MANAGE)], posted: Posted) -> Response:
    """Ask once more, then erase; for somebody who has just shown who they are."""
    if not visit.is_fresh:
        return go(visit, "account.confirmation.new", q_next="/admin/erasure")
    fields = Fields(posted, visit.language)
    email = fields.email("email")
    person = None if fields.errors else people.by_email(visit.session, email)
    if person is None:
        fields.fault("email", Fault.NOBODY)
        return show(visit, ErasurePage(fields.form(FORM)), status=422)
    gettext = translations(visit.language).gettext
    said = [gettext(sentence) for sentence in STAYS]
    back = path_for(visit, "admin.erasure.new")
    asked = unconfirmed(
        visit, posted, N_("Erase %(name)s?"), N_("Erase this person"), back, said, name=person.name or person.email
    )
    if asked is not None:
        return asked
    try:
        kept = erasure.erase(visit.session, visit.actor, person, visit.now)
    except Refused as refusal:
        fields.refuse(Refused(refusal.reason, "email"))
        held_in = erasure.held_in(visit.session, person) if refusal.reason is Reason.PERSON_UNDER_HOLD else ()
        return show(visit, ErasurePage(fields.form(FORM), held_in), status=422)
    told = N_("The person is erased. No record of the city names them.")
    if kept:
        told = N_("The person is erased. Some records of the city still name them: applications, decisions or files.")
    return go(visit, "admin.erasure.new", flash=told)
