"""Cities and their parts."""

import re
from datetime import datetime

from sqlmodel import select

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.localized import LANGUAGES, Localized
from app.domain.refusals import Reason, Refused
from app.models import City, Unit
from app.services import audit

RESERVED_SLUGS = frozenset({
    "account", "admin", "accessibility", "company", "demo", "feedback", "files", "healthz", "jury", "organizer",
    "procurement", "readyz", "sign-in", "sign-out", "static", "tasks", "cities", "api", *LANGUAGES,
})  # fmt: skip
"""Words that are addresses already."""

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def create(
    session: WriteSession, actor: Actor, slug: str, name: Localized, languages: list[str], now: datetime
) -> City:
    """A new city under a free slug of lower-case letters, digits and dashes."""
    if not SLUG.fullmatch(slug) or not 2 <= len(slug) <= 40 or slug in RESERVED_SLUGS:  # noqa: PLR2004
        raise Refused(Reason.NOT_ALLOWED, "slug")
    if session.exec(select(City.id).where(City.slug == slug)).first() is not None:
        raise Refused(Reason.ALREADY_EXISTS, "slug")
    city = City(slug=slug, name=name, languages=",".join(languages))
    session.add(city)
    session.flush()
    audit.record(session, actor, "created", city, now, city_id=city.id, after=audit.snapshot(city, "slug", "name"))
    return city


def add_unit(
    session: WriteSession, actor: Actor, city_id: int, name: Localized, now: datetime, position: int = 0
) -> Unit:
    """A new unit of a city."""
    unit = Unit(city_id=city_id, name=name, position=position)
    session.add(unit)
    audit.record(session, actor, "created", unit, now, city_id=city_id, after=audit.snapshot(unit, "name"))
    return unit
