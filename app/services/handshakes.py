"""Questions to a provider or a passkey, and their answers: each once, in the browser that asked, and not too late."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.handshake import Purpose
from app.domain.refusals import Reason, Refused
from app.models import Handshake
from app.services.signing_in import hash_of


def begin(
    session: WriteSession,
    actor: Actor,
    purpose: Purpose,
    browser: str,
    now: datetime,
    *,
    within: timedelta,
    city_id: int | None = None,
    next_path: str = "",
) -> str:
    """Ask. Returns the token that the answer brings back. `browser`: what only the browser that asks can show."""
    token = secrets.token_urlsafe(32)
    session.add(
        Handshake(
            token_hash=hash_of(token),
            purpose=purpose,
            city_id=city_id,
            person_id=actor.person,
            browser_hash=hash_of(browser),
            next_path=next_path,
            created_at=now,
            expires_at=now + within,
        )
    )
    return token


def spend(
    session: WriteSession, actor: Actor, token: str, browser: str, now: datetime, *, city_id: int | None = None
) -> Handshake:
    """The question behind an answer; refused when it was answered, is too old, or was asked by another.

    As with links one conditional UPDATE spends it, so of many at once exactly one succeeds.
    """
    spent: Handshake | None = session.execute(
        sa.update(Handshake)
        .where(
            col(Handshake.token_hash) == hash_of(token),
            col(Handshake.browser_hash) == hash_of(browser),
            col(Handshake.city_id).is_not_distinct_from(city_id),
            col(Handshake.person_id).is_not_distinct_from(actor.person),
            col(Handshake.used_at).is_(None),
            col(Handshake.expires_at) > now,
        )
        .values(used_at=now)
        .returning(Handshake)
    ).scalar_one_or_none()
    if spent is None:
        raise Refused(Reason.NOT_ASKED)
    return spent
