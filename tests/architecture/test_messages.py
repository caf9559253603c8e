import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages import Catalog
from jinja2 import nodes

from app.adapters.catalogues import TRANSLATED, brought_up_to_date, gather, missing, path_of, without_empty, written
from app.adapters.templates import TEMPLATES_DIR, environment

GETTEXT = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
NAMES = {"Kipinä", "Suomi", "Svenska", "English", "saavutettavuusvaatimukset.fi"}
"""Words that are the same in every language."""


@cache
def up_to_date(language: str) -> Catalog:
    """The words of a language for all that the app says now."""
    return brought_up_to_date(language, gather())


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_nothing_is_stale(language: str) -> None:
    catalogue = up_to_date(language)
    assert missing(catalogue) == []
    assert path_of(language).read_bytes() == written(catalogue), "run script/messages"


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_survive_translation(language: str) -> None:
    for message in up_to_date(language):
        if message.id and message.python_format:
            assert not list(message.check()), message.id


def test_no_language_has_the_words_of_another() -> None:
    texts = [{m.id: m.string for m in up_to_date(language) if m.id} for language in TRANSLATED]
    alike = [id for id, text in texts[0].items() if text and text == texts[1][id] and (text != id or " " in id)]
    assert alike == [], "a word that is the same in all three languages may be"


def test_joining_two_branches_never_loses_a_translation() -> None:
    joined = 'msgid "Day"\nmsgstr ""\n\nmsgid "Day"\nmsgstr "Päivä"\n\nmsgid "Time"\nmsgstr ""\nmsgstr "Aika"\n'
    assert without_empty(joined) == 'msgid "Day"\nmsgstr "Päivä"\n\nmsgid "Time"\nmsgstr "Aika"\n'


class Markup(HTMLParser):
    """Collects the words that stand in a template's markup itself."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        """Text; an unfinished tag of a macro is not text."""
        if '="' not in data:
            self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Attributes that are read aloud."""
        self.words += [v for k, v in attrs if v and k in {"aria-label", "alt", "title", "placeholder", "label"}]


def constants(node: nodes.Node) -> Iterator[str]:
    """The texts in a template's expressions that no gettext call takes."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Call) and isinstance(child.node, nodes.Name) and child.node.name in GETTEXT:
            continue
        if isinstance(child, nodes.Const) and isinstance(child.value, str):
            yield child.value
        yield from constants(child)


def own_words(source: str) -> list[str]:
    """The words that a template would show in every language alike."""
    said = [
        text for text in constants(environment("en").parse(source)) if re.search(r"(?:^|[\s(])[A-ZÅÄÖ][a-zåäö]", text)
    ]
    bare = re.sub(
        r"\{% block \w*class %\}.*?\{% endblock %\}|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", source, flags=re.DOTALL
    )
    markup = Markup()
    markup.feed(bare)
    found = [re.sub("|".join(map(re.escape, NAMES)), "", text).strip() for text in said + markup.words]
    return [text for text in found if re.search(r"[^\W\d_]{2,}", text)]


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES_DIR.rglob("*.*")), ids=lambda path: str(path.relative_to(TEMPLATES_DIR))
)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    assert own_words(path.read_text(encoding="utf-8")) == []


def test_words_of_its_own_are_found() -> None:
    assert own_words('<p title="Hello you">{{ _("Fine") }} Bare {{ f("Not fine", _("Fine")) }}</p>') == [
        "Not fine",
        "Hello you",
        "Bare",
    ]
