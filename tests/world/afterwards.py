"""The programme of the day, and cases."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from app.adapters import clock
from app.adapters.database import WriteSession
from app.domain.access import EVERY_CITY
from app.domain.application import State
from app.domain.followup import EndReason, ExitType, Stage
from app.domain.localized import Localized
from app.domain.schedule import SessionKind
from app.models import (
    Application,
    Challenge,
    City,
    Company,
    Event,
    FollowUpCase,
    Person,
    Place,
    ProgrammeRelease,
    ProgrammeSession,
    Unit,
)
from app.queries import cities as city_queries
from app.services import (
    case_publication,
    cities,
    followup,
    opening,
    programme,
    releases,
)
from tests.world.applying import Applying
from tests.world.foundation import SYSTEM, texts


class Afterwards(Applying):
    """The day itself, and what becomes of an idea."""

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
