"""Erasing one person: who they were leaves the house, what they did stays, done by somebody without a name.

The answers of applications, decisions and the files with them are the city's records and are not touched
(docs/decisions/0025): whoever erases is told how many of them may still name the person.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel, col

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
from app.services import audit

FORMER = {"fi": "Entinen henkilö", "sv": "Tidigare person", "en": "Former person"}
"""What the person is called from then on, in the language they were written to in."""
RECORDS = frozenset({"application", "decision", "attachment"})
"""Tables whose words are the city's records."""
_SHORTEST_NAME = 5


def erase(session: WriteSession, actor: Actor, person: Person, now: datetime) -> int:
    """Take a person's name, address, roles, ways in and mails away, everywhere but in records.

    Returns how many records still name them. Refused for oneself: somebody has to be left who can.
    """
    if person.id == actor.person:
        raise Refused(Reason.ONESELF)
    former = FORMER.get(person.locale, FORMER["en"])
    erased_email = f"erased-{person.id}@kipina.invalid"
    needles = {person.email: erased_email}
    if _is_theirs_alone(session, person):
        needles[person.name] = former
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


def _is_theirs_alone(session: WriteSession, person: Person) -> bool:
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
        kinds = (sa.String, sa.JSON, sa.TypeDecorator)
        columns = [
            column
            for column in table.columns
            if isinstance(column.type, kinds) and not isinstance(column.type, sa.Enum) and _holds_words(column)
        ]
        if columns and table.name not in {"audit_event", "audit_head", "person", "cpv", "city"}:
            yield table, columns


def _holds_words(column: sa.Column[Any]) -> bool:
    kind = column.type.impl if isinstance(column.type, sa.TypeDecorator) else column.type
    return isinstance(kind, sa.String | sa.JSON) and not column.primary_key and not column.foreign_keys


def _contains(column: Any, needles: dict[str, str]) -> list[sa.ColumnElement[bool]]:
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
