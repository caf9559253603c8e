"""Pasted HTML: not a word, link or list item is lost on the way through Markdown to the page."""

import html
import json
import re
from pathlib import Path
from typing import Any

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.templates import rich
from app.domain.markup import cleaned, is_html, to_markdown

FEED = Path(__file__).parent.parent / "data" / "challenges" / "feed-open.json"
FIELDS = ("description", "prizes", "rules", "judging", "how-to-enter")
CHALLENGES = json.loads(FEED.read_text())["_challenge"]
TEXTS = [
    pytest.param(c[field], id=f"{c['challenge-id']}-{field}")
    for c in CHALLENGES
    for field in FIELDS
    if c[field].strip()
]


def tree(source: str) -> Any:
    return html5lib.parse(source, namespaceHTMLElements=False)


def letters(source: str) -> str:
    """Everything that is read, without the spaces between."""
    return re.sub(r"\s+", "", "".join(tree(source).find("body").itertext()))


def links(source: str) -> list[str]:
    return [href for a in tree(source).iter("a") if (href := a.get("href"))]


def test_the_feed_is_the_whole_feed() -> None:
    assert len(CHALLENGES) == 29
    assert len(TEXTS) == 89


@pytest.mark.parametrize("source", TEXTS)
def test_real_texts_keep_every_letter_link_and_list_item(source: str) -> None:
    page = str(rich(to_markdown(source)))
    # An address that no page can follow stands in brackets behind its words; a picture or an empty link shows it.
    followed = [
        href if not href.startswith("www.") else f"https://{href}" for href in links(source) if "{{" not in href
    ]
    told = re.sub(r"(?:[\w-]+\.png)?\(\{\{site\.baseurl\}\}[^)]*\)", "", letters(page))
    assert told == letters(source.replace('"www.mfitprize.com"></a>', '"www.mfitprize.com">www.mfitprize.com</a>'))
    assert links(page) == followed
    assert len(list(tree(page).iter("li"))) == len(list(tree(source).iter("li")))


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("<p>Yksi</p><p>Kaksi<br>riviä</p>", "Yksi\n\nKaksi  \nriviä"),
        ("<ul><li>a</li><li>b<ol start=3><li>c</ol></ul>", "- a\n- b\n  3. c"),
        ("<p><strong>Tärkeä: </strong>lue</p>", "**Tärkeä:** lue"),
        ("<p>a<b>b</b><b>c</b> <i>d</i></p>", "a**bc** _d_"),
        ('<p><a href="www.tampere.fi">Tampere</a></p>', "[Tampere](https://www.tampere.fi)"),
        ('<p><a href="javascript:alert(1)">Paina</a></p>', "Paina"),
        ("<table><tr><th>a<th>b<tr><td>1|2<td>3</table>", "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |"),
        ("<h1>Haaste #1</h1><p># ei otsikko<p>1. ei luettelo", "# Haaste \\#1\n\n\\# ei otsikko\n\n1\\. ei luettelo"),
        ("<p>2 * 3 * 4, snake_case, [x], &amp;copy;</p>", "2 \\* 3 \\* 4, snake_case, \\[x\\], \\&copy;"),
        ("<div>a</div><script>alert(1)</script><div>b</div>", "a\n\nb"),
        ("<p>a</p><ul><li>1</ul><ul><li>2</ul>", "a\n\n- 1\n\n* 2"),
        ('<p><img src="https://a.example/kuva.png" alt="Kartta"></p>', "[Kartta](https://a.example/kuva.png)"),
    ],
)
def test_what_becomes_of_it(source: str, written: str) -> None:
    assert to_markdown(source) == written


@pytest.mark.parametrize(
    "typed",
    [
        "Tarve on **selvä**:\n\n- yksi\n- kaksi",
        "Lämpötila < 5 ja paine > 2, a </ b",
        "<3 Tampere",
        "Käytä merkkiä <br> jos haluat",
        "",
    ],
)
def test_what_people_type_themselves_stays(typed: str) -> None:
    assert not is_html(typed)
    assert cleaned(typed) == typed


def test_the_source_of_a_page_is_recognised() -> None:
    assert cleaned("  <p class=x>Tarve</p>\n<p>Lisää</p>") == "Tarve\n\nLisää"
    assert cleaned("Tarve<ul><li>a</li></ul>") == "Tarve\n\n- a"


def test_nesting_without_end_is_read_all_the_same() -> None:
    assert "pohja" in to_markdown("<div><b>" * 20_000 + "pohja")


_WORDS = st.text(alphabet="aäb1 *_[]()<>&#`\\|~!.-+=:;\"'\n", min_size=1, max_size=12)
_INLINE = st.recursive(
    _WORDS.map(html.escape),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["b", "strong", "em", "i", "span", "sup"]), inner).map(
            lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"
        ),
        inner.map(lambda words: f'<a href="https://a.example/x_(y)?a=1&amp;b=2">a{words}</a>'),
        st.lists(inner, min_size=1, max_size=4).map("".join),
        inner.map(lambda words: f"{words}<br>"),
    ),
    max_leaves=8,
)
_BLOCK = st.recursive(
    _INLINE.map(lambda words: f"<p>{words}</p>") | _INLINE,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(
            lambda items: f"<ul>{''.join(f'<li>{i}</li>' for i in items)}</ul>"
        ),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda items: f"<ol>{''.join(f'<li>{i}</li>' for i in items)}</ol>"
        ),
        inner.map(lambda words: f"<blockquote>{words}</blockquote>"),
        _INLINE.map(lambda words: f"<h2>{words}</h2>"),
        st.lists(_INLINE, min_size=2, max_size=2).map(
            lambda cells: f"<table><tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr></table>"
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"<div>{''.join(parts)}</div>"),
    ),
    max_leaves=8,
)


@given(_BLOCK)
@settings(max_examples=200, deadline=None)
def test_any_html_keeps_its_letters(source: str) -> None:
    assert letters(str(rich(to_markdown(source)))) == letters(source)
