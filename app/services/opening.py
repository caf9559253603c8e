"""Opening follow-up cases: one for each company that pitched and each unit that wants to go on with it."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.application import PITCHING
from app.domain.case_entry import EntryKind
from app.domain.followup import Stage
from app.domain.localized import Localized
from app.domain.phase import Phase
from app.domain.refusals import Reason, Refused
from app.models import Application, CaseEntry, Challenge, Company, Event, FollowUpCase, Person
from app.queries import case as case_queries
from app.queries import cities, events
from app.queries.followup import without_conflict
from app.services import audit, outbox
from app.services.followup import NextStep


def open_cases(
    session: WriteSession,
    actor: Actor,
    event: Event,
    wanted: Iterable[tuple[int, int]],
    first_step: NextStep,
    now: datetime,
) -> list[FollowUpCase]:
    """Open a case for each (application, unit) that has none; what is there already stays as it is.

    The owner of the challenge becomes the owner of the case in their own unit. Each owner gets one mail.
    Refused before the day, for a company that did not pitch, and for one that the actor may not deal with.
    """
    if not events.phase_of(event, now).reached(Phase.HELD):
        raise Refused(Reason.DAY_NOT_HELD)
    units = {unit.id for unit in cities.units(session, event.city_id)}
    pairs = select(FollowUpCase.application_id, FollowUpCase.unit_id).where(FollowUpCase.event_id == event.id)
    known = {(application_id, unit_id) for application_id, unit_id in session.exec(pairs)}
    opened = []
    for application_id, unit_id in dict.fromkeys(wanted):
        if (application_id, unit_id) in known:
            continue
        found = session.execute(
            select(Application, Challenge)
            .join(Challenge, col(Challenge.id) == col(Application.challenge_id))
            .where(
                col(Application.id) == application_id,
                col(Application.event_id) == event.id,
                without_conflict(actor.person, col(Application.id)),
            )
        ).one_or_none()
        if found is None or unit_id not in units:
            raise Refused(Reason.NOT_FOUND)
        application, challenge = found
        if application.state not in PITCHING:
            raise Refused(Reason.WRONG_STATE)
        opened.append(_open(session, actor, application, challenge, unit_id, first_step, now))
    _tell_owners(session, actor, event, opened, now)
    return opened


def _open(
    session: WriteSession,
    actor: Actor,
    application: Application,
    challenge: Challenge,
    unit_id: int,
    first_step: NextStep,
    now: datetime,
) -> FollowUpCase:
    owner = challenge.owner_person_id if challenge.owner_unit_id == unit_id else None
    if owner is not None:
        owners = case_queries.possible_owners(session, application.city_id, application.id)
        owner = owner if owner in {person.id for person in owners} else None
    title = Localized.of({application.locale: application.title}) or challenge.title
    case = FollowUpCase(
        city_id=application.city_id,
        event_id=application.event_id,
        application_id=application.id,
        company_id=application.company_id,
        unit_id=unit_id,
        title=title,
        stage_since=now,
        owner_person_id=owner,
        next_step=first_step.text,
        next_step_on=first_step.on,
        created_at=now,
        touched_at=now,
    )
    session.add(case)
    after = audit.snapshot(case, "application_id", "unit_id", "owner_person_id", "next_step", "next_step_on")
    audit.record(session, actor, "opened", case, now, city_id=case.city_id, after=after)
    session.add(
        CaseEntry(
            case_id=case.id,
            kind=EntryKind.STAGE,
            happened_at=now,
            to_stage=Stage.TRIAGE,
            created_by=actor.person,
            created_at=now,
        )
    )
    return case


def _tell_owners(session: WriteSession, actor: Actor, event: Event, opened: list[FollowUpCase], now: datetime) -> None:
    """One mail to each new owner with all their cases; nobody is told what they did themselves."""
    city = cities.facts_by_id(session, event.city_id)
    by_owner: dict[int, list[FollowUpCase]] = {}
    for case in opened:
        if case.owner_person_id is not None and case.owner_person_id != actor.person:
            by_owner.setdefault(case.owner_person_id, []).append(case)
    for owner_id, cases in by_owner.items():
        owner = session.get_one(Person, owner_id)
        listed = [(case, session.get_one(Company, case.company_id).name) for case in cases]
        assert city is not None  # noqa: S101  an event has a city
        outbox.queue(
            session,
            "cases_opened",
            to_email=owner.email,
            to_name=owner.name,
            language=owner.locale,
            now=now,
            zone=ZoneInfo(city.time_zone),
            context={"cases": listed, "event": event.name, "city_slug": city.slug},
            city_id=event.city_id,
            event_id=event.id,
        )
