"""The template environments, one per language: the same filters serve pages, mails and documents."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nh3
from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes, select_autoescape
from jinja2.visitor import NodeTransformer
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from app.adapters import language as notation
from app.domain.figure import figure_of
from app.domain.localized import LANGUAGES, Localized

APP_DIR = Path(__file__).parent.parent
TEMPLATES_DIR = APP_DIR / "templates"
STATIC_DIR = APP_DIR / "static"

_markdown = MarkdownIt("js-default", {"html": False, "linkify": False}).disable(["image"])
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "h2", "h3", "h4", "a", "blockquote", "code", "pre", "hr", "table"}
_TAGS |= {"thead", "tbody", "tr", "th", "td", "s"}


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom times are shown: the city's zone and the present moment."""

    zone: ZoneInfo
    now: datetime


_reader: ContextVar[Reader] = ContextVar("reader")
_here: ContextVar[Any] = ContextVar("here")


class _Here:
    """`here` in every template: the visit that is being rendered for.

    A global rather than a variable of each page, so that macros need no context and are compiled and run once.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(_here.get(), name)


@contextmanager
def reading_as(reader: Reader) -> Iterator[None]:
    """Show times for this reader while rendering."""
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


def bound(value: str) -> str:
    """A figure stays on one line with its thousands and its unit, and a time with its "klo"."""
    return re.sub(r"(?<=\d) (?=[%€]|\d{3}\b)|(?<=\bklo) (?=\d)|(?<=\bkl\.) (?=\d)", "\xa0", value)


def breakable(value: str) -> Markup:
    """An address that may go on to the next line after a mark of its own, not in the middle of a name."""
    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[@.])(?=\w)", value))


@lru_cache(maxsize=2_000)
def rich(value: str) -> Markup:
    """Markdown written by people → safe HTML. The page owns h1 and h2: the highest level that is used becomes h3."""
    html = _markdown.render(bound(value or ""))
    used = sorted(set(re.findall(r"<h([1-6])>", html)))
    html = re.sub(r"(</?h)([1-6])>", lambda tag: f"{tag[1]}{min(3 + used.index(tag[2]), 4)}>", html)
    return Markup(nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}))  # noqa: S704


def text(value: str) -> Markup:
    """Plain text → paragraphs and line breaks, everything escaped."""
    paragraphs = [part.strip() for part in bound(value or "").replace("\r\n", "\n").split("\n\n") if part.strip()]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in part.split("\n")))
        for part in paragraphs
    )


@cache
def asset(path: str) -> str:
    """The address of a static file, with a mark that changes when its content does."""
    digest = hashlib.sha256((STATIC_DIR / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


def _initials(name: str) -> str:
    words = [word for word in name.split() if word]
    return "".join(word[0] for word in (words[0], words[-1])).upper() if len(words) > 1 else name[:2].upper()


_WHOLE_SENTENCES = re.compile(r"^.*[.?!](?= [^\W\d_a-zåäö])")


@lru_cache(maxsize=2_000)
def brief(value: str, longest: int = 180) -> str:
    """The beginning of a Markdown text as one plain line, cut after a sentence or else between words."""
    plain = " ".join(rich(value).striptags().split())
    if len(plain) <= longest:
        return plain
    whole = _WHOLE_SENTENCES.match(plain[: longest + 2])
    if whole and whole.end() >= longest / 2:
        return whole[0]
    return plain[:longest].rsplit(" ", 1)[0].rstrip(",.;:–- ") + " …"


def _own_links(base_url: str, html: Markup) -> Markup:
    """Addresses of this installation in escaped text → links. For the demo's mail, where nothing else can open them."""
    found = re.compile(re.escape(str(escape(base_url))) + r"(?:/[^\s<]*)?(?![^\s<])")
    return Markup(found.sub(lambda match: f'<a class="ds-link" href="{match[0]}">{match[0]}</a>', str(html)))  # noqa: S704


def _nothing(value: Any, shown: Callable[[Any], str]) -> str:
    return "" if value is None or value == "" else shown(value)


class _Translator(NodeTransformer):
    """`_("words")` → the words of one language, as gettext would have given them."""

    def __init__(self, gettext: Callable[[str], str]) -> None:
        self.gettext = gettext

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - the name that the visitor looks for
        """Put the words in, and the values between them."""
        self.generic_visit(node)
        match node:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=message)], dyn_args=None):
                words = nodes.MarkSafeIfAutoescape(nodes.Const(self.gettext(message)))
                pairs = [nodes.Pair(nodes.Const(given.key), given.value) for given in node.kwargs]
                return nodes.Mod(words, nodes.Dict(pairs)).set_lineno(node.lineno)
        return node


class _InOneLanguage(Environment):
    """Translates while it compiles a template, once, rather than each time the template is shown: a third of that."""

    def __init__(self, gettext: Callable[[str], str], **options: Any) -> None:
        super().__init__(**options)
        self._translator = _Translator(gettext)

    def _generate(self, source: nodes.Template, *more: Any, **named: Any) -> str:
        translated = self._translator.visit(source)
        return super()._generate(translated.set_environment(self), *more, **named)


@cache
def environment(language: str) -> Environment:
    """The environment of one language. `app.web.pages.connect` adds addresses and words to it."""
    catalogue = notation.translations(language)
    env = _InOneLanguage(
        catalogue.gettext,
        loader=FileSystemLoader(TEMPLATES_DIR),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),  # mails are plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=1000,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.gettext, catalogue.ngettext, newstyle=True, pgettext=catalogue.pgettext, npgettext=catalogue.npgettext
    )
    env.globals.update(locale=language, asset=asset, LANGUAGES=LANGUAGES, here=_Here())

    def in_zone(show: Callable[[Any, str, ZoneInfo], str]) -> Callable[[Any], str]:
        return lambda value: _nothing(value, lambda v: show(v, language, _reader.get().zone))

    def from_now(value: datetime | date | None) -> str:
        reader = _reader.get()
        return _nothing(value, lambda v: notation.show_from_now(v, reader.now, language, reader.zone))

    def day_time(value: datetime | None) -> str:
        at = {"fi": " klo\xa0", "sv": " kl.\xa0", "en": ", "}[language]
        zone = _reader.get().zone
        return _nothing(
            value, lambda v: notation.show_date(v, language, zone) + at + notation.show_time(v, language, zone)
        )

    def local(value: Localized) -> Markup:
        """A city's text; marked with its own language when another one stands in."""
        shown, own = value.pick(language)
        shown = bound(shown)
        return escape(shown) if own == language else Markup('<span lang="{}">{}</span>').format(own, shown)

    env.filters.update(
        date=in_zone(notation.show_date),
        day=in_zone(notation.show_day),
        month=in_zone(notation.show_month),
        time=in_zone(notation.show_time),
        day_time=day_time,
        datetime=day_time,
        iso=lambda value: value.isoformat(),
        from_now=from_now,
        number=lambda value, digits=None: _nothing(value, lambda v: notation.show_number(v, language, digits)),
        money=lambda value: _nothing(value, lambda v: notation.show_money(v, language)),
        percent=lambda value: _nothing(
            value, lambda v: notation.show_number(v * 100, language, 0) + ("%" if language == "en" else "\xa0%")
        ),
        text=text,
        rich=rich,
        brief=brief,
        breakable=breakable,
        local=local,
        plain=lambda value: value.text(language),
        figure=figure_of,
        initials=_initials,
    )
    return env


def connect(path_for: Callable[..., str], base_url: str, **more: Any) -> None:
    """Give every environment the addresses of the running app: `path_for` on pages, `link` in mails and documents."""
    for language in LANGUAGES:
        local_path = partial(path_for, language)
        environment(language).globals.update(
            path_for=local_path,
            link=lambda name, _path=local_path, **params: base_url.rstrip("/") + _path(name, **params),
            base_url=base_url.rstrip("/"),
            link_in=lambda other, name, **params: base_url.rstrip("/") + path_for(other, name, **params),
            own_links=partial(_own_links, base_url.rstrip("/")),
            **{name: value(language) for name, value in more.items()},
        )


def link(language: str, route: str, **params: Any) -> str:
    """The absolute address of a route in a language, for what is read outside the app."""
    return str(environment(language).globals["link"](route, **params))  # type: ignore[operator]


def base_url() -> str:
    """Where every link of ours begins."""
    return str(environment(LANGUAGES[0]).globals["base_url"])


def render(template: str, language: str, reader: Reader, context: dict[str, Any], here: Any = None) -> str:
    """One template in one language for one reader; `here` is the visit, for pages."""
    token = _here.set(here)
    try:
        with reading_as(reader):
            return environment(language).get_template(template).render(context)
    finally:
        _here.reset(token)
