"""What a PDF says: the words on its pages, and those about it."""

import io
import re
from typing import Any

import pikepdf

_PAIR = re.compile(rb"<([0-9a-fA-F]+)> <([0-9a-fA-F]+)>\s*(?:\n|$)")
_RANGE = re.compile(rb"<([0-9a-fA-F]+)> <([0-9a-fA-F]+)> <([0-9a-fA-F]+)>")


def words(content: bytes) -> str:
    """Every letter in the order in which it is set; lines follow each other with a break."""
    with pikepdf.open(io.BytesIO(content)) as document:
        return "".join(_of_page(leaf) for leaf in document.pages)


def unbroken(content: bytes) -> str:
    """The same without spaces and hyphens, so that a word is found wherever a line ended."""
    return re.sub(r"[\s\u00ad\u2010-]", "", words(content))


def about(content: bytes) -> str:
    """Whatever else is written in it: title, author, outline, metadata, addresses."""
    with pikepdf.open(io.BytesIO(content)) as document:
        found = [document.Root.Metadata.read_bytes().decode()]
        for one in document.objects:
            found += _strings(one)
        found += _strings(document.trailer.get("/Info", {}))
    return "\n".join(found)


def _of_page(leaf: Any) -> str:
    fonts = {name: _letters(font) for name, font in leaf.Resources.get("/Font", {}).items()}
    said, letters = "", dict[int, str]()
    for step in pikepdf.parse_content_stream(leaf):
        operands, operator = step.operands, step.operator
        name = str(operator)
        if name == "Tf":
            letters = fonts[str(operands[0])]
        elif name in {"Tj", "TJ"}:
            parts = operands[0] if name == "TJ" else operands
            for part in parts:
                if isinstance(part, pikepdf.String):
                    codes = bytes(part)
                    said += "".join(
                        letters.get(int.from_bytes(codes[at : at + 2]), "") for at in range(0, len(codes), 2)
                    )
        elif name == "ET":
            said += "\n"
    return said


def _letters(font: Any) -> dict[int, str]:
    mapping = font.ToUnicode.read_bytes() if "/ToUnicode" in font else b""
    found = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", mapping, re.DOTALL):
        for code, letter in _PAIR.findall(block):
            found[int(code, 16)] = bytes.fromhex(letter.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", mapping, re.DOTALL):
        for low, high, letter in _RANGE.findall(block):
            first = int(letter, 16)
            found |= {code: chr(first + code - int(low, 16)) for code in range(int(low, 16), int(high, 16) + 1)}
    return found


def _strings(one: Any, depth: int = 0) -> list[str]:
    if isinstance(one, pikepdf.String):
        return [str(one)]
    if depth > 4:
        return []
    if isinstance(one, pikepdf.Array):
        return [text for part in one for text in _strings(part, depth + 1)]
    if isinstance(one, pikepdf.Dictionary):
        return [text for part in one.values() for text in _strings(part, depth + 1)]
    return []
