"""Passkeys: added by those who are signed in, and used to come in or to confirm."""

import hashlib
import hmac
from datetime import datetime

from sqlmodel import select

from app.adapters import passkeys as adapter
from app.adapters.database import WriteSession
from app.adapters.passkeys import Answer, NewKey, NotBelieved, Site
from app.domain.access import Actor
from app.domain.refusals import Reason, Refused
from app.models import Passkey
from app.queries import ways_in
from app.services import audit, signing_in


def handle_of(signing_key: bytes, person_id: int) -> bytes:
    """How a passkey remembers whose it is: the same for all of a person's, and it tells nothing of them."""
    return hmac.new(signing_key, f"passkey:{person_id}".encode(), hashlib.sha256).digest()


def add(session: WriteSession, actor: Actor, site: Site, answer: Answer, name: str, now: datetime) -> Passkey:
    """Keep a new passkey of the actor's, and tell them so by mail: it may have been somebody else at their computer."""
    try:
        new: NewKey = adapter.added(site, answer)
    except NotBelieved:
        raise Refused(Reason.PASSKEY_NOT_BELIEVED) from None
    if session.exec(select(Passkey.id).where(Passkey.credential_id == new.credential_id)).first() is not None:
        raise Refused(Reason.PASSKEY_KNOWN)
    passkey = Passkey(
        person_id=int(actor.person or 0),
        credential_id=new.credential_id,
        public_key=new.public_key,
        sign_count=new.sign_count,
        transports=",".join(new.transports),
        name=name,
        created_at=now,
    )
    session.add(passkey)
    audit.record(session, actor, "added", passkey, now, city_id=None, after={"name": name})
    signing_in.tell_of_new_way(session, actor, now)
    return passkey


def use(session: WriteSession, actor: Actor, site: Site, answer: Answer, now: datetime) -> Passkey:
    """The passkey that answered. Somebody who is signed in can only use one of their own.

    One that counts, and whose count does not grow, was copied: it is refused, and the refusal is on record.
    """
    passkey = session.exec(
        select(Passkey).where(Passkey.credential_id == answer.credential_id).with_for_update()
    ).one_or_none()
    if passkey is None or (actor.signed_in and passkey.person_id != actor.person):
        raise Refused(Reason.PASSKEY_UNKNOWN)
    try:
        count = adapter.used(site, answer, passkey.public_key)
    except NotBelieved:
        raise Refused(Reason.PASSKEY_NOT_BELIEVED) from None
    if (count or passkey.sign_count) and count <= passkey.sign_count:
        audit.record(session, actor, "refused", passkey, now, city_id=None, after={"sign_count": count})
        raise Refused(Reason.PASSKEY_COPIED)
    passkey.sign_count, passkey.last_used_at = count, now
    return passkey


def remove(session: WriteSession, actor: Actor, passkey_id: int, now: datetime) -> None:
    """It lets nobody in any more. Refused when it is nobody's or somebody else's."""
    passkey = ways_in.passkey_for_update(session, actor, passkey_id)
    if passkey is None:
        raise Refused(Reason.NOT_FOUND)
    audit.record(session, actor, "removed", passkey, now, city_id=None, before={"name": passkey.name})
    session.delete(passkey)
