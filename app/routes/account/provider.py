"""Coming in, connecting and confirming by the sign-in of one's city (OpenID Connect)."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, ClassVar

from starlette.datastructures import FormData
from starlette.responses import Response

from app.adapters import identity_provider
from app.adapters.identity_provider import Client, Identity, Question
from app.domain.access import Permission
from app.domain.handshake import PROVIDER_ANSWERS_WITHIN, Purpose
from app.domain.limits import Act
from app.domain.refusals import Reason, Refused
from app.models import Handshake
from app.queries import ways_in
from app.routes.account.sign_in import home_of, local_path
from app.services import handshakes, providers
from app.web import session as web_session
from app.web.forms import Fields, Posted
from app.web.guard import Door, Router, SignInNeeded, in_steps, reads, writes
from app.web.limits import too_often
from app.web.pages import city_of, go, go_to, show
from app.web.providers import client_of
from app.web.speaking import speak
from app.web.visit import Reading, Writing
from app.web.wording import say_refusal
from app.web.words import N_

router = Router(prefix="/sign-in/cities/{city}")
accounts = Router(prefix="/account/cities/{city}")

LONGEST_CODE = 4_000


@dataclass(frozen=True)
class AwayPage:
    """On the way to the provider. A page and no redirect: forms may only lead to addresses of ours."""

    template: ClassVar[str] = "account/provider/away.html"
    city: str
    to: str


@dataclass(frozen=True)
class OpenPage:
    """Back from the provider; a button goes on, and a script presses it."""

    template: ClassVar[str] = "account/provider/open.html"
    city: str
    slug: str
    state: str
    code: str
    iss: str


@dataclass(frozen=True)
class TroublePage:
    """It did not work: why, and how to come in all the same."""

    template: ClassVar[str] = "account/provider/trouble.html"
    refusal: str
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of whom."""

    client: Client
    question: Question


@dataclass(frozen=True, slots=True)
class _Answered:
    """What a browser brought back, with the question that it answers."""

    asked: _Asked
    handshake: Handshake
    code: str
    iss: str
    now: datetime


@router.post("", name="account.provider.create")
async def create(door: Annotated[Door, in_steps(Permission.SIGN_IN)], posted: Posted) -> Response:
    """Ask, and send the browser there."""
    asked = await door.step(partial(_ask, posted=posted))
    if isinstance(asked, Response):
        return asked
    city = str(door.request.path_params["city"])
    try:
        to = await speak(city, partial(identity_provider.address, asked.client, asked.question))
    except Refused as refusal:
        return await door.step(_in_trouble(refusal.reason))
    return await door.step(lambda visit: show(visit, AwayPage(_name(visit), to)))


@router.get("/return", name="account.provider.open")
def open_return(
    visit: Annotated[Reading, reads(Permission.SIGN_IN)], state: str = "", code: str = "", iss: str = ""
) -> Response:
    """Back again. As with links, opening does nothing yet."""
    if not state or not code:
        return _trouble(visit, Reason.PROVIDER_SAID_NO)
    return show(visit, OpenPage(_name(visit), city_of(visit).slug, state, code, iss))


@router.post("/return", name="account.provider.spend")
async def spend(door: Annotated[Door, in_steps(Permission.SIGN_IN)], posted: Posted) -> Response:
    """Ask the provider who it was, and do what was asked for."""
    answered = await door.step(partial(_take_back, posted=posted))
    if isinstance(answered, Response):
        return answered
    client, question = answered.asked.client, answered.asked.question
    try:
        who = await speak(
            str(door.request.path_params["city"]),
            partial(identity_provider.identity, client, question, answered.code, answered.iss, answered.now),
        )
    except Refused as refusal:
        return await door.step(_in_trouble(refusal.reason))
    return await door.step(partial(_let_in, handshake=answered.handshake, who=who))


@accounts.post("/removal", name="account.provider.delete")
def disconnect(visit: Annotated[Writing, writes(Permission.ACCOUNT_USE)], posted: Posted) -> Response:  # noqa: ARG001
    """One's account there lets nobody in any more."""
    if not providers.disconnect(visit.session, visit.actor, city_of(visit).id, visit.now):
        raise Refused(Reason.NOT_FOUND)
    return go(visit, "account.profile.edit", flash=N_("Your city account is no longer connected."))


def _ask(visit: Writing, posted: FormData) -> _Asked | Response:
    fields = Fields(posted, visit.language)
    purpose = fields.choice("purpose", Purpose) or Purpose.SIGN_IN
    if purpose is not Purpose.SIGN_IN and not visit.actor.signed_in:
        raise SignInNeeded
    if purpose is Purpose.CONNECT and not visit.is_fresh:
        return go(visit, "account.confirmation.new", q_next="/account/profile")
    if (often := too_often(visit, Act.PROVE)) is not None:
        return often.on(show(visit, TroublePage(often.sentence), status=429))
    token = handshakes.begin(
        visit.session,
        visit.actor,
        purpose,
        visit.browser_mark,
        visit.now,
        within=PROVIDER_ANSWERS_WITHIN,
        city_id=city_of(visit).id,
        next_path=local_path(fields.raw("next")),
    )
    return _asked(visit, token, anew=purpose is Purpose.CONFIRM)


def _take_back(visit: Writing, posted: FormData) -> _Answered | Response:
    fields = Fields(posted, visit.language)
    state, code = fields.raw("state"), fields.raw("code")
    if (often := too_often(visit, Act.PROVE)) is not None:
        return often.on(show(visit, TroublePage(often.sentence), status=429))
    try:
        handshake = handshakes.spend(
            visit.session, visit.actor, state, visit.browser_mark, visit.now, city_id=city_of(visit).id
        )
    except Refused as refusal:
        return _trouble(visit, refusal.reason)
    visit.session.expunge(handshake)
    asked = _asked(visit, state, anew=handshake.purpose is Purpose.CONFIRM)
    return _Answered(asked, handshake, code[:LONGEST_CODE], fields.raw("iss"), visit.now)


def _asked(visit: Writing, token: str, *, anew: bool) -> _Asked:
    """The question of a token. What the provider must not be told is made from it with our key, so nothing keeps it."""
    provider = ways_in.provider(visit.session, city_of(visit).id)
    client = client_of(visit, provider) if provider else None
    if client is None:
        raise Refused(Reason.NOT_FOUND)

    def made(what: str) -> str:
        return hmac.new(visit.settings.key, f"provider {what}:{token}".encode(), hashlib.sha256).hexdigest()

    return _Asked(client, Question(state=token, nonce=made("nonce"), verifier=made("verifier"), anew=anew))


def _let_in(visit: Writing, handshake: Handshake, who: Identity) -> Response:
    city = city_of(visit).id
    if visit.actor.person != handshake.person_id:  # signed out, or somebody else by now
        return _trouble(visit, Reason.NOT_ASKED)
    try:
        if handshake.purpose is Purpose.CONNECT:
            providers.connect(visit.session, visit.actor, city, who.issuer, who.subject, visit.now)
            return go(visit, "account.profile.edit", flash=N_("Your city account is connected."))
        if handshake.purpose is Purpose.CONFIRM:
            args = (who.issuer, who.subject, who.signed_in_at)
            providers.confirm(visit.session, visit.actor, handshake, *args)
        person = providers.let_in(visit.session, city, who.issuer, who.subject, visit.now)
    except Refused as refusal:
        return _trouble(visit, refusal.reason)
    shown = None if who.signed_in_at is None else min(who.signed_in_at, visit.now)
    token = web_session.begin_anew(visit.session, visit.request, visit.settings, person.id, visit.now, proven_at=shown)
    response = go_to(visit, f"/{visit.language}{home_of(handshake.next_path)}")
    web_session.set_cookie(response, visit.settings, token)
    return response


def _name(visit: Reading | Writing) -> str:
    return city_of(visit).name.text(visit.language)


def _in_trouble(reason: Reason) -> Callable[[Writing], Response]:
    return lambda visit: _trouble(visit, reason)


STATUS = {Reason.PROVIDER_SILENT: 502}


def _trouble(visit: Reading | Writing, reason: Reason) -> Response:
    page = TroublePage(say_refusal(reason, visit.language), unknown=reason is Reason.ACCOUNT_UNKNOWN)
    return show(visit, page, status=STATUS.get(reason, 409))
