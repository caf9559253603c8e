"""Asking before doing: with scripts a dialog asks, without them this page does, and both post `confirmed`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from starlette.datastructures import FormData
from starlette.responses import Response

from app.adapters.language import translations
from app.web.pages import show
from app.web.visit import Writing


@dataclass(frozen=True)
class AskPage:
    """One question, with what there is to know first; yes posts the same form again."""

    template: ClassVar[str] = "layouts/ask.html"
    title: str
    yes: str
    back: str
    action: str
    fields: list[tuple[str, str]]
    explanation: Sequence[str] = ()


def unconfirmed(
    visit: Writing,
    posted: FormData,
    question: str,
    yes: str,
    back: str,
    explanation: Sequence[str] = (),
    **values: object,
) -> Response | None:
    """The page that asks, or None when the answer is already yes.

    `question` and `yes` are messages marked with N_, filled with `values`; `explanation` are sentences as they are
    shown.
    """
    if posted.get("confirmed") == "yes":
        return None
    gettext = translations(visit.language).gettext
    page = AskPage(
        title=gettext(question) % values,
        yes=gettext(yes),
        back=back,
        action=f"/{visit.language}{visit.path}",
        fields=[
            (name, value)
            for name, value in posted.multi_items()
            if isinstance(value, str) and name not in {"csrf", "confirmed"}
        ],
        explanation=explanation,
    )
    return show(visit, page)
