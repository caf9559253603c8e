"""Coming in: a one-time link by mail, spent by POST alone."""

import hashlib
import secrets
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col

from app.adapters.database import WriteSession
from app.domain.access import PUBLIC, Actor
from app.domain.refusals import Reason, Refused
from app.domain.staying import NOTED_EVERY
from app.models import Handshake, Person, SignInLink, WebSession
from app.queries import people
from app.queries.cities import CityFacts
from app.services import audit, outbox

LINK_LIVES = timedelta(minutes=10)
KEPT_AFTERWARDS = timedelta(days=1)
"""So long a link or a sign-in that lets nobody in any more is still there."""


def hash_of(token: str) -> str:
    """What the database keeps of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def send_link(
    session: WriteSession, email: str, next_path: str, language: str, now: datetime, *, kind: str = "sign_in"
) -> None:
    """Mail a link, whether or not the address is known: the answer tells nothing about who is.

    `kind` is the mail around it: `confirmation` when somebody who is signed in proves that it is still they.
    """
    token = secrets.token_urlsafe(32)
    person = people.by_email(session, email)
    session.add(
        SignInLink(
            token_hash=hash_of(token),
            email=email,
            next_path=next_path,
            locale=language,
            created_at=now,
            expires_at=now + LINK_LIVES,
        )
    )
    with session.of_the_installation():
        outbox.queue(
            session,
            kind,
            to_email=email,
            to_name=person.name if person else "",
            language=language,
            now=now,
            zone=ZoneInfo("Europe/Helsinki"),
            context={"token": token},
            secret=True,
        )


def tell_of_new_way(session: WriteSession, actor: Actor, now: datetime, city: CityFacts | None = None) -> None:
    """Tell somebody that a passkey, or their account at a city, lets them in from now on.

    The mail names nothing that was typed: whoever did this may be a stranger.
    """
    with session.of_the_installation():
        outbox.queue(
            session,
            "way_in_added",
            to_email=actor.email,
            to_name=actor.name,
            language=actor.locale or "fi",
            now=now,
            zone=ZoneInfo(city.time_zone if city else "Europe/Helsinki"),
            context={"city": city.name if city else None, "at": now},
            city_id=city.id if city else None,
        )


def spend_link(session: WriteSession, token: str, now: datetime) -> tuple[Person, str]:
    """The person behind a link and where they were going; refused when it is spent or old.

    Spending is one conditional UPDATE, so of many at once exactly one succeeds. An unknown address is a new person.
    """
    spent = session.execute(
        sa.update(SignInLink)
        .where(
            col(SignInLink.token_hash) == hash_of(token),
            col(SignInLink.used_at).is_(None),
            col(SignInLink.expires_at) > now,
        )
        .values(used_at=now)
        .returning(col(SignInLink.email), col(SignInLink.next_path), col(SignInLink.locale))
    ).one_or_none()
    if spent is None:
        raise Refused(Reason.LINK_SPENT)
    person = people.by_email(session, spent.email)
    if person is None:
        person = Person(email=spent.email, locale=spent.locale, created_at=now)
        session.add(person)
        audit.record(session, PUBLIC, "created", person, now, city_id=None, after={"email": person.email})
    return person, spent.next_path


def note_seen(session: WriteSession, session_id: int, now: datetime) -> None:
    """Write down that a browser is still used. Of several pages opened at once, one does."""
    session.execute(
        sa.update(WebSession)
        .where(col(WebSession.id) == session_id, col(WebSession.last_seen_at) <= now - NOTED_EVERY)
        .values(last_seen_at=now)
    )


def sign_out_elsewhere(
    session: WriteSession, actor: Actor, here: int | None, now: datetime, *, only: int | None = None
) -> None:
    """End the actor's other browsers, or `only` one of them. Refused when that one is nobody's or somebody else's."""
    ended = sa.update(WebSession).where(
        col(WebSession.person_id) == actor.person, col(WebSession.id) != here, col(WebSession.ended_at).is_(None)
    )
    if only is not None:
        ended = ended.where(col(WebSession.id) == only)
    found = session.execute(ended.values(ended_at=now).returning(col(WebSession.id))).all()
    if only is not None and not found:
        raise Refused(Reason.NOT_FOUND)


def sign_out_everywhere(session: WriteSession, person_id: int | None, now: datetime) -> int:
    """End every browser of a person, or of everybody; how many there were."""
    ended = sa.update(WebSession).where(col(WebSession.ended_at).is_(None), col(WebSession.expires_at) > now)
    if person_id is not None:
        ended = ended.where(col(WebSession.person_id) == person_id)
    return len(session.execute(ended.values(ended_at=now).returning(col(WebSession.id))).all())


def forget(session: WriteSession, now: datetime) -> None:
    """Links, questions and sign-ins of which nothing is left to use."""
    session.execute(sa.delete(SignInLink).where(col(SignInLink.expires_at) < now - KEPT_AFTERWARDS))
    session.execute(sa.delete(Handshake).where(col(Handshake.expires_at) < now - KEPT_AFTERWARDS))
    session.execute(
        sa.delete(WebSession).where(
            sa.or_(col(WebSession.expires_at) < now - KEPT_AFTERWARDS, col(WebSession.ended_at) < now - KEPT_AFTERWARDS)
        )
    )
