"""The tenant and its parts."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.localized import Localized
from app.models.columns import key, localized, ref, stored_file_or_none


class City(SQLModel, table=True):
    """A municipality that uses Kipinä. `public_version` grows with every change that a public page may show."""

    __tablename__ = "city"
    __table_args__ = (sa.CheckConstraint("length(slug) between 2 and 40", name="slug_length"),)

    id: int = key()
    slug: str = Field(unique=True)
    name: Localized = localized()
    welcome: Localized = localized()
    municipality_code: str | None = Field(default=None, unique=True)
    languages: str = "fi,sv,en"
    time_zone: str = "Europe/Helsinki"
    theme: str = "spark"
    logo: str | None = stored_file_or_none()
    contact_email: str = ""
    retention: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON, sa_column_kwargs={"server_default": "{}"})
    """Months by kind (`app.domain.retention`); what is not set has its default."""
    public_version: int = 1


class IdentityProvider(SQLModel, table=True):
    """Where a city's staff sign in at work (OpenID Connect)."""

    __tablename__ = "identity_provider"

    id: int = key()
    city_id: int = Field(foreign_key="city.id", unique=True)
    issuer: str
    client_id: str
    sealed_secret: str
    """The client secret, encrypted with a key that is not in the database."""


class Unit(SQLModel, table=True):
    """A division or core process of a city."""

    __tablename__ = "unit"

    id: int = key()
    city_id: int = ref("city.id")
    name: Localized = localized()
    position: int = 0


class Platform(SQLModel, table=True):
    """A testbed theme that a city opens to companies."""

    __tablename__ = "platform"
    __table_args__: ClassVar = (sa.UniqueConstraint("city_id", "slug"),)

    id: int = key()
    city_id: int = ref("city.id")
    slug: str
    name: Localized = localized()
    description: Localized = localized()
    position: int = 0


class Cpv(SQLModel, table=True):
    """A code of the Common Procurement Vocabulary 2008 with its labels; `search` holds them folded for finding."""

    __tablename__ = "cpv"

    code: str = Field(primary_key=True, max_length=8)
    label: Localized = localized()
    search: str = ""
