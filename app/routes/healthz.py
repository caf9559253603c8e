"""Is the process alive."""

from starlette.responses import PlainTextResponse

from app.domain.access import Permission
from app.web.guard import Router, declares

router = Router()


@router.get("/healthz", name="healthz", dependencies=[declares(Permission.PUBLIC_READ)])
async def healthz() -> PlainTextResponse:
    """Answers without a database, so that a slow one does not get the process killed."""
    return PlainTextResponse("ok")
