"""From prepared to signed: the mails are written, everything is read on one page, one button makes it final."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from starlette.responses import Response

from app.domain.deciding import Outcome, ProblemKind
from app.domain.refusals import Reason, Refused
from app.models import Event
from app.queries import deciding, events, mail
from app.queries.deciding import Item
from app.queries.mail import DecisionMail
from app.routes.organizer.decisions import Deciding, Overview, Seeing, overview_of
from app.routes.organizer.event_frame import EventFrame, frame_of
from app.services import deciding as services
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router
from app.web.pages import city_of, go, go_to, path_for, show
from app.web.visit import Visit, Writing
from app.web.words import N_

router = Router(prefix="/organizer/{city}/events/{event_id}")

FORM = "signature"
MANY = 30
"""Companies whose mails still fit on one page."""


@dataclass(frozen=True, slots=True)
class Told:
    """One company with its outcome and the mails that tell it. `alone`: nobody of it can be written to."""

    item: Item
    mails: list[DecisionMail]
    alone: bool


@dataclass(frozen=True)
class SignPage:
    """Every company and its outcome, each mail, and the one button. `changed`: by another since it was read.

    `confirm_first`: whoever signs showed too long ago who they are.
    """

    template: ClassVar[str] = "organizer/signature/new.html"
    frame: EventFrame
    groups: list[tuple[Outcome, list[Told]]]
    form: Form
    places: int
    too_many: bool
    confirm_first: bool
    changed: bool = False

    @property
    def many(self) -> bool:
        """Are there so many that the mails are read each on its own page."""
        return sum(len(group) for _, group in self.groups) > MANY

    @property
    def mails(self) -> int:
        """How many mails leave."""
        return sum(len(told.mails) for _, group in self.groups for told in group)

    @property
    def unwritten(self) -> bool:
        """Is the mail of a changed decision still to be written anew."""
        return any(not told.mails and not told.alone for _, group in self.groups for told in group)


@router.post("/application-of-decisions", name="organizer.application_of_decisions.create")
def write_mails(visit: Deciding, posted: Posted, event_id: int) -> Response:  # noqa: ARG001
    """Write the mails that are not written yet, and go on to reading them."""
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    services.write_mails(visit.session, visit.actor, event, visit.now)
    return go(visit, "organizer.application_of_decisions.new", **_at(visit, event_id))


@router.get("/application-of-decisions", name="organizer.application_of_decisions.new")
def new(visit: Seeing, event_id: int, more_than_places: str = "") -> Response:
    """The page that names everybody; only when all is decided and nothing is hidden from the reader.

    `more_than_places`: what was ticked before one confirmed that it is oneself.
    """
    event = events.by_id(visit.session, city_of(visit).id, event_id)
    overview = overview_of(visit, event)
    if event.decided_at is not None or overview.incomplete or overview.hides_some or not overview.items:
        return go(visit, "organizer.decisions.index", **_at(visit, event_id))
    return show(visit, _page(visit, event, overview, ticked=more_than_places == "on"))


def _page(visit: Visit[Any], event: Event, overview: Overview, *, ticked: bool = False) -> SignPage:
    written = mail.of_decisions(visit.session, visit.scope, event.id)
    reachable = deciding.reachable(visit.session, event.id)
    told = [
        Told(item, [one for one in written if one.application_id == item.id], item.id not in reachable)
        for item in overview.items
    ]
    groups = [(outcome, [one for one in told if one.item.outcome is outcome]) for outcome in Outcome]
    reserves = {item.id: place for place, item in enumerate(overview.reserves)}
    groups = [(outcome, sorted(group, key=lambda one: reserves.get(one.item.id, 0))) for outcome, group in groups]
    revision = deciding.revision_to_sign((item.decided for item in overview.items), written)
    return SignPage(
        frame=frame_of(visit, event, "organizer.decisions.index"),
        groups=groups,
        form=filled(FORM, {"revision": revision, "more_than_places": ticked}),
        places=event.places_to_pitch,
        too_many=any(problem.kind is ProblemKind.TOO_MANY_INVITED for problem in overview.problems),
        confirm_first=not visit.is_fresh,
    )


@router.post("/signature", name="organizer.signature.create")
def sign(visit: Deciding, posted: Posted, event_id: int) -> Response:
    """Make it final, by somebody who has just shown who they are.

    When anybody changed something since it was read, it is read again first.
    """
    event = events.for_update(visit.session, city_of(visit).id, event_id)
    fields = Fields(posted, visit.language, visit.zone)
    if not visit.is_fresh:
        return _confirm(visit, event_id, fields)
    try:
        on_purpose = fields.ticked("more_than_places")
        revision = fields.raw("revision")
        services.sign(visit.session, visit.actor, event, revision, visit.now, more_than_places=on_purpose)
    except Refused as refusal:
        if refusal.reason not in {Reason.CHANGED_MEANWHILE, Reason.TOO_MANY_INVITED}:
            raise
        page = _page(visit, event, overview_of(visit, event))
        if refusal.reason is Reason.CHANGED_MEANWHILE:
            return show(visit, replace(page, changed=True), status=409)
        fields.refuse(refusal)
        return show(visit, replace(page, form=replace(page.form, errors=fields.errors)), status=422)
    flash = N_("The decisions are signed, and the mails are on their way.")
    return go(visit, "organizer.decisions.index", **_at(visit, event_id), flash=flash)


def _confirm(visit: Writing, event_id: int, fields: Fields) -> Response:
    """On to showing who one is, and back to the page with what was ticked; or back at once, when that was not asked."""
    ticked = {"q_more_than_places": "on"} if fields.ticked("more_than_places") else {}
    back = path_for(visit, "organizer.application_of_decisions.new", **_at(visit, event_id), **ticked)
    if not fields.ticked("confirm"):
        return go_to(visit, back, flash=N_("Nothing is signed yet. Confirm first that it is you."), kind="warning")
    return go(visit, "account.confirmation.new", q_next=back.removeprefix(f"/{visit.language}"))


def _at(visit: Visit[Any], event_id: int) -> dict[str, Any]:
    return {"city": city_of(visit).slug, "event_id": event_id}
