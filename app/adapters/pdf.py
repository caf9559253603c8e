"""HTML to PDF: accessible (PDF/UA-1) and for the archive (PDF/A-2a) at once.

WeasyPrint reads what strangers wrote, so it works in a process of its own, within a time and a memory limit, and may
fetch nothing but our own static files. Whatever else the HTML asks for is as if it did not exist.
"""

import io
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

STATIC_DIR = Path(__file__).parent.parent / "static"
FINNISH = Path(__file__).parent / "hyph_fi.dic"
HOUSE = "https://static.invalid"
"""The address that relative ones are read against; no such host can exist (RFC 6761)."""

SECONDS = 60
BYTES = 2 * 1024**3

# Emoji in colour are pictures, which an archive cannot keep as letters; the system's other fonts may help out.
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <selectfont><rejectfont><pattern><patelt name="color"><bool>true</bool></patelt></pattern></rejectfont></selectfont>
</fontconfig>
"""

# PDF/A wants every property declared that it does not know itself; PDF/UA's is one (ISO 19005-2, 6.6.2.3.3).
_UA_IDENTIFIER = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
  xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
  xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfuaid:part>1</pdfuaid:part>
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description></rdf:RDF>"""


class NotMadeError(Exception):
    """The document could not be made; the text says why, for the log."""


def make(html: str, *, seconds: float = SECONDS) -> bytes:
    """The PDF of a whole HTML page with `lang` and `title`. Raises NotMadeError when it fails or takes too long."""
    with tempfile.TemporaryDirectory(prefix="kipina-pdf-") as folder:
        fonts = Path(folder) / "fonts.conf"
        fonts.write_text(_FONTS)
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(STATIC_DIR.parent.parent),
            "FONTCONFIG_FILE": str(fonts),
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path(tempfile.gettempdir()) / "kipina-cache")),
            "TMPDIR": folder,
            "LC_ALL": "C.UTF-8",
        }
        try:
            done = subprocess.run(
                [sys.executable, "-m", "app.adapters.pdf"],
                input=html.encode(),
                capture_output=True,
                timeout=seconds,
                check=False,
                env=environment,
                cwd=folder,
            )
        except subprocess.TimeoutExpired as late:
            message = f"not ready in {seconds} seconds"
            raise NotMadeError(message) from late
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        raise NotMadeError(done.stderr.decode(errors="replace")[-2_000:] or f"ended with {done.returncode}")
    return done.stdout


def static_file(url: str) -> Path:
    """The static file an address means. Raises ValueError for every other address."""
    parts = urlsplit(url)
    path = (STATIC_DIR / unquote(parts.path).removeprefix("/static/")).resolve()
    ours = f"{parts.scheme}://{parts.netloc}" == HOUSE and parts.path.startswith("/static/")
    if not (ours and path.is_relative_to(STATIC_DIR.resolve()) and path.is_file()):
        raise ValueError(url)
    return path


def _render(html: str) -> bytes:
    """In the process of its own: set the page, a second time without the letters that no font has."""
    import logging  # noqa: PLC0415

    import pyphen  # type: ignore[import-untyped]  # noqa: PLC0415
    from weasyprint import HTML  # type: ignore[import-untyped]  # noqa: PLC0415
    from weasyprint.logger import LOGGER  # type: ignore[import-untyped]  # noqa: PLC0415
    from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]  # noqa: PLC0415
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]  # noqa: PLC0415

    pyphen.LANGUAGES["fi"] = FINNISH
    pyphen.LANGUAGES_LOWERCASE["fi"] = "fi"

    class OwnFiles(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002
            path = static_file(url)
            kinds = {".css": "text/css", ".svg": "image/svg+xml", ".woff": "font/woff"}
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kinds[path.suffix]})

    class Missing(logging.Handler):
        letters: set[str] = set()  # noqa: RUF012  one process, one document

        def emit(self, record: logging.LogRecord) -> None:
            if ".notdef" in str(record.msg) and isinstance(record.args, tuple):
                self.letters.add(str(record.args[0]))

    LOGGER.handlers[:] = [Missing()]
    fonts = FontConfiguration()

    def set_page(text: str) -> bytes:
        page = HTML(string=text, base_url=HOUSE, url_fetcher=OwnFiles())
        return bytes(page.write_pdf(font_config=fonts, pdf_variant="pdf/a-2a") or b"")

    pdf = set_page(html)
    if Missing.letters:
        pdf = set_page(re.sub("[" + re.escape("".join(sorted(Missing.letters))) + "]", "\N{WHITE SQUARE}", html))
    return pdf


def _declare_accessible(pdf: bytes) -> bytes:
    """Add the identifier of PDF/UA, which WeasyPrint gives only instead of that of PDF/A."""
    import pikepdf  # noqa: PLC0415

    with pikepdf.open(io.BytesIO(pdf)) as document:
        metadata = document.Root.Metadata
        declared = metadata.read_bytes().replace(b"</rdf:RDF>", _UA_IDENTIFIER)
        document.Root.Metadata = document.make_stream(declared, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
        for found in document.objects:
            # A last byte that is a carriage return would count as the end of line that follows it (6.1.7.1).
            if isinstance(found, pikepdf.Stream) and found.read_raw_bytes().endswith(b"\r"):
                found.write(found.read_bytes())
        out = io.BytesIO()
        document.save(out, compress_streams=False, deterministic_id=True)  # what was compressed stays so
        return out.getvalue()


def main() -> None:
    """HTML in, PDF out."""
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    sys.stdout.buffer.write(_declare_accessible(_render(sys.stdin.buffer.read().decode())))


if __name__ == "__main__":
    main()
