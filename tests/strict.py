"""A client that reads every page as strictly as a browser with a screen reader would."""

import re
from functools import lru_cache
from typing import Any

import html5lib
from fastapi import FastAPI

from tests.straight import TestClient

NS = "{http://www.w3.org/1999/xhtml}"
# Said by the parser of modern HTML that it does not know: svg in body and <search> are fine.
_LABELLED = {"input", "select", "textarea"}
_SOUND = set[int]()
"""Hashes of pages that were looked at already, and were sound."""


class StrictClient(TestClient):
    """Follows no redirects by itself; fails the test on a page that is not sound."""

    def __init__(self, app: FastAPI, language: str = "fi") -> None:
        super().__init__(app, follow_redirects=False, raise_server_exceptions=True)
        self.language = language

    def request(self, method: str, url: Any, **kwargs: Any) -> Any:
        path = str(url)
        if path.startswith("/") and not re.match(r"/(fi|sv|en|static|healthz|readyz|metrics|robots|sitemap)\b", path):
            url = f"/{self.language}{path}"
        response = super().request(method, url, **kwargs)
        if response.headers.get("content-type", "").startswith("text/html"):
            fragment = "HX-Request" in (kwargs.get("headers") or {})
            seen = hash((keyless(response.content), fragment))
            if seen not in _SOUND:
                check(response.text, fragment=fragment)
                _SOUND.add(seen)
        return response

    def raise_server_exceptions(self, raises: bool) -> None:
        """Whether an unexpected error fails the test or becomes the page that people would get."""
        self._transport.raise_server_exceptions = raises  # type: ignore[attr-defined]

    def submit(self, page: str, action: str | None = None, /, *, files: Any = None, **values: Any) -> Any:
        """Open a page, fill in the form that posts to `action` (or the only one in main), and send it.

        Hidden and prefilled fields go along as a browser would send them; `values` go on top.
        """
        response = self.get(page)
        assert response.status_code == 200, (page, response.status_code)
        data, target = form_of(response.text, action)
        data.update({name: value for name, value in values.items() if value is not None})
        return self.post(target, data=data, files=files)


def parse(html: str) -> Any:
    """The page as a tree, to be read only."""
    return _parsed(html, fragment=False)[0]


@lru_cache(maxsize=4)  # a page is looked at, then its form is filled in, then its words are read
def _parsed(html: str, *, fragment: bool) -> tuple[Any, list[Any]]:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parseFragment(html) if fragment else parser.parse(html)
    return tree, parser.errors


def keyless(page: bytes) -> bytes:
    """The page without the key of its forms, which is another each time."""
    return re.sub(rb'(name="csrf" value="[0-9a-f]{64})\.[\w-]+', rb"\1", page)


def opened_anew(data: dict[str, Any]) -> dict[str, Any]:
    """The same content from another page: not the same press again."""
    return data | {"csrf": f"{data['csrf']}x"}


def form_of(html: str, action: str | None = None) -> tuple[dict[str, Any], str]:
    """The values a browser would send with a form, and where to."""
    main = parse(html).find(".//main")
    forms = [form for form in main.iter("form") if form.get("method", "").lower() == "post"]
    chosen = [form for form in forms if action is None or form.get("action", "").endswith(action)]
    assert chosen, (action, [form.get("action") for form in forms])
    form = chosen[0]
    data: dict[str, Any] = {}
    for field in form.iter():
        name = field.get("name")
        if not name:
            continue
        if field.tag == "input":
            kind = field.get("type", "text")
            if kind in {"submit", "file", "button"} or (kind in {"checkbox", "radio"} and field.get("checked") is None):
                continue
            data.setdefault(name, []).append(field.get("value", "on" if kind == "checkbox" else ""))
        elif field.tag == "textarea":
            data.setdefault(name, []).append("".join(field.itertext()).removeprefix("\n"))
        elif field.tag == "select":
            options = list(field.iter("option"))
            selected = [option for option in options if option.get("selected") is not None] or options[:1]
            for option in selected:
                data.setdefault(name, []).append(option.get("value", "".join(option.itertext())))
    return {name: values if len(values) > 1 else values[0] for name, values in data.items()}, form.get("action")


def check(html: str, *, fragment: bool = False) -> None:
    """Fail on anything that is wrong with every page: markup, headings, ids, labels, inline script and style."""
    tree, errors = _parsed(html, fragment=fragment)
    faults = [(where, code) for where, code, _ in errors if code != "expected-doctype-but-got-start-tag"]
    assert not faults, (faults[:3], _around(html, faults[0][0]))
    ids = [element.get("id") for element in tree.iter() if isinstance(element.tag, str) and element.get("id")]
    twice = {name for name in ids if ids.count(name) > 1}
    assert not twice, f"ids used twice: {twice}"
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        inline = [name for name in element.attrib if name == "style" or name.startswith("on")]
        assert not inline, f"inline {inline} on <{element.tag}>"
        assert element.tag != "style", "a <style> element"
        assert element.tag != "script" or element.get("src") or element.get("type") == "application/ld+json", (
            "inline script"
        )
        for reference in ("aria-describedby", "aria-labelledby", "for", "aria-controls"):
            for name in (element.get(reference) or "").split():
                assert name in ids, f"{reference}={name!r} points nowhere"
    _check_labels(tree)
    if not fragment:
        headings = ["".join(element.itertext()).strip() for element in tree.iter("h1")]
        assert len(headings) == 1, f"h1: {headings}"
        title = "".join(tree.find(".//title").itertext()).strip()
        assert _words(title).startswith(_words(headings[0])), f"title {title!r} does not start with h1 {headings[0]!r}"
        assert tree.get("lang") in {"fi", "sv", "en"}, "html lang"


def _check_labels(tree: Any) -> None:
    labelled = {label.get("for") for label in tree.iter("label")}
    inside = {id(field) for label in tree.iter("label") for field in label.iter() if field.tag in _LABELLED}
    for element in tree.iter():
        if element.tag in _LABELLED and element.get("type") not in {"hidden", "submit", "button"}:
            named = (
                element.get("id") in labelled
                or id(element) in inside
                or element.get("aria-label")
                or element.get("aria-labelledby")
            )
            assert named, f"no label for <{element.tag} name={element.get('name')!r}>"
        if element.tag == "button":
            named = "".join(element.itertext()).strip() or element.get("aria-label")
            assert named or _in_confirm(element), "a button without words"


def _in_confirm(element: Any) -> bool:
    # The buttons of the confirmation dialog get their words when it opens.
    return element.get("value") in {"yes", "no"}


def _words(text: str) -> str:
    return " ".join(text.split())


def _around(html: str, where: tuple[int, int]) -> str:
    lines = html.splitlines()
    return lines[where[0] - 1][max(0, where[1] - 80) : where[1] + 40] if 0 < where[0] <= len(lines) else ""
