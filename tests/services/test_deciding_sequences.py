"""Whatever organizers and companies do, in whatever order: one outcome, one mail, and no more invited than places."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.domain.access import Scope
from app.domain.application import State
from app.domain.deciding import UNWRITTEN, Outcome, reason_given
from app.domain.ids import CityId
from app.domain.phase import phase_at
from app.domain.refusals import Refused
from app.models import Application, City, Decision, Event, MailState, OutgoingMail
from app.queries import deciding as deciding_queries
from app.queries import mail as mail_queries
from app.services import applications, deciding, invitations, outbox
from tests.world import NOW, SYSTEM, World

APPLICATIONS, PLACES = 6, 2


@dataclass
class Turn:
    """One act on the n-th application, in a transaction of its own."""

    session: WriteSession
    event: Event
    ids: list[int]
    number: int

    @property
    def scope(self) -> Scope:
        return Scope(False, None, frozenset({CityId(self.event.city_id)}), frozenset(), frozenset())

    @property
    def application(self) -> Application:
        return self.session.get_one(Application, self.ids[self.number])

    def prepare(self, outcome: Outcome, reasons: str) -> None:
        found = deciding_queries.for_update(self.session, self.scope, self.event.id, [self.ids[self.number]])
        for application, decision in found:
            deciding.prepare(self.session, SYSTEM, self.event, application, decision, outcome, NOW, reasons=reasons)

    def mend(self) -> None:
        decision = self.session.get_one(Decision, self.ids[self.number])
        if not reason_given(decision.reasons):
            self.prepare(decision.outcome, "Luimme tarkasti.")

    def swap(self) -> None:
        ranked = select(Decision).where(Decision.event_id == self.event.id, col(Decision.reserve_rank).is_not(None))
        found = self.session.exec(ranked).all()
        if len(found) > 1:
            deciding.move_reserve(self.session, SYSTEM, self.event, found[0], found[-1], NOW)

    def withdraw(self) -> None:
        phase = phase_at(self.event.milestones, NOW)
        applications.withdraw(self.session, SYSTEM, self.application, NOW, phase)

    def write_mails(self) -> None:
        deciding.write_mails(self.session, SYSTEM, self.event, NOW)

    def edit_mail(self) -> None:
        for mail in mails_of(self.session, self.event)[self.number : self.number + 1]:
            outbox.edit(self.session, SYSTEM, mail, mail.subject, "Toisin sanoin.", NOW)

    def sign(self, *, on_purpose: bool = False) -> None:
        decided = [item.decided for item in deciding_queries.items(self.session, self.scope, self.event.id)]
        mails = mail_queries.of_decisions(self.session, self.scope, self.event.id)
        read = deciding_queries.revision_to_sign(decided, mails)
        deciding.sign(self.session, SYSTEM, self.event, read, NOW, more_than_places=on_purpose)

    def sign_on_purpose(self) -> None:
        self.sign(on_purpose=True)

    def cancel(self) -> None:
        invitations.cancel(self.session, SYSTEM, self.application, self.event, NOW)

    def promote(self) -> None:
        deciding.promote_next(self.session, SYSTEM, self.event, NOW)


Act = Callable[[Turn], None]


def prepared(outcome: Outcome, reasons: str) -> Act:
    return lambda turn: turn.prepare(outcome, reasons)


PREPARE = st.builds(
    prepared, st.sampled_from(list(Outcome)), st.sampled_from(["Luimme tarkasti.", "", f"Arvostimme {UNWRITTEN}"])
)
BEFORE = st.one_of(
    PREPARE,
    st.sampled_from([Turn.swap, Turn.withdraw, Turn.write_mails, Turn.edit_mail, Turn.sign, Turn.sign_on_purpose]),
)
AFTER = st.sampled_from([Turn.cancel, Turn.promote])
NUMBER = st.integers(0, APPLICATIONS - 1)


@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    acts=st.lists(st.tuples(BEFORE, NUMBER), max_size=20),
    outcomes=st.lists(st.sampled_from(list(Outcome)), min_size=APPLICATIONS, max_size=APPLICATIONS),
    answers=st.lists(st.tuples(AFTER, NUMBER), max_size=6),
)
def test_everybody_gets_one_outcome_and_one_mail(
    world: World, acts: list[tuple[Act, int]], outcomes: list[Outcome], answers: list[tuple[Act, int]]
) -> None:
    event = world.event(_city(world), "jury", places_to_pitch=PLACES)
    challenge = world.challenge(event)
    ids = [world.application(challenge).id for _ in range(APPLICATIONS)]
    on_purpose = False

    def take(act: Act, number: int = 0) -> bool:
        """True unless the rules refuse."""
        try:
            with world.change() as session:
                act(Turn(session, session.get_one(Event, event.id), ids, number))
        except Refused:
            return False
        return True

    def states() -> dict[int, State]:
        with world.change() as session:
            return {id_: session.get_one(Application, id_).state for id_ in ids}

    for number, outcome in enumerate(outcomes):
        take(prepared(outcome, "Luimme tarkasti."), number)
    for act, number in [(Turn.write_mails, 0), *acts]:
        on_purpose |= take(act, number) and act is Turn.sign_on_purpose
    for number in range(APPLICATIONS):
        take(Turn.mend, number)
    take(Turn.write_mails)
    on_purpose |= not take(Turn.sign) and take(Turn.sign_on_purpose)

    told = {id_: state for id_, state in states().items() if state is not State.WITHDRAWN}
    with world.change() as session:
        signed = session.get_one(Event, event.id)
        decisions = {id_: session.get_one(Decision, id_) for id_ in told}
        mails = mails_of(session, event)
    assert (signed.decided_at is not None) == bool(told)
    expected = {Outcome.INVITE: State.INVITED, Outcome.RESERVE: State.RESERVED, Outcome.DECLINE: State.DECLINED}
    assert told == {id_: expected[decision.outcome] for id_, decision in decisions.items()}
    kinds = sorted((mail.application_id or 0, mail.kind) for mail in mails)
    assert kinds == sorted((id_, deciding.MAIL_OF[decision.outcome]) for id_, decision in decisions.items())
    assert {mail.state for mail in mails} <= {MailState.QUEUED}
    invited = _invited(told)
    assert invited <= PLACES or on_purpose

    by_hand = sum(take(act, number) and act is Turn.promote for act, number in answers)
    after = states()
    assert _invited(after) <= invited + by_hand
    if State.RESERVED in after.values():
        assert _invited(after) >= invited, "no place stays empty while somebody waits"


def _invited(states: Mapping[int, State]) -> int:
    return sum(state is State.INVITED for state in states.values())


def mails_of(session: WriteSession, event: Event) -> list[OutgoingMail]:
    kinds: Any = col(OutgoingMail.kind).in_(mail_queries.DECISION_KINDS)
    chosen = select(OutgoingMail).where(OutgoingMail.event_id == event.id, kinds)
    return list(session.exec(chosen.order_by(col(OutgoingMail.id))))


def _city(world: World) -> City:
    with world.change() as session:
        city = session.exec(select(City)).first()
    return city or world.city()
