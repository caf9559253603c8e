"""Passkeys: added and removed on one's own page, and used to come in or to confirm."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from app.adapters import passkeys as adapter
from app.adapters.passkeys import Answer, NotBelieved, Site
from app.domain.access import Permission
from app.domain.handshake import PASSKEY_ANSWERS_WITHIN, Purpose
from app.domain.limits import Act
from app.domain.refusals import Reason, Refused
from app.models import Handshake
from app.queries import ways_in
from app.routes.account.sign_in import home_of, local_path
from app.services import handshakes, passkeys
from app.web import session as web_session
from app.web.forms import Fields, Posted
from app.web.guard import Router, writes
from app.web.limits import too_often
from app.web.pages import go, go_to, show
from app.web.visit import Visit, Writing
from app.web.wording import say_refusal
from app.web.words import N_

router = Router(prefix="/account/passkeys")
entry = Router(prefix="/sign-in/passkey")

LONGEST_NAME = 60

Public = Annotated[Writing, writes(Permission.SIGN_IN)]
Own = Annotated[Writing, writes(Permission.ACCOUNT_USE)]


@dataclass(frozen=True)
class TroublePage:
    """It did not work: why, and what else there is."""

    template: ClassVar[str] = "account/passkeys/trouble.html"
    refusal: str


def site_of(visit: Visit[Any]) -> Site:
    """Whom passkeys are for; refused where the installation has no name of its own."""
    if not visit.settings.passkeys:
        raise Refused(Reason.NOT_FOUND)
    return Site(visit.settings.host, visit.settings.origin)


@entry.post("/question", name="account.passkey_question.create")
def ask(visit: Public, posted: Posted) -> Response:
    """What the browser is to ask a passkey: any of this site, or one of those of whoever confirms."""
    site = site_of(visit)
    if (often := too_often(visit, Act.PROVE)) is not None:
        return often.on(JSONResponse({"trouble": often.sentence}, 429))
    confirms = visit.actor.signed_in
    token = _begin(visit, posted, Purpose.CONFIRM if confirms else Purpose.SIGN_IN)
    own = [one.credential_id for one in ways_in.passkeys(visit.session, visit.actor)] if confirms else []
    return JSONResponse(adapter.to_use(site, token, own))


@entry.post("/answer", name="account.passkey_answer.create")
def use(visit: Public, posted: Posted) -> Response:
    """Come in, or confirm: with a session that begins anew, as by any other way."""
    site = site_of(visit)
    if (often := too_often(visit, Act.PROVE)) is not None:
        return often.on(show(visit, TroublePage(often.sentence), status=429))
    wanted = Purpose.CONFIRM if visit.actor.signed_in else Purpose.SIGN_IN
    try:
        answer, handshake = _answered(visit, posted, wanted)
        passkey = passkeys.use(visit.session, visit.actor, site, answer, visit.now)
    except Refused as refusal:
        return _trouble(visit, refusal)
    token = web_session.begin_anew(visit.session, visit.request, visit.settings, passkey.person_id, visit.now)
    response = go_to(visit, f"/{visit.language}{home_of(handshake.next_path)}")
    web_session.set_cookie(response, visit.settings, token)
    return response


@router.post("/question", name="account.new_passkey_question.create")
def ask_to_add(visit: Own, posted: Posted) -> Response:
    """What the browser is told to make a passkey, for somebody who has just shown who they are."""
    site = site_of(visit)
    if not visit.is_fresh:
        raise Refused(Reason.NOT_ALLOWED)
    token = _begin(visit, posted, Purpose.CONNECT)
    known = [one.credential_id for one in ways_in.passkeys(visit.session, visit.actor)]
    handle = passkeys.handle_of(visit.settings.key, int(visit.actor.person or 0))
    return JSONResponse(adapter.to_add(site, token, handle, visit.actor.email, visit.actor.name, known))


@router.post("", name="account.passkeys.create")
def add(visit: Own, posted: Posted) -> Response:
    """Keep the new passkey under the name that its owner knows it by."""
    site = site_of(visit)
    fields = Fields(posted, visit.language)
    name = fields.raw("name")[:LONGEST_NAME] or str(visit.now.date())
    try:
        answer, _ = _answered(visit, posted, Purpose.CONNECT, added=True)
        passkeys.add(visit.session, visit.actor, site, answer, name, visit.now)
    except Refused as refusal:
        return _trouble(visit, refusal)
    return go(visit, "account.profile.edit", flash=N_("The passkey is added. You can sign in with it from now on."))


@router.post("/{passkey_id}/removal", name="account.passkeys.delete")
def remove(visit: Own, posted: Posted, passkey_id: int) -> Response:  # noqa: ARG001
    """It lets nobody in any more."""
    passkeys.remove(visit.session, visit.actor, passkey_id, visit.now)
    return go(visit, "account.profile.edit", flash=N_("The passkey is removed."))


def _begin(visit: Writing, posted: FormData, purpose: Purpose) -> str:
    next_path = local_path(Fields(posted, visit.language).raw("next"))
    return handshakes.begin(
        visit.session, visit.actor, purpose, visit.browser_mark, visit.now,
        within=PASSKEY_ANSWERS_WITHIN, next_path=next_path,
    )  # fmt: skip


def _answered(visit: Writing, posted: FormData, purpose: Purpose, *, added: bool = False) -> tuple[Answer, Handshake]:
    """The answer with the question that it spends; refused when nobody asked this here and now, and for this."""
    try:
        answer = adapter.read(Fields(posted, visit.language).raw("answer"), added=added)
    except NotBelieved:
        raise Refused(Reason.PASSKEY_NOT_BELIEVED) from None
    handshake = handshakes.spend(visit.session, visit.actor, answer.challenge, visit.browser_mark, visit.now)
    if handshake.purpose is not purpose:
        raise Refused(Reason.NOT_ASKED)
    return answer, handshake


def _trouble(visit: Writing, refusal: Refused) -> Response:
    return show(visit, TroublePage(say_refusal(refusal.reason, visit.language)), status=409)
