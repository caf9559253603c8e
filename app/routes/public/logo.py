"""A city's logo."""

from typing import Annotated

from starlette.responses import Response

from app.adapters import files
from app.domain.access import Permission
from app.domain.refusals import Reason, Refused
from app.web.guard import Router, reads
from app.web.pages import city_of
from app.web.visit import Reading

router = Router(prefix="/{city}/logo.png")


@router.get("", name="public.city.logo")
def show_logo(visit: Annotated[Reading, reads(Permission.PUBLIC_READ)]) -> Response:
    """The picture; its name in the store changes with every new one, so that serves as its mark."""
    stored_as = city_of(visit).logo
    if stored_as is None:
        raise Refused(Reason.NOT_FOUND)
    headers = {"ETag": f'"{stored_as}"', "Cache-Control": "public, max-age=300"}
    if headers["ETag"] in visit.request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    try:
        content = files.get(visit.settings, stored_as)
    except FileNotFoundError:
        raise Refused(Reason.NOT_FOUND) from None
    return Response(content, media_type="image/png", headers=headers)
