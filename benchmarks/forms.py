"""A form of a page, filled in and sent as a browser would."""

from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import urlencode


class _Form(HTMLParser):
    """The fields of the form that posts to `action`, with what stands in them."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.found = False
        self.values: dict[str, str] = {}
        self._inside = False
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        name, value = about.get("name") or "", about.get("value") or ""
        if tag == "form":
            self._inside = about.get("action") == self.action and about.get("method") == "post"
            self.found = self.found or self._inside
        elif not self._inside:
            return
        elif tag == "input" and name and about.get("type") not in {"submit", "file", "button"}:
            if about.get("type") not in {"checkbox", "radio"} or "checked" in about:
                self.values[name] = value
        elif tag == "textarea":
            self._area = name
            self.values[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in about or self._select not in self.values):
            self.values[self._select] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data.removeprefix("\n") if not self.values[self._area] else data


def fields_of(page: str, action: str) -> dict[str, str]:
    """What stands in the form that posts to `action`. LookupError when the page has no such form."""
    form = _Form(action)
    form.feed(page)
    if not form.found:
        raise LookupError(f"no form to {action}")
    return form.values


def body_of(values: Mapping[str, str]) -> str:
    """The values as they are posted."""
    return urlencode(values)
