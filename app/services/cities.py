"""Cities and their parts."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.localized import LANGUAGES, Localized
from app.domain.refusals import Reason, Refused
from app.domain.slug import free_slug, slug_of
from app.models import City, Platform, Unit
from app.services import audit

RESERVED_SLUGS = frozenset({
    "account", "admin", "accessibility", "company", "demo", "feedback", "files", "healthz", "jury", "organizer",
    "procurement", "readyz", "sign-in", "sign-out", "static", "tasks", "cities", "api", *LANGUAGES,
})  # fmt: skip
"""Words that are addresses already."""

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

THEMES = ("spark", "lake", "forest", "sea", "plum", "berry", "rust", "ink")
"""The colours that a city can choose from; each is a style sheet."""


@dataclass(frozen=True)
class CityDraft:
    """What an organizer sets for the city."""

    name: Localized
    welcome: Localized
    languages: tuple[str, ...]
    time_zone: str
    theme: str
    contact_email: str


def create(
    session: WriteSession,
    actor: Actor,
    slug: str,
    name: Localized,
    languages: list[str],
    now: datetime,
    *,
    theme: str = "spark",
    municipality_code: str | None = None,
) -> City:
    """A new city under a free slug of lower-case letters, digits and dashes.

    Finnish or Swedish is always among its languages (423/2003).
    """
    if not {"fi", "sv"} & set(languages):
        raise Refused(Reason.LANGUAGE_NEEDED, "languages")
    if not SLUG.fullmatch(slug) or not 2 <= len(slug) <= 40 or slug in RESERVED_SLUGS:  # noqa: PLR2004
        raise Refused(Reason.BAD_ADDRESS, "slug")
    if session.exec(select(City.id).where(City.slug == slug)).first() is not None:
        raise Refused(Reason.ALREADY_EXISTS, "slug")
    if municipality_code is not None:
        taken = select(City.id).where(City.municipality_code == municipality_code)
        if session.exec(taken).first() is not None:
            raise Refused(Reason.ALREADY_EXISTS, "municipality")
    city = City(slug=slug, name=name, languages=",".join(languages), theme=theme, municipality_code=municipality_code)
    session.add(city)
    session.flush()
    audit.record(session, actor, "created", city, now, city_id=city.id, after=audit.snapshot(city, "slug", "name"))
    return city


def edit(session: WriteSession, actor: Actor, city: City, draft: CityDraft, now: datetime) -> None:
    """Change a city's settings. Finnish or Swedish is always among its languages (423/2003)."""
    if not draft.name:
        raise Refused(Reason.MISSING_FIELD, "name_fi")
    if not {"fi", "sv"} & set(draft.languages):
        raise Refused(Reason.LANGUAGE_NEEDED, "languages")
    if draft.theme not in THEMES:
        raise Refused(Reason.MISSING_FIELD, "theme")
    try:
        ZoneInfo(draft.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Refused(Reason.MISSING_FIELD, "time_zone") from None
    values = {name: getattr(draft, name) for name in draft.__dataclass_fields__}
    values["languages"] = ",".join(code for code in LANGUAGES if code in draft.languages)
    before = audit.snapshot(city, *values)
    for name, value in values.items():
        setattr(city, name, value)
    after = audit.snapshot(city, *values)
    audit.record(session, actor, "edited", city, now, city_id=city.id, before=before, after=after)


def set_logo(session: WriteSession, actor: Actor, city: City, stored_as: str | None, now: datetime) -> str | None:
    """Change or take away the logo; returns the file that is no longer needed."""
    old, city.logo = city.logo, stored_as
    audit.record(session, actor, "edited", city, now, city_id=city.id, before={"logo": old}, after={"logo": stored_as})
    return old


def add_unit(
    session: WriteSession, actor: Actor, city_id: int, name: Localized, now: datetime, position: int | None = None
) -> Unit:
    """A new unit of a city, last in the list unless a place is given."""
    if not name:
        raise Refused(Reason.MISSING_FIELD, "name_fi")
    unit = Unit(city_id=city_id, name=name, position=_last(session, Unit, city_id) if position is None else position)
    session.add(unit)
    audit.record(session, actor, "created", unit, now, city_id=city_id, after=audit.snapshot(unit, "name"))
    return unit


def edit_unit(session: WriteSession, actor: Actor, unit: Unit, name: Localized, now: datetime) -> None:
    """Give a unit another name."""
    if not name:
        raise Refused(Reason.MISSING_FIELD, "name_fi")
    before = audit.snapshot(unit, "name")
    unit.name = name
    after = audit.snapshot(unit, "name")
    audit.record(session, actor, "edited", unit, now, city_id=unit.city_id, before=before, after=after)


def add_platform(
    session: WriteSession, actor: Actor, city_id: int, name: Localized, description: Localized, now: datetime
) -> Platform:
    """A new platform of a city; its slug comes from its name."""
    if not name:
        raise Refused(Reason.MISSING_FIELD, "name_fi")
    taken = set(session.exec(select(Platform.slug).where(Platform.city_id == city_id)))
    slug = free_slug(slug_of(name.text("fi"), "platform"), taken)
    position = _last(session, Platform, city_id)
    platform = Platform(city_id=city_id, slug=slug, name=name, description=description, position=position)
    session.add(platform)
    after = audit.snapshot(platform, "name", "description")
    audit.record(session, actor, "created", platform, now, city_id=city_id, after=after)
    return platform


def edit_platform(
    session: WriteSession, actor: Actor, platform: Platform, name: Localized, description: Localized, now: datetime
) -> None:
    """Change a platform's texts; its slug stays."""
    if not name:
        raise Refused(Reason.MISSING_FIELD, "name_fi")
    before = audit.snapshot(platform, "name", "description")
    platform.name, platform.description = name, description
    after = audit.snapshot(platform, "name", "description")
    audit.record(session, actor, "edited", platform, now, city_id=platform.city_id, before=before, after=after)


def _last(session: WriteSession, kind: type[Unit] | type[Platform], city_id: int) -> int:
    session.flush()
    last = session.execute(sa.select(sa.func.max(kind.position)).where(col(kind.city_id) == city_id)).scalar()
    return 1 + (last or 0)
