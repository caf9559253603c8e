"""What a company sees of its own follow-up case: where it stands, what was told to it, and whom to ask."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.queries import case as queries
from app.queries import cities
from app.queries.case import CompanySide, Happening
from app.web.guard import Router, reads
from app.web.pages import show
from app.web.visit import Reading

router = Router(prefix="/company/cases")


@dataclass(frozen=True)
class CasePage:
    """The public side of one case."""

    template: ClassVar[str] = "company/cases/show.html"
    case: CompanySide
    told: list[Happening]


@router.get("/{case_id}", name="company.cases.show")
def show_case(visit: Annotated[Reading, reads(Permission.CASE_SEE_OWN)], case_id: int) -> Response:
    """The page."""
    case = queries.of_company(visit.session, visit.scope, case_id)
    visit.city = cities.facts(visit.session, case.city_slug)
    told = queries.story(visit.session, case.id, shown_to_company=True)
    return show(visit, CasePage(case, told))
