"""The accessibility statement, and the channel that answers."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.limits import Act
from app.queries import cities
from app.services import feedback
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.limits import too_often
from app.web.pages import go, show
from app.web.visit import Reading, Writing
from app.web.words import N_

router = Router()

FORM = "public-feedback-form"


@dataclass(frozen=True)
class StatementPage:
    """What holds, what does not, and whom to tell."""

    template: ClassVar[str] = "public/accessibility/show.html"


@dataclass(frozen=True)
class FeedbackPage:
    """A few words to the city."""

    template: ClassVar[str] = "public/feedback/new.html"
    form: Form
    cities: list[tuple[str, str]]
    refusal: str = ""


@router.get("/accessibility", name="public.accessibility.show")
def show_statement(visit: Annotated[Reading, reads(Permission.PUBLIC_READ)]) -> Response:
    """The statement (306/2019)."""
    return show(visit, StatementPage())


def _page(visit: Reading | Writing, form: Form, refusal: str = "") -> FeedbackPage:
    options = [(city.slug, city.name.text(visit.language)) for city in cities.all_cities(visit.session)]
    return FeedbackPage(form, options, refusal)


@router.get("/feedback", name="public.feedback.new")
def new(visit: Annotated[Reading, reads(Permission.PUBLIC_READ)], city: str = "") -> Response:
    """The form."""
    return show(visit, _page(visit, filled(FORM, {"city": city, "email": visit.actor.email})))


@router.post("/feedback", name="public.feedback.create")
def create(visit: Annotated[Writing, writes(Permission.PUBLIC_READ)], posted: Posted) -> Response:
    """Sent to the city by mail."""
    fields = Fields(posted, visit.language)
    words = fields.text("words", required=True, longest=5_000)
    email = fields.email("email", required=False)
    city = cities.facts(visit.session, fields.raw("city"))
    if fields.errors:
        return show(visit, _page(visit, fields.form(FORM)), status=422)
    if (often := too_often(visit, Act.GIVE_FEEDBACK)) is not None:
        return often.on(show(visit, _page(visit, fields.form(FORM), often.sentence), status=429))
    feedback.send(visit.session, city, words, email, visit.language, visit.now)
    return go(
        visit,
        "public.front.show",
        flash=N_("Thank you. We read every message. If you left your address, you will hear from us within 14 days."),
    )
