"""Companies with their applications, the jury's sheets, and decisions."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from app.adapters import clock
from app.adapters.database import WriteSession
from app.domain.access import EVERY_CITY, Role, Scope
from app.domain.answers import Answers
from app.domain.application import Action, State
from app.domain.conflict import Ground
from app.domain.deciding import Outcome
from app.domain.ids import CityId
from app.domain.phase import phase_at
from app.models import (
    Application,
    Challenge,
    Company,
    CompanyMember,
    Conflict,
    Decision,
    Event,
    Person,
    ScoreSheet,
)
from app.queries import deciding as deciding_queries
from app.queries import mail as mail_queries
from app.queries import scoring as scoring_queries
from app.services import (
    applications,
    companies,
    conflicts,
    deciding,
    invitations,
    panel,
    scoring,
)
from tests.world.foundation import QUESTIONS, SYSTEM, ZONE, Foundation


class Applying(Foundation):
    """Companies apply, a jury reads, and it is decided."""

    def business_id(self) -> str:
        """A business ID with a right check digit, another one at every call."""
        weights = (7, 9, 10, 5, 8, 4, 2)
        while True:
            digits = f"{9_000_000 + next(self._numbers)}"
            rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
            if rest != 1:
                return f"{digits}-{(11 - rest) % 11}"

    def company(self, name: str = "", owner: Person | None = None, **values: Any) -> Company:
        """A company with an owner; `world.owner_of(company)` gives the owner back."""
        owner = owner or self.person()
        values.setdefault("register_number", self.business_id())
        draft = companies.CompanyDraft(name=name or f"Yritys {values['register_number']} Oy", **values)
        actor = self.actor(owner)
        with self.change() as session:
            return companies.create(session, actor, draft, clock.now())

    def owner_of(self, company: Company) -> Person:
        with WriteSession(self.engine) as session:
            session.enter(EVERY_CITY)
            return session.exec(
                select(Person)
                .join(CompanyMember, col(CompanyMember.person_id) == Person.id)
                .where(CompanyMember.company_id == company.id, CompanyMember.role == Role.OWNER)
                .order_by(col(CompanyMember.id))
                .limit(1)
            ).one()

    def person_of(self, application: Application) -> Person:
        """Who began an application."""
        with WriteSession(self.engine) as session:
            session.enter(EVERY_CITY)
            return session.get_one(Person, application.created_by)

    def company_member(self, company: Company, role: Role, name: str = "") -> Person:
        """Somebody in a company beside its owner."""
        person = self.person(name)
        actor = self.actor(self.owner_of(company))
        with self.change() as session:
            companies.invite(session, actor, company, person.email, role, clock.now(), ZONE)
        return person

    def application(
        self,
        challenge: Challenge,
        company: Company | None = None,
        state: State | str = State.SUBMITTED,
        *,
        reserve_rank: int | None = None,
        **answers: str,
    ) -> Application:
        """An application in a state, by every legal step that leads there, each at a time when it was legal.

        Confirmed and cancelled ones need signed decisions, so they sign the event when nobody has.
        """
        company = company or self.company()
        state = State(state)
        actor = self.actor(self.owner_of(company))
        written = Answers(**({name: f"Vastaus: {name}" for name in QUESTIONS} | answers))
        with self.change() as session:
            event = session.get_one(Event, challenge.event_id)
            assert event.call_opens_at
            assert event.call_closes_at
            applied = event.call_opens_at + timedelta(hours=1)
            application = applications.start(session, actor, event, challenge, company, applied)

            def step(action: Action, at: datetime) -> None:
                phase = phase_at(event.milestones, at)
                if action is Action.SUBMIT:
                    applications.submit(session, actor, application, at, phase)
                else:
                    applications.move(session, actor, application, action, at, phase)

            open_phase = phase_at(event.milestones, applied)
            applications.save(session, actor, application, written, 1, applied, open_phase)
            if state is State.DRAFT:
                return application
            step(Action.SUBMIT, applied + timedelta(minutes=20))
            if state is State.SUBMITTED:
                return application
            if state is State.WITHDRAWN:
                step(Action.WITHDRAW, applied + timedelta(days=1))
                return application
            decided = event.call_closes_at + timedelta(hours=1)
            outcome = {State.RESERVED: Outcome.RESERVE, State.DECLINED: Outcome.DECLINE}.get(state, Outcome.INVITE)
            if outcome is Outcome.RESERVE and reserve_rank is None:
                reserve_rank = self._next_rank(session, event)
            session.add(
                Decision(
                    application_id=application.id,
                    event_id=event.id,
                    outcome=outcome,
                    reserve_rank=reserve_rank if outcome is Outcome.RESERVE else None,
                    reasons="Tarve on luettu tarkasti.",
                    prepared_at=decided,
                    applied_at=decided,
                )
            )
            step(Action(outcome.value), decided)
            if state in {State.CONFIRMED, State.CANCELLED}:
                event.decided_at = event.decided_at or decided + timedelta(hours=1)
                answered = event.decided_at + timedelta(hours=1)
                answer = invitations.confirm if state is State.CONFIRMED else invitations.cancel
                answer(session, actor, application, event, answered)
            return application

    def event_of(self, challenge: Challenge) -> Event:
        with WriteSession(self.engine) as session:
            session.enter(EVERY_CITY)
            return session.get_one(Event, challenge.event_id)

    def decide(
        self,
        event: Event,
        outcomes: Mapping[int, Outcome],
        *,
        by: Person | None = None,
        reasons: str = "Tarve on luettu tarkasti.",
        sign: bool = True,
        at: datetime | None = None,
    ) -> Event:
        """Prepare the outcomes by application, write the mails, and sign; an hour after the call closes."""
        actor = self.actor(by) if by else SYSTEM
        with self.change() as session:
            event = session.get_one(Event, event.id)
            assert event.call_closes_at
            at = at or event.call_closes_at + timedelta(hours=1)
            scope = Scope(False, actor.person, frozenset({CityId(event.city_id)}), frozenset(), frozenset())
            for application, decision in deciding_queries.for_update(session, scope, event.id, list(outcomes)):
                outcome = outcomes[application.id]
                deciding.prepare(session, actor, event, application, decision, outcome, at, reasons=reasons)
            if sign:
                deciding.write_mails(session, actor, event, at)
                decided = [item.decided for item in deciding_queries.items(session, scope, event.id)]
                mails = mail_queries.of_decisions(session, scope, event.id)
                deciding.sign(session, actor, event, deciding_queries.revision_to_sign(decided, mails), at)
            return event

    def sign(self, event: Event) -> Event:
        """Sign the decisions of an event, an hour after the world's applications were decided."""
        with self.change() as session:
            event = session.get_one(Event, event.id)
            assert event.call_closes_at
            event.decided_at = event.decided_at or event.call_closes_at + timedelta(hours=2)
            return event

    def _next_rank(self, session: WriteSession, event: Event) -> int:
        ranks = session.exec(select(Decision.reserve_rank).where(Decision.event_id == event.id))
        return max((rank for rank in ranks if rank), default=0) + 1

    def everyone_reads_all(self, event: Event) -> int:
        """Every juror reads every application; returns how many pairs that added."""
        with self.change() as session:
            mine = session.get_one(Event, event.id)
            return panel.let_everyone_read_all(session, SYSTEM, self._whole_city(event), mine, clock.now())

    def sheet(
        self,
        juror: Person,
        application: Application,
        values: Sequence[int | None] = (),
        *,
        send: bool = True,
        comment_jury: str = "",
        comment_company: str = "",
        at: datetime | None = None,
    ) -> ScoreSheet:
        """A juror's sheet: `values` in the order of the criteria, None for one that was not judged.

        The juror gets the application to read first, if that has not been done.
        """
        actor = self.actor(juror)
        with self.change() as session:
            event = session.get_one(Event, application.event_id)
            mine = session.get_one(Application, application.id)
            pair = {(juror.id, application.id)}
            panel.assign(session, SYSTEM, self._whole_city(event), event, pair, (), at or clock.now())
            criteria = scoring_queries.criteria(session, mine, juror.id)
            draft = scoring.SheetDraft(
                {row.id: value for row, value in zip(criteria, values, strict=False) if value is not None},
                comment_jury,
                comment_company,
                mine.version,
            )
            own = scoring_queries.sheet(session, juror.id, mine.id)
            version = own.version if own else 0
            return scoring.save(session, actor, mine, event, criteria, draft, version, at or clock.now(), send=send)

    def conflict(
        self,
        application: Application,
        person: Person,
        ground: Ground = Ground.EMPLOYMENT,
        by: Person | None = None,
        at: datetime | None = None,
    ) -> Conflict:
        """A conflict of interest, declared by the person or recorded by somebody else."""
        actor = self.actor(by or person)
        with self.change() as session:
            mine = session.get_one(Application, application.id)
            return conflicts.declare(session, actor, mine, person.id, ground, "", at or clock.now())

    def _whole_city(self, event: Event) -> Scope:
        """The scope of an organizer without any conflict of interest."""
        none: frozenset[Any] = frozenset()
        return Scope(False, None, frozenset({CityId(event.city_id)}), none, none)
