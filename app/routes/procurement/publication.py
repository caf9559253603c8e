"""What the public reads of a case: written, published in the portfolio, and taken back."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.domain.refusals import Reason, Refused
from app.models import FollowUpCase
from app.queries import case as case_queries
from app.routes.procurement.case_frame import CaseFrame, find
from app.services import case_publication as service
from app.web.asking import unconfirmed
from app.web.forms import Fields, Form, Posted, filled
from app.web.guard import Router, reads, writes
from app.web.meanwhile import beside
from app.web.pages import city_of, go, path_for, show
from app.web.visit import Reading, Visit, Writing
from app.web.wording import say_refusal
from app.web.words import N_

router = Router(prefix="/procurement/{city}/cases/{case_id}/publication")

FORM = "procurement-publication-form"


@dataclass(frozen=True)
class PublicationPage:
    """The texts for the public, and whether they are out."""

    template: ClassVar[str] = "procurement/publication/edit.html"
    frame: CaseFrame
    form: Form
    languages: tuple[str, ...]
    is_published: bool


def _stored(case: FollowUpCase) -> Form:
    values = {name: getattr(case, name) for name in service.NAMES}
    return filled(FORM, values | {"version": case.version})


def _page(visit: Visit[Any], case: FollowUpCase, form: Form) -> PublicationPage:
    _, _, frame = find(visit, case.id)
    return PublicationPage(frame, form, city_of(visit).languages, case.published_at is not None)


@router.get("", name="procurement.publication.edit")
def edit(visit: Annotated[Reading, reads(Permission.CASE_PUBLISH)], case_id: int) -> Response:
    """The form."""
    case, _, _ = find(visit, case_id)
    return show(visit, _page(visit, case, _stored(case)))


@router.post("", name="procurement.publication.create")
def create(visit: Annotated[Writing, writes(Permission.CASE_PUBLISH)], posted: Posted, case_id: int) -> Response:
    """Save the texts, and publish them when that button was pressed."""
    city = city_of(visit)
    case = case_queries.for_update(visit.session, visit.scope, city.id, case_id)
    fields = Fields(posted, visit.language, visit.zone)
    texts = service.PublicTexts(
        title=fields.localized("title", city.languages, longest=200),
        public_summary=fields.localized("public_summary", city.languages, longest=2_000),
        before=fields.localized("before", city.languages, longest=200),
        after=fields.localized("after", city.languages, longest=200),
        lesson=fields.localized("lesson", city.languages, longest=4_000),
    )
    out = fields.raw("publish") == "yes"
    if out or case.published_at is not None:
        for name, reason in service.gaps(texts, city.languages).items():
            fields.errors.setdefault(name, say_refusal(reason, visit.language))
    elif not texts.title:
        fields.errors.setdefault(f"title_{city.languages[0]}", say_refusal(Reason.MISSING_FIELD, visit.language))
    if fields.errors:
        return show(visit, _page(visit, case, fields.form(FORM)), status=422)
    try:
        service.write(visit.session, visit.actor, case, texts, fields.version(), visit.now)
    except Refused as refusal:
        if refusal.reason is not Reason.CHANGED_MEANWHILE:
            raise
        return show(visit, _page(visit, case, beside(fields, _stored(case))), status=409)
    if not out:
        return go(visit, "procurement.cases.show", flash=N_("Saved."), city=city.slug, case_id=case_id)
    service.publish(visit.session, visit.actor, case, visit.now)
    flash = N_("Published. Anybody can now read it in the portfolio.")
    return go(visit, "procurement.cases.show", flash=flash, city=city.slug, case_id=case_id)


@router.post("/delete", name="procurement.publication.delete")
def delete(visit: Annotated[Writing, writes(Permission.CASE_PUBLISH)], posted: Posted, case_id: int) -> Response:
    """Take it back from the portfolio."""
    city = city_of(visit)
    case = case_queries.for_update(visit.session, visit.scope, city.id, case_id)
    back = path_for(visit, "procurement.cases.show", city=city.slug, case_id=case_id)
    question = N_("Take the case back from the portfolio? Its texts are kept.")
    if (asked := unconfirmed(visit, posted, question, N_("Take it back from the portfolio"), back)) is not None:
        return asked
    service.unpublish(visit.session, visit.actor, case, visit.now)
    flash = N_("The case is no longer in the portfolio. Its texts are kept.")
    return go(visit, "procurement.cases.show", flash=flash, city=city.slug, case_id=case_id)
