"""A small world for tests: each maker goes through the services, in a transaction of its own, by legal steps only."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters import clock
from app.adapters.database import WriteSession, writing
from app.config import Settings
from app.domain.access import EVERY_CITY, Actor, Role, Scope
from app.domain.answers import Answers
from app.domain.application import Action, State
from app.domain.conflict import Ground
from app.domain.deciding import Outcome
from app.domain.followup import EndReason, ExitType, Stage
from app.domain.ids import CityId
from app.domain.localized import Localized
from app.domain.phase import phase_at
from app.domain.schedule import SessionKind
from app.models import (
    Application,
    Challenge,
    City,
    Company,
    CompanyMember,
    Conflict,
    Criterion,
    Decision,
    Event,
    FollowUpCase,
    JurySeat,
    Person,
    Place,
    Platform,
    ProgrammeRelease,
    ProgrammeSession,
    ScoreSheet,
    Unit,
)
from app.queries import cities as city_queries
from app.queries import deciding as deciding_queries
from app.queries import mail as mail_queries
from app.queries import people as people_queries
from app.queries import scoring as scoring_queries
from app.services import (
    applications,
    case_publication,
    challenges,
    cities,
    companies,
    conflicts,
    cpv,
    criteria,
    deciding,
    events,
    followup,
    invitations,
    opening,
    panel,
    people,
    programme,
    releases,
    scoring,
)

NOW = datetime.now(UTC).replace(microsecond=0)
"""The tests' present: real, since the app asks the clock; dates of events are laid around it."""

SYSTEM = Actor(name="test")
ZONE = ZoneInfo("Europe/Helsinki")
QUESTIONS = ("title", "solution", "fit", "evidence", "pilot", "from_city", "price", "team")


def texts(fi: str, sv: str | None = None, en: str | None = None) -> Localized:
    """A text in three languages."""
    return Localized(fi, sv if sv is not None else f"{fi} på svenska", en if en is not None else f"{fi} in English")


class World:
    """`world.city()`, `world.organizer(city)`, `world.event(city, phase="call_open")` …"""

    def __init__(self, engine: sa.Engine, settings: Settings) -> None:
        self.engine, self.settings = engine, settings
        self._numbers = count(1)

    @contextmanager
    def change(self) -> Iterator[WriteSession]:
        """A transaction; the rows it made stay readable afterwards."""
        with writing(self.engine, EVERY_CITY) as session:
            session.expire_on_commit = False
            yield session

    def city(
        self, slug: str = "tampere", name: str = "Tampere", languages: tuple[str, ...] = ("fi", "sv", "en")
    ) -> City:
        with self.change() as session:
            return cities.create(session, SYSTEM, slug, texts(name, name, name), list(languages), clock.now())

    def unit(self, city: City, name: str = "Kaupunkisuunnittelu") -> Unit:
        with self.change() as session:
            return cities.add_unit(session, SYSTEM, city.id, texts(name), clock.now())

    def platform(self, city: City, name: str = "Liikkuminen") -> Platform:
        with self.change() as session:
            return cities.add_platform(session, SYSTEM, city.id, texts(name), Localized(), clock.now())

    def cpv_codes(self) -> int:
        """All 9,454 of them."""
        with self.change() as session:
            return cpv.load(session)

    def person(self, name: str = "", *, admin: bool = False) -> Person:
        number = next(self._numbers)
        with self.change() as session:
            email = f"person{number}@example.org"
            return people.ensure(session, email, name or f"Henkilö {number}", clock.now(), admin=admin)

    def member(self, city: City, role: Role, name: str = "") -> Person:
        person = self.person(name)
        with self.change() as session:
            people.grant(session, SYSTEM, city.id, person, role, clock.now())
        return person

    def organizer(self, city: City, name: str = "") -> Person:
        return self.member(city, Role.ORGANIZER, name)

    def actor(self, person: Person) -> Actor:
        with WriteSession(self.engine) as session:
            session.enter(EVERY_CITY)
            actor = people_queries.actor_of_person(session, person.id)
        assert actor is not None
        return actor

    def event(self, city: City, phase: str = "call_open", name: str = "Kipinä", **values: Any) -> Event:
        """An event in a phase, by its dates: draft, published, call_open, call_closed, jury, held or follow_up."""
        day = timedelta(days=1)
        opens = {"published": 3, "call_open": -5, "call_closed": -20, "jury": -20, "held": -60, "follow_up": -90}
        start = NOW + day * opens.get(phase, 3)
        dates = {
            "call_opens_at": start,
            "call_closes_at": start + day * 15,
            "jury_opens_at": start + day * (16 if phase == "jury" else 25),
            "day_starts_at": start + day * 60 - timedelta(hours=1),
            "day_ends_at": start + day * 60 + timedelta(hours=7),
        }
        with self.change() as session:
            facts = city_queries.facts_by_id(session, city.id)
            assert facts is not None
            draft = events.EventDraft(
                name=texts(name, name, name),
                summary=texts("Haku on auki"),
                place=texts("Vapriikki"),
                **(dates | values),
            )
            event = events.create(session, SYSTEM, facts, draft, start - day * 3)
            if phase != "draft":
                # Tests add challenges and criteria afterwards, only those they need; `events.publish` wants them first.
                event.published_at = min(start - day * 2, NOW - day)
            return event

    def challenge(self, event: Event, title: str = "Sujuva kaavoitus", **values: Any) -> Challenge:
        with self.change() as session:
            draft = challenges.ChallengeDraft(title=texts(title), need=texts(f"Tarve: {title}"), **values)
            return challenges.create(session, SYSTEM, event, draft, clock.now())

    def criteria(
        self,
        event: Event,
        weights: tuple[int, ...] = (30, 30, 20, 20),
        challenge: Challenge | None = None,
        **values: Any,
    ) -> list[Criterion]:
        """Criteria of the event, or of one challenge in addition; `values` are columns of all of them."""
        values["challenge_id"] = challenge.id if challenge else None
        named: list[dict[str, Any]] = [{"name": texts(f"Peruste {n}"), "weight": w} for n, w in enumerate(weights, 1)]
        drafts = [criteria.CriterionDraft(**(each | values)) for each in named]
        with self.change() as session:
            return [criteria.create(session, SYSTEM, event, draft, clock.now()) for draft in drafts]

    def juror(self, event: Event, name: str = "", challenge: Challenge | None = None) -> Person:
        person = self.person(name)
        with self.change() as session:
            session.add(
                JurySeat(
                    event_id=event.id,
                    person_id=person.id,
                    challenge_id=challenge.id if challenge else None,
                    created_at=clock.now(),
                )
            )
        return person

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

    def seat(self, event: Event, person: Person, challenge: Challenge | None = None) -> JurySeat:
        """A seat for somebody who is there already; `world.juror(event)` makes the person too."""
        with self.change() as session:
            facts = city_queries.facts_by_id(session, event.city_id)
            assert facts is not None
            mine = session.get_one(Event, event.id)
            return panel.seat(session, SYSTEM, facts, mine, person, challenge.id if challenge else None, clock.now())

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

    def place(self, event: Event, name: str = "Päälava", **values: Any) -> Place:
        """A place of an event."""
        with self.change() as session:
            draft = programme.PlaceDraft(texts(name), **values)
            return programme.add_place(session, SYSTEM, session.get_one(Event, event.id), draft, clock.now())

    def session(
        self,
        event: Event,
        kind: SessionKind | str = SessionKind.PITCH,
        *,
        at: timedelta | None = timedelta(hours=1),
        minutes: int = 8,
        place: Place | None = None,
        application: Application | None = None,
        title: str = "",
        at_map: tuple[int, int] | None = None,
        **values: Any,
    ) -> ProgrammeSession:
        """A session that starts `at` after the day begins; None for no time yet."""
        with self.change() as session:
            event = session.get_one(Event, event.id)
            assert event.day_starts_at
            starts_at = None if at is None else event.day_starts_at + at
            draft = programme.SessionDraft(
                SessionKind(kind),
                title=Localized() if application and not title else texts(title or "Tervetuloa"),
                place_id=place.id if place else None,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=minutes) if starts_at else None,
                application_id=application.id if application else None,
                at=at_map,
                **values,
            )
            return programme.add_session(session, SYSTEM, event, draft, clock.now())

    def release(self, event: Event, name: str = "1.0", at: datetime | None = None) -> ProgrammeRelease:
        """The working version, released; the decisions are signed first when nobody has."""
        event = self.sign(event)
        with self.change() as session:
            event = session.get_one(Event, event.id)
            facts = city_queries.facts_by_id(session, event.city_id)
            assert facts is not None
            return releases.release(session, SYSTEM, facts, event, name, Localized(), at or clock.now())

    def _whole_city(self, event: Event) -> Scope:
        """The scope of an organizer without any conflict of interest."""
        none: frozenset[Any] = frozenset()
        return Scope(False, None, frozenset({CityId(event.city_id)}), none, none)

    def case(
        self,
        challenge: Challenge | None = None,
        stage: Stage | str = Stage.TRIAGE,
        *,
        application: Application | None = None,
        unit: Unit | None = None,
        owner: Person | None = None,
        company: str = "",
        since: datetime | None = None,
        next_step: str = "Sovitaan tapaaminen",
        next_step_on: date | None = None,
        published: bool = False,
    ) -> FollowUpCase:
        """A case in a stage, opened after the day and moved one stage at a time, ten minutes apart, from `since` on."""
        stage, at = Stage(stage), since or clock.now() - timedelta(hours=3)
        if challenge is None:
            challenge = self.challenge(self.event(self.city(), "follow_up"))
        if application is None:
            application = self.application(challenge, self.company(company), State.CONFIRMED)
        with self.change() as session:
            city = session.get_one(City, challenge.city_id)
            unit = unit or self._any_unit(session, city)
            event = session.get_one(Event, challenge.event_id)
            step = followup.NextStep(next_step, next_step_on or (clock.now() + timedelta(days=10)).date())
            wanted = [(application.id, unit.id)]
            (case,) = opening.open_cases(session, SYSTEM, event, wanted, step, at)
            if owner is not None:
                followup.hand_over(session, SYSTEM, case, owner.id, "", case.version, at)
            elif stage is not Stage.TRIAGE:
                message = "beyond triage a case needs an owner"
                raise ValueError(message)
            for number, later in enumerate(list(Stage)[1 : stage.order + 1], 1):
                moment = at + timedelta(minutes=10 * number)
                if later is Stage.CLOSED:
                    lesson = texts("Sovi alussa, kuka katsoo tuloksia")
                    ending = followup.Ending(ExitType.ENDED, EndReason.NO_OWNER, lesson)
                    followup.close(session, SYSTEM, case, ending, case.version, moment)
                else:
                    pilot = {"pilot_metric": "Minuutit", "pilot_baseline": "51", "pilot_ends_on": date(2030, 1, 31)}
                    move = followup.Move(later, **(pilot if later is Stage.PILOT else {}))  # type: ignore[arg-type]
                    followup.move(session, SYSTEM, case, move, case.version, moment)
            if published:
                words = case_publication.PublicTexts(
                    title=texts("Apu perille nopeammin"),
                    public_summary=texts("Tutka huomaa kaatumisen ilman kameraa."),
                    before=texts("51 minuuttia avun saapumiseen"),
                    after=texts("14 minuuttia"),
                    lesson=case.lesson,
                )
                case_publication.write(session, SYSTEM, case, words, case.version, at + timedelta(hours=2))
                case_publication.publish(session, SYSTEM, case, at + timedelta(hours=2))
            return case

    def company_of(self, case: FollowUpCase) -> Company:
        with WriteSession(self.engine) as session:
            session.enter(EVERY_CITY)
            return session.get_one(Company, case.company_id)

    def application_of(self, case: FollowUpCase) -> Application:
        with WriteSession(self.engine) as session:
            session.enter(EVERY_CITY)
            return session.get_one(Application, case.application_id)

    def _any_unit(self, session: WriteSession, city: City) -> Unit:
        unit = session.exec(select(Unit).where(Unit.city_id == city.id).order_by(col(Unit.id)).limit(1)).first()
        return unit or cities.add_unit(session, SYSTEM, city.id, texts("Kotihoito"), clock.now())
