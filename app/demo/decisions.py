"""The demo's decisions of 2016."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from app.adapters.database import WriteSession
from app.demo.content import event_named, read
from app.demo.judging import actor
from app.domain.application import Action
from app.domain.deciding import Outcome
from app.domain.phase import phase_at
from app.models import Application, Event
from app.queries import deciding as deciding_queries
from app.queries import mail as mail_queries
from app.services import applications, deciding


def load_decisions(session: WriteSession, loaded: Any, advance: Callable[[], None]) -> None:
    """The decisions of 2016: prepared, signed together, and confirmed by those who were invited."""
    event = session.get_one(Event, loaded.id("event", "kipina-2016"))
    organizer = actor(session, loaded.id("organizer", "kipina-2016"))
    signed_at = loaded.calendar.moment(event_named("kipina-2016")["dates"]["decided_at"])
    mine = [one for one in read("applications")["applications"] if one["event"] == "kipina-2016" and one["decision"]]
    mine.sort(key=lambda one: one["decision"]["reserve_rank"] or 0)
    for one in mine:
        application = session.get_one(Application, loaded.id("application", one["key"]))
        made = one["decision"]
        deciding.prepare(
            session, organizer, event, application, None, Outcome(made["outcome"]), signed_at - timedelta(days=1),
            reasons=made["reasons"],
        )  # fmt: skip
        advance()
    session.flush()
    deciding.write_mails(session, organizer, event, signed_at)
    session.flush()
    chosen = [decision for _, decision in deciding_queries.to_sign(session, event.id) if decision is not None]
    told = [(made.application_id, made.outcome, made.reserve_rank, made.reasons) for made in chosen]
    mails = mail_queries.of_decisions_for_update(session, event.id)
    deciding.sign(session, organizer, event, deciding_queries.revision_to_sign(told, mails), signed_at)
    session.flush()
    for one in mine:
        if one["state"] == "confirmed":
            application = session.get_one(Application, loaded.id("application", one["key"]))
            owner = actor(session, loaded.id("owner", one["company"]))
            at = signed_at + timedelta(days=2)
            phase = phase_at(event.milestones, at)
            applications.move(session, owner, application, Action.CONFIRM, at, phase)
            advance()
