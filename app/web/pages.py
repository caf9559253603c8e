"""Pages: a frozen dataclass is the whole context of a template, and one function renders it for one visit."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, Protocol
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.adapters import templates
from app.adapters.language import translations
from app.domain.access import Permission, holds
from app.domain.localized import LANGUAGES
from app.queries.cities import CityFacts
from app.web.kept import KEPT_COOKIE, bring_back
from app.web.language import LANGUAGE_COOKIE
from app.web.visit import Reading, Visit, Writing
from app.web.words import N_, word

OWN_NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
FLASH_COOKIE = "kipina_flash"


class Page(Protocol):
    """What a template needs: a frozen dataclass whose fields the template reads as `page.…`."""

    template: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class CityMark:
    """The city in the page's head."""

    name: str
    href: str
    theme: str
    logo_href: str | None
    slug: str


class Tongue(NamedTuple):
    """The same page in a language."""

    code: str
    name: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Here:
    """What every layout needs to know of the visit."""

    visit: Any
    path: str
    languages: list[Tongue]
    actor: Any
    nav: list[Link]
    city: CityMark | None
    flash: list[tuple[str, str]]
    demo: bool
    base_url: str
    full_path: str
    crumbs: tuple[tuple[str, str | None], ...] = ()
    tasks_count: int | None = None

    @property
    def signed_in(self) -> bool:
        """Is somebody signed in."""
        return bool(self.actor.signed_in)

    @property
    def csrf(self) -> str:
        """The token for forms; asked for only by pages that have one."""
        return str(self.visit.csrf)


def path_of(app: FastAPI, language: str, route: str, /, **params: Any) -> str:
    """The local path of a route in a language; parameters that begin with `q_` become the query."""
    named = {key: quote(str(value), safe="") for key, value in params.items() if not key.startswith("q_")}
    query = urlencode({key[2:]: value for key, value in params.items() if key.startswith("q_")})
    return f"/{language}{app.state.paths[route].format(**named)}".rstrip("/") + (f"?{query}" if query else "")


def connect(app: FastAPI, base_url: str) -> None:
    """Give the templates the addresses and the words of this app."""
    # The router's own look-up tries every route in turn, and a page has a hundred links.
    routes = (context.route for context in iter_route_contexts(app.routes))
    app.state.paths = {route.name: route.path_format for route in routes if isinstance(route, APIRoute)}
    templates.connect(
        lambda language, name, /, **params: path_of(app, language, name, **params),
        base_url,
        word=lambda language: lambda member: word(member, language),
    )


def path_for(visit: Visit[Any], route: str, /, **params: Any) -> str:
    """The local path of a route in the visit's language; `q_page=2` becomes `?page=2`."""
    return path_of(visit.request.app, visit.language, route, **params)


def show(visit: Reading | Writing, page: Page, *, fragment: str | None = None, status: int = 200) -> Response:
    """The page; or its fragment alone, when htmx asks for it. The one reader of HX-Request."""
    partial = fragment is not None and visit.request.headers.get("HX-Request") == "true"
    flash = [] if partial else _take_flash(visit)
    kept = bring_back(visit, getattr(page, "form", None))
    if kept is not None:
        page = replace(page, form=kept)  # type: ignore[type-var]
        message = N_("Here is what you had typed before you were signed out. It is not saved yet.")
        flash.append(("info", translations(visit.language).gettext(message)))
    html = templates.render(
        fragment if partial and fragment else page.template,
        visit.language,
        templates.Reader(visit.zone, visit.now),
        {"page": page},
        _here(visit, flash),
    )
    headers = {"Cache-Control": "no-store", "Vary": "Cookie, HX-Request"}
    response = HTMLResponse(html, status_code=status, headers=headers)
    if flash:
        _take_back(visit, response, FLASH_COOKIE)
    if kept is not None:
        _take_back(visit, response, KEPT_COOKIE)
    _add_cookies(visit, response)
    return response


def city_of(visit: Visit[Any]) -> CityFacts:
    """The city of an address that has one; the guard has refused others."""
    if visit.city is None:
        message = "this address has no city"
        raise LookupError(message)
    return visit.city


def render(visit: Visit[Any], page: Page) -> str:
    """The page as text, for answers that are kept in memory or are no HTML; it takes no word of confirmation along."""
    reader = templates.Reader(visit.zone, visit.now)
    return templates.render(page.template, visit.language, reader, {"page": page}, _here(visit, []))


def go(
    visit: Reading | Writing, route: str, /, *, flash: str | None = None, kind: str = "success", **params: Any
) -> Response:
    """On to another page (303), with a word of confirmation there. `flash` is a message marked with N_."""
    return go_to(visit, path_for(visit, route, **params), flash=flash, kind=kind)


def go_to(visit: Reading | Writing, path: str, *, flash: str | None = None, kind: str = "success") -> Response:
    """The same to a local path."""
    response = RedirectResponse(path, 303, {"Cache-Control": "no-store"})
    if flash:
        words = translations(visit.language).gettext(flash)
        _give(visit, response, visit.settings.cookie(FLASH_COOKIE), _sealed(visit, [(kind, words)]), seconds=60)
    _add_cookies(visit, response)
    return response


def _add_cookies(visit: Visit[Any], response: Response) -> None:
    for name, value in visit.new_cookies.items():
        _give(visit, response, name, value, seconds=86_400)
    language = visit.settings.cookie(LANGUAGE_COOKIE)
    if visit.request.cookies.get(language) != visit.language and "kipina.language" in visit.request.scope:
        _give(visit, response, language, visit.language, seconds=31_536_000)


def _give(visit: Visit[Any], response: Response, name: str, value: str, *, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=visit.settings.secure)


def _take_back(visit: Visit[Any], response: Response, name: str) -> None:
    secure = visit.settings.secure
    response.delete_cookie(visit.settings.cookie(name), path="/", httponly=True, samesite="lax", secure=secure)


def _seal(visit: Visit[Any], payload: str) -> str:
    return hmac.new(visit.settings.key, b"flash:" + payload.encode(), hashlib.sha256).hexdigest()[:32]


def _sealed(visit: Visit[Any], messages: list[tuple[str, str]]) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(messages).encode()).decode().rstrip("=")
    return f"{payload}.{_seal(visit, payload)}"


def _take_flash(visit: Visit[Any]) -> list[tuple[str, str]]:
    payload, _, seal = visit.request.cookies.get(visit.settings.cookie(FLASH_COOKIE), "").partition(".")
    if not payload or not hmac.compare_digest(seal, _seal(visit, payload)):
        return []
    messages = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return [(str(kind), str(words)) for kind, words in messages]


def _here(visit: Visit[Any], flash: list[tuple[str, str]]) -> Here:
    query = visit.request.url.query
    tail = f"?{query}" if query else ""
    here = visit.path.rstrip("/")
    return Here(
        visit=visit,
        path=visit.path,
        full_path=f"/{visit.language}{here}{tail}",
        languages=[Tongue(code, OWN_NAMES[code], f"/{code}{here}{tail}", code == visit.language) for code in LANGUAGES],
        actor=visit.actor,
        nav=_nav(visit),
        city=_city_mark(visit),
        flash=flash,
        demo=visit.settings.demo,
        base_url=visit.settings.base_url,
    )


def _city_mark(visit: Visit[Any]) -> CityMark | None:
    city = visit.city
    if city is None:
        return None
    href = path_for(visit, "public.city.show", city=city.slug)
    logo = path_for(visit, "public.city.logo", city=city.slug) if city.logo else None
    return CityMark(city.name.text(visit.language), href, city.theme, logo, city.slug)


# Where each part of the house begins, for those who may enter it.
_ROOMS: tuple[tuple[Permission, str, str], ...] = (
    (Permission.ACCOUNT_USE, N_("My tasks"), "account.tasks.index"),
    (Permission.COMPANY_SEE, N_("Applications"), "company.applications.index"),
    (Permission.APPLICATION_JUDGE, N_("Jury"), "jury.queue.index"),
    (Permission.EVENT_SEE, N_("Events"), "organizer.home.show"),
    (Permission.CASE_SEE, N_("Follow-up"), "procurement.home.show"),
    (Permission.INSTALLATION_MANAGE, N_("Administration"), "admin.cities.index"),
)


def _nav(visit: Visit[Any]) -> list[Link]:
    if not visit.actor.signed_in:
        return []
    gettext = translations(visit.language).gettext
    links = []
    for permission, label, route in _ROOMS:
        if holds(visit.actor, permission):
            href = path_for(visit, route)
            room = href.split("/")[2] if href.count("/") > 1 else ""
            links.append(Link(gettext(label), href, current=visit.path.split("/")[1:2] == [room]))
    return links
