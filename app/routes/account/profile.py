"""How one is called, and the language one is written to in."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import orjson
from starlette.responses import Response

from app.domain.access import Permission
from app.domain.localized import LANGUAGES
from app.models import Passkey, Person
from app.queries import people, personal_data, ways_in
from app.queries.people import Browser
from app.queries.ways_in import CityAccount
from app.services import people as services
from app.web.downloads import disposition
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.meanwhile import beside, changed_meanwhile, with_revision
from app.web.pages import OWN_NAMES, go_to, path_of, show
from app.web.visit import Reading, Writing
from app.web.wording import Fault
from app.web.words import N_

router = Router(prefix="/account/profile")

FORM = "profile"


@dataclass(frozen=True)
class ProfilePage:
    """Name, title, language, the ways to come in, and where one is signed in.

    `passkeys`: None where there can be none. `fresh`: whether a way may be added without showing first who one is.
    """

    template: ClassVar[str] = "account/profile/edit.html"
    form: Form
    email: str
    languages: list[tuple[str, str]]
    browsers: list[Browser]
    passkeys: list[Passkey] | None
    passkey_form: Form
    cities: list[CityAccount]
    fresh: bool


def _page(visit: Reading | Writing, form: Form) -> ProfilePage:
    here = visit.browser.id if visit.browser else None
    browsers = people.browsers(visit.session, visit.actor, here, visit.now)
    return ProfilePage(
        form=form,
        email=visit.actor.email,
        languages=list(OWN_NAMES.items()),
        browsers=browsers,
        passkeys=ways_in.passkeys(visit.session, visit.actor) if visit.settings.passkeys else None,
        passkey_form=filled("new-passkey", {}),
        cities=ways_in.accounts_of(visit.session, visit.actor),
        fresh=visit.is_fresh,
    )


def _stored(person: Person) -> Form:
    return with_revision(filled(FORM, {"name": person.name, "title": person.title, "language": person.locale}))


@router.get("", name="account.profile.edit")
def edit(visit: Annotated[Reading, reads(Permission.ACCOUNT_USE)]) -> Response:
    """The form."""
    return show(visit, _page(visit, _stored(people.one(visit.session, int(visit.actor.person or 0)))))


@router.get("/data", name="account.data.show")
def data(visit: Annotated[Reading, reads(Permission.ACCOUNT_USE)]) -> Response:
    """All that is kept of whoever asks, as a file."""
    found = personal_data.about(visit.session, int(visit.actor.person or 0))
    return Response(
        orjson.dumps(found, option=orjson.OPT_INDENT_2),
        media_type="application/json",
        headers={"Content-Disposition": disposition("attachment", "kipina.json"), "Cache-Control": "no-store"},
    )


@router.post("", name="account.profile.update")
def update(visit: Annotated[Writing, writes(Permission.ACCOUNT_USE)], posted: Posted) -> Response:
    """Keep it, and go on in the language that was chosen."""
    fields = Fields(posted, visit.language)
    name, title = fields.line("name", required=True, longest=100), fields.line("title", longest=100)
    language = fields.raw("language")
    if language not in LANGUAGES:
        fields.fault("language", Fault.NOT_A_CHOICE)
    if fields.errors:
        return show(visit, _page(visit, fields.form(FORM)), status=422)
    person = people.for_update(visit.session, int(visit.actor.person or 0))
    if changed_meanwhile(fields, _stored(person)):
        return show(visit, _page(visit, beside(fields, _stored(person))), status=409)
    services.edit_profile(visit.session, visit.actor, person, name, title, language, visit.now)
    visit.language = language
    return go_to(
        visit, path_of(visit.request.app, language, "account.tasks.index"), flash=N_("Your details are saved.")
    )
