"""Is it you: before what cannot be undone, one shows anew who one is, by any of the ways to come in."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.limits import Act
from app.queries import ways_in
from app.queries.ways_in import CityAccount
from app.routes.account.sign_in import local_path
from app.services import signing_in
from app.web.forms import Fields, Posted
from app.web.guard import Router, reads, writes
from app.web.limits import too_often
from app.web.pages import show
from app.web.visit import Reading, Writing

router = Router(prefix="/account/confirmation")


@dataclass(frozen=True)
class NewPage:
    """The ways that this person has: passkeys, their city's sign-in, and always a link by mail."""

    template: ClassVar[str] = "account/confirmation/new.html"
    next: str
    email: str
    passkeys: bool
    cities: list[CityAccount]


@dataclass(frozen=True)
class SentPage:
    """A link that confirms is on its way."""

    template: ClassVar[str] = "account/confirmation/sent.html"
    email: str
    back: str
    refusal: str = ""


@router.get("", name="account.confirmation.new")
def new(visit: Annotated[Reading, reads(Permission.ACCOUNT_USE)], next: str = "/") -> Response:  # noqa: A002
    """Choose one."""
    cities = [city for city in ways_in.accounts_of(visit.session, visit.actor) if city.connected_at]
    has_passkeys = visit.settings.passkeys and bool(ways_in.passkeys(visit.session, visit.actor))
    return show(visit, NewPage(local_path(next), visit.actor.email, has_passkeys, cities))


@router.post("", name="account.confirmation.create")
def create(visit: Annotated[Writing, writes(Permission.ACCOUNT_USE)], posted: Posted) -> Response:
    """Mail a link that leads back."""
    email, next_path = visit.actor.email, local_path(Fields(posted, visit.language).raw("next"))
    back = f"/{visit.language}{next_path}"
    if (often := too_often(visit, Act.ASK_LINK, email=email)) is not None:
        return often.on(show(visit, SentPage(email, back, often.sentence), status=429))
    signing_in.send_link(visit.session, email, next_path, visit.language, visit.now, kind="confirmation")
    return show(visit, SentPage(email, back))
