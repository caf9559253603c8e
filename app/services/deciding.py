"""What becomes of each application: prepared one by one, told in mails that are read first, then signed together.

Whoever calls has locked the event's row (`queries.events.for_update`), so that decisions change one after the other.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.application import Action, next_state
from app.domain.deciding import Outcome, Prepared, ProblemKind, next_reserve, problems, reason_given
from app.domain.localized import Localized
from app.domain.phase import phase_at
from app.domain.refusals import Reason, Refused
from app.models import Application, Challenge, City, Company, Decision, Event, MailState, OutgoingMail
from app.queries import applications as application_queries
from app.queries import deciding as deciding_queries
from app.queries import mail as mail_queries
from app.services import applications, audit, jobs, outbox

MAIL_OF: dict[Outcome, str] = {Outcome.INVITE: "invited", Outcome.RESERVE: "reserved", Outcome.DECLINE: "declined"}
"""The template that tells a company of its outcome."""

_TOLD = ("outcome", "reasons")
_KEPT = ("outcome", "reserve_rank", "reasons", "notes")


@dataclass(frozen=True)
class _Facts:
    """What every mail of an event tells: the city, challenges by id, names of companies by id."""

    city: City
    challenges: dict[int, Localized]
    companies: dict[int, str]


def prepare(
    session: WriteSession,
    actor: Actor,
    event: Event,
    application: Application,
    decision: Decision | None,
    outcome: Outcome,
    now: datetime,
    *,
    reasons: str | None = None,
    notes: str | None = None,
) -> Decision:
    """Choose the outcome of one application; texts that are None stay as they are.

    A new reserve goes to the end of the list. A mail that tells something else is thrown away, to be written anew.
    Nobody outside the city learns of it before `sign`.
    """
    if event.decided_at is not None:
        raise Refused(Reason.DECISIONS_SIGNED)
    next_state(application.state, Action(outcome.value), phase_at(event.milestones, now))
    if decision is None:
        decision = Decision(application_id=application.id, event_id=event.id, outcome=outcome, prepared_at=now)
        before = {}
    else:
        before = audit.snapshot(decision, *_KEPT)
    if outcome is not Outcome.RESERVE:
        decision.reserve_rank = None
    elif decision.reserve_rank is None:
        decision.reserve_rank = _last_rank(session, event) + 1
    decision.outcome = outcome
    decision.reasons = decision.reasons if reasons is None else reasons
    decision.notes = decision.notes if notes is None else notes
    after = audit.snapshot(decision, *_KEPT)
    if after == before:
        return decision
    decision.prepared_by, decision.prepared_at = actor.person, now
    session.add(decision)
    if any(before.get(name) != after[name] for name in _TOLD):
        _throw_away_mails(session, [application.id])
    audit.record(session, actor, "prepared", decision, now, city_id=event.city_id, before=before, after=after)
    return decision


def move_reserve(
    session: WriteSession, actor: Actor, event: Event, one: Decision, other: Decision, now: datetime
) -> None:
    """Let two reserves change places; their mails tell the place, so they are written anew."""
    if event.decided_at is not None:
        raise Refused(Reason.DECISIONS_SIGNED)
    if one.reserve_rank is None or other.reserve_rank is None:
        raise Refused(Reason.WRONG_STATE)
    ranks = {one.application_id: other.reserve_rank, other.application_id: one.reserve_rank}
    # A rank is unique, so the two pass through ranks that nobody has.
    for decision, beyond in ((one, 1), (other, 2)):
        decision.reserve_rank = _last_rank(session, event) + beyond
    session.flush()
    for decision in (one, other):
        before = {"reserve_rank": ranks[(other if decision is one else one).application_id]}
        decision.reserve_rank = ranks[decision.application_id]
        after = {"reserve_rank": decision.reserve_rank}
        audit.record(session, actor, "ordered", decision, now, city_id=event.city_id, before=before, after=after)
    _throw_away_mails(session, list(ranks))


def write_mails(session: WriteSession, actor: Actor, event: Event, now: datetime) -> int:
    """Write the mail of every decision that has none yet, held until the signature; returns how many.

    Refused while anything but the number of places stands in the way, and to whom has a conflict of interest.
    """
    chosen = _complete(session, actor, event)
    written = {mail.application_id for mail in mail_queries.of_decisions_for_update(session, event.id)}
    facts = _facts(session, event)
    places = _places_on_reserve(decision for _, decision in chosen)
    count = 0
    for application, decision in chosen:
        if application.id not in written:
            more = {"reasons": decision.reasons.strip(), "place": places.get(application.id)}
            count += _mail(session, MAIL_OF[decision.outcome], event, application, facts, now, held=True, **more)
    return count


def sign(
    session: WriteSession, actor: Actor, event: Event, revision: str, now: datetime, *, more_than_places: bool = False
) -> Counter[Outcome]:
    """Make all prepared decisions of the event final at once, and let their mails go; returns how many of each.

    `revision` is what was read on the page (`revision`): when anybody has changed a decision or a mail since, nothing
    happens. `more_than_places` says that inviting more companies than there are places is on purpose.
    """
    chosen = _complete(session, actor, event)
    waiting = mail_queries.of_decisions_for_update(session, event.id)
    decided = [(d.application_id, d.outcome, d.reserve_rank, d.reasons) for _, d in chosen]
    if revision != deciding_queries.revision_to_sign(decided, waiting):
        raise Refused(Reason.CHANGED_MEANWHILE)
    outcomes = Counter(decision.outcome for _, decision in chosen)
    if outcomes[Outcome.INVITE] > event.places_to_pitch and not more_than_places:
        raise Refused(Reason.TOO_MANY_INVITED, "more_than_places")
    told = {mail.application_id for mail in waiting}
    if {application.id for application, _ in chosen} & deciding_queries.reachable(session, event.id) - told:
        raise Refused(Reason.DECISIONS_INCOMPLETE)
    phase = phase_at(event.milestones, now)
    for application, decision in chosen:
        applications.move(session, actor, application, Action(decision.outcome.value), now, phase)
        decision.applied_at = now
    signed = {application.id for application, _ in chosen}
    for mail in waiting:
        if mail.application_id in signed:
            mail.state, mail.due_at = MailState.QUEUED, now
        else:  # withdrawn meanwhile: there is nothing to tell
            session.delete(mail)
    event.decided_at, event.decided_by = now, actor.person
    event.version += 1
    after = audit.snapshot(event, "decided_at", "decided_by")
    # The last change of this transaction, and so the head of the city's chain: the document bears its hash.
    audit.record(session, actor, "signed", event, now, city_id=event.city_id, after=after)
    for language in session.get_one(City, event.city_id).languages.split(","):
        jobs.enqueue(session, "decision_pdf", {"event_id": event.id, "language": language}, now)
    return outcomes


def promote_next(session: WriteSession, actor: Actor, event: Event, now: datetime) -> Application | None:
    """The reserve with the lowest rank moves up, and its company is told; None when nobody is left in reserve."""
    waiting = {application.id: (application, d) for application, d in deciding_queries.reserves(session, event.id)}
    first = next_reserve(Prepared(d.application_id, d.outcome, d.reserve_rank) for _, d in waiting.values())
    if first is None:
        return None
    promote(session, actor, event, *waiting[first.application], now)
    return waiting[first.application][0]


def promote(
    session: WriteSession, actor: Actor, event: Event, application: Application, decision: Decision, now: datetime
) -> None:
    """This reserve is invited after all, and its company is told."""
    applications.move(session, actor, application, Action.PROMOTE, now, phase_at(event.milestones, now))
    decision.promoted_at = now
    _mail(session, "promoted", event, application, _facts(session, event), now)


def _complete(session: WriteSession, actor: Actor, event: Event) -> list[tuple[Application, Decision]]:
    """All that is decided together. Refused when signed already, when incomplete, and across a conflict of interest."""
    if event.decided_at is not None:
        raise Refused(Reason.DECISIONS_SIGNED)
    if deciding_queries.has_conflict(session, event.id, actor.person):
        raise Refused(Reason.SIGNED_BY_ANOTHER)
    chosen: list[tuple[Application, Decision]] = []
    prepared: list[Prepared] = []
    for application, decision in deciding_queries.to_sign(session, event.id):
        if decision is None:
            raise Refused(Reason.DECISIONS_INCOMPLETE)
        chosen.append((application, decision))
        reason = reason_given(decision.reasons)
        prepared.append(Prepared(application.id, decision.outcome, decision.reserve_rank, reason))
    found = [p for p in problems(prepared, event.places_to_pitch) if p.kind is not ProblemKind.TOO_MANY_INVITED]
    if found or not chosen:
        raise Refused(Reason.DECISIONS_INCOMPLETE)
    return chosen


def _last_rank(session: WriteSession, event: Event) -> int:
    session.flush()
    ranks = sa.select(sa.func.max(Decision.reserve_rank)).where(col(Decision.event_id) == event.id)
    return session.execute(ranks).scalar_one() or 0


def _places_on_reserve(decisions: Iterable[Decision]) -> dict[int, int]:
    """By application: its place on the reserve list, from 1 without gaps."""
    ranked = sorted((d.reserve_rank, d.application_id) for d in decisions if d.reserve_rank is not None)
    return {application_id: place for place, (_, application_id) in enumerate(ranked, 1)}


def _throw_away_mails(session: WriteSession, application_ids: list[int]) -> None:
    session.execute(
        sa.delete(OutgoingMail).where(
            col(OutgoingMail.application_id).in_(application_ids),
            col(OutgoingMail.state) == MailState.HELD,
            col(OutgoingMail.kind).in_(mail_queries.DECISION_KINDS),
        )
    )


def _facts(session: WriteSession, event: Event) -> _Facts:
    titles = sa.select(col(Challenge.id), col(Challenge.title)).where(col(Challenge.event_id) == event.id)
    applicants = sa.select(col(Application.company_id)).where(col(Application.event_id) == event.id)
    names = select(Company.id, Company.name).where(col(Company.id).in_(applicants))
    return _Facts(
        session.get_one(City, event.city_id),
        dict(session.execute(titles).all()),
        dict(session.exec(names).all()),
    )


def _mail(
    session: WriteSession,
    kind: str,
    event: Event,
    application: Application,
    facts: _Facts,
    now: datetime,
    *,
    held: bool = False,
    **more: object,
) -> int:
    """One mail to everybody who is told of the application, in its company's language; returns how many."""
    language = application.locale
    recipients = application_queries.recipients(session, application)
    for person in recipients:
        outbox.queue(
            session,
            kind,
            to_email=person.email,
            to_name=person.name,
            language=language,
            now=now,
            zone=ZoneInfo(facts.city.time_zone),
            context={
                "application_id": application.id,
                "title": application.title,
                "company": facts.companies[application.company_id],
                "challenge": facts.challenges[application.challenge_id].text(language),
                "event": event.name.text(language),
                "place_of_day": event.place.text(language),
                "day_starts_at": event.day_starts_at,
                "city": facts.city.name.text(language),
                "city_slug": facts.city.slug,
                "contact_email": facts.city.contact_email,
                **more,
            },
            city_id=event.city_id,
            event_id=event.id,
            application_id=application.id,
            held=held,
        )
    return len(recipients)
