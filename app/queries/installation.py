"""The installation as a whole: its cities, and the work that waits or has failed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.domain.access import Role
from app.domain.localized import Localized
from app.models import City, CityMember, Event, IdentityProvider, Job, JobState, MailState, OutgoingMail


@dataclass(frozen=True, slots=True)
class CityLine:
    """A city with how many organizers and events it has, and whether it has a sign-in of its own."""

    slug: str
    name: Localized
    theme: str
    organizers: int
    events: int
    provider: bool


def city_lines(session: Session) -> list[CityLine]:
    """Every city, by its address."""
    organizers = (
        sa.select(sa.func.count())
        .where(col(CityMember.city_id) == City.id, col(CityMember.role) == Role.ORGANIZER)
        .scalar_subquery()
    )
    events = sa.select(sa.func.count()).where(col(Event.city_id) == City.id).scalar_subquery()
    rows = session.execute(
        sa.select(
            col(City.slug), col(City.name), col(City.theme), organizers, events, col(IdentityProvider.id).is_not(None)
        )
        .outerjoin(IdentityProvider, col(IdentityProvider.city_id) == City.id)
        .order_by(col(City.slug))
    )
    return [CityLine(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Work:
    """Something the worker has yet to do, or has given up. It tells no addresses and no contents.

    `again`: it has failed and can be tried once more; a sign-in link cannot, it is worth nothing by now.
    """

    what: str
    id: int
    due_at: datetime
    attempts: int
    error: str
    failed: bool
    again: bool


_JOB_AGAIN = col(Job.state) == JobState.FAILED
_MAIL_AGAIN = sa.and_(col(OutgoingMail.state) == MailState.FAILED, col(OutgoingMail.secret).is_(False))


def given_up(session: Session, which: tuple[str, int] | None = None) -> tuple[list[OutgoingMail], list[Job]]:
    """What has failed and can be tried once more, to change it; with `which` that one of it, or nothing."""
    mails = sa.select(OutgoingMail).where(_MAIL_AGAIN).order_by(col(OutgoingMail.id))
    jobs = sa.select(Job).where(_JOB_AGAIN).order_by(col(Job.id))
    if which is not None:
        what, number = which
        mails = mails.where(sa.literal(what == "mail"), col(OutgoingMail.id) == number)
        jobs = jobs.where(sa.literal(what != "mail"), col(Job.id) == number)
    return (
        list(session.scalars(mails.with_for_update())),
        list(session.scalars(jobs.with_for_update())),
    )


def work(session: Session, most: int = 100) -> list[Work]:
    """Mails and jobs that are due or have failed: what failed first, then what is due next."""
    of_mail: list[Any] = [
        sa.literal("mail").label("what"), col(OutgoingMail.id).label("id"), col(OutgoingMail.due_at).label("due_at"),
        col(OutgoingMail.attempts).label("attempts"), col(OutgoingMail.last_error).label("error"),
        sa.cast(col(OutgoingMail.state) == MailState.FAILED, sa.Integer).label("failed"),
        sa.cast(_MAIL_AGAIN, sa.Integer).label("again"),
    ]  # fmt: skip
    of_job: list[Any] = [
        col(Job.kind), col(Job.id), col(Job.due_at), col(Job.attempts), col(Job.last_error),
        sa.cast(_JOB_AGAIN, sa.Integer), sa.cast(_JOB_AGAIN, sa.Integer),
    ]  # fmt: skip
    mails = sa.select(*of_mail).where(col(OutgoingMail.state).in_([MailState.QUEUED, MailState.FAILED]))
    jobs = sa.select(*of_job).where(col(Job.state).in_([JobState.WAITING, JobState.FAILED]))
    both = sa.union_all(mails, jobs).subquery()
    rows = session.execute(sa.select(both).order_by(both.c.failed.desc(), both.c.due_at, both.c.id).limit(most))
    return [
        Work(row.what, row.id, row.due_at, row.attempts, row.error, bool(row.failed), bool(row.again)) for row in rows
    ]


def states(session: Session) -> dict[str, dict[str, int]]:
    """How many mails and jobs there are in each state."""
    found = {}
    for name, column, kind in (
        ("outgoing_mail", col(OutgoingMail.state), MailState),
        ("jobs", col(Job.state), JobState),
    ):
        counted = session.execute(sa.select(column, sa.func.count()).group_by(column)).all()
        found[name] = {state.value: 0 for state in kind} | {state.value: many for state, many in counted}
    return found
