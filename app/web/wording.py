"""What is said when something is refused, wrong or waiting: each reason has its sentence here, and nowhere else."""

from enum import StrEnum

from app.adapters.language import translations
from app.domain.conflict import Ground
from app.domain.deciding import Outcome
from app.domain.refusals import Reason
from app.domain.task import Task, TaskKind
from app.web.words import N_, NN_, word


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
    NOBODY = "nobody"


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
    Fault.NOBODY: N_("Nobody here has this address."),
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
    Reason.UNDER_HOLD: N_("This is under a hold, so it cannot be removed now."),
    Reason.PERSON_UNDER_HOLD: N_(
        "Something that tells of this person is under a hold, so they cannot be erased yet. Ask the city's organizers."
    ),
    Reason.ONESELF: N_("You cannot erase yourself. Another administrator can."),
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
    Reason.NOT_A_KNOWN_FILE: N_(
        "This file does not open, or is of a kind that is not taken here. Save it as PDF, Word, Excel, PowerPoint, "
        "OpenDocument, JPEG, PNG or WebP, and try again."
    ),
    Reason.FILE_MAY_RUN: N_(
        "This file has macros or another program in it, which could harm whoever opens it. Save it without them, or as "
        "PDF, and try again."
    ),
    Reason.FILE_REACHES_OUT: N_(
        "This file fetches something from elsewhere when it is opened, such as a template, a picture or a linked "
        "table. Put that into the file, or save it as PDF, and try again."
    ),
    Reason.FILE_TOO_HEAVY: N_(
        "There is far more in this file than its size tells, so it was not opened. Save it anew or as PDF, and try "
        "again."
    ),
    Reason.FILE_IS_INFECTED: N_(
        "The virus scanner warns of this file, so we did not take it. Ask your IT support to look at it."
    ),
    Reason.FILE_NOT_CHECKED: N_(
        "We could not check this file just now. Choose it again in a moment; everything you wrote is still here."
    ),
    Reason.FILE_IS_LOCKED: N_("This file asks for a password. Save it without one, so that others can open it."),
    Reason.FILE_TOO_LARGE: N_("This file is too large. It can be 25 MB at most."),
    Reason.TOO_MANY_FILES: N_("There is no room for more files. Remove one first."),
    Reason.LINK_SPENT: N_("This link has been used, or it is more than ten minutes old. Ask for a new one."),
    Reason.NOT_ASKED: N_("This took too long, or it was answered already. Nothing has changed. Please begin again."),
    Reason.PROVIDER_SILENT: N_(
        "The city's sign-in does not answer just now. Nothing has changed. Try again in a moment, or come in by email."
    ),
    Reason.PROVIDER_NOT_BELIEVED: N_(
        "The answer of the city's sign-in was not as it should be, so we did not trust it. Nothing has changed. Please "
        "begin again; if it happens again, tell the city's IT."
    ),
    Reason.PROVIDER_SAID_NO: N_("You did not sign in there, or were not let in. Nothing has changed."),
    Reason.NOT_SHOWN_AGAIN: N_(
        "The city's sign-in did not ask you again who you are, or did not say when. Confirm by email instead."
    ),
    Reason.ACCOUNT_UNKNOWN: N_("We do not know yet whose account this is, so it does not open anything."),
    Reason.ACCOUNT_OF_ANOTHER: N_("This account is connected to another person in Kipinä. Nothing has changed."),
    Reason.BAD_PROVIDER: N_(
        "There is no sign-in at this address that we can use. It begins with https:// and is what the city's IT calls "
        "the issuer."
    ),
    Reason.PASSKEY_UNKNOWN: N_("We do not know this passkey, or it is not yours."),
    Reason.PASSKEY_NOT_BELIEVED: N_("The answer of the passkey was not as it should be. Nothing has changed."),
    Reason.PASSKEY_COPIED: N_(
        "This passkey says that it was used less often than we know, as a copy would. So it does not let you in. Come "
        "in by email, remove it under your details and add a new one."
    ),
    Reason.PASSKEY_KNOWN: N_("This passkey is known here already."),
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
    TaskKind.REMOVAL_COMING: N_("Old data will be removed: see what, and stop what is still needed"),
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
