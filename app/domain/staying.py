"""How long one stays signed in, and how fresh a sign-in must be for what cannot be undone."""

from datetime import datetime, timedelta

from app.domain.access import CITY_ROLES, Actor

LONGEST = timedelta(days=14)
"""After this one signs in again, however busy one was."""
IDLE_STAFF = timedelta(hours=8)
"""City staff and admins see what others sent in confidence: their browsers are forgotten after a working day."""
IDLE_OTHERS = timedelta(days=14)
NOTED_EVERY = timedelta(minutes=10)
"""So often it is written down that somebody is still there; so exact is the idle limit."""
FRESH_FOR = timedelta(minutes=30)
"""Whoever showed who they are no longer ago than this may sign decisions and add ways to come in."""


def idle_limit(actor: Actor) -> timedelta:
    """How long a browser may be left alone."""
    is_staff = actor.admin or any(role in CITY_ROLES for _, role in actor.in_cities)
    return IDLE_STAFF if is_staff else IDLE_OTHERS


def still_signed_in(actor: Actor, begun_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    """Does a browser still let the actor in."""
    return now - begun_at < LONGEST and now - last_seen_at < idle_limit(actor)


def to_be_noted(last_seen_at: datetime, now: datetime) -> bool:
    """Is it time to write down that the browser is still used."""
    return now - last_seen_at >= NOTED_EVERY


def is_fresh(proven_at: datetime | None, now: datetime) -> bool:
    """Did somebody show a moment ago that it is they."""
    return proven_at is not None and now - proven_at < FRESH_FOR
