"""Looks into a PDF that somebody sent: can it be opened, and how many pages has it."""

import io

import pikepdf


class NotAPdf(ValueError):
    """The bytes are no PDF that can be opened."""


class NeedsPassword(ValueError):
    """A PDF that opens only with a password."""


def page_count(content: bytes) -> int:
    """The number of pages, at least 1. The content decides, whatever the file is called or says to be.

    Raises NotAPdf or NeedsPassword. A PDF that merely forbids printing or copying is fine.
    """
    if not content.startswith(b"%PDF-"):  # not even later in the file: what begins otherwise may be something else too
        raise NotAPdf
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            pages = len(document.pages)
    except pikepdf.PasswordError:
        raise NeedsPassword from None
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError):
        raise NotAPdf from None
    if pages < 1:
        raise NotAPdf
    return pages
