"""Looks into an office document: is it whole, and is there nothing in it that runs by itself or reaches out.

Word, Excel and PowerPoint as ECMA-376 has them, and OpenDocument 1.3: both are ZIP archives of XML. Nothing is unpacked
to a disk, and no part is held in memory but those that are read here.
"""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers import expat

from app.domain.file_kind import CONTENT_TYPES, FileKind
from app.domain.refusals import Reason, Refused

MOST_ENTRIES = 5_000
MOST_BYTES = 250 * 1024 * 1024
"""Of everything unpacked, with what is nested."""
HARMLESS_BYTES = 10 * 1024 * 1024
MOST_TIMES = 150
"""More than the harmless bytes must not be packed tighter than this; real spreadsheets reach about 50."""
LARGEST_READ = 50 * 1024 * 1024
"""Bytes of a part that is read as a whole: an archive in the archive."""

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""A compound file: macros, embedded programs and the Office documents of before 2007."""

_CHUNK = 1 << 16
_MAIN = {f"{CONTENT_TYPES[kind]}.main+xml": kind for kind in (FileKind.DOCX, FileKind.XLSX, FileKind.PPTX)}
_OPEN = {CONTENT_TYPES[kind].encode(): kind for kind in (FileKind.ODT, FileKind.ODS, FileKind.ODP)}
_RUNS = re.compile(r"vbaproject|vbadata|macrosheet|/activex/|^basic/|^scripts/", re.IGNORECASE)
_RUNNING_TYPE = re.compile(r"macroenabled|vbaproject|activex", re.IGNORECASE)
_RUNNING_RELATION = re.compile(
    r"/(vbaProject|wordVbaData|xlMacrosheet|xlIntlMacrosheet|control|aFChunk|attachedToolbars)$"
)


@dataclass
class _Room:
    """How much may still be unpacked."""

    entries: int = MOST_ENTRIES
    bytes: int = MOST_BYTES


def kind_of(content: bytes) -> FileKind:
    """Which kind of document it is. Raises Refused with the reason why it cannot be taken."""
    return _kind_of(content, _Room(), nested=False)


def _kind_of(content: bytes, room: _Room, *, nested: bool) -> FileKind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _plain(archive, content, room)
            _parts(archive, room, nested=nested)
            first = archive.infolist()[0]
            if first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED:
                return _open_document(archive)
            return _office_document(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, EOFError, NotImplementedError, expat.ExpatError):
        raise Refused(Reason.NOT_A_KNOWN_FILE) from None


def _plain(archive: zipfile.ZipFile, content: bytes, room: _Room) -> None:
    """An archive as office programs write it: nothing before, behind or twice, and no more than there is room for."""
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    names = {entry.filename for entry in entries}
    whole = content[-22:].startswith(b"PK\5\6")  # the end of the directory is the end of the file, without a comment
    if not whole or not entries or entries[0].header_offset != 0 or len(names) != len(entries):
        raise Refused(Reason.NOT_A_KNOWN_FILE)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(Reason.FILE_IS_LOCKED)
    for name in names:
        if name.startswith("/") or "\\" in name or ".." in name.split("/"):
            raise Refused(Reason.NOT_A_KNOWN_FILE)
    ends = [entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size for entry in entries]
    begins = [entry.header_offset for entry in entries[1:]] + [archive.start_dir]
    if any(end > begin for end, begin in zip(ends, begins, strict=True)):
        raise Refused(Reason.FILE_TOO_HEAVY)  # entries that overlap are how little becomes much
    unpacked = sum(entry.file_size for entry in entries)
    room.entries -= len(entries)
    room.bytes -= unpacked
    tight = unpacked > HARMLESS_BYTES and unpacked > MOST_TIMES * len(content)
    if room.entries < 0 or room.bytes < 0 or tight:
        raise Refused(Reason.FILE_TOO_HEAVY)


def _parts(archive: zipfile.ZipFile, room: _Room, *, nested: bool) -> None:
    """Every part unpacks to what its entry says, and is no program; an archive in it is looked into once."""
    for entry in archive.infolist():
        if _RUNS.search(entry.filename):
            raise Refused(Reason.FILE_MAY_RUN)
        if entry.filename.startswith("xl/externalLinks/"):
            raise Refused(Reason.FILE_REACHES_OUT)
        with archive.open(entry) as part:
            head = part.read(_CHUNK)
            if head.startswith(OLE) or (nested and head.startswith(ZIP)):
                raise Refused(Reason.FILE_MAY_RUN)
            if head.startswith(ZIP):
                if entry.file_size > LARGEST_READ:
                    raise Refused(Reason.FILE_TOO_HEAVY)
                _kind_of(head + part.read(), room, nested=True)
            while part.read(_CHUNK):
                pass  # the length and the checksum are compared on the way


def _office_document(archive: zipfile.ZipFile) -> FileKind:
    """ECMA-376, part 2: [Content_Types].xml says what each part is, `.rels` what it uses."""
    mains: dict[str, FileKind] = {}

    def type_of_part(_: str, attributes: dict[str, str]) -> None:
        said = attributes.get("ContentType", "")
        if _RUNNING_TYPE.search(said):
            raise Refused(Reason.FILE_MAY_RUN)
        if said in _MAIN:
            mains[attributes.get("PartName", "").removeprefix("/")] = _MAIN[said]

    def relation(_: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "")
        if _RUNNING_RELATION.search(kind):
            raise Refused(Reason.FILE_MAY_RUN)
        if attributes.get("TargetMode") == "External" and not kind.endswith("/hyperlink"):
            raise Refused(Reason.FILE_REACHES_OUT)

    _read(archive, "[Content_Types].xml", type_of_part)
    for name in archive.namelist():
        if name.endswith(".rels"):
            _read(archive, name, relation)
    kinds = {kind for name, kind in mains.items() if name in archive.namelist()}
    if len(kinds) != 1:
        raise Refused(Reason.NOT_A_KNOWN_FILE)
    return kinds.pop()


def _open_document(archive: zipfile.ZipFile) -> FileKind:
    """OpenDocument, part 2: `mimetype` comes first and as it is; the manifest says what is encrypted."""
    kind = _OPEN.get(archive.read("mimetype").strip())
    if kind is None:
        raise Refused(Reason.NOT_A_KNOWN_FILE)

    def listed(tag: str, _: dict[str, str]) -> None:
        if tag.endswith(" encryption-data"):
            raise Refused(Reason.FILE_IS_LOCKED)

    def element(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "event-listener" or name.startswith("dde-"):
            raise Refused(Reason.FILE_MAY_RUN)
        target = attributes.get("http://www.w3.org/1999/xlink href", "")
        if name != "a" and (re.match(r"[a-z][a-z0-9+.-]*:|//|\.\./", target, re.IGNORECASE)):
            raise Refused(Reason.FILE_REACHES_OUT)

    _read(archive, "META-INF/manifest.xml", listed)
    _read(archive, "content.xml", element)
    for name in archive.namelist():
        if name != "content.xml" and name.rpartition("/")[2] in {"content.xml", "styles.xml"}:
            _read(archive, name, element)
    return kind


def _read(archive: zipfile.ZipFile, name: str, element: Callable[[str, dict[str, str]], None]) -> None:
    """Read one part as XML, a little at a time. A document type, and with it every entity, is refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = _no_document_type
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _no_document_type(*_: object) -> None:
    raise Refused(Reason.NOT_A_KNOWN_FILE)
