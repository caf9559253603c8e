"""Before reading: whose application it is, and whether one may read it at all."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.conflict import ACT, SECTION, Ground
from app.models import Application, Event
from app.queries import scoring
from app.queries.scoring import Party
from app.routes.jury.scores import go_on
from app.services import conflicts
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.pages import show
from app.web.visit import Reading, Visit, Writing
from app.web.wording import ground_choices
from app.web.words import N_

router = Router(prefix="/jury/applications/{application_id}/conflict")

FORM = "jury-conflicts-form"
LONGEST_NOTE = 500


@dataclass(frozen=True)
class ConflictPage:
    """Title, company and challenge, and no more: the content is read by those who go on."""

    template: ClassVar[str] = "jury/conflicts/new.html"
    party: Party
    form: Form
    grounds: list[tuple[str, str, str]]
    act: str = ACT
    section: int = SECTION


@router.get("", name="jury.conflicts.new")
def new(visit: Annotated[Reading, reads(Permission.CONFLICT_DECLARE)], application_id: int) -> Response:
    """Go on, or say why not."""
    application, event = scoring.reading(visit.session, visit.scope, application_id, visit.now)
    return show(visit, _page(visit, application, event, filled(FORM, {})))


@router.post("", name="jury.conflicts.create")
def create(
    visit: Annotated[Writing, writes(Permission.CONFLICT_DECLARE)], posted: Posted, application_id: int
) -> Response:
    """Declare a conflict: from now on the application is closed to the juror."""
    application, event = scoring.reading(visit.session, visit.scope, application_id, visit.now)
    fields = Fields(posted, visit.language)
    ground = fields.choice("ground", Ground)
    note = fields.text("note", longest=LONGEST_NOTE)
    if fields.errors or ground is None:
        return show(visit, _page(visit, application, event, fields.form(FORM)), status=422)
    person = int(visit.scope.person or 0)
    conflicts.declare(visit.session, visit.actor, application, person, ground, note, visit.now)
    return go_on(visit, event, None, N_("Noted. This application is left to the other jurors."))


def _page(visit: Visit[Any], application: Application, event: Event, form: Form) -> ConflictPage:
    return ConflictPage(scoring.party(visit.session, application, event), form, ground_choices(visit.language))
