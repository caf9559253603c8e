"""How people come in beside links by mail: their cities' own sign-in, and passkeys."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.access import CITY_ROLES, Actor
from app.domain.localized import Localized
from app.models import City, ConnectedAccount, IdentityProvider, Passkey


@dataclass(frozen=True, slots=True)
class CityAccount:
    """A city with a sign-in of its own, and since when the asking person's account there is connected."""

    slug: str
    name: Localized
    connected_at: datetime | None = None
    last_used_at: datetime | None = None


def cities_with_provider(session: Session, path: str = "") -> list[CityAccount]:
    """Cities with a sign-in of their own, by address; only the one that a path leads into, when it does."""
    found = [
        CityAccount(*row)
        for row in session.execute(
            sa.select(col(City.slug), col(City.name))
            .join(IdentityProvider, col(IdentityProvider.city_id) == City.id)
            .order_by(col(City.slug))
        )
    ]
    within = [city for city in found if city.slug in path.split("?", maxsplit=1)[0].split("/")]
    return within or found


def accounts_of(session: Session, actor: Actor) -> list[CityAccount]:
    """The cities whose sign-in the actor can use or connect: those they work for."""
    works_for = {city for city, role in actor.in_cities if role in CITY_ROLES}
    own = sa.and_(
        col(ConnectedAccount.city_id) == City.id,
        col(ConnectedAccount.issuer) == IdentityProvider.issuer,
        col(ConnectedAccount.person_id) == actor.person,
    )
    rows = session.execute(
        sa.select(
            col(City.slug), col(City.name), col(ConnectedAccount.connected_at), col(ConnectedAccount.last_used_at)
        )
        .join(IdentityProvider, col(IdentityProvider.city_id) == City.id)
        .outerjoin(ConnectedAccount, own)
        .where(sa.or_(col(City.id).in_(works_for), col(ConnectedAccount.id).is_not(None)))
        .order_by(col(City.slug))
    )
    return [CityAccount(*row) for row in rows]


def provider(session: Session, city_id: int) -> IdentityProvider | None:
    """A city's provider."""
    return session.exec(select(IdentityProvider).where(IdentityProvider.city_id == city_id)).one_or_none()


def provider_for_update(session: Session, city_id: int) -> IdentityProvider | None:
    """The same, to be changed."""
    found = select(IdentityProvider).where(IdentityProvider.city_id == city_id).with_for_update()
    return session.exec(found).one_or_none()


def passkeys(session: Session, actor: Actor) -> list[Passkey]:
    """The actor's passkeys, the oldest first."""
    return list(session.exec(select(Passkey).where(Passkey.person_id == actor.person).order_by(col(Passkey.id))))


def passkey_for_update(session: Session, actor: Actor, passkey_id: int) -> Passkey | None:
    """One of them, to be changed."""
    found = select(Passkey).where(Passkey.person_id == actor.person, Passkey.id == passkey_id).with_for_update()
    return session.exec(found).one_or_none()
