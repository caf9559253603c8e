"""A case, lived through in every order that chance finds."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlmodel import col, select

from app.adapters.database import WriteSession, one_moment
from app.domain.followup import EndReason, ExitType, Stage
from app.domain.localized import Localized
from app.models import CaseEntry, FollowUpCase
from app.services import followup
from tests.services.life import Life
from tests.world import NOW, SYSTEM, texts


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
