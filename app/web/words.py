"""The word for each member of the rules' enums, and the marks by which messages are gathered."""

from enum import StrEnum

from app.adapters.language import translations
from app.domain.access import Role
from app.domain.answers import ConfidentialGround, Question
from app.domain.application import PublicStatus, State
from app.domain.case_entry import EntryKind
from app.domain.case_path import NextThing
from app.domain.company import Size
from app.domain.conflict import Ground, Sign, Source
from app.domain.deciding import Outcome, ProblemKind
from app.domain.event_step import EventStep
from app.domain.followup import Condition, EndReason, ExitType, FunnelStep, Missing, Stage, Stall
from app.domain.phase import DateFault, LifeStep, Phase
from app.domain.readiness import Lack
from app.domain.retention import Kind
from app.domain.schedule import ClashKind, SessionKind
from app.domain.scoring import Aggregate
from app.domain.task import Span
from app.models import MailState


def N_(message: str) -> str:  # noqa: N802
    """Mark a message for the catalogues; it is translated where it is said."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802
    """Mark a message with a number for the catalogues: for one, and for several."""
    return one, many


# One table per enum: members of different enums with equal values would be one key of a common dict.
WORDS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Role: {
        Role.VIEWER: N_("Company viewer"),
        Role.EDITOR: N_("Company editor"),
        Role.OWNER: N_("Company owner"),
        Role.JUROR: N_("Juror"),
        Role.LEADERSHIP: N_("Leadership"),
        Role.AGENT: N_("Innovation agent"),
        Role.PROCUREMENT: N_("Procurement"),
        Role.ORGANIZER: N_("Organizer"),
        Role.ADMIN: N_("Administrator"),
    },
    Phase: {
        Phase.DRAFT: N_("Being prepared"),
        Phase.PUBLISHED: N_("Published"),
        Phase.CALL_OPEN: N_("Call open"),
        Phase.CALL_CLOSED: N_("Call closed"),
        Phase.JURY: N_("Jury at work"),
        Phase.DECIDED: N_("Decided"),
        Phase.PROGRAMME_RELEASED: N_("Programme published"),
        Phase.HELD: N_("Pitch day"),
        Phase.FOLLOW_UP: N_("Follow-up"),
        Phase.CLOSED: N_("Closed"),
    },
    State: {
        State.DRAFT: N_("Draft"),
        State.SUBMITTED: N_("Submitted"),
        State.WITHDRAWN: N_("Withdrawn"),
        State.INVITED: N_("Invited"),
        State.CONFIRMED: N_("Confirmed"),
        State.RESERVED: N_("On reserve"),
        State.DECLINED: N_("Not invited"),
        State.CANCELLED: N_("Cancelled"),
    },
    PublicStatus: {
        PublicStatus.DRAFT: N_("Draft"),
        PublicStatus.RECEIVED: N_("Received"),
        PublicStatus.IN_REVIEW: N_("Being assessed"),
        PublicStatus.WITHDRAWN: N_("Withdrawn"),
        PublicStatus.INVITED: N_("Invited to pitch"),
        PublicStatus.CONFIRMED: N_("Coming to pitch"),
        PublicStatus.PITCHED: N_("Pitched"),
        PublicStatus.ON_RESERVE: N_("On the reserve list"),
        PublicStatus.NOT_INVITED: N_("Not invited this time"),
        PublicStatus.CANCELLED: N_("Cancelled"),
    },
    LifeStep: {
        LifeStep.CALL_OPENS: N_("Call opens"),
        LifeStep.CALL_CLOSES: N_("Call closes"),
        LifeStep.JURY: N_("Jury"),
        LifeStep.PITCH_DAY: N_("Pitch day"),
        LifeStep.FOLLOW_UP: N_("Follow-up"),
    },
    Question: {
        Question.TITLE: N_("The idea in one line"),
        Question.SOLUTION: N_("What is your solution?"),
        Question.FIT: N_("How does it meet the need?"),
        Question.EVIDENCE: N_("What is already proven?"),
        Question.PILOT: N_("What would you pilot with us, and how is it measured?"),
        Question.FROM_CITY: N_("What do you need from the city?"),
        Question.PRICE: N_("Rough price"),
        Question.TEAM: N_("Who does the work?"),
    },
    ConfidentialGround: {
        ConfidentialGround.BUSINESS_SECRET: N_("Business secret (Act 621/1999, section 24(1)(20))"),
        ConfidentialGround.DEVELOPMENT_WORK: N_("Development work (Act 621/1999, section 24(1)(21))"),
    },
    Size: {
        Size.MICRO: N_("1–9 people"),
        Size.SMALL: N_("10–49 people"),
        Size.MEDIUM: N_("50–249 people"),
        Size.LARGE: N_("250 people or more"),
    },
    Ground: {
        Ground.PARTY: N_("Being a party"),
        Ground.REPRESENTATION: N_("Representing a party"),
        Ground.INTEREST: N_("Something to gain or lose"),
        Ground.EMPLOYMENT: N_("Employment or a commission"),
        Ground.BOARD: N_("A place in the management"),
        Ground.SUPERVISION: N_("Steering or supervision"),
        Ground.IMPARTIALITY: N_("Impartiality otherwise at risk"),
    },
    Source: {
        Source.JUROR: N_("Declared by the juror"),
        Source.ORGANIZER: N_("Recorded by an organizer"),
    },
    Sign: {
        Sign.SAME_ADDRESS: N_("The same mail address acts for the company"),
        Sign.SAME_NAME: N_("Somebody of the same name acts for the company"),
        Sign.NAME_IN_COMPANY_NAME: N_("The name is in the company’s name"),
        Sign.AFFILIATION: N_("The company’s name is in the person’s title"),
        Sign.MAIL_DOMAIN: N_("The company uses the same mail domain"),
    },
    Aggregate: {
        Aggregate.MEAN: N_("Mean"),
        Aggregate.MEDIAN: N_("Median"),
        Aggregate.TRIMMED_MEAN: N_("Trimmed mean"),
    },
    EventStep: {
        EventStep.FILL_IN: N_("Fill in what is missing"),
        EventStep.PUBLISH: N_("Publish the event"),
        EventStep.SEAT_JURY: N_("Invite the jury"),
        EventStep.READ_APPLICATIONS: N_("Read the applications"),
        EventStep.ASSIGN: N_("Share out the reading"),
        EventStep.FOLLOW_JURY: N_("See how the jury gets on"),
        EventStep.PREPARE_DECISIONS: N_("Prepare the decisions"),
        EventStep.SIGN_DECISIONS: N_("Check and sign the decisions"),
        EventStep.CHECK_MAIL: N_("Check the mails"),
        EventStep.BUILD_PROGRAMME: N_("Build the programme"),
        EventStep.SEE_PROGRAMME: N_("Go to the programme"),
        EventStep.OPEN_CASES: N_("Open the follow-up cases"),
        EventStep.FOLLOW_CASES: N_("Go to the follow-up cases"),
        EventStep.NEXT_EDITION: N_("Make the next edition"),
    },
    Lack: {
        Lack.NAME: N_("The event has no name yet."),
        Lack.SUMMARY: N_("The event is not told in one sentence yet."),
        Lack.CALL_OPENS: N_("The day when the call opens is not set yet."),
        Lack.CALL_CLOSES: N_("The day when the call closes is not set yet."),
        Lack.PITCH_DAY: N_("The pitch day is not set yet."),
        Lack.DATE_ORDER: N_("The dates are not in order."),
        Lack.NO_CHALLENGE: N_("There is no challenge yet."),
        Lack.TITLE: N_("The challenge has no title yet."),
        Lack.NEED: N_("The need is not described yet."),
        Lack.NO_CRITERIA: N_("There are no criteria to judge every application by yet."),
        Lack.CRITERION_NAME: N_("A criterion has no name yet."),
        Lack.WEIGHT: N_("The criterion has no weight yet."),
        Lack.TRANSLATION: N_("A translation is missing."),
    },
    SessionKind: {
        SessionKind.PITCH: N_("Pitch"),
        SessionKind.QUICK_TALK: N_("Quick talk"),
        SessionKind.INTERVIEW: N_("Interview"),
        SessionKind.CHALLENGE_SPOT: N_("Challenge spot"),
        SessionKind.STAND: N_("Stand"),
        SessionKind.PANEL: N_("Talk or panel"),
        SessionKind.BREAK: N_("Break"),
    },
    ClashKind: {
        ClashKind.PERSON: N_("The same person at the same time"),
        ClashKind.COMPANY: N_("The same company at the same time"),
        ClashKind.PLACE: N_("The same place at the same time"),
        ClashKind.NO_PLACE: N_("No place yet"),
        ClashKind.NO_TIME: N_("No time yet"),
        ClashKind.ENDS_BEFORE_START: N_("Ends before it begins"),
        ClashKind.OUTSIDE_DAY: N_("Outside the hours of the day"),
    },
    Outcome: {
        Outcome.INVITE: N_("Invite"),
        Outcome.RESERVE: N_("Put on reserve"),
        Outcome.DECLINE: N_("Do not invite"),
    },
    ProblemKind: {
        ProblemKind.NO_OUTCOME: N_("Nothing has been chosen yet"),
        ProblemKind.NO_REASON: N_("The reasons to the company are not written to the end"),
        ProblemKind.NO_RESERVE_RANK: N_("The place on the reserve list is not set"),
        ProblemKind.SAME_RESERVE_RANK: N_("Several have the same place on the reserve list"),
        ProblemKind.TOO_MANY_INVITED: N_("More companies are to be invited than there are places"),
    },
    MailState: {
        MailState.HELD: N_("Held"),
        MailState.QUEUED: N_("Waiting to leave"),
        MailState.SENT: N_("Sent"),
        MailState.FAILED: N_("Not delivered"),
    },
    Span: {
        Span.LATE: N_("First of all"),
        Span.TODAY: N_("Today"),
        Span.THIS_WEEK: N_("This week"),
        Span.LATER: N_("Later"),
        Span.ANY_TIME: N_("When you have a moment"),
    },
    DateFault: {
        DateFault.CLOSES_BEFORE_OPENS: N_("The call must close after it opens."),
        DateFault.JURY_BEFORE_CLOSE: N_("The jury can begin only when the call has closed."),
        DateFault.DAY_BEFORE_JURY: N_("The pitch day must come after the jury's work."),
        DateFault.DAY_ENDS_BEFORE_START: N_("The day must end after it begins."),
    },
    Stage: {
        Stage.TRIAGE: N_("Finding an owner"),
        Stage.MEETING: N_("Meetings"),
        Stage.MARKET_DIALOGUE: N_("Market dialogue"),
        Stage.EXPLORATION: N_("Exploration"),
        Stage.PILOT: N_("Pilot"),
        Stage.PROCUREMENT: N_("Procurement"),
        Stage.SCALING: N_("Scaling"),
        Stage.CLOSED: N_("Finished"),
    },
    Condition: {
        Condition.PITCH_HELD: N_("The pitch has been held"),
        Condition.OWNER_NAMED: N_("An owner is named"),
        Condition.OWNER_NAMED_OR_DECLINED: N_("An owner is named, or the case is closed with a reason"),
        Condition.MINUTES_AND_DECISION: N_("A meeting and a decision are in the story"),
        Condition.NEED_DESCRIBED: N_("The need is described"),
        Condition.SEVERAL_SUPPLIERS: N_("There are several suppliers to talk with"),
        Condition.PUBLIC_SUMMARY: N_("A public summary is written"),
        Condition.SMALL_CONTRACT: N_("A small contract is made"),
        Condition.PLAN_JUDGED: N_("The plan is judged: the decision is in the story"),
        Condition.AGREEMENT: N_("A pilot agreement is signed"),
        Condition.METRIC: N_("What is measured is written down"),
        Condition.BASELINE: N_("The starting point is measured"),
        Condition.END_DATE: N_("The last day is set"),
        Condition.REPORT: N_("The result of the pilot is written down"),
        Condition.STOP_EXTEND_OR_BUY: N_("Stop, go on or buy: the decision is in the story"),
        Condition.BUDGET: N_("There is a budget"),
        Condition.THRESHOLD_CHECKED: N_("The value is compared with the thresholds"),
        Condition.CONTRACT: N_("The decision is in the story and the contract among the files"),
        Condition.CONTRACT_OR_OTHER_CITY: N_("There is a contract, or another city"),
        Condition.SECOND_SITE_OR_MARKET: N_("A second place or a market is decided on and measured"),
        Condition.EXIT_TYPE: N_("What it ended in is told"),
        Condition.REASON_CODE: N_("The reason is told"),
        Condition.LESSON: N_("What was learnt is told"),
    },
    ExitType: {
        ExitType.CITY_USE: N_("In the city's own use"),
        ExitType.MARKET: N_("On the market"),
        ExitType.OTHER_CITY: N_("In use in another city"),
        ExitType.ENDED: N_("Ended, and what we learnt"),
    },
    EndReason: {
        EndReason.NO_NEED: N_("The need was not there"),
        EndReason.NO_OWNER: N_("Nobody to own it"),
        EndReason.NO_FUNDING: N_("No funding"),
        EndReason.PRICE: N_("The price"),
        EndReason.TECHNICALLY_UNFIT: N_("It did not work with our systems"),
        EndReason.LEGAL_OBSTACLE: N_("A legal obstacle"),
        EndReason.NO_EFFECT: N_("No effect was seen"),
        EndReason.COMPANY_WITHDREW: N_("The company withdrew"),
        EndReason.BETTER_ALTERNATIVE: N_("A better alternative"),
        EndReason.TIMING: N_("The time was not right"),
        EndReason.OTHER: N_("Something else"),
    },
    Missing: {
        Missing.OWNER: N_("An owner"),
        Missing.NEXT_STEP: N_("A next step"),
        Missing.NEXT_STEP_DATE: N_("A date for the next step"),
        Missing.METRIC: N_("What the pilot measures"),
        Missing.BASELINE: N_("The starting point of the pilot"),
        Missing.END_DATE: N_("The last day of the pilot"),
        Missing.EXIT_TYPE: N_("What it ended in"),
        Missing.END_REASON: N_("Why it ended"),
        Missing.LESSON: N_("What was learnt"),
    },
    Stall: {
        Stall.NEXT_STEP_OVERDUE: N_("The next step is late"),
        Stall.LONG_IN_STAGE: N_("Unusually long in this stage"),
        Stall.UNTOUCHED: N_("Untouched for two months"),
    },
    EntryKind: {
        EntryKind.NOTE: N_("Note"),
        EntryKind.MEETING: N_("Meeting"),
        EntryKind.MEASUREMENT: N_("Measurement"),
        EntryKind.DECISION: N_("Decision"),
        EntryKind.HANDOVER: N_("Handover"),
        EntryKind.STAGE: N_("New stage"),
    },
    NextThing: {
        NextThing.NAME_OWNER: N_("Name an owner"),
        NextThing.AGREE_NEXT_STEP: N_("Agree on the next step"),
        NextThing.COMPLETE_STAGE: N_("Fill in what is missing"),
        NextThing.CATCH_UP: N_("Tell what happened"),
        NextThing.MOVE_ON: N_("Move on"),
        NextThing.TELL_STORY: N_("Tell what happened"),
        NextThing.PUBLISH: N_("Tell it to everybody"),
    },
    Kind: {
        Kind.DRAFT: N_("Applications that were never sent"),
        Kind.MAIL: N_("Mails that were sent"),
        Kind.COMMENT: N_("Jurors' comments"),
        Kind.NOT_CHOSEN: N_("Answers of those who were not chosen"),
        Kind.CHOSEN: N_("Answers of those who pitched"),
        Kind.CASE: N_("Stories of finished cases"),
    },
    FunnelStep: {
        FunnelStep.APPLICANTS: N_("Applied"),
        FunnelStep.HEARD: N_("Heard"),
        FunnelStep.MET: N_("Met"),
        FunnelStep.PILOTED: N_("Piloted"),
        FunnelStep.PROCURED: N_("Procured"),
        FunnelStep.SCALED: N_("Scaled"),
    },
}


def word(member: StrEnum | None, language: str) -> str:
    """The word for an enum member in a language; an empty string for None."""
    if member is None:
        return ""
    return translations(language).gettext(WORDS[type(member)][member])
