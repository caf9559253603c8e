"""An application, lived through in every order that chance finds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlmodel import select

from app.adapters.database import WriteSession, one_moment
from app.domain.access import Actor, Scope
from app.domain.answers import Answers, Question
from app.domain.application import State
from app.domain.deciding import Outcome
from app.domain.ids import CityId
from app.domain.phase import phase_at
from app.models import Application, Event, OutgoingMail
from app.queries import deciding as deciding_queries
from app.queries import mail as mail_queries
from app.services import applications, deciding, invitations
from tests.services.life import Life
from tests.world import NOW, SYSTEM


@dataclass
class Applied:
    """What must be known of one application."""

    id: int
    actor: Actor
    state: State = State.DRAFT
    answers: Answers = field(default_factory=Answers)
    number: int | None = None
    receipt_at: datetime | None = None
    receipts: int = 0
    version: int = 1


COMPANIES = st.integers(0, 3)
OUTCOMES = st.lists(st.sampled_from(list(Outcome)), min_size=4, max_size=4)
ANSWERS = st.lists(COMPANIES, max_size=3)


class ApplicationLife(Life):
    """Four companies, one challenge, from the open call to the day after."""

    @initialize(station=st.sampled_from(["signed", "closed", "open"]), outcomes=OUTCOMES, answers=ANSWERS)
    def begin(self, station: str, outcomes: list[Outcome], answers: list[int]) -> None:
        self.event = self.world.event(self.city, "call_open", places_to_pitch=2)
        challenge = self.world.challenge(self.event)
        self.now = NOW
        self.reserve: list[int] = []
        self.all = []
        for _ in range(4):
            row = self.world.application(challenge, state=State.DRAFT)
            actor = self.world.actor(self.world.person_of(row))
            self.all.append(Applied(row.id, actor, answers=applications.answers_of(row), version=row.version))
        if station != "open":  # chance alone seldom comes that far
            for who in range(4):
                self.submit(who, 1)
            self.wait(24 * 12)
        if station == "signed":
            self.decide_and_sign(outcomes, answers)

    @property
    def open(self) -> bool:
        assert self.event.call_closes_at
        return self.now < self.event.call_closes_at

    @property
    def signed(self) -> bool:
        return self.event.decided_at is not None

    @property
    def answering(self) -> bool:
        assert self.event.day_ends_at
        return self.signed and self.now < self.event.day_ends_at

    @property
    def deciding(self) -> bool:
        assert self.event.day_starts_at
        return not self.open and not self.signed and self.now < self.event.day_starts_at

    def row(self, session: WriteSession, one: Applied) -> Application:
        return session.get_one(Application, one.id)

    def phase(self) -> Any:
        return phase_at(self.event.milestones, self.now)

    @rule(hours=st.sampled_from([1, 12, 24 * 4, 24 * 12, 24 * 30]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(who=COMPANIES, text=st.sampled_from(["", "Yksi", "Kaksi"]), late=st.booleans())
    def write(self, who: int, text: str, late: bool) -> None:
        one = self.all[who]
        answers = Answers(**dict.fromkeys(Question, "Vastaus") | {"title": text})
        version = one.version - 1 if late else one.version

        def act(session: WriteSession) -> None:
            applications.save(session, one.actor, self.row(session, one), answers, version, self.now, self.phase())

        writable = one.state is State.DRAFT or (one.state is State.SUBMITTED and bool(text))
        legal = self.open and writable and not late
        assert self.succeeds(act) == legal
        if legal and answers != one.answers:
            one.answers, one.version = answers, one.version + 1

    @rule(who=COMPANIES, presses=st.integers(1, 2))
    def submit(self, who: int, presses: int) -> None:
        one = self.all[who]
        for _ in range(presses):
            legal = self.open and bool(one.answers.title) and one.state is State.DRAFT
            repeated = one.state not in {State.DRAFT, State.WITHDRAWN}

            def act(session: WriteSession, *, first: bool = legal) -> None:
                row = self.row(session, one)
                assert applications.submit(session, one.actor, row, self.now, self.phase()) is first

            assert self.succeeds(act) == (legal or repeated)
            if legal:
                one.state, one.receipts = State.SUBMITTED, one.receipts + 1
                one.receipt_at = one.receipt_at or self.now
                one.number = one.number or 1 + max((other.number or 0 for other in self.all), default=0)

    @rule(who=COMPANIES)
    def withdraw(self, who: int) -> None:
        one = self.all[who]
        legal = one.state is State.SUBMITTED and (self.open or self.deciding)
        act = lambda s: applications.withdraw(s, one.actor, self.row(s, one), self.now, self.phase())  # noqa: E731
        assert self.succeeds(act) == legal
        one.state = State.WITHDRAWN if legal else one.state

    @rule(who=COMPANIES)
    def reopen(self, who: int) -> None:
        one = self.all[who]
        legal = one.state is State.WITHDRAWN and self.open
        act = lambda s: applications.reopen(s, one.actor, self.row(s, one), self.now, self.phase())  # noqa: E731
        assert self.succeeds(act) == legal
        one.state = State.DRAFT if legal else one.state

    @rule(outcomes=OUTCOMES, answers=ANSWERS)
    def decide_and_sign(self, outcomes: list[Outcome], answers: list[int]) -> None:
        """All at once: the order of preparing is tried out in test_deciding_sequences. Then some do not come."""
        sent = [one for one in self.all if one.state is State.SUBMITTED]
        scope = Scope(False, None, frozenset({CityId(self.city.id)}), frozenset(), frozenset())

        def act(session: WriteSession) -> None:
            event = session.get_one(Event, self.event.id)
            for one, outcome in zip(sent, outcomes, strict=False):
                [(row, decision)] = deciding_queries.for_update(session, scope, event.id, [one.id])
                deciding.prepare(session, SYSTEM, event, row, decision, outcome, self.now, reasons="Luimme tarkasti.")
            deciding.write_mails(session, SYSTEM, event, self.now)
            decided = [item.decided for item in deciding_queries.items(session, scope, event.id)]
            read = deciding_queries.revision_to_sign(decided, mail_queries.of_decisions(session, scope, event.id))
            deciding.sign(session, SYSTEM, event, read, self.now, more_than_places=True)

        legal = self.deciding and bool(sent)
        assert self.succeeds(act) == legal
        if not legal:
            return
        told = {Outcome.INVITE: State.INVITED, Outcome.RESERVE: State.RESERVED, Outcome.DECLINE: State.DECLINED}
        for one, outcome in zip(sent, outcomes, strict=False):
            one.state = told[outcome]
            if outcome is Outcome.RESERVE:
                self.reserve.append(one.id)
        with self.world.change() as session:
            self.event = session.get_one(Event, self.event.id)
        for who in answers:
            self.cancel(who)

    @rule(who=COMPANIES)
    def confirm(self, who: int) -> None:
        one = self.all[who]
        legal = one.state is State.INVITED and self.answering
        act = lambda s: invitations.confirm(s, one.actor, self.row(s, one), self.event, self.now)  # noqa: E731
        assert self.succeeds(act) == legal
        one.state = State.CONFIRMED if legal else one.state

    @rule(who=COMPANIES)
    def cancel(self, who: int) -> None:
        one = self.all[who]
        legal = one.state in {State.INVITED, State.CONFIRMED, State.RESERVED} and self.answering
        act = lambda s: invitations.cancel(s, one.actor, self.row(s, one), self.event, self.now)  # noqa: E731
        assert self.succeeds(act) == legal
        if not legal:
            return
        had_place, one.state = one.state is not State.RESERVED, State.CANCELLED
        waiting = [other for id_ in self.reserve for other in self.all if other.id == id_]
        first = next((other for other in waiting if other.state is State.RESERVED), None)
        if had_place and first is not None:
            first.state = State.INVITED

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        with one_moment(self.world.engine) as session:
            receipts = select(OutgoingMail.application_id).where(OutgoingMail.kind == "receipt")
            mailed = list(session.exec(receipts.where(OutgoingMail.city_id == self.city.id)))
            for one in self.all:
                row = session.get_one(Application, one.id)
                is_now = (row.state, row.number, row.receipt_at, row.version, applications.answers_of(row))
                assert is_now == (one.state, one.number, one.receipt_at, one.version, one.answers)
                assert mailed.count(one.id) == one.receipts
        numbers = sorted(one.number for one in self.all if one.number)
        assert numbers == list(range(1, len(numbers) + 1))


def test_an_application_lives_as_its_model_says(lived: Callable[[type[Life]], None]) -> None:
    lived(ApplicationLife)
