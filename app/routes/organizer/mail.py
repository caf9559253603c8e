"""The mail of an event: read, changed before it leaves, let go, sent again."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.models import MailState, OutgoingMail
from app.queries import events, mail
from app.queries.mail import PAGE, MailRow
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.services import outbox
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.meanwhile import beside, changed_meanwhile
from app.web.pages import city_of, go, show
from app.web.visit import Reading, Writing
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}/mail")

Seeing = Annotated[Reading, reads(Permission.MAIL_MANAGE)]
Changing = Annotated[Writing, writes(Permission.MAIL_MANAGE)]

FORM = "mail"
TAB = "organizer.mail.index"


@dataclass(frozen=True)
class MailsPage:
    """One page of the mails; `to_release` is how many can be let go here."""

    template: ClassVar[str] = "organizer/mail/index.html"
    frame: EventFrame
    rows: list[MailRow]
    counts: dict[MailState, int]
    state: MailState | None
    number: int
    to_release: int
    leaves_the_house: bool

    @property
    def pages(self) -> int:
        """How many pages there are."""
        total = self.counts[self.state] if self.state else sum(self.counts.values())
        return max(1, -(-total // PAGE))

    @property
    def states(self) -> list[MailState]:
        """The states in the order of a mail's life."""
        return list(MailState)


@dataclass(frozen=True)
class MailPage:
    """One mail. `may_edit`: it has not left; `back`: where one came from."""

    template: ClassVar[str] = "organizer/mail/edit.html"
    frame: EventFrame
    mail: OutgoingMail
    form: Form
    may_edit: bool
    leaves_with_signature: bool
    back: str


@router.get("", name="organizer.mail.index")
def index(visit: Seeing, event_id: int, state: str = "", page: int = 1) -> Response:
    """What waits, what has left, what failed."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    chosen = next((one for one in MailState if one.value == state), None)
    counts = mail.counts(visit.session, visit.scope, event.id)
    shown = MailsPage(
        frame=frame_of(visit, event, TAB),
        rows=mail.page_of(visit.session, visit.scope, event.id, chosen, max(1, page)),
        counts=counts,
        state=chosen,
        number=max(1, page),
        to_release=mail.held_to_release(visit.session, visit.scope, event.id) if counts[MailState.HELD] else 0,
        leaves_the_house=bool(visit.settings.smtp_url),
    )
    return show(visit, shown)


@router.post("/release", name="organizer.mail_release.create")
def release(visit: Changing, posted: Posted, event_id: int) -> Response:  # noqa: ARG001
    """Let the held mails go; those of decisions wait for the signature."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    held = mail.held_for_update(visit.session, visit.scope, event.id)
    outbox.release(visit.session, visit.actor, held, visit.now)
    flash = N_("The mails are on their way.")
    return go(visit, "organizer.mail.index", city=city_of(visit).slug, event_id=event_id, flash=flash)


@router.get("/{mail_id}", name="organizer.mail.edit")
def edit(visit: Seeing, event_id: int, mail_id: int, back: str = "") -> Response:
    """One mail to read, and to change as long as it has not left."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    one = mail.one(visit.session, visit.scope, event.id, mail_id)
    return show(visit, _page(frame_of(visit, event, TAB), one, _form_of(one), back))


@router.post("/{mail_id}", name="organizer.mail.update")
def update(visit: Changing, posted: Posted, event_id: int, mail_id: int) -> Response:
    """Keep the new words."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    one = mail.for_update(visit.session, visit.scope, event.id, mail_id)
    fields = Fields(posted, visit.language, visit.zone)
    subject, body = fields.line("subject", required=True), fields.text("body", required=True)
    back = fields.raw("back")
    frame = frame_of(visit, event, TAB)
    if fields.errors:
        return show(visit, _page(frame, one, fields.form(FORM), back), status=422)
    if changed_meanwhile(fields, _form_of(one)):
        return show(visit, _page(frame, one, beside(fields, _form_of(one)), back), status=409)
    outbox.edit(visit.session, visit.actor, one, subject, f"{body}\n", visit.now)
    at: dict[str, Any] = {"city": city_of(visit).slug, "event_id": event_id}
    if back == "signature":
        return go(visit, "organizer.application_of_decisions.new", **at, flash=N_("The mail has been changed."))
    return go(visit, "organizer.mail.edit", **at, mail_id=mail_id, flash=N_("The mail has been changed."))


@router.post("/{mail_id}/sending", name="organizer.mail_sending.create")
def send_again(visit: Changing, posted: Posted, event_id: int, mail_id: int) -> Response:  # noqa: ARG001
    """Try once more to send one that was given up."""
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    one = mail.for_update(visit.session, visit.scope, event.id, mail_id)
    outbox.send_again(visit.session, visit.actor, one, visit.now)
    flash = N_("The mail is on its way again.")
    return go(visit, "organizer.mail.index", city=city_of(visit).slug, event_id=event_id, flash=flash)


def _form_of(one: OutgoingMail) -> Form:
    return filled(FORM, {"subject": one.subject, "body": one.body, "revision": mail.revision(one)})


def _page(frame: EventFrame, one: OutgoingMail, form: Form, back: str) -> MailPage:
    waits = one.state is MailState.HELD and one.kind in mail.DECISION_KINDS
    return MailPage(frame, one, form, outbox.editable(one), waits, back if back == "signature" else "")
