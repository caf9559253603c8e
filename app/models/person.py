"""People, the roles they hold, and how they come in."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.access import CITY_ROLES, Role
from app.domain.handshake import Purpose
from app.models.columns import enum_of, key, moment, moment_or_none, ref, ref_or_none


class Person(SQLModel, table=True):
    """Somebody who can sign in, known by a mail address kept in lower case."""

    __tablename__ = "person"
    __table_args__: ClassVar = (sa.CheckConstraint("email = lower(email)", name="email_lower"),)

    id: int = key()
    email: str = Field(unique=True)
    name: str = ""
    title: str = ""
    locale: str = "fi"
    is_admin: bool = False
    created_at: datetime = moment()


class CityMember(SQLModel, table=True):
    """A role held in a city."""

    __tablename__ = "city_member"
    __table_args__: ClassVar = (
        sa.UniqueConstraint("city_id", "person_id", "role"),
        sa.CheckConstraint(f"role in ({', '.join(repr(role.value) for role in sorted(CITY_ROLES))})", name="city_role"),
    )

    id: int = key()
    city_id: int = ref("city.id")
    person_id: int = ref("person.id")
    role: Role = Field(sa_type=enum_of(Role))
    unit_id: int | None = ref_or_none("unit.id")


class SignInLink(SQLModel, table=True):
    """A one-time link by mail. Only the hash of its token is kept; it is spent by POST alone."""

    __tablename__ = "sign_in_link"

    token_hash: str = Field(primary_key=True)
    email: str = Field(index=True)
    next_path: str = ""
    locale: str = "fi"
    created_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = moment_or_none()


class WebSession(SQLModel, table=True):
    """A signed-in browser. Only the hash of its cookie is kept, and nothing that tells where it was.

    `browser` and `system` are names from a list of ours. `proven_at` is when the person last showed who they are; None
    when their city's provider did not say.
    """

    __tablename__ = "web_session"

    id: int = key()
    token_hash: str = Field(unique=True)
    person_id: int = ref("person.id")
    browser: str = ""
    system: str = ""
    created_at: datetime = moment()
    last_seen_at: datetime = moment()
    expires_at: datetime = moment()
    ended_at: datetime | None = moment_or_none()
    proven_at: datetime | None = moment_or_none()


class ConnectedAccount(SQLModel, table=True):
    """A person's account at their city's provider: known by issuer and subject, never by a mail address."""

    __tablename__ = "connected_account"
    __table_args__: ClassVar = (
        sa.UniqueConstraint("city_id", "issuer", "subject"),
        sa.UniqueConstraint("city_id", "person_id"),
    )

    id: int = key()
    city_id: int = ref("city.id")
    person_id: int = ref("person.id")
    issuer: str
    subject: str
    connected_at: datetime = moment()
    last_used_at: datetime | None = moment_or_none()


class Passkey(SQLModel, table=True):
    """A key in somebody's phone, computer or security key; here is only its public half."""

    __tablename__ = "passkey"

    id: int = key()
    person_id: int = ref("person.id")
    credential_id: str = Field(unique=True)
    """As all bytes here, in base64url."""
    public_key: str
    sign_count: int
    """How often it was used, as it counts itself; 0 for those that do not count."""
    transports: str = ""
    """How a browser may reach it, with commas between."""
    name: str
    created_at: datetime = moment()
    last_used_at: datetime | None = moment_or_none()


class Handshake(SQLModel, table=True):
    """A question to a city's provider or to a passkey, which one browser may bring the answer to, once.

    Only hashes are kept: of its token, and of what the browser is known by.
    """

    __tablename__ = "handshake"

    token_hash: str = Field(primary_key=True)
    purpose: Purpose = Field(sa_type=enum_of(Purpose))
    city_id: int | None = ref_or_none("city.id", index=False)
    """Whose provider is asked; None for a passkey."""
    person_id: int | None = ref_or_none("person.id", index=False)
    """Who was signed in; None for somebody who comes in."""
    browser_hash: str
    next_path: str = ""
    created_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = moment_or_none()


class KeptForm(SQLModel, table=True):
    """What somebody typed into a form when their sign-in had run out, until they are back."""

    __tablename__ = "kept_form"

    token_hash: str = Field(primary_key=True)
    form_id: str
    path: str
    values: dict[str, Any] = Field(sa_type=sa.JSON)
    created_at: datetime = moment()


class SentForm(SQLModel, table=True):
    """A form that changed something, and how it was answered: sent again, it is answered the same.

    `key` is a hash of the page it was sent from, its address and its content; nothing of it can be read back.
    """

    __tablename__ = "sent_form"

    key: str = Field(primary_key=True)
    status: int
    headers: list[Any] = Field(sa_type=sa.JSON)
    """Where the answer led, as [name, value], …"""
    created_at: datetime = moment()
