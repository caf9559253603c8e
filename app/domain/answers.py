"""What a company answers: the questions in order, how long an answer may be, and what is still missing."""

from dataclasses import dataclass, fields
from enum import StrEnum

TITLE_AT_MOST = 150
"""Characters in the title of an application."""


class Question(StrEnum):
    """One question of the application form; the value is also the column and the form field."""

    TITLE = "title"
    SOLUTION = "solution"
    FIT = "fit"
    EVIDENCE = "evidence"
    PILOT = "pilot"
    FROM_CITY = "from_city"
    PRICE = "price"
    TEAM = "team"


WORDS_AT_MOST: dict[Question, int] = {
    Question.SOLUTION: 150,
    Question.FIT: 150,
    Question.EVIDENCE: 120,
    Question.PILOT: 150,
    Question.FROM_CITY: 100,
    Question.PRICE: 80,
    Question.TEAM: 80,
}
CONFIDENTIAL_WORDS_AT_MOST = 200


class ConfidentialGround(StrEnum):
    """Why a part is marked confidential (Act 621/1999 section 24(1)(20) and (21)); the city decides whether it is."""

    BUSINESS_SECRET = "business_secret"  # noqa: S105
    DEVELOPMENT_WORK = "development_work"


@dataclass(frozen=True, slots=True)
class Answers:
    """The content of an application, in the company's own words."""

    title: str = ""
    solution: str = ""
    fit: str = ""
    evidence: str = ""
    pilot: str = ""
    from_city: str = ""
    price: str = ""
    team: str = ""
    confidential: str = ""
    confidential_ground: str = ""

    def __getitem__(self, name: str) -> str:
        """The answer in a field."""
        return str(getattr(self, name))


ANSWER_FIELDS = tuple(field.name for field in fields(Answers))


class Gap(StrEnum):
    """Why an application cannot be sent yet."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NO_GROUND = "no_ground"


def words_in(text: str) -> int:
    """How many words, counted as the counter on the page does: by white space."""
    return len(text.split())


def gaps(answers: Answers) -> dict[str, Gap]:
    """By form field, in the order of the form: what must be mended before sending; empty when it can be sent."""
    found: dict[str, Gap] = {}
    for question in Question:
        answer = answers[question]
        if not answer.strip():
            found[question] = Gap.MISSING
        elif question is Question.TITLE:
            if len(answer) > TITLE_AT_MOST:
                found[question] = Gap.TOO_LONG
        elif words_in(answer) > WORDS_AT_MOST[question]:
            found[question] = Gap.TOO_LONG
    if words_in(answers.confidential) > CONFIDENTIAL_WORDS_AT_MOST:
        found["confidential"] = Gap.TOO_LONG
    if answers.confidential.strip() and answers.confidential_ground not in set(ConfidentialGround):
        found["confidential_ground"] = Gap.NO_GROUND
    return found
