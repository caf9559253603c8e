"""The words around an application's answers: questions, their help, what an answer lacks, and how answers are shown."""

from dataclasses import dataclass

from app.adapters.language import translations
from app.domain.answers import (
    ANSWER_FIELDS,
    CONFIDENTIAL_WORDS_AT_MOST,
    TITLE_AT_MOST,
    WORDS_AT_MOST,
    Answers,
    ConfidentialGround,
    Gap,
    Question,
    words_in,
)
from app.models import Application
from app.web.forms import LONGEST, Fields
from app.web.wording import Fault, say_fault
from app.web.words import N_, word

_HELP: dict[Question, str] = {
    Question.TITLE: N_("What you do, and for whom. It is the first thing the jury reads."),
    Question.SOLUTION: N_("Tell it as you would to the person who does the work. No abbreviations."),
    Question.FIT: N_("Refer to the challenge's figures if you can."),
    Question.EVIDENCE: N_("A customer, a test or a measurement. Also what did not work."),
    Question.PILOT: N_("Place, length, measure, and the figure that means success."),
    Question.FROM_CITY: N_("People, rooms, data, permits."),
    Question.PRICE: N_("An order of magnitude is enough. Price is not scored."),
    Question.TEAM: N_("Names, and how much time they have."),
}
_WORDS_ON_A_LINE = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the form asks it."""

    name: str
    label: str
    help: str
    words: int | None
    rows: int


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it is read."""

    label: str
    text: str


def asked(name: str, language: str) -> Asked:
    """The question of a field."""
    question = Question(name)
    words = WORDS_AT_MOST.get(question)
    return Asked(
        name=name,
        label=word(question, language),
        help=translations(language).gettext(_HELP[question]),
        words=words,
        rows=words // _WORDS_ON_A_LINE if words else 1,
    )


def read_answers(fields: Fields) -> Answers:
    """The answers as they are typed. A draft may be far too long: what it lacks is said before sending."""
    values = {name: fields.text(name) for name in ANSWER_FIELDS if name != Question.TITLE}
    return Answers(title=fields.line(Question.TITLE, longest=LONGEST), **values)


def answered(application: Application | Answers, language: str) -> list[Answered]:
    """The answers in the order of the form, without the title and the confidential part; empty ones are left out."""
    texts = ((question, str(getattr(application, question))) for question in Question if question is not Question.TITLE)
    return [Answered(word(question, language), text) for question, text in texts if text]


def ground_of(application: Application, language: str) -> str:
    """Why the confidential part is one, in words."""
    ground = application.confidential_ground
    return word(ConfidentialGround(ground), language) if ground in set(ConfidentialGround) else ground


def label_of(name: str, language: str) -> str:
    """The label of a field of the form."""
    gettext = translations(language).gettext
    if name == "confidential":
        return gettext(N_("Confidential part"))
    if name == "confidential_ground":
        return gettext(N_("Why it should be confidential"))
    return word(Question(name), language)


def say_gap(name: str, gap: Gap, answers: Answers, language: str) -> str:
    """The sentence for what an answer lacks before it can be sent."""
    if gap is Gap.MISSING:
        return say_fault(Fault.MISSING, language)
    if gap is Gap.NO_GROUND:
        return say_fault(Fault.NO_GROUND, language)
    if name == Question.TITLE:
        return say_fault(Fault.TOO_LONG, language, longest=TITLE_AT_MOST, length=len(answers[name]))
    longest = WORDS_AT_MOST[Question(name)] if name in set(Question) else CONFIDENTIAL_WORDS_AT_MOST
    return say_fault(Fault.TOO_MANY_WORDS, language, longest=longest, length=words_in(answers[name]))
