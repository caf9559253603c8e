"""Where a city's staff sign in at work: set up with the city by whoever runs the installation."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, ClassVar

from starlette.datastructures import FormData
from starlette.responses import Response

from app.adapters import identity_provider
from app.adapters.identity_provider import Client, may_be_asked
from app.adapters.sealing import seal, unseal
from app.domain.access import Permission
from app.domain.refusals import Reason, Refused
from app.models import IdentityProvider
from app.queries import ways_in
from app.services import providers
from app.web.asking import unconfirmed
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Door, Router, in_steps, reads, writes
from app.web.meanwhile import beside, changed_meanwhile, with_revision
from app.web.pages import city_of, go, path_for, show
from app.web.providers import redirect_uri
from app.web.speaking import speak
from app.web.visit import Reading, Writing
from app.web.words import N_

router = Router(prefix="/admin/cities/{city}/provider")

FORM = "admin-provider-form"


@dataclass(frozen=True)
class EditPage:
    """The form. `known`: there is a provider. `unreadable`: its secret was sealed with another key."""

    template: ClassVar[str] = "admin/providers/edit.html"
    form: Form
    city: str
    slug: str
    redirect_uri: str
    known: bool
    unreadable: bool


@router.get("", name="admin.providers.edit")
def edit(visit: Annotated[Reading, reads(Permission.INSTALLATION_MANAGE)]) -> Response:
    """The form; the secret is never shown again."""
    return show(visit, _page(visit, _stored(ways_in.provider(visit.session, city_of(visit).id))))


@router.post("", name="admin.providers.update")
async def update(door: Annotated[Door, in_steps(Permission.INSTALLATION_MANAGE)], posted: Posted) -> Response:
    """Ask the provider whether it is there, then keep it."""
    client = await door.step(partial(_read, posted=posted))
    if isinstance(client, Response):
        return client
    try:
        issuer = await speak(str(door.request.path_params["city"]), partial(identity_provider.issuer_at, client))
    except Refused as refusal:
        return await door.step(partial(_again, posted=posted, reason=refusal.reason))
    return await door.step(partial(_keep, posted=posted, client=client, issuer=issuer))


@router.post("/removal", name="admin.providers.delete")
def remove(visit: Annotated[Writing, writes(Permission.INSTALLATION_MANAGE)], posted: Posted) -> Response:
    """Take it away."""
    provider = ways_in.provider_for_update(visit.session, city_of(visit).id)
    if provider is None:
        raise Refused(Reason.NOT_FOUND)
    back = path_for(visit, "admin.providers.edit", city=city_of(visit).slug)
    question = N_("Shall nobody sign in this way any more? Links by mail remain.")
    if (asked := unconfirmed(visit, posted, question, N_("Take it away"), back)) is not None:
        return asked
    providers.take_away(visit.session, visit.actor, provider, visit.now)
    return go(visit, "admin.cities.index", flash=N_("The city's own sign-in is taken away."))


def _read(visit: Writing, posted: FormData) -> Client | Response:
    fields = Fields(posted, visit.language)
    issuer, client_id = fields.line("issuer", required=True), fields.line("client_id", required=True)
    if "issuer" not in fields.errors and not may_be_asked(issuer, local=visit.settings.local):
        fields.refuse(Refused(Reason.BAD_PROVIDER, "issuer"))
    known = ways_in.provider(visit.session, city_of(visit).id)
    if not fields.raw("secret") and (known is None or known.issuer.rstrip("/") != issuer.rstrip("/")):
        fields.refuse(Refused(Reason.MISSING_FIELD, "secret"))
    if fields.errors:
        return show(visit, _page(visit, _without_secret(fields)), status=422)
    if changed_meanwhile(fields, _stored(known)):
        return _both(visit, fields, known)
    uri = redirect_uri(visit.settings, city_of(visit).slug)
    return Client(issuer, client_id, fields.raw("secret"), uri, visit.settings.local)


def _keep(visit: Writing, posted: FormData, client: Client, issuer: str) -> Response:
    fields, known = Fields(posted, visit.language), ways_in.provider_for_update(visit.session, city_of(visit).id)
    if changed_meanwhile(fields, _stored(known)):  # while the provider was asked
        return _both(visit, fields, known)
    sealed = seal(visit.settings.key, client.secret) if client.secret else None
    try:
        providers.set_up(visit.session, visit.actor, city_of(visit).id, issuer, client.client_id, sealed, visit.now)
    except Refused as refusal:
        return _again(visit, posted, refusal.reason, refusal.field or "issuer")
    return go(visit, "admin.providers.edit", city=city_of(visit).slug, flash=N_("Saved. The provider answers."))


def _again(visit: Writing, posted: FormData, reason: Reason, field: str = "issuer") -> Response:
    fields = Fields(posted, visit.language)
    fields.refuse(Refused(Reason.BAD_PROVIDER if reason is Reason.PROVIDER_NOT_BELIEVED else reason, field))
    return show(visit, _page(visit, _without_secret(fields)), status=422)


def _without_secret(fields: Fields) -> Form:
    form = fields.form(FORM)
    return Form(form.id, {name: value for name, value in form.typed.items() if name != "secret"}, {}, form.errors)


def _stored(provider: IdentityProvider | None) -> Form:
    """The secret is not shown, but another one is noticed."""
    if provider is None:
        return with_revision(filled(FORM, {}))
    values = {"issuer": provider.issuer, "client_id": provider.client_id}
    return with_revision(filled(FORM, values), provider.sealed_secret)


def _both(visit: Writing, fields: Fields, stored: IdentityProvider | None) -> Response:
    form = beside(fields, _stored(stored))
    shown = {name: value for name, value in form.typed.items() if name != "secret"}
    return show(visit, _page(visit, replace(form, typed=shown)), status=409)


def _page(visit: Reading | Writing, form: Form) -> EditPage:
    city = city_of(visit)
    provider = ways_in.provider(visit.session, city.id)
    return EditPage(
        form=form,
        city=city.name.text(visit.language),
        slug=city.slug,
        redirect_uri=redirect_uri(visit.settings, city.slug),
        known=provider is not None,
        unreadable=provider is not None and unseal(visit.settings.key, provider.sealed_secret) is None,
    )
