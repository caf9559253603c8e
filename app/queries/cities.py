"""Cities and their parts."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.ids import CityId
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.models import City, Platform, Unit


@dataclass(frozen=True, slots=True)
class CityFacts:
    """What every page of a city needs."""

    id: CityId
    slug: str
    name: Localized
    languages: tuple[str, ...]
    time_zone: str
    theme: str
    logo: str | None
    contact_email: str
    public_version: int


def facts(session: Session, slug: str) -> CityFacts | None:
    """The city with this slug."""
    return _one(session, col(City.slug) == slug)


def facts_by_id(session: Session, city_id: int) -> CityFacts | None:
    """The city with this id."""
    return _one(session, col(City.id) == city_id)


def _one(session: Session, which: sa.ColumnElement[bool]) -> CityFacts | None:
    row = session.execute(
        sa.select(
            col(City.id), col(City.slug), col(City.name), col(City.languages), col(City.time_zone), col(City.theme),
            col(City.logo), col(City.contact_email), col(City.public_version),
        ).where(which)
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    return CityFacts(
        id=CityId(row.id),
        slug=row.slug,
        name=row.name,
        languages=tuple(row.languages.split(",")),
        time_zone=row.time_zone,
        theme=row.theme,
        logo=row.logo,
        contact_email=row.contact_email,
        public_version=row.public_version,
    )


def welcome(session: Session, city_id: int) -> Localized:
    """The city's words of welcome."""
    words: Localized = session.execute(sa.select(col(City.welcome)).where(col(City.id) == city_id)).scalar_one()
    return words


def all_cities(session: Session) -> list[City]:
    """Every city of the installation, by name."""
    return sorted(session.exec(select(City)), key=lambda city: city.name.text("fi"))


def by_id(session: Session, city_id: int) -> City:
    """The city itself, to be read."""
    return session.exec(select(City).where(City.id == city_id)).one()


def for_update(session: Session, city_id: int) -> City:
    """The city itself, to be changed."""
    return session.exec(select(City).where(City.id == city_id).with_for_update()).one()


def unit_for_update(session: Session, city_id: int, unit_id: int) -> Unit:
    """A unit of the city, to be changed. Refused when the city has none such."""
    found = select(Unit).where(Unit.city_id == city_id, Unit.id == unit_id).with_for_update()
    unit = session.exec(found).one_or_none()
    if unit is None:
        raise Refused(Reason.NOT_FOUND)
    return unit


def platform_for_update(session: Session, city_id: int, platform_id: int) -> Platform:
    """A platform of the city, to be changed. Refused when the city has none such."""
    found = select(Platform).where(Platform.city_id == city_id, Platform.id == platform_id).with_for_update()
    platform = session.exec(found).one_or_none()
    if platform is None:
        raise Refused(Reason.NOT_FOUND)
    return platform


def units(session: Session, city_id: int) -> list[Unit]:
    """The units of a city in their own order."""
    return list(session.exec(select(Unit).where(Unit.city_id == city_id).order_by(col(Unit.position), col(Unit.id))))


def platforms(session: Session, city_id: int) -> list[Platform]:
    """The platforms of a city in their own order."""
    return list(
        session.exec(
            select(Platform).where(Platform.city_id == city_id).order_by(col(Platform.position), col(Platform.id))
        )
    )
