"""Files on their way out. What somebody sent never runs in our origin: its type is ours, and it lives in a sandbox.

A deck may be shown in the page (`inline`) only because it was opened as a PDF when it came; everything else is saved.
"""

import unicodedata
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from app.adapters import files
from app.domain.refusals import Reason, Refused
from app.models import Attachment
from app.web.visit import Reading

SHOWN_INLINE = frozenset({"application/pdf"})


def send_stored(visit: Reading, attachment: Attachment, *, inline: bool = False) -> Response:
    """The answer that carries a file, under its own name in any script (RFC 6266); one the store has lost is not found.

    It leaves a little at a time: many may fetch large files at once.
    """
    try:
        size, parts = files.stream(visit.settings, attachment.stored_as)
    except FileNotFoundError:
        raise Refused(Reason.NOT_FOUND) from None
    shown = inline and attachment.content_type in SHOWN_INLINE
    return StreamingResponse(
        parts,
        headers={
            "Content-Type": attachment.content_type,
            "Content-Length": str(size),
            "Content-Disposition": disposition("inline" if shown else "attachment", attachment.file_name),
            "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'self'",
            "X-Frame-Options": "SAMEORIGIN",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
            "Vary": "Cookie",
        },
    )


def disposition(kind: str, file_name: str) -> str:
    """`attachment; filename="Hakemus.pdf"; filename*=UTF-8''…`: plain ASCII for old readers, the whole name for all."""
    ascii_name = unicodedata.normalize("NFKD", file_name).encode("ascii", "ignore").decode()
    safe = "".join(sign for sign in ascii_name if sign.isalnum() or sign in " ._-()").strip(" .") or "file"
    return f"{kind}; filename=\"{safe}\"; filename*=UTF-8''{quote(file_name, safe='')}"
