"""QR codes, where paper meets screen."""

import segno
from markupsafe import Markup


def svg(address: str, title: str) -> Markup:
    """An address as a QR code to stand in a page; `title` says in words where it leads."""
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(title=title, border=0, omitsize=True, dark="#000", lineclass=None, svgclass=None))  # noqa: S704
