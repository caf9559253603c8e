"""HTML that somebody pasted → Markdown: every word, link and list is kept, everything else about its look is let go."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
_UNSEEN = {"head", "script", "style", "template", "title", "noscript"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html",
    "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul",
}  # fmt: skip
# A start tag on the left ends an element on the right that somebody forgot to close.
_ENDS = {
    "li": {"li"},
    "p": {"p"},
    "tr": {"tr", "td", "th"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
}
# What points elsewhere becomes a link: pictures and films too.
_ADDRESS = {
    "a": "href",
    "img": "src",
    "iframe": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
}

# Where emphasis begins and ends while the text around it is not known yet; private characters that no text has.
_STRONG, _STRONG_END, _EM, _EM_END, _BREAK = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
_MARKS = {_STRONG: "**", _STRONG_END: "**", _EM: "_", _EM_END: "_"}
_PAIRS = {_STRONG: _STRONG_END, _EM: _EM_END}
_EMPHASIS = {"strong": _STRONG, "b": _STRONG, "em": _EM, "i": _EM}

DEEPEST = 100
"""Elements inside one another; what is nested deeper is read as lying at this depth."""

_HTML = re.compile(
    r"</(?:p|div|ul|ol|li|table|h[1-6]|blockquote|section|article)\s*>|^\s*<(?:!doctype|[a-z][a-z0-9]*)\b[^<>]*>(?=.*</)",
    re.IGNORECASE | re.DOTALL,
)


def is_html(text: str) -> bool:
    """Does the text look like the source of a web page rather than like something a person wrote."""
    return _HTML.search(text) is not None


def cleaned(text: str) -> str:
    """Text for a Markdown field: HTML becomes Markdown, anything else stays as it was typed."""
    return to_markdown(text) if is_html(text) else text


def to_markdown(html: str) -> str:
    """Markdown with the words, links, lists, headings, tables and emphasis of the HTML, in the same order."""
    reader = _Reader()
    reader.feed(html.translate({ord(mark): None for mark in (*_MARKS, _BREAK)}))
    reader.close()
    return "\n\n".join(_blocks(reader.root)).strip()


@dataclass
class _Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["_Element | str"] = field(default_factory=list)


class _Reader(HTMLParser):
    """Builds the tree; forgives what people and editors leave unclosed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Element("body")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element, and close those that it cannot stand in."""
        ended = _ENDS.get(tag, {"p"} if tag in _BLOCKS else set())
        while self.open[-1].tag in ended:
            self.open.pop()
        element = _Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID and len(self.open) < DEEPEST:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Close the nearest such element with everything in it; a stray tag is passed over."""
        names = [element.tag for element in self.open]
        if tag in names[1:]:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        """Add text."""
        self.open[-1].children.append(data)


def _blocks(element: _Element) -> list[str]:
    """The blocks of an element, each without blank lines around it."""
    blocks: list[str] = []
    run: list[_Element | str] = []

    def end_run() -> None:
        blocks.extend(_paragraphs(run))
        run.clear()

    for child in element.children:
        if isinstance(child, str) or not _has_block(child):
            run.append(child)
        elif child.tag not in _UNSEEN:
            end_run()
            blocks.extend(_block(child, blocks[-1] if blocks else ""))
    end_run()
    return blocks


def _has_block(element: _Element) -> bool:
    if element.tag in _UNSEEN:
        return True
    return element.tag in _BLOCKS or any(
        isinstance(child, _Element) and _has_block(child) for child in element.children
    )


def _block(element: _Element, before: str) -> list[str]:
    if element.tag in {"ul", "ol"}:
        return _list(element, before)
    return _BLOCK_OF.get(element.tag, _blocks)(element)


def _heading(element: _Element) -> list[str]:
    words = re.sub(r"(?<!\\)#", r"\\#", " ".join(_inline(element.children).split()))
    return [f"{'#' * min(int(element.tag[1]), 3)} {words}"] if words else []


def _rule(_: _Element) -> list[str]:
    return ["* * *"]


def _code(element: _Element) -> list[str]:
    code = "".join(_texts(element)).strip("\n")
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
    return [f"{fence}\n{code}\n{fence}"] if code.strip() else []


def _quotation(element: _Element) -> list[str]:
    lines = "\n\n".join(_blocks(element)).split("\n")
    return ["\n".join(f"> {line}".rstrip() for line in lines)] if any(lines) else []


def _term(element: _Element) -> list[str]:
    return [f"**{words}**" if re.fullmatch(r"[\w ]+", words) else words for words in _blocks_flat(element) if words]


def _list(element: _Element, before: str) -> list[str]:
    items = []
    for child in element.children:
        if isinstance(child, _Element):
            items.append(_blocks(child) if child.tag == "li" else _blocks(_Element("li", {}, [child])))
        elif child.strip():
            items.append(_paragraphs([child]))
    items = [blocks for blocks in items if blocks]
    # Two lists beside each other are two lists only when their marks differ.
    if element.tag == "ul":
        marks = ["* " if before.startswith("- ") else "- "] * len(items)
    else:
        start = element.attributes.get("start", "")
        first = int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 1  # noqa: PLR2004
        sign = ")" if re.match(r"\d+\. ", before) else "."
        marks = [f"{number}{sign} " for number in range(first, first + len(items))]
    tight = all(len(blocks) == 1 or (len(blocks) == 2 and _is_list(blocks[1])) for blocks in items)  # noqa: PLR2004
    gap = "\n" if tight else "\n\n"
    lines = []
    for mark, blocks in zip(marks, items, strict=True):
        inside = gap.join(blocks).split("\n")
        lines.append("\n".join([mark + inside[0], *(" " * len(mark) + line if line else "" for line in inside[1:])]))
    return [gap.join(lines)] if lines else []


def _is_list(block: str) -> bool:
    return re.match(r"(?:[-*]|\d+[.)]) ", block) is not None


def _table(element: _Element) -> list[str]:
    """A table; one whose cells hold lists, or that has a single column, becomes text row by row."""
    rows = [_inside(row, {"td", "th"}) for row in _inside(element, {"tr"})]
    blocks = [words for stray in _strays(element) for words in stray]
    width = max((len(row) for row in rows), default=0)
    if width < 2 or any(_inside(cell, {"ul", "ol", "table"}) for row in rows for cell in row):  # noqa: PLR2004
        return blocks + [words for row in rows for cell in row for words in _blocks(cell)]
    lines = [f"| {' | '.join([_cell(cell) for cell in row] + [''] * (width - len(row)))} |" for row in rows]
    return [*blocks, "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])]


def _strays(element: _Element) -> Iterable[list[str]]:
    """What stands in a table outside its cells: a caption, or words that somebody put in the wrong place."""
    for child in element.children:
        if isinstance(child, str) or child.tag not in {"thead", "tbody", "tfoot", "tr", "td", "th"}:
            yield _blocks(_Element("div", {}, [child]))
        elif child.tag not in {"td", "th"}:
            yield from _strays(child)


def _cell(cell: _Element) -> str:
    return " ".join(" ".join(_blocks_flat(cell)).split()).replace("|", "\\|")


def _blocks_flat(element: _Element) -> Iterable[str]:
    """The words of a cell on one line: a table has no room for lists and paragraphs."""
    run: list[_Element | str] = []
    for child in element.children:
        if isinstance(child, _Element) and _has_block(child):
            yield _inline(run)
            run = []
            if child.tag not in _UNSEEN:
                yield from _blocks_flat(child)
        else:
            run.append(child)
    yield _inline(run)


def _inside(element: _Element, tags: set[str]) -> list[_Element]:
    """The nearest descendants with one of the tags; those of an inner table belong to that one."""
    found = []
    for child in element.children:
        if isinstance(child, _Element):
            if child.tag in tags:
                found.append(child)
            elif child.tag != "table":
                found += _inside(child, tags)
    return found


def _texts(element: _Element) -> Iterable[str]:
    for child in element.children:
        if isinstance(child, str):
            yield child
        else:
            yield "\n" if child.tag == "br" else "".join(_texts(child))


def _paragraphs(run: list[_Element | str]) -> list[str]:
    """Paragraphs of inline content; a blank line that was typed between the tags ends one."""
    parts: list[list[_Element | str]] = [[]]
    for child in run:
        if isinstance(child, str):
            first, *others = re.split(r"\n[ \t]*\n", child)
            parts[-1].append(first)
            parts.extend([other] for other in others)
        else:
            parts[-1].append(child)
    return [words for part in parts if (words := _inline(part))]


def _inline(children: Iterable[_Element | str]) -> str:
    raw = "".join(_raw(child, frozenset()) for child in children)
    return _at_line_starts(_emphasised(re.sub(r"[ \t\r\n\f\xa0]+", " ", raw)))


def _raw(node: "_Element | str", around: frozenset[str]) -> str:
    """Inline Markdown with marks of emphasis that still have to find their place; `around` is what is open already."""
    if isinstance(node, str):
        return _escaped(node)
    if node.tag in _UNSEEN or node.tag == "br":
        return _BREAK if node.tag == "br" else ""
    mark = _EMPHASIS.get(node.tag)
    if mark and mark not in around:
        return f"{mark}{_raws(node, around | {mark})}{_PAIRS[mark]}"
    href = node.attributes.get(_ADDRESS.get(node.tag, ""), "")
    if not href:
        return _raws(node, around)
    words = _escaped(node.attributes.get("alt", "")) or _raws(node, around | {"a"}).replace(_BREAK, " ")
    if "a" in around:
        return words
    before, words, after = _trimmed(words)
    return f"{before}{_link(words or _escaped(href.rstrip('/').rpartition('/')[2]), href)}{after}"


def _raws(element: _Element, around: frozenset[str]) -> str:
    return "".join(_raw(child, around) for child in element.children)


def _trimmed(text: str) -> tuple[str, str, str]:
    words = text.strip()
    at = text.find(words)
    return text[:at], words, text[at + len(words) :]


def _link(words: str, href: str) -> str:
    """A link where a page may follow it; otherwise the words, with the address behind them when it tells something."""
    address = re.sub(r"\s", "%20", href.strip())
    if address.lower().startswith("www."):
        address = f"https://{address}"
    if re.match(r"https?://|mailto:", address, re.IGNORECASE):
        for sign, code in (("\\", "%5C"), ("<", "%3C"), (">", "%3E")):
            address = address.replace(sign, code)
        address = re.sub(r"&(?=#?\w+;)", r"\\&", address)
        return f"[{words}](<{address}>)" if re.search(r"[()]", address) else f"[{words}]({address})"
    if not address or re.match(r"#|(?:javascript|data|vbscript):", address, re.IGNORECASE):
        return words
    return f"{words} ({_escaped(address)})"


def _escaped(text: str) -> str:
    text = re.sub(r"[\\`*\[\]<]", r"\\\g<0>", text)
    text = re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", text)
    text = re.sub(r"~(?=~)", r"\\~", text)
    return re.sub(r"&(?=#?\w+;)", r"\\&", text)


def _at_line_starts(text: str) -> str:
    """What would begin a heading, a list, a quotation or a rule at the start of a line is only text here."""
    lines = [line.strip() for line in text.split(_BREAK)]
    lines = [re.sub(r"^([-+=>#|~:]|\d{1,9}(?=[.)](?:\s|$)))", _shield, line) for line in lines]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    # An empty line ends a paragraph, also one made by two line breaks.
    return "\n".join(f"{line}  " if line and following else line for line, following in pairwise([*lines, ""]))


def _shield(start: re.Match[str]) -> str:
    return f"{start[0]}\\" if start[0].isdigit() else f"\\{start[0]}"


def _emphasised(text: str) -> str:
    """Turn the marks into signs that Markdown understands where they stand, and let go of those it would not."""
    while True:
        tidy = re.sub(
            rf"([{_STRONG_END}])(\s*)([{_STRONG}])|([{_EM_END}])(\s*)([{_EM}])", r"\2\5", text
        )  # touching ones are one
        tidy = re.sub(rf"([{_STRONG}{_EM}])([\s{_BREAK}]+)", r"\2\1", tidy)
        tidy = re.sub(rf"([\s{_BREAK}]+)([{_STRONG_END}{_EM_END}])", r"\2\1", tidy)
        tidy = tidy.replace(_STRONG + _STRONG_END, "").replace(_EM + _EM_END, "")
        if tidy != text:
            text = tidy
            continue
        unfit = {at for pair in _mark_pairs(text) if not _fits(text, *pair) for at in pair}
        if not unfit:
            return "".join(_MARKS.get(sign, sign) for sign in text)
        text = "".join(sign for at, sign in enumerate(text) if at not in unfit)


def _mark_pairs(text: str) -> list[tuple[int, int]]:
    waiting: list[int] = []
    pairs = []
    for at, sign in enumerate(text):
        if sign in _PAIRS:
            waiting.append(at)
        elif sign in _PAIRS.values():
            pairs.append((waiting.pop(), at))
    return pairs


def _fits(text: str, begin: int, end: int) -> bool:
    """The flanking rules of CommonMark 0.31 §6.2, a little stricter: emphasis stands free of letters outside it."""
    if _BREAK * 2 in text[begin:end]:
        return False
    outside = text[begin - 1 : begin], text[end + 1 : end + 2]
    inside = text[begin + 1 : begin + 2], text[end - 1 : end]
    free = all(_is_space(sign) or _is_punctuation(sign) for sign in outside)
    return free or (text[begin] == _STRONG and not any(_is_punctuation(sign) for sign in inside))


_BLOCK_OF = {
    "hr": _rule,
    "pre": _code,
    "blockquote": _quotation,
    "table": _table,
    "dt": _term,
    **{f"h{level}": _heading for level in range(1, 7)},
}


def _is_space(sign: str) -> bool:
    return not sign or sign.isspace() or sign == _BREAK


def _is_punctuation(sign: str) -> bool:
    return sign in _MARKS or (bool(sign) and unicodedata.category(sign)[0] in "PS")
