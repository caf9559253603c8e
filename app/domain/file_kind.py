"""The kinds of files that are taken in. The content decides the kind, never the name or what a browser says."""

from enum import StrEnum


class FileKind(StrEnum):
    """One kind; the value is the ending of its names."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    ODT = "odt"
    ODS = "ods"
    ODP = "odp"
    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"

CONTENT_TYPES: dict[FileKind, str] = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: f"{_OFFICE}.wordprocessingml.document",
    FileKind.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    FileKind.PPTX: f"{_OFFICE}.presentationml.presentation",
    FileKind.ODT: f"{_OPEN}.text",
    FileKind.ODS: f"{_OPEN}.spreadsheet",
    FileKind.ODP: f"{_OPEN}.presentation",
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
    FileKind.WEBP: "image/webp",
}

DECKS = frozenset({FileKind.PDF})
"""With an application: a jury must be able to read it in the page."""
PAPERS = frozenset(FileKind)
"""With a follow-up case, which gathers what city and company work with."""
