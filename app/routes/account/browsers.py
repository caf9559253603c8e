"""Ending one's sign-in in other browsers: a lost phone, a computer in the hall."""

from typing import Annotated

from starlette.responses import Response

from app.domain.access import Permission
from app.services import signing_in
from app.web.forms import Posted
from app.web.guard import Router, writes
from app.web.pages import go
from app.web.visit import Writing
from app.web.words import N_

router = Router(prefix="/account/browsers")


@router.post("/sign-out", name="account.other_browsers.delete")
def sign_out_all(visit: Annotated[Writing, writes(Permission.ACCOUNT_USE)], posted: Posted) -> Response:  # noqa: ARG001
    """Everywhere but here."""
    signing_in.sign_out_elsewhere(visit.session, visit.actor, _here(visit), visit.now)
    return go(visit, "account.profile.edit", flash=N_("You are now signed in only here."))


@router.post("/{browser_id}/sign-out", name="account.browsers.delete")
def sign_out_one(
    visit: Annotated[Writing, writes(Permission.ACCOUNT_USE)],
    posted: Posted,  # noqa: ARG001
    browser_id: int,
) -> Response:
    """In one of them; this one has its own button."""
    signing_in.sign_out_elsewhere(visit.session, visit.actor, _here(visit), visit.now, only=browser_id)
    return go(visit, "account.profile.edit", flash=N_("You are signed out there."))


def _here(visit: Writing) -> int | None:
    return visit.browser.id if visit.browser else None
