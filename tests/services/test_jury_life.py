"""A jury, lived through in every order that chance finds."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlmodel import select

from app.adapters.database import WriteSession, one_moment
from app.domain.access import Permission, scope_of
from app.domain.conflict import Ground
from app.domain.scoring import Aggregate
from app.models import Application, Conflict, Person
from app.queries import results
from app.queries import scoring as scoring_queries
from app.services import conflicts, scoring
from tests.services.life import Life
from tests.world import NOW, SYSTEM

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
