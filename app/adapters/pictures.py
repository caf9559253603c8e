"""Pictures that people upload: opened, made small and written anew, so that nothing but the picture is kept."""

import io

from PIL import Image, UnidentifiedImageError

LARGEST_UPLOAD = 2 * 1024 * 1024
"""Bytes of a logo as it is uploaded."""
MOST_PIXELS = 20_000_000
LOGO_BOX = (720, 216)
"""A logo is shown 36 pixels high; six times that is sharp on every screen and in print."""


def logo(content: bytes) -> bytes:
    """A PNG, JPEG or WebP picture as a small PNG. Raises ValueError for anything else, and for what is too large."""
    if len(content) > LARGEST_UPLOAD:
        message = "more than 2 MB"
        raise ValueError(message)
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                message = "too many pixels"
                raise ValueError(message)
            shown = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        message = "no picture"
        raise ValueError(message) from error
    shown.thumbnail(LOGO_BOX, Image.Resampling.LANCZOS)
    written = io.BytesIO()
    shown.save(written, "PNG", optimize=True)
    return written.getvalue()
