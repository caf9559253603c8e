"""Pictures that people upload: opened to see that they are whole; a logo is made small and written anew."""

import io

from PIL import Image, UnidentifiedImageError

from app.domain.file_kind import FileKind
from app.domain.refusals import Reason, Refused

LARGEST_LOGO = 2 * 1024 * 1024
"""Bytes of a logo as it is uploaded."""
MOST_PIXELS = 30_000_000
"""Decoded. A JPEG is decoded at an eighth of its size, so the largest of a telephone goes through."""
LOGO_BOX = (720, 216)
"""A logo is shown 36 pixels high; six times that is sharp on every screen and in print."""

FORMATS = {"PNG": FileKind.PNG, "JPEG": FileKind.JPEG, "WEBP": FileKind.WEBP}


def kind_of(content: bytes) -> FileKind:
    """Which kind of picture it is, decoded to its end. Raises Refused: NOT_A_KNOWN_FILE or FILE_TOO_HEAVY."""
    with _opened(content, small=True) as picture:
        return FORMATS[str(picture.format)]


def logo(content: bytes) -> bytes:
    """A picture as a small PNG, so that nothing but the picture is kept. Raises Refused."""
    with _opened(content, small=False) as picture:
        shown = picture.convert("RGBA")
    shown.thumbnail(LOGO_BOX, Image.Resampling.LANCZOS)
    written = io.BytesIO()
    shown.save(written, "PNG", optimize=True)
    return written.getvalue()


def _opened(content: bytes, *, small: bool) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content), formats=tuple(FORMATS))
        if small:
            picture.draft("RGB", (picture.width // 8, picture.height // 8))
        if picture.width * picture.height > MOST_PIXELS:
            raise Refused(Reason.FILE_TOO_HEAVY)
        picture.load()
    except Image.DecompressionBombError:
        raise Refused(Reason.FILE_TOO_HEAVY) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise Refused(Reason.NOT_A_KNOWN_FILE) from None
    return picture
