"""Looks into a PDF that somebody sent: can it be opened, and how many pages has it."""

import io

import pikepdf

from app.domain.refusals import Reason, Refused

PDF = b"%PDF-"
"""How it begins. Not even later in the file: what begins otherwise may be something else too."""


def page_count(content: bytes) -> int:
    """The number of pages, at least 1. A PDF that merely forbids printing or copying is fine.

    Raises Refused: NOT_A_KNOWN_FILE, or FILE_IS_LOCKED when it opens only with a password.
    """
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            pages = len(document.pages)
    except pikepdf.PasswordError:
        raise Refused(Reason.FILE_IS_LOCKED) from None
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError):
        raise Refused(Reason.NOT_A_KNOWN_FILE) from None
    if pages < 1:
        raise Refused(Reason.NOT_A_KNOWN_FILE)
    return pages
