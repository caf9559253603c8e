"""What somebody had typed when their sign-in ran out: brought back into the form when they return."""

from typing import Any

from app.models import KeptForm
from app.services.signing_in import hash_of
from app.web.forms import Form
from app.web.visit import Visit

KEPT_COOKIE = "kipina_kept"


def bring_back(visit: Visit[Any], form: object) -> Form | None:
    """The kept form of this browser, when the page shows that very form; the worker removes it after a day."""
    token = visit.request.cookies.get(visit.settings.cookie(KEPT_COOKIE))
    if not token or not isinstance(form, Form) or visit.request.method != "GET" or not visit.actor.signed_in:
        return None
    kept = visit.session.get(KeptForm, hash_of(token))
    if kept is None or kept.form_id != form.id or not _same_place(kept.path, visit.path):
        return None
    typed = {name: values[0] for name, values in kept.values.items() if name not in {"version", "form_id"}}
    return Form(id=form.id, typed={**form.typed, **typed}, lists={**form.lists, **kept.values}, errors={})


def _same_place(sent_from: str, here: str) -> bool:
    """Is it the form of the same thing: many cases have the same form, and the text of one is not for another.

    A form that was shown again with its faults was sent from the address that it posts to.
    """
    thing = _thing(sent_from)
    return thing == _thing(here) or thing.rpartition("/")[0] == here


def _thing(path: str) -> str:
    return path.removesuffix("/edit").removesuffix("/new")
