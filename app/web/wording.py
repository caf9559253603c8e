"""The words for what the rules say: each enum member has its sentence here, and nowhere else."""

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
from app.domain.refusals import Reason
from app.domain.schedule import ClashKind, SessionKind
from app.domain.scoring import Aggregate
from app.domain.task import Span, Task, TaskKind
from app.models import MailState


def N_(message: str) -> str:  # noqa: N802
    """Mark a message for the catalogues; it is translated where it is said."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802
    """Mark a message with a number for the catalogues: for one, and for several."""
    return one, many


class Fault(StrEnum):
    """What can be wrong with a value that somebody typed."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    NOT_A_DATE = "not_a_date"
    NOT_A_TIME = "not_a_time"
    SKIPPED_TIME = "skipped_time"
    NOT_A_CHOICE = "not_a_choice"
    NONE_TICKED = "none_ticked"
    NOT_AN_EMAIL = "not_an_email"
    NOT_A_WEB_ADDRESS = "not_a_web_address"
    TOO_MANY_WORDS = "too_many_words"
    NO_GROUND = "no_ground"
    NO_STEP = "no_step"


FAULTS: dict[Fault, str] = {
    Fault.MISSING: N_("Fill this in."),
    Fault.TOO_LONG: N_("Shorten this to %(longest)s characters; it is now %(length)s."),
    Fault.NOT_A_NUMBER: N_("Enter a whole number, such as 15000."),
    Fault.OUT_OF_RANGE: N_("Enter a number from %(low)s to %(high)s."),
    Fault.NOT_A_DATE: N_("Enter the date as day.month.year, such as 12.2.2027."),
    Fault.NOT_A_TIME: N_("Enter the time as hours and minutes, such as 16.00."),
    Fault.SKIPPED_TIME: N_("The clocks go forward past this time that night. Choose an earlier or a later one."),
    Fault.NOT_A_CHOICE: N_("Choose one of the options."),
    Fault.NONE_TICKED: N_("Tick at least one."),
    Fault.NOT_AN_EMAIL: N_("Enter an email address, such as maija@example.org."),
    Fault.NOT_A_WEB_ADDRESS: N_("Enter a web address, such as www.example.org."),
    Fault.TOO_MANY_WORDS: N_("Shorten this to %(longest)s words; it now has %(length)s."),
    Fault.NO_GROUND: N_("Choose why this part should be confidential."),
    Fault.NO_STEP: N_("Choose a step, or say that you cannot judge this."),
}

REFUSALS: dict[Reason, str] = {
    Reason.NOT_ALLOWED: N_("This page is meant for others. If you need it, ask the event's organizer."),
    Reason.NOT_FOUND: N_("There is nothing here, or it is not for you to see."),
    Reason.CONFLICT_OF_INTEREST: N_("There is a conflict of interest, so this application is closed to you."),
    Reason.WRONG_STATE: N_("This can no longer be done here. Open the page again to see where things stand."),
    Reason.CALL_NOT_OPEN: N_("The call is not open yet."),
    Reason.CALL_CLOSED: N_("The call has closed. What you sent in time is safe."),
    Reason.CALL_STILL_OPEN: N_("The call is still open. Decide when it has closed."),
    Reason.JURY_NOT_OPEN: N_("Scoring is not open now."),
    Reason.DECISIONS_SIGNED: N_("The decisions are signed and final."),
    Reason.DECISIONS_NOT_SIGNED: N_("This is possible once the decisions are signed."),
    Reason.DECISIONS_INCOMPLETE: N_("Some decisions are not complete yet. They are listed on the page."),
    Reason.TOO_MANY_INVITED: N_("There are more companies to invite than places. Tick this if it is on purpose."),
    Reason.SIGNED_BY_ANOTHER: N_(
        "You have a conflict of interest in one of these applications, so another organizer signs the decisions."
    ),
    Reason.EVENT_CLOSED: N_("The event is over, so this can no longer be changed."),
    Reason.DAY_NOT_OVER: N_("The results can be published when the pitch day is over."),
    Reason.EVENT_NOT_READY: N_("Something is still missing before this can be published. The page lists it."),
    Reason.EVENT_NOT_OVER: N_("An event can be closed when its pitch day is over."),
    Reason.DATES_OUT_OF_ORDER: N_("These dates are not in order."),
    Reason.OWN_ROLE: N_("You cannot take your own organizer's role. Another organizer can."),
    Reason.BAD_ADDRESS: N_("Use lower-case letters a–z, digits and dashes: 2 to 40 of them."),
    Reason.LANGUAGE_NEEDED: N_("Finnish or Swedish must be among the languages."),
    Reason.BUDGET_ORDER: N_("The upper end must be at least as much as the lower one."),
    Reason.HAS_APPLICATIONS: N_("Companies have begun applications to this challenge, so it cannot be removed."),
    Reason.SCORING_BEGUN: N_("The jury has begun to score, so the criteria stay as they are."),
    Reason.UNKNOWN_CODE: N_("There is no such CPV code. Type a few letters of its name, or its eight digits."),
    Reason.NOT_A_PICTURE: N_("Choose a picture in PNG, JPEG or WebP, 2 MB at most."),
    Reason.TRANSLATION_MISSING: N_("Write this in both Finnish and Swedish before publishing."),
    Reason.CHANGED_MEANWHILE: N_(
        "Somebody else changed this while you were writing. Compare the two versions and save again."
    ),
    Reason.ALREADY_EXISTS: N_("This already exists."),
    Reason.ALREADY_APPLIED: N_("Your company already has an application to this challenge."),
    Reason.INCOMPLETE: N_("Something is still missing."),
    Reason.MISSING_FIELD: N_("Fill this in."),
    Reason.NOT_A_PDF: N_("This file is not a PDF that can be opened. Save it as PDF and try again."),
    Reason.FILE_IS_LOCKED: N_("This PDF asks for a password. Save it without one, so that the jury can open it."),
    Reason.FILE_TOO_LARGE: N_("This file is too large. It can be 25 MB at most."),
    Reason.TOO_MANY_FILES: N_("There is no room for more files. Remove one first."),
    Reason.LINK_SPENT: N_("This link has been used, or it is more than ten minutes old. Ask for a new one."),
    Reason.LAST_OWNER: N_("A company needs an owner. Make somebody else the owner first."),
    Reason.COMPANY_KNOWN: N_("This company is already in Kipinä."),
    Reason.IN_USE: N_("This is in use, so it cannot be removed."),
    Reason.RELEASE_NAME_TAKEN: N_("An earlier version has this name. Choose another."),
    Reason.NOTHING_TO_RELEASE: N_("There is nothing in the programme yet."),
    Reason.DAY_NOT_HELD: N_("Cases can be opened once the pitch day has begun."),
    Reason.STILL_AHEAD: N_("This day has not come yet. What is still ahead is a next step."),
    Reason.ENDS_BEFORE_START: N_("Write an end that comes after the beginning."),
    Reason.STAGE_NEEDS_MORE: N_("The case needs more before it can move to this stage."),
    Reason.SCORE_OUT_OF_RANGE: N_("Choose a score on the scale."),
    Reason.BAD_BUSINESS_ID: N_(
        "Check the business ID: a digit is wrong or missing. A correct one looks like 0112038-9."
    ),
}

THEMES: dict[str, str] = {
    "spark": N_("Spark"),
    "lake": N_("Lake"),
    "forest": N_("Forest"),
    "sea": N_("Sea"),
    "plum": N_("Plum"),
    "berry": N_("Berry"),
    "rust": N_("Rust"),
    "ink": N_("Ink"),
}
"""The colours that a city can choose from."""

TASKS: dict[TaskKind, str | tuple[str, str]] = {
    TaskKind.FINISH_APPLICATION: N_("Finish and send your application"),
    TaskKind.CONFIRM_PITCH: N_("Tell the city whether you are coming to pitch"),
    TaskKind.SCORE: NN_("Score %(num)s application", "Score %(num)s applications"),
    TaskKind.PUBLISH_EVENT: N_("Publish the event"),
    TaskKind.CALL_CLOSES: N_("The call closes soon"),
    TaskKind.PREPARE_DECISIONS: NN_("Decide on %(num)s application", "Decide on %(num)s applications"),
    TaskKind.SIGN_DECISIONS: N_("Sign the decisions"),
    TaskKind.RESERVE_EMPTY: NN_(
        "%(num)s place is free, and nobody is left in reserve", "%(num)s places are free, and nobody is left in reserve"
    ),
    TaskKind.RELEASE_PROGRAMME: N_("Release the programme"),
    TaskKind.OPEN_CASES: NN_("Open %(num)s follow-up case", "Open %(num)s follow-up cases"),
    TaskKind.PUBLISH_RESULTS: N_("Publish the results"),
    TaskKind.NEXT_STEP: N_("Take the next step"),
    TaskKind.COMPLETE_CASE: NN_(
        "%(num)s case lacks an owner, a next step or its date", "%(num)s cases lack an owner, a next step or its date"
    ),
    TaskKind.CHECK_MAIL: NN_("Read %(num)s held mail and send it", "Read %(num)s held mails and send them"),
    TaskKind.MAIL_FAILED: NN_("%(num)s mail was not delivered", "%(num)s mails were not delivered"),
}
"""What there is to do; with a number, for one and for several."""

STARTING_REASONS: dict[Outcome, str] = {
    Outcome.RESERVE: N_(
        "The jury saw these strengths in your solution: […]. We would have liked to know more about […]. "
        "There were more good solutions than places."
    ),
    Outcome.DECLINE: N_(
        "The jury saw these strengths in your solution: […]. Others answered the need of the challenge more directly, "
        "above all in […]. If you apply again, we would gladly read more about […]."
    ),
}
"""A kindly worded beginning for the reasons to a company; what stands as […] is for the organizer to write."""

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
    FunnelStep: {
        FunnelStep.APPLICANTS: N_("Applied"),
        FunnelStep.HEARD: N_("Heard"),
        FunnelStep.MET: N_("Met"),
        FunnelStep.PILOTED: N_("Piloted"),
        FunnelStep.PROCURED: N_("Procured"),
        FunnelStep.SCALED: N_("Scaled"),
    },
}


# Administrative Procedure Act 434/2003 section 28, in plain words.
GROUNDS_EXPLAINED: dict[Ground, str] = {
    Ground.PARTY: N_("You or somebody close to you applies here, or the matter concerns you yourselves."),
    Ground.REPRESENTATION: N_(
        "You or somebody close to you represents or assists the company, or somebody who gains or loses by the outcome."
    ),
    Ground.INTEREST: N_(
        "The outcome can bring you or somebody close to you a particular benefit or loss: a share of the company, say."
    ),
    Ground.EMPLOYMENT: N_("You work for the company, or have a commission from it that touches this matter."),
    Ground.BOARD: N_("You or your nearest sit on the company’s board, or one of you is its managing director."),
    Ground.SUPERVISION: N_(
        "You or your nearest sit in a body that steers or supervises the institution that this concerns."
    ),
    Ground.IMPARTIALITY: N_("Something else would make an outsider doubt you: a friendship, a quarrel, a shared past."),
}


def ground_choices(language: str) -> list[tuple[str, str, str]]:
    """The grounds of conflict as choices of a form: (value, name with its place in the law, plain words)."""
    gettext = translations(language).gettext
    place = gettext(N_("section 28, item %(item)s"))
    return [
        (ground.value, f"{word(ground, language)} ({place % {'item': ground.item}})", gettext(explained))
        for ground, explained in GROUNDS_EXPLAINED.items()
    ]


def word(member: StrEnum | None, language: str) -> str:
    """The word for an enum member in a language; an empty string for None."""
    if member is None:
        return ""
    return translations(language).gettext(WORDS[type(member)][member])


def say_fault(fault: Fault, language: str, **values: object) -> str:
    """The sentence for a fault in a typed value."""
    return translations(language).gettext(FAULTS[fault]) % values


def say_task(task: Task, language: str) -> str:
    """What there is to do, in words."""
    words, catalogue = TASKS[task.kind], translations(language)
    if isinstance(words, str):
        return catalogue.gettext(words)
    return catalogue.ngettext(*words, task.count) % {"num": task.count}


def say_refusal(reason: Reason, language: str) -> str:
    """The sentence for a refusal."""
    return translations(language).gettext(REFUSALS[reason])
