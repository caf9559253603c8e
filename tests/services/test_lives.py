"""Applications, juries and cases lived through in every order that chance finds, beside a small model of what must be.

Each act is legal or it is not, and the services have to agree with the model; what must always hold is looked at after
every act. `KIPINA_TEST_LIVES` asks for more lives than the few of the usual run.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import col, select

from app.adapters.database import WriteSession, one_moment
from app.domain.access import Actor, Permission, Scope, scope_of
from app.domain.answers import Answers, Question
from app.domain.application import State
from app.domain.conflict import Ground
from app.domain.deciding import Outcome
from app.domain.followup import EndReason, ExitType, Stage
from app.domain.ids import CityId
from app.domain.localized import Localized
from app.domain.phase import phase_at
from app.domain.refusals import Refused
from app.domain.scoring import Aggregate
from app.models import Application, AuditEvent, CaseEntry, Conflict, Event, FollowUpCase, OutgoingMail, Person
from app.queries import audit_chain, results
from app.queries import deciding as deciding_queries
from app.queries import mail as mail_queries
from app.queries import scoring as scoring_queries
from app.services import applications, conflicts, deciding, followup, invitations, scoring
from tests.world import NOW, SYSTEM, World, texts

LIVES = int(os.environ.get("KIPINA_TEST_LIVES", "8"))
ACTS = 25


class Life(RuleBasedStateMachine):
    """Acts in transactions of their own; a refused one leaves no trace."""

    world: ClassVar[World]
    number: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        Life.number += 1
        self.city = self.world.city(f"city-{Life.number}", f"Kaupunki {Life.number}")

    def succeeds(self, act: Callable[[WriteSession], object]) -> bool:
        """True unless the rules refuse; then every row of the trail is as before."""
        before = self._trail()
        try:
            with self.world.change() as session:
                act(session)
        except Refused:
            assert self._trail() == before, "a refused act was told in the trail"
            return False
        return True

    def _trail(self) -> list[int]:
        with one_moment(self.world.engine) as session:
            mine = select(AuditEvent.id).where(AuditEvent.city_id == self.city.id)
            return sorted(session.exec(mine))

    def teardown(self) -> None:
        """The chain of the whole life holds."""
        with one_moment(self.world.engine) as session:
            chains = {chain.city: chain for chain in audit_chain.checked(session, lambda: None)}
        assert chains[self.city.slug].broken is None


@pytest.fixture
def lived(world: World) -> Callable[[type[Life]], None]:
    """`lived(Machine)` lives it through."""

    def live(machine: type[Life]) -> None:
        Life.world = world
        patience = settings(
            max_examples=LIVES, stateful_step_count=ACTS, deadline=None, derandomize=LIVES <= 8,
            suppress_health_check=list(HealthCheck), print_blob=True,
            phases=[Phase.generate] if LIVES <= 8 else list(Phase),  # the shortest life takes minutes to find
        )  # fmt: skip
        run_state_machine_as_test(machine, settings=patience)

    return live


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


JURORS, APPLICATIONS, VALUES = st.integers(0, 2), st.integers(0, 2), st.lists(st.integers(0, 11), max_size=4)


class JuryLife(Life):
    """Three jurors, three applications, an organizer who looks at the results, and conflicts that come and go."""

    @initialize(how=st.sampled_from([Aggregate.MEAN, Aggregate.MEDIAN]))
    def begin(self, how: Aggregate) -> None:
        self.how = how
        self.event = self.world.event(self.city, "jury", aggregate=how)
        challenge = self.world.challenge(self.event)
        self.weights = [row.weight for row in self.world.criteria(self.event)]
        self.jurors: list[Person] = [self.world.juror(self.event) for _ in range(3)]
        self.organizer = self.world.organizer(self.city)
        self.ids = [self.world.application(challenge).id for _ in range(3)]
        self.world.everyone_reads_all(self.event)
        self.sheets: dict[tuple[int, int], tuple[int, dict[int, int], bool]] = {}
        self.conflicted: set[tuple[int, int]] = set()
        self.over = False

    @rule(who=JURORS, which=APPLICATIONS, values=VALUES, send=st.booleans(), late=st.booleans())
    def score(self, who: int, which: int, values: list[int], send: bool, late: bool) -> None:
        juror, application = self.jurors[who], self.ids[which]
        actor = self.world.actor(juror)
        version, old, was_sent = self.sheets.get((juror.id, application), (0, {}, False))
        given = version + 1 if late else version
        marks: dict[int, int] = {}

        def act(session: WriteSession) -> None:
            scope = scope_of(actor, Permission.SCORE_ENTER)
            row, event = scoring_queries.reading(session, scope, application, NOW)
            criteria = scoring_queries.criteria(session, row, juror.id)
            marks.update({one.id: value for one, value in zip(criteria, values, strict=False)})
            draft = scoring.SheetDraft(marks, "", "", row.version)
            scoring.save(session, actor, row, event, criteria, draft, given, NOW, send=send)

        there = bool(self.sheets.get((juror.id, application)))
        repeat = late and there and self._marks(old, values) and (was_sent or not send)
        on_scale = all(value <= 10 for value in values)
        legal = (juror.id, application) not in self.conflicted and not self.over and on_scale and (not late or repeat)
        assert self.succeeds(act) == legal
        if legal and not repeat:
            self.sheets[juror.id, application] = (version + 1, marks, was_sent or send)

    @staticmethod
    def _marks(old: dict[int, int], values: list[int]) -> bool:
        return list(old.values()) == values

    @rule(who=st.integers(0, 3), which=APPLICATIONS)
    def declare(self, who: int, which: int) -> None:
        person, application = [*self.jurors, self.organizer][who], self.ids[which]

        def act(session: WriteSession) -> None:
            row = session.get_one(Application, application)
            conflicts.declare(session, SYSTEM, row, person.id, Ground.EMPLOYMENT, "", NOW)

        assert self.succeeds(act) == ((person.id, application) not in self.conflicted)
        self.conflicted.add((person.id, application))
        if person in self.jurors:
            self.score(who, which, [5, 5], True, False)

    @rule(who=st.integers(0, 3), which=APPLICATIONS)
    def take_back(self, who: int, which: int) -> None:
        pair = ([*self.jurors, self.organizer][who].id, self.ids[which])
        if pair not in self.conflicted:
            return
        with self.world.change() as session:
            mine = select(Conflict).where(Conflict.person_id == pair[0], Conflict.application_id == pair[1])
            conflicts.withdraw(session, SYSTEM, self.city.id, session.exec(mine).one(), NOW)
        self.conflicted.discard(pair)

    @rule()
    def sign(self) -> None:
        self.event = self.world.sign(self.event)
        self.over = True

    def expected(self, application: int) -> list[Fraction]:
        """The totals that count, each divided by the weights that were judged."""
        totals = []
        for (juror, of), (_, marks, sent) in self.sheets.items():
            judged = list(zip(marks.values(), self.weights, strict=False))
            if of == application and sent and (juror, application) not in self.conflicted:
                weights = sum(weight for _, weight in judged)
                if weights:
                    totals.append(Fraction(sum(value * weight for value, weight in judged), weights))
        return sorted(totals)

    @invariant()
    def the_results_are_those_of_the_model(self) -> None:
        scope = scope_of(self.world.actor(self.organizer), Permission.RESULTS_SEE)
        with one_moment(self.world.engine) as session:
            found = {
                row.about.id: row.figures for row in results.of_event(session, scope, self.event.id, self.how).rows
            }
        open_to_me = {id_ for id_ in self.ids if (self.organizer.id, id_) not in self.conflicted}
        assert set(found) == open_to_me
        for id_ in open_to_me:
            totals = self.expected(id_)
            if not totals:
                assert found[id_].aggregate is None
                continue
            middle = len(totals) // 2
            median = totals[middle] if len(totals) % 2 else (totals[middle - 1] + totals[middle]) / 2
            wanted = median if self.how is Aggregate.MEDIAN else sum(totals) / len(totals)
            assert sorted(found[id_].totals.values()) == pytest.approx([float(total) for total in totals])
            assert abs(Fraction(found[id_].aggregate or 0) - Fraction(wanted)) <= Fraction(1, 200)  # two decimals


def test_a_jury_lives_as_its_model_says(lived: Callable[[type[Life]], None]) -> None:
    lived(JuryLife)


class CaseLife(Life):
    """One case with two possible owners, moved about, handed over, edited, closed and taken up again."""

    @initialize()
    def begin(self) -> None:
        event = self.world.event(self.city, "follow_up")
        self.owners = [self.world.organizer(self.city) for _ in range(2)]
        self.outsider = self.world.person()
        case = self.world.case(self.world.challenge(event))
        self.id, self.version, self.stage, self.furthest = case.id, case.version, case.stage, case.furthest
        self.owner: int | None = None
        self.pilot_ready, self.now = False, NOW

    def act(self, legal: bool, do: Callable[[WriteSession, FollowUpCase], object]) -> bool:
        self.now += timedelta(minutes=1)
        assert self.succeeds(lambda session: do(session, session.get_one(FollowUpCase, self.id))) == legal
        self.version += legal
        return legal

    @rule(to=st.sampled_from(list(Stage)), with_pilot=st.booleans(), late=st.booleans())
    def move(self, to: Stage, with_pilot: bool, late: bool) -> None:
        pilot: dict[str, Any] = (
            {"pilot_metric": "Minuutit", "pilot_baseline": "51", "pilot_ends_on": date(2030, 1, 31)}
            if with_pilot
            else {}
        )
        version = self.version - late
        ready = self.pilot_ready or with_pilot
        fits = to is not self.stage and to is not Stage.CLOSED
        needs = (to is Stage.TRIAGE or self.owner is not None) and (to is not Stage.PILOT or ready)
        move = followup.Move(to, **pilot)
        if self.act(
            fits and needs and not late, lambda s, case: followup.move(s, SYSTEM, case, move, version, self.now)
        ):
            self.stage, self.pilot_ready = to, ready
            self.furthest = to if to.order > self.furthest.order else self.furthest

    @rule(who=st.integers(0, 2), reason=st.sampled_from(["", "Uusi tehtävä"]))
    def hand_over(self, who: int, reason: str) -> None:
        to = [*self.owners, self.outsider][who].id
        legal = to not in {self.outsider.id, self.owner} and (self.owner is None or bool(reason))
        if self.act(legal, lambda s, case: followup.hand_over(s, SYSTEM, case, to, reason, self.version, self.now)):
            self.owner = to

    @rule(
        exit_type=st.sampled_from(list(ExitType)), reason=st.sampled_from([None, EndReason.PRICE]), learnt=st.booleans()
    )
    def close(self, exit_type: ExitType, reason: EndReason | None, learnt: bool) -> None:
        ending = followup.Ending(exit_type, reason, texts("Sovi alussa") if learnt else Localized())
        told = exit_type is not ExitType.ENDED or (reason is not None and learnt)
        legal = self.stage is not Stage.CLOSED and told
        if self.act(legal, lambda s, case: followup.close(s, SYSTEM, case, ending, self.version, self.now)):
            self.stage = Stage.CLOSED

    @invariant()
    def the_case_and_its_story_are_those_of_the_model(self) -> None:
        with one_moment(self.world.engine) as session:
            case = session.get_one(FollowUpCase, self.id)
            is_now = (case.stage, case.furthest, case.owner_person_id, case.version)
            assert is_now == (self.stage, self.furthest, self.owner, self.version)
            assert (case.exit_type is not None) == (case.stage is Stage.CLOSED)
            told = select(CaseEntry).where(CaseEntry.case_id == self.id, col(CaseEntry.to_stage).is_not(None))
            story = [(one.from_stage, one.to_stage) for one in session.exec(told.order_by(col(CaseEntry.id)))]
        assert [to for _, to in story[:-1]] == [came_from for came_from, _ in story[1:]], "the story has a gap"
        assert not story or story[-1][1] is self.stage


def test_a_case_lives_as_its_model_says(lived: Callable[[type[Life]], None]) -> None:
    lived(CaseLife)
