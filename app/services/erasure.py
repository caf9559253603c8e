"""Erasing one person: who they were leaves the house, what they did stays, done by somebody without a name.

The answers of applications, decisions and the files with them are the city's records and are not touched
(docs/decisions/0025): whoever erases is told how many of them may still name the person.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.models import (
    AuditEvent,
    Challenge,
    City,
    CityMember,
    CompanyMember,
    ConnectedAccount,
    FollowUpCase,
    Handshake,
    MailState,
    OutgoingMail,
    Passkey,
    Person,
    SignInLink,
    WebSession,
)
from app.queries import holds
from app.services import audit

FORMER = {"fi": "Entinen henkilö", "sv": "Tidigare person", "en": "Former person"}
"""What the person is called from then on, in the language they were written to in."""
RECORDS = frozenset({"application", "decision", "attachment"})
"""Tables whose words are the city's records."""
_SHORTEST_NAME = 5


def erase(session: WriteSession, actor: Actor, person: Person, now: datetime) -> int:
    """Take a person's name, address, roles, ways in and mails away, everywhere but in records.

    Returns how many records still name them. Refused for oneself: somebody has to be left who can; and while something
    that a city holds tells of them.
    """
    if person.id == actor.person:
        raise Refused(Reason.ONESELF)
    if held_in(session, person):
        raise Refused(Reason.PERSON_UNDER_HOLD)
    former = FORMER.get(person.locale, FORMER["en"])
    erased_email = f"erased-{person.id}@kipina.invalid"
    needles = dict(zip(_needles(session, person), (erased_email, former), strict=False))
    session.execute(sa.delete(SignInLink).where(col(SignInLink.email) == person.email))
    for theirs in (WebSession, Passkey, ConnectedAccount, Handshake, CityMember, CompanyMember):
        session.execute(sa.delete(theirs).where(col(theirs.person_id) == person.id))
    for owned in (FollowUpCase, Challenge):
        session.execute(sa.update(owned).where(col(owned.owner_person_id) == person.id).values(owner_person_id=None))
    _empty_mails(session, person, erased_email)
    person.email, person.name, person.title, person.is_admin = erased_email, former, "", False
    session.flush()
    _erase_from_trail(session, person.id, needles)
    kept = _replace_everywhere(session, needles)
    session.execute(sa.update(City).values(public_version=City.public_version + 1))
    audit.record(session, actor, "erased", person, now, city_id=None)
    return kept


def held_in(session: Session, person: Person) -> list[Localized]:
    """The cities that hold something which tells of the person: a row that refers to them, or that names them."""
    needles = _needles(session, person)
    cities: set[int] = set()
    for table in SQLModel.metadata.sorted_tables:
        held = holds.rows_held(table)
        if held is None:
            continue
        tells: list[Any] = [
            column == person.id
            for column in table.columns
            if any(key.target_fullname == "person.id" for key in column.foreign_keys)
        ]
        tells += [one for column in table.columns if _is_text(column) for one in _contains(column, needles)]
        if "id" in table.columns:
            tells.append(table.columns["id"].in_(_named_in_trail(table.name, needles)))
        cities |= set(session.execute(_cities_of(table).where(held, sa.or_(*tells)).distinct()).scalars())
    names = sa.select(col(City.name)).where(col(City.id).in_(cities)).order_by(col(City.id))
    return list(session.execute(names).scalars())


def _cities_of(table: sa.Table) -> sa.Select[Any]:
    """The cities of the rows of a table: their own, or that of the event, application or case that they belong to."""
    if "city_id" in table.columns:
        return sa.select(table.columns["city_id"])
    parents = [key for key in table.foreign_keys if "city_id" in key.column.table.columns]
    city = sa.func.coalesce(
        *(
            sa.select(key.column.table.columns["city_id"]).where(key.column == key.parent).scalar_subquery()
            for key in parents
        ),
        sa.null(),
    )
    return sa.select(city).select_from(table)


def _named_in_trail(table: str, needles: Iterable[str]) -> sa.Select[Any]:
    values = [one for column in (AuditEvent.before, AuditEvent.after) for one in _contains(col(column), needles)]
    return sa.select(col(AuditEvent.object_id)).where(col(AuditEvent.object_type) == table, sa.or_(*values))


def _needles(session: Session, person: Person) -> list[str]:
    """What tells of a person in a text: the address, and the name when it is theirs alone."""
    return [person.email, *([person.name] if _is_theirs_alone(session, person) else [])]


def _is_theirs_alone(session: Session, person: Person) -> bool:
    """A name in a text is this person's only when nobody else is called so, and when it is one at all."""
    name = person.name.strip()
    others = sa.select(sa.func.count()).where(col(Person.name) == person.name, col(Person.id) != person.id)
    return " " in name and len(name) >= _SHORTEST_NAME and session.execute(others).scalar_one() == 0


def _empty_mails(session: WriteSession, person: Person, erased_email: str) -> None:
    """Mails to them: that they were sent stays; those that still wait never leave."""
    theirs = col(OutgoingMail.to_email) == person.email
    waiting = col(OutgoingMail.state) != MailState.SENT
    session.execute(sa.delete(OutgoingMail).where(theirs, waiting))
    emptied = {"to_email": erased_email, "to_name": "", "subject": "", "body": "", "calendar": "", "last_error": ""}
    session.execute(sa.update(OutgoingMail).where(theirs).values(emptied))


def _erase_from_trail(session: WriteSession, person_id: int, needles: dict[str, str]) -> None:
    """Values that tell of them go together with their salt: the chain holds without."""
    of_person = sa.and_(col(AuditEvent.object_type) == "person", col(AuditEvent.object_id) == person_id)
    named = _contains(col(AuditEvent.on_behalf_of), needles)
    named += [one for column in (AuditEvent.before, AuditEvent.after) for one in _contains(col(column), needles)]
    which = sa.update(AuditEvent).where(col(AuditEvent.salt).is_not(None), sa.or_(of_person, *named))
    session.execute(
        which.values(salt=None, on_behalf_of="", before={}, after={}), execution_options={"synchronize_session": False}
    )


def _replace_everywhere(session: WriteSession, needles: dict[str, str]) -> int:
    """The name and the address in whatever anybody wrote; in records they are counted."""
    kept = 0
    for table, columns in _texts():
        which = sa.or_(*(one for column in columns for one in _contains(column, needles)))
        keys = list(table.primary_key.columns)
        found = session.execute(sa.select(*keys, *columns).where(which)).all()
        if table.name in RECORDS:
            kept += len(found)
            continue
        for row in found:
            values = dict(zip(columns, row[len(keys) :], strict=True))
            changed = {column: _replaced(value, needles) for column, value in values.items()}
            here = sa.and_(*(key == value for key, value in zip(keys, row, strict=False)))
            session.execute(sa.update(table).where(here).values(changed))
    return kept


def _texts() -> Iterator[tuple[sa.Table, list[sa.Column[Any]]]]:
    """Every table with its columns that hold words; the trail and the people are dealt with on their own."""
    for table in SQLModel.metadata.sorted_tables:
        columns = [column for column in table.columns if _is_text(column)]
        if columns and table.name not in {"audit_event", "audit_head", "person", "cpv", "city"}:
            yield table, columns


def _is_text(column: sa.Column[Any]) -> bool:
    kind = column.type.impl if isinstance(column.type, sa.TypeDecorator) else column.type
    if isinstance(kind, sa.Enum) or column.primary_key or column.foreign_keys:
        return False
    return isinstance(kind, sa.String | sa.JSON)


def _contains(column: Any, needles: Iterable[str]) -> list[sa.ColumnElement[bool]]:
    """In plain text, and as JSON writes it."""
    text = sa.cast(column, sa.Text)
    forms = {form for needle in needles for form in (needle, json.dumps(needle)[1:-1])}
    return [text.contains(form, autoescape=True) for form in sorted(forms)]


def _replaced(value: Any, needles: dict[str, str]) -> Any:
    if isinstance(value, Localized):
        return Localized.of({language: _replaced(text, needles) for language, text in value.as_dict().items()})
    if isinstance(value, list):
        return [_replaced(one, needles) for one in value]
    if isinstance(value, dict):
        return {name: _replaced(one, needles) for name, one in value.items()}
    if isinstance(value, str):
        for needle, instead in needles.items():
            value = value.replace(needle, instead)
    return value
