"""What happens with a company after the pitch: stages, what each asks for, and which cases stand still.

Stages, conditions and usual durations come from practice in Finnish cities. Dates are days in the
city's own zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise


class Stage(StrEnum):
    """How far a case has come, in order."""

    TRIAGE = "triage"
    MEETING = "meeting"
    MARKET_DIALOGUE = "market_dialogue"
    EXPLORATION = "exploration"
    PILOT = "pilot"
    PROCUREMENT = "procurement"
    SCALING = "scaling"
    CLOSED = "closed"

    @property
    def order(self) -> int:
        """Place in the row of stages, from 0."""
        return list(Stage).index(self)

    @property
    def is_open(self) -> bool:
        """False only when the case is closed."""
        return self is not Stage.CLOSED


class Condition(StrEnum):
    """What people should have done when a case enters or leaves a stage."""

    PITCH_HELD = "pitch_held"
    OWNER_NAMED = "owner_named"
    OWNER_NAMED_OR_DECLINED = "owner_named_or_declined"
    MINUTES_AND_DECISION = "minutes_and_decision"
    NEED_DESCRIBED = "need_described"
    SEVERAL_SUPPLIERS = "several_suppliers"
    PUBLIC_SUMMARY = "public_summary"
    SMALL_CONTRACT = "small_contract"
    PLAN_JUDGED = "plan_judged"
    AGREEMENT = "agreement"
    METRIC = "metric"
    BASELINE = "baseline"
    END_DATE = "end_date"
    REPORT = "report"
    STOP_EXTEND_OR_BUY = "stop_extend_or_buy"
    BUDGET = "budget"
    THRESHOLD_CHECKED = "threshold_checked"
    CONTRACT = "contract"
    CONTRACT_OR_OTHER_CITY = "contract_or_other_city"
    SECOND_SITE_OR_MARKET = "second_site_or_market"
    EXIT_TYPE = "exit_type"
    REASON_CODE = "reason_code"
    LESSON = "lesson"


@dataclass(frozen=True, slots=True)
class StageRule:
    """What a stage asks for, and how many days it usually takes at least and at most."""

    entry: tuple[Condition, ...]
    exit: tuple[Condition, ...]
    typical_days: tuple[int, int] | None


STAGES: dict[Stage, StageRule] = {
    Stage.TRIAGE: StageRule((Condition.PITCH_HELD,), (Condition.OWNER_NAMED_OR_DECLINED,), (1, 14)),
    Stage.MEETING: StageRule((Condition.OWNER_NAMED,), (Condition.MINUTES_AND_DECISION,), (30, 60)),
    Stage.MARKET_DIALOGUE: StageRule(
        (Condition.NEED_DESCRIBED, Condition.SEVERAL_SUPPLIERS), (Condition.PUBLIC_SUMMARY,), (30, 90)
    ),
    Stage.EXPLORATION: StageRule((Condition.SMALL_CONTRACT,), (Condition.PLAN_JUDGED,), (14, 21)),
    Stage.PILOT: StageRule(
        (Condition.AGREEMENT, Condition.METRIC, Condition.BASELINE, Condition.END_DATE),
        (Condition.REPORT, Condition.STOP_EXTEND_OR_BUY),
        (90, 180),
    ),
    Stage.PROCUREMENT: StageRule((Condition.BUDGET, Condition.THRESHOLD_CHECKED), (Condition.CONTRACT,), (60, 270)),
    Stage.SCALING: StageRule((Condition.CONTRACT_OR_OTHER_CITY,), (Condition.SECOND_SITE_OR_MARKET,), (180, 730)),
    Stage.CLOSED: StageRule((Condition.EXIT_TYPE, Condition.REASON_CODE, Condition.LESSON), (), None),
}


class ExitType(StrEnum):
    """What a case ended in."""

    CITY_USE = "city_use"
    MARKET = "market"
    OTHER_CITY = "other_city"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why a case ended without being taken into use."""

    NO_NEED = "no_need"
    NO_OWNER = "no_owner"
    NO_FUNDING = "no_funding"
    PRICE = "price"
    TECHNICALLY_UNFIT = "technically_unfit"
    LEGAL_OBSTACLE = "legal_obstacle"
    NO_EFFECT = "no_effect"
    COMPANY_WITHDREW = "company_withdrew"
    BETTER_ALTERNATIVE = "better_alternative"
    TIMING = "timing"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the rules need to know of a case. Empty text means not written yet."""

    stage: Stage
    owner: int | None = None
    next_step: str = ""
    next_step_on: date | None = None
    pilot_metric: str = ""
    pilot_baseline: str = ""
    pilot_ends_on: date | None = None
    exit_type: ExitType | None = None
    end_reason: EndReason | None = None
    has_lesson: bool = False


class Missing(StrEnum):
    """What a case lacks; each belongs to one field."""

    OWNER = "owner"
    NEXT_STEP = "next_step"
    NEXT_STEP_DATE = "next_step_date"
    METRIC = "metric"
    BASELINE = "baseline"
    END_DATE = "end_date"
    EXIT_TYPE = "exit_type"
    END_REASON = "end_reason"
    LESSON = "lesson"


def missing(facts: CaseFacts) -> list[Missing]:
    """Return what the app asks for, and lists the case for, at its present stage.

    No open case is without owner, next step and its date; to that comes what the stage needs.
    """
    if not facts.stage.is_open:
        return missing_to_enter(facts.stage, facts)
    lacks = {
        Missing.OWNER: facts.owner is None,
        Missing.NEXT_STEP: not facts.next_step.strip(),
        Missing.NEXT_STEP_DATE: facts.next_step_on is None,
    }
    always = [thing for thing, lacking in lacks.items() if lacking]
    return always + [thing for thing in missing_to_enter(facts.stage, facts) if thing not in always]


def missing_to_enter(stage: Stage, facts: CaseFacts) -> list[Missing]:
    """Return what keeps a case out of a stage; empty when it may enter.

    Beyond triage a case has an owner. A pilot has a metric, a baseline and an end date. A closed case
    says what it ended in, and one that came to nothing says why and what was learnt.
    """
    lacks: dict[Missing, bool] = {}
    if stage is Stage.CLOSED:
        ended = facts.exit_type is ExitType.ENDED
        lacks[Missing.EXIT_TYPE] = facts.exit_type is None
        lacks[Missing.END_REASON] = ended and facts.end_reason is None
        lacks[Missing.LESSON] = ended and not facts.has_lesson
    elif stage is not Stage.TRIAGE:
        lacks[Missing.OWNER] = facts.owner is None
    if stage is Stage.PILOT:
        lacks[Missing.METRIC] = not facts.pilot_metric.strip()
        lacks[Missing.BASELINE] = not facts.pilot_baseline.strip()
        lacks[Missing.END_DATE] = facts.pilot_ends_on is None
    return [thing for thing, lacking in lacks.items() if lacking]


def moves_from(stage: Stage) -> tuple[Stage, ...]:
    """Return where a case may go: forwards, backwards, past a stage, closed, and open again.

    Practice takes all these ways; what keeps order are the needs of the stage that is entered.
    """
    return tuple(other for other in Stage if other is not stage)


def next_stage(stage: Stage) -> Stage | None:
    """Return the usual next stage; None after the last."""
    return next((later for earlier, later in pairwise(Stage) if earlier is stage), None)


def furthest(reached: Stage, entered: Stage) -> Stage:
    """Return the furthest stage a case has reached, after entering another. Closing is not reaching."""
    return entered if entered.is_open and entered.order > reached.order else reached


class Stall(StrEnum):
    """Why a case is said to stand still."""

    NEXT_STEP_OVERDUE = "next_step_overdue"
    LONG_IN_STAGE = "long_in_stage"
    UNTOUCHED = "untouched"


LONG_IN_STAGE_TIMES = 2
"""A case is long in a stage after this many times the longest usual duration."""

UNTOUCHED_DAYS = 60
"""After so many days without anybody doing anything a case counts as forgotten."""


def stalled(stage: Stage, stage_since: date, next_step_on: date | None, last_touched: date, today: date) -> list[Stall]:
    """Return why an open case stands still; empty when it moves. A closed case never stands still."""
    typical = STAGES[stage].typical_days
    if typical is None:
        return []
    signs = {
        Stall.NEXT_STEP_OVERDUE: next_step_on is not None and next_step_on < today,
        Stall.LONG_IN_STAGE: (today - stage_since).days > LONG_IN_STAGE_TIMES * typical[1],
        Stall.UNTOUCHED: (today - last_touched).days >= UNTOUCHED_DAYS,
    }
    return [stall for stall, sign in signs.items() if sign]


class FunnelStep(StrEnum):
    """The indicators that narrow from the call to lasting use, in order."""

    APPLICANTS = "applicants"
    HEARD = "heard"
    MET = "met"
    PILOTED = "piloted"
    PROCURED = "procured"
    SCALED = "scaled"


_STEP_FROM: dict[FunnelStep, Stage] = {
    FunnelStep.MET: Stage.MEETING,
    FunnelStep.PILOTED: Stage.PILOT,
    FunnelStep.PROCURED: Stage.PROCUREMENT,
    FunnelStep.SCALED: Stage.SCALING,
}


def funnel(applicants: int, heard: int, cases: Iterable[tuple[int, Stage]]) -> dict[FunnelStep, int]:
    """Count applications by how far they came; one that came far counts at every step before, too.

    `cases` gives each case's application and the furthest stage it reached (`furthest`). An application
    with cases in several units counts once, by the one that came furthest.
    """
    reached: dict[int, Stage] = {}
    for application, stage in cases:
        reached[application] = furthest(reached.get(application, Stage.TRIAGE), stage)
    counts = {FunnelStep.APPLICANTS: applicants, FunnelStep.HEARD: heard}
    for step, least in _STEP_FROM.items():
        counts[step] = sum(stage.order >= least.order for stage in reached.values())
    return counts


def days_per_stage(changes: Iterable[tuple[date, Stage]], until: date) -> dict[Stage, int]:
    """Return how many days one case has been in each open stage, several stays added up.

    `changes` are the days on which it entered a stage, in order of time; the last stay lasts `until`.
    """
    known = list(changes)
    days: dict[Stage, int] = {}
    for (since, stage), (left, _) in pairwise([*known, (until, Stage.CLOSED)]):
        if stage.is_open:
            days[stage] = days.get(stage, 0) + (left - since).days
    return days
