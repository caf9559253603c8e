"""Cities' own sign-in: where it is, whose account is whose, and who comes in by it."""

from datetime import datetime

from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.access import CITY_ROLES, Actor
from app.domain.handshake import shown_since
from app.domain.refusals import Reason, Refused
from app.models import ConnectedAccount, Handshake, IdentityProvider, Person
from app.queries import cities
from app.services import audit, signing_in


def set_up(
    session: WriteSession,
    actor: Actor,
    city_id: int,
    issuer: str,
    client_id: str,
    sealed_secret: str | None,
    now: datetime,
) -> IdentityProvider:
    """Say where a city's staff sign in; None keeps the secret, which must be given for a new provider or issuer.

    Accounts at another issuer stay with their people, and open nothing until that issuer comes back.
    """
    provider = session.exec(select(IdentityProvider).where(IdentityProvider.city_id == city_id)).one_or_none()
    if sealed_secret is None and (provider is None or provider.issuer != issuer):
        raise Refused(Reason.MISSING_FIELD, "secret")
    before = audit.snapshot(provider, "issuer", "client_id") if provider else {}
    if provider is None:
        provider = IdentityProvider(city_id=city_id, issuer=issuer, client_id=client_id, sealed_secret="")
        session.add(provider)
    provider.issuer, provider.client_id = issuer, client_id
    provider.sealed_secret = sealed_secret or provider.sealed_secret
    after = audit.snapshot(provider, "issuer", "client_id") | {"secret_changed": sealed_secret is not None}
    audit.record(session, actor, "set_up", provider, now, city_id=city_id, before=before, after=after)
    return provider


def take_away(session: WriteSession, actor: Actor, provider: IdentityProvider, now: datetime) -> None:
    """Nobody comes in by it any more; links by mail remain."""
    before = audit.snapshot(provider, "issuer", "client_id")
    audit.record(session, actor, "removed", provider, now, city_id=provider.city_id, before=before)
    session.delete(provider)


def connect(
    session: WriteSession, actor: Actor, city_id: int, issuer: str, subject: str, now: datetime
) -> ConnectedAccount:
    """From now on the account lets the actor in, in place of one they had there before; a mail tells them so.

    Only for those who work for the city. Refused when the account is somebody else's.
    """
    if not any(city == city_id and role in CITY_ROLES for city, role in actor.in_cities):
        raise Refused(Reason.NOT_ALLOWED)
    account = _account(session, city_id, issuer, subject)
    if account is not None and account.person_id != actor.person:
        raise Refused(Reason.ACCOUNT_OF_ANOTHER)
    if account is None:
        disconnect(session, actor, city_id, now)
        account = ConnectedAccount(
            city_id=city_id, person_id=int(actor.person or 0), issuer=issuer, subject=subject, connected_at=now
        )
        session.add(account)
        audit.record(session, actor, "connected", account, now, city_id=city_id, after={"issuer": issuer})
        signing_in.tell_of_new_way(session, actor, now, cities.facts_by_id(session, city_id))
    return account


def disconnect(session: WriteSession, actor: Actor, city_id: int, now: datetime) -> bool:
    """The actor's account there lets nobody in any more. Was there one?"""
    account = session.exec(
        select(ConnectedAccount).where(ConnectedAccount.city_id == city_id, ConnectedAccount.person_id == actor.person)
    ).one_or_none()
    if account is None:
        return False
    audit.record(session, actor, "disconnected", account, now, city_id=city_id, before={"issuer": account.issuer})
    session.delete(account)
    session.flush()
    return True


def let_in(session: WriteSession, city_id: int, issuer: str, subject: str, now: datetime) -> Person:
    """The person to whom the account belongs; refused when nobody has connected it."""
    account = _account(session, city_id, issuer, subject)
    if account is None:
        raise Refused(Reason.ACCOUNT_UNKNOWN)
    account.last_used_at = now
    return session.exec(select(Person).where(col(Person.id) == account.person_id)).one()


def confirm(
    session: WriteSession,
    actor: Actor,
    asked: Handshake,
    issuer: str,
    subject: str,
    signed_in_at: datetime | None,
) -> None:
    """It is still the actor; refused for another's account, and when they did not sign in again after being asked."""
    account = _account(session, int(asked.city_id or 0), issuer, subject)
    if account is None:
        raise Refused(Reason.ACCOUNT_UNKNOWN)
    if account.person_id != actor.person:
        raise Refused(Reason.ACCOUNT_OF_ANOTHER)
    if not shown_since(signed_in_at, asked.created_at):
        raise Refused(Reason.NOT_SHOWN_AGAIN)


def _account(session: WriteSession, city_id: int, issuer: str, subject: str) -> ConnectedAccount | None:
    return session.exec(
        select(ConnectedAccount)
        .where(
            ConnectedAccount.city_id == city_id,
            ConnectedAccount.issuer == issuer,
            ConnectedAccount.subject == subject,
        )
        .with_for_update()
    ).one_or_none()
