"""A form that is sent again, by a second press, a reload or a lost answer, is answered as the first time.

The token of a form ends with a key of the page that it stands on. The same key, address and content are the same form:
what changes the house does so once, and the answer is kept beside the change (docs/decisions/0023).
"""

import hashlib
from collections.abc import Callable
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from app.models import SentForm
from app.services import sent_forms
from app.web.pages import FLASH_COOKIE
from app.web.visit import Visit

_KEPT = frozenset({"location", "kipina-version", "kipina-saved-at", "kipina-next", "cache-control"})


def by_script(request: Request) -> bool:
    """Is it sent by a script of ours, which keeps what was typed until it is confirmed, and reads no page."""
    return request.headers.get("Kipina-Unsent") == "1" or request.headers.get("Kipina-Autosave") == "1"


def key_of(request: Request, form: FormData) -> str | None:
    """What tells a form from every other, or None for one without the key of a page."""
    token = form.get("csrf")
    if not isinstance(token, str) or "." not in token:
        return None
    parts: list[bytes] = [request.scope["path"].encode(), request.scope["query_string"]]
    for name, value in form.multi_items():
        parts += [name.encode(errors="surrogatepass"), _content(value)]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.hexdigest()


def _content(value: UploadFile | str) -> bytes:
    if isinstance(value, str):
        return value.encode(errors="surrogatepass")
    value.file.seek(0)
    content = hashlib.file_digest(value.file, "sha256").digest()  # type: ignore[arg-type]
    value.file.seek(0)
    return (value.filename or "").encode(errors="surrogatepass") + content


def once(visit: Visit[Any], key: str | None, handle: Callable[[], Response]) -> Response:
    """The answer of the handler; of a form that was answered before, that answer, and nothing changes again."""
    if key is None:
        return handle()
    before = sent_forms.earlier(visit.session, key)
    if before is not None and before.status != 200:  # noqa: PLR2004
        return _again(before)
    answer = handle()
    if before is not None and answer.status_code == before.status:
        visit.session.rollback()  # a page is worked out anew; what it did stands already
    elif answer.status_code < 400 and not _signs_in_or_out(visit, answer):  # noqa: PLR2004
        sent_forms.remember(visit.session, key, answer.status_code, _headers(answer), visit.now)
    return answer


def _signs_in_or_out(visit: Visit[Any], answer: Response) -> bool:
    """Whom the answer does not reach is asked to sign in: a token is given to one browser once."""
    mark = f"{visit.settings.session_cookie}="
    return any(value.startswith(mark) for name, value in answer.headers.items() if name == "set-cookie")


def _headers(answer: Response) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in answer.headers.items()
        if name in _KEPT or (name == "set-cookie" and value.startswith(f"{FLASH_COOKIE}="))
    ]


def _again(before: SentForm) -> Response:
    answer = Response(status_code=before.status)
    for name, value in before.headers:
        answer.headers.append(name, value)
    return answer
