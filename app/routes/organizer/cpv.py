"""Suggestions of CPV codes while somebody types."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import Query
from starlette.responses import Response

from app.domain.access import Permission
from app.queries import cpv
from app.queries.cpv import CpvCode
from app.web.guard import Router, reads
from app.web.pages import show
from app.web.visit import Reading

router = Router(prefix="/organizer/{city}/cpv")


@dataclass(frozen=True)
class SuggestionsPage:
    """The options of the field's list."""

    template: ClassVar[str] = "organizer/challenges/_cpv.html"
    codes: list[CpvCode]


@router.get("", name="organizer.cpv.index")
def index(
    visit: Annotated[Reading, reads(Permission.EVENT_MANAGE)], typed: Annotated[str, Query(alias="cpv")] = ""
) -> Response:
    """The likeliest codes for what was typed so far."""
    return show(visit, SuggestionsPage(cpv.matching(visit.session, typed)))
