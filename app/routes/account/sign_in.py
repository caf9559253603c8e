"""Coming in by a one-time link, and going out."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from urllib.parse import unquote

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.limits import Act
from app.domain.refusals import Refused
from app.queries import ways_in
from app.queries.ways_in import CityAccount
from app.services import signing_in
from app.web import session as web_session
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.limits import too_often
from app.web.pages import go, go_to, show
from app.web.visit import Reading, Visit, Writing
from app.web.wording import say_refusal
from app.web.words import N_

router = Router(prefix="/sign-in")

FORM = "account-sign-in-form"


@dataclass(frozen=True)
class NewPage:
    """Asks for a mail address, and offers the other ways. `cities`: those with a sign-in of their own."""

    template: ClassVar[str] = "account/sign_in/new.html"
    form: Form
    cities: list[CityAccount]
    passkeys: bool
    kept: bool = False
    refusal: str = ""


@dataclass(frozen=True)
class SentPage:
    """A link is on its way."""

    template: ClassVar[str] = "account/sign_in/sent.html"
    email: str


@dataclass(frozen=True)
class OpenPage:
    """The link was opened; a button signs in."""

    template: ClassVar[str] = "account/sign_in/open.html"
    token: str
    refusal: str = ""


def local_path(path: str) -> str:
    """Only a path of ours: anything that could lead to another site becomes the front page."""
    path = unquote(path)
    harmless = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if harmless and len(path) < 1_000 else "/"  # noqa: PLR2004


def home_of(next_path: str) -> str:
    """Where somebody goes who has come in: where they were going, else to their tasks."""
    return next_path if next_path not in {"", "/"} else "/tasks"


@router.get("", name="account.sign_in.new")
def new(visit: Annotated[Reading, reads(Permission.SIGN_IN)], next: str = "/", kept: str = "") -> Response:  # noqa: A002
    """The form."""
    return show(visit, _new(visit, filled(FORM, {"next": local_path(next)}), kept=kept == "1"))


def _new(visit: Visit[Any], form: Form, *, kept: bool = False, refusal: str = "") -> NewPage:
    cities = ways_in.cities_with_provider(visit.session, form.typed.get("next", ""))
    return NewPage(form, cities, visit.settings.passkeys, kept, refusal)


@router.post("", name="account.sign_in.create")
def create(visit: Annotated[Writing, writes(Permission.SIGN_IN)], posted: Posted) -> Response:
    """Mail a link."""
    fields = Fields(posted, visit.language)
    email = fields.email("email")
    if fields.errors:
        return show(visit, _new(visit, fields.form(FORM)), status=422)
    if (often := too_often(visit, Act.ASK_LINK, email=email)) is not None:
        return often.on(show(visit, _new(visit, fields.form(FORM), refusal=often.sentence), status=429))
    signing_in.send_link(visit.session, email, local_path(fields.raw("next")), visit.language, visit.now)
    return show(visit, SentPage(email))


@router.get("/{token}", name="account.sign_in.open")
def open_link(visit: Annotated[Reading, reads(Permission.SIGN_IN)], token: str) -> Response:
    """A button only: mail scanners open links too, and must not spend them."""
    return show(visit, OpenPage(token))


@router.post("/{token}", name="account.sign_in.spend")
def spend(visit: Annotated[Writing, writes(Permission.SIGN_IN)], posted: Posted, token: str) -> Response:  # noqa: ARG001
    """Sign in, with a new session whatever the browser had before."""
    if (often := too_often(visit, Act.SPEND_LINK)) is not None:
        return often.on(show(visit, OpenPage(token, often.sentence), status=429))
    try:
        person, next_path = signing_in.spend_link(visit.session, token, visit.now)
    except Refused as refusal:
        page = _new(visit, filled(FORM, {"next": "/"}), refusal=say_refusal(refusal.reason, visit.language))
        return show(visit, page, status=409)
    visit.session.flush()
    token = web_session.begin_anew(visit.session, visit.request, visit.settings, person.id, visit.now)
    response = go_to(visit, f"/{visit.language}{home_of(next_path)}")
    web_session.set_cookie(response, visit.settings, token)
    return response


sign_out = Router(prefix="/sign-out")


@sign_out.post("", name="account.sign_out.create")
def leave(visit: Annotated[Writing, writes(Permission.ACCOUNT_USE)], posted: Posted) -> Response:  # noqa: ARG001
    """Sign out here."""
    web_session.end(visit.session, visit.request, visit.settings, visit.now)
    response = go(visit, "public.front.show", flash=N_("You are signed out."))
    web_session.clear_cookie(response, visit.settings)
    response.headers["Clear-Site-Data"] = '"storage"'  # what could not be saved is not for whoever sits down next
    return response
