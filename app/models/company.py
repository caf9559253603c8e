"""Companies: one record each, across all cities and events."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.access import COMPANY_ROLES, Role
from app.domain.localized import Localized
from app.models.columns import enum_of, key, localized, moment, ref, ref_or_none


class Company(SQLModel, table=True):
    """An applicant. In Finland (`country` FI) `register_number` is the checked business ID."""

    __tablename__ = "company"
    __table_args__: ClassVar = (
        sa.UniqueConstraint("country", "register_number"),
        sa.CheckConstraint("length(country) = 2", name="country_code"),
    )

    id: int = key()
    name: str
    country: str = "FI"
    register_number: str
    home_town: str = ""
    website: str = ""
    description: Localized = localized()
    founded: int | None = None
    size: str = ""
    locale: str = "fi"
    created_at: datetime = moment()
    created_by: int | None = ref_or_none("person.id", index=False)
    version: int = 1


class CompanyMember(SQLModel, table=True):
    """A role held in a company."""

    __tablename__ = "company_member"
    __table_args__: ClassVar = (
        sa.UniqueConstraint("company_id", "person_id"),
        sa.CheckConstraint(
            f"role in ({', '.join(repr(role.value) for role in sorted(COMPANY_ROLES))})", name="company_role"
        ),
    )

    id: int = key()
    company_id: int = ref("company.id")
    person_id: int = ref("person.id")
    role: Role = Field(sa_type=enum_of(Role))
    phone: str = ""
