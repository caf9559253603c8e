"""Files to send: honest ones of every kind that is taken, and hostile ones. Each is made here; none lies about."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

from app.domain.file_kind import CONTENT_TYPES, FileKind
from app.domain.refusals import Reason

Parts = dict[str, bytes | str]
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
_FOLDER = {FileKind.DOCX: "word/document", FileKind.XLSX: "xl/workbook", FileKind.PPTX: "ppt/presentation"}


def packed(parts: Parts, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive; a part called `mimetype` is stored as it is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else compression)
    return out.getvalue()


def relations(*found: str) -> str:
    """The `.rels` part of a document; each relation is what stands in its element."""
    inside = "".join(f'<Relationship Id="r{number}" {one}/>' for number, one in enumerate(found))
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


def office_parts(kind: FileKind, types: str = "") -> Parts:
    """The parts of a small Word, Excel or PowerPoint document."""
    main = f"{_FOLDER[kind]}.xml"
    return {
        "[Content_Types].xml": (
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/{main}" ContentType="{CONTENT_TYPES[kind]}.main+xml"/>{types}</Types>'
        ),
        "_rels/.rels": relations(f'Type="{RELATIONS}/officeDocument" Target="{main}"'),
        main: "<document>Kokouksen muistio</document>",
    }


def open_parts(kind: FileKind, content: str = "") -> Parts:
    """The parts of a small OpenDocument."""
    spaces = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:draw="d" xmlns:text="t" xmlns:script="s"'
    return {
        "mimetype": CONTENT_TYPES[kind],
        "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        "content.xml": f"<office {spaces}>Muistio{content}</office>",
    }


def picture(kind: FileKind, size: tuple[int, int] = (40, 30)) -> bytes:
    """A picture."""
    out = io.BytesIO()
    Image.new("RGB", size, "#c2410c").save(out, {FileKind.JPEG: "JPEG"}.get(kind, kind.upper()))
    return out.getvalue()


def pdf(inside: bytes = b"") -> bytes:
    """The smallest PDF with a page."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\n"
        + inside
        + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def honest() -> dict[FileKind, bytes]:
    """One of every kind."""
    made = {kind: packed(office_parts(kind)) for kind in _FOLDER}
    made |= {kind: packed(open_parts(kind)) for kind in (FileKind.ODT, FileKind.ODS, FileKind.ODP)}
    made |= {kind: picture(kind) for kind in (FileKind.JPEG, FileKind.PNG, FileKind.WEBP)}
    return {FileKind.PDF: pdf(), **made}


def _png(width: int, height: int, rows: bytes) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack("!I", len(content)) + name + content + struct.pack("!I", zlib.crc32(name + content))

    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _zeros(size: int) -> bytes:
    """So many zeros, deflated; nobody ever holds them."""
    press = zlib.compressobj(1)
    piece = bytes(1 << 20)
    return b"".join(press.compress(piece) for _ in range(size >> 20)) + press.flush()


def _overlapping() -> bytes:
    """Many entries that share one stretch of bytes, as in the bomb of 2019; so few that only this gives it away."""
    parts = office_parts(FileKind.DOCX)
    base = packed(parts | {"word/media/a": bytes(1 << 19)})
    with zipfile.ZipFile(io.BytesIO(base)) as archive:
        start, last = archive.start_dir, archive.infolist()[-1]
    entry = base[base.rindex(b"PK\x01\x02") : base.rindex(b"PK\x05\x06")]
    central = base[start : base.rindex(b"PK\x05\x06")]
    many = b"".join(
        entry.replace(last.filename.encode(), f"word/media/{chr(98 + number)}".encode()) for number in range(15)
    )
    directory = central + many
    count = len(parts) + 1 + 15
    return base[:start] + directory + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), start, 0)


def _lying_size() -> bytes:
    """An entry that claims to be 4 GB large."""
    honest = packed(office_parts(FileKind.DOCX))
    place = honest.index(b"PK\x01\x02") + 24
    return honest[:place] + struct.pack("<I", 0xFFFFFFF0) + honest[place + 4 :]


def _docx(more: Parts | None = None, types: str = "") -> bytes:
    return packed(office_parts(FileKind.DOCX, types) | (more or {}))


def _related(one: str) -> bytes:
    return packed(office_parts(FileKind.DOCX) | {"word/_rels/document.xml.rels": relations(one)})


def _nested(depth: int) -> bytes:
    inner = packed(office_parts(FileKind.XLSX))
    for _ in range(depth):
        inner = packed(office_parts(FileKind.DOCX) | {"word/embeddings/table.xlsx": inner})
    return inner


def _encrypted() -> bytes:
    honest = bytearray(_docx())
    honest[honest.index(b"PK\x01\x02") + 8] |= 1
    return bytes(honest)


_EXTERNAL = 'TargetMode="External" Target="https://outside.example/x"'
_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"

HOSTILE: dict[str, tuple[Callable[[], bytes], Reason]] = {
    "empty": (lambda: b"", Reason.NOT_A_KNOWN_FILE),
    "one byte": (lambda: b"P", Reason.NOT_A_KNOWN_FILE),
    "web page": (lambda: b"<!doctype html><script>alert(1)</script>", Reason.NOT_A_KNOWN_FILE),
    "drawing with a script": (
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', Reason.NOT_A_KNOWN_FILE
    ),
    "program": (lambda: b"MZ" + bytes(500), Reason.NOT_A_KNOWN_FILE),
    "moving picture": (lambda: b"GIF89a/*" + b"*/=1;alert(1)", Reason.NOT_A_KNOWN_FILE),
    "Word of 2003": (lambda: OLE, Reason.NOT_A_KNOWN_FILE),
    "Word with a password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), Reason.FILE_IS_LOCKED),
    "web page before a PDF": (lambda: b"<script>alert(1)</script>" + pdf(), Reason.NOT_A_KNOWN_FILE),
    "PDF cut": (lambda: b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0", Reason.NOT_A_KNOWN_FILE),
    "PDF whose pages are their own children": (
        lambda: pdf().replace(b"Kids[3 0 R]", b"Kids[2 0 R]"), Reason.NOT_A_KNOWN_FILE
    ),
    "PDF of nested arrays": (lambda: pdf().replace(b"/Kids", b"/Kids" + b"[" * 3_000_000), Reason.NOT_A_KNOWN_FILE),
    "PDF with a stream of 400 MB": (
        lambda: b"%%PDF-1.5\n1 0 obj<</Type/XRef/W[1 2 1]/Size 9/Root 2 0 R/Filter/FlateDecode/Length %d>>stream\n%s"
        b"\nendstream endobj\nstartxref\n9\n%%%%EOF" % (len(bomb := _zeros(400 << 20)), bomb),
        Reason.NOT_A_KNOWN_FILE,
    ),
    "plain archive": (lambda: packed({"a.txt": b"hello"}), Reason.NOT_A_KNOWN_FILE),
    "archive of a program": (lambda: packed({"META-INF/MANIFEST.MF": b"Main-Class: A", "A.class": b"x"}),
                             Reason.NOT_A_KNOWN_FILE),
    "archive cut": (lambda: _docx()[:-40], Reason.NOT_A_KNOWN_FILE),
    "archive with a hole": (lambda: _docx().replace(b"PK\x03\x04", b"PK\x03\x05"), Reason.NOT_A_KNOWN_FILE),
    "archive behind a picture": (lambda: picture(FileKind.PNG)[:20] + _docx(), Reason.NOT_A_KNOWN_FILE),
    "document before a web page": (lambda: _docx() + b"<script>alert(1)</script>", Reason.NOT_A_KNOWN_FILE),
    "entry outside": (lambda: _docx({"../../etc/passwd": b"x"}), Reason.NOT_A_KNOWN_FILE),
    "entry from the root": (lambda: _docx({"/etc/passwd": b"x"}), Reason.NOT_A_KNOWN_FILE),
    "damaged part": (lambda: packed(office_parts(FileKind.DOCX), zipfile.ZIP_STORED).replace(b"muistio", b"muutos!"),
                     Reason.NOT_A_KNOWN_FILE),
    "entity bomb": (
        lambda: _docx({
            "_rels/.rels": '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><r>&b;&b;&b;</r>'
        }), Reason.NOT_A_KNOWN_FILE,
    ),
    "no main part": (lambda: packed({name: part for name, part in office_parts(FileKind.DOCX).items()
                                     if not name.startswith("word/")}), Reason.NOT_A_KNOWN_FILE),
    "encrypted entries": (_encrypted, Reason.FILE_IS_LOCKED),
    "flat bomb": (lambda: _docx({"word/media/a": bytes(100 << 20)}), Reason.FILE_TOO_HEAVY),
    "bomb of many": (lambda: _docx({f"word/media/{number}": b"" for number in range(6_000)}), Reason.FILE_TOO_HEAVY),
    "nested bomb": (
        lambda: _docx({
            "word/embeddings/a.xlsx": packed(office_parts(FileKind.XLSX) | {"xl/media/a": bytes(100 << 20)})
        }), Reason.FILE_TOO_HEAVY,
    ),
    "overlapping bomb": (_overlapping, Reason.FILE_TOO_HEAVY),
    "huge claimed size": (_lying_size, Reason.FILE_TOO_HEAVY),
    "archive in archive in archive": (lambda: _nested(2), Reason.FILE_MAY_RUN),
    "macros": (lambda: _docx({"word/vbaProject.bin": OLE}), Reason.FILE_MAY_RUN),
    "macros under another name": (lambda: _docx({"word/harmless.bin": OLE}), Reason.FILE_MAY_RUN),
    "macros by type": (lambda: _docx(types=f'<Override PartName="/word/x.xml" ContentType="{_MACROS}"/>'),
                       Reason.FILE_MAY_RUN),
    "macros of Excel 4": (
        lambda: packed(office_parts(FileKind.XLSX) | {"xl/macrosheets/sheet1.xml": "<a/>"}), Reason.FILE_MAY_RUN
    ),
    "macros in a table in a document": (
        lambda: _docx({
            "word/embeddings/a.xlsx": packed(office_parts(FileKind.XLSX) | {"xl/vbaProject.bin": OLE})
        }), Reason.FILE_MAY_RUN,
    ),
    "page in a document": (lambda: _related(f'Type="{RELATIONS}/aFChunk" Target="a.html"'), Reason.FILE_MAY_RUN),
    "template from elsewhere": (lambda: _related(f'Type="{RELATIONS}/attachedTemplate" {_EXTERNAL}'),
                                Reason.FILE_REACHES_OUT),
    "picture from elsewhere": (lambda: _related(f'Type="{RELATIONS}/image" {_EXTERNAL}'), Reason.FILE_REACHES_OUT),
    "table from elsewhere": (
        lambda: packed(office_parts(FileKind.XLSX) | {"xl/externalLinks/externalLink1.xml": "<ddeLink/>"}),
        Reason.FILE_REACHES_OUT,
    ),
    "OpenDocument with macros": (
        lambda: packed(open_parts(FileKind.ODT) | {"Basic/Standard/Module1.xml": "<x/>"}), Reason.FILE_MAY_RUN
    ),
    "OpenDocument with an event": (
        lambda: packed(open_parts(FileKind.ODT, '<script:event-listener xlink:href="vnd.sun.star.script:a"/>')),
        Reason.FILE_MAY_RUN,
    ),
    "OpenDocument with a picture from elsewhere": (
        lambda: packed(open_parts(FileKind.ODP, '<draw:image xlink:href="https://outside.example/a.png"/>')),
        Reason.FILE_REACHES_OUT,
    ),
    "OpenDocument with a password": (
        lambda: packed(open_parts(FileKind.ODS) | {"META-INF/manifest.xml": '<m xmlns:e="u"><e:encryption-data/></m>'}),
        Reason.FILE_IS_LOCKED,
    ),
    "OpenDocument of no kind": (lambda: packed(open_parts(FileKind.ODT) | {"mimetype": "text/html"}),
                                Reason.NOT_A_KNOWN_FILE),
    "picture cut": (lambda: picture(FileKind.PNG, (400, 400))[:150], Reason.NOT_A_KNOWN_FILE),
    "picture that is none": (lambda: b"\xff\xd8\xff" + bytes(1000), Reason.NOT_A_KNOWN_FILE),
    "picture bomb": (lambda: _png(60_000, 60_000, _zeros(100 << 20)), Reason.FILE_TOO_HEAVY),
    "picture of claims": (lambda: _png(2**31 - 1, 2**31 - 1, b""), Reason.FILE_TOO_HEAVY),
}  # fmt: skip

HARMLESS: dict[str, tuple[Callable[[], bytes], FileKind]] = {
    "links on the web": (lambda: _related(f'Type="{RELATIONS}/hyperlink" {_EXTERNAL}'), FileKind.DOCX),
    "a table in a document": (lambda: _nested(1), FileKind.DOCX),
    "a link in OpenDocument": (
        lambda: packed(open_parts(FileKind.ODT, '<text:a xlink:href="https://outside.example">x</text:a>')),
        FileKind.ODT,
    ),
    "a picture in OpenDocument": (
        lambda: packed(open_parts(FileKind.ODT, '<draw:image xlink:href="Pictures/a.png"/>')
                       | {"Pictures/a.png": picture(FileKind.PNG)}), FileKind.ODT,
    ),
    "a large picture": (lambda: picture(FileKind.JPEG, (9_000, 7_000)), FileKind.JPEG),
    "a PDF with an archive behind it": (lambda: pdf() + packed({"a": b"x"}), FileKind.PDF),
    "a picture with a page behind it": (
        lambda: picture(FileKind.PNG) + b"<script>alert(1)</script>", FileKind.PNG
    ),
}  # fmt: skip
