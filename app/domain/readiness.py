"""What an event lacks before it may be published."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.localized import Localized, parity_gaps
from app.domain.phase import Milestones, date_faults


class Part(StrEnum):
    """Which part of the event lacks something; each is mended on a page of its own."""

    EVENT = "event"
    CHALLENGE = "challenge"
    CRITERIA = "criteria"


class Lack(StrEnum):
    """What is lacking."""

    NAME = "name"
    SUMMARY = "summary"
    CALL_OPENS = "call_opens"
    CALL_CLOSES = "call_closes"
    PITCH_DAY = "pitch_day"
    DATE_ORDER = "date_order"
    NO_CHALLENGE = "no_challenge"
    TITLE = "title"
    NEED = "need"
    NO_CRITERIA = "no_criteria"
    CRITERION_NAME = "criterion_name"
    WEIGHT = "weight"
    TRANSLATION = "translation"


@dataclass(frozen=True, slots=True)
class ChallengeFacts:
    """A challenge as the rules see it: its texts by the names of their fields."""

    id: int
    number: int
    texts: Mapping[str, Localized]


@dataclass(frozen=True, slots=True)
class CriterionFacts:
    """A criterion as the rules see it; one without a challenge is common to all."""

    id: int
    challenge_id: int | None
    weight: int
    informational: bool
    texts: Mapping[str, Localized]


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing to mend.

    `row_id` is the challenge or criterion concerned, and `name` what people call it. `field` and `languages` say which
    text is not written in which required languages.
    """

    part: Part
    lack: Lack
    row_id: int | None = None
    name: Localized = Localized()  # noqa: RUF009  frozen, like the class itself
    field: str = ""
    languages: tuple[str, ...] = ()


def gaps(
    texts: Mapping[str, Localized],
    milestones: Milestones,
    challenges: Sequence[ChallengeFacts],
    criteria: Sequence[CriterionFacts],
    languages: Iterable[str],
) -> list[Gap]:
    """Everything that is missing, in the order in which people fill it in; empty when the event may be published.

    `languages` are the city's: of these Finnish and Swedish must stand side by side (423/2003 §22).
    """
    required = tuple(languages)
    found = [*_of_event(texts, milestones), *_untranslated(Part.EVENT, None, Localized(), texts, required)]
    if not challenges:
        found.append(Gap(Part.CHALLENGE, Lack.NO_CHALLENGE))
    for challenge in challenges:
        title = challenge.texts.get("title", Localized())
        for field, lack in (("title", Lack.TITLE), ("need", Lack.NEED)):
            if not challenge.texts.get(field):
                found.append(Gap(Part.CHALLENGE, lack, challenge.id, title, field))
        found += _untranslated(Part.CHALLENGE, challenge.id, title, challenge.texts, required)
    return found + _of_criteria(challenges, criteria, required)


def _of_event(texts: Mapping[str, Localized], milestones: Milestones) -> list[Gap]:
    lacks = {
        Lack.NAME: not texts.get("name"),
        Lack.SUMMARY: not texts.get("summary"),
        Lack.CALL_OPENS: milestones.call_opens_at is None,
        Lack.CALL_CLOSES: milestones.call_closes_at is None,
        Lack.PITCH_DAY: milestones.day_starts_at is None or milestones.day_ends_at is None,
        Lack.DATE_ORDER: bool(date_faults(milestones)),
    }
    return [Gap(Part.EVENT, lack) for lack, lacking in lacks.items() if lacking]


def _of_criteria(
    challenges: Sequence[ChallengeFacts], criteria: Sequence[CriterionFacts], languages: tuple[str, ...]
) -> list[Gap]:
    def counts_for(challenge_id: int | None) -> bool:
        return any(c.weight > 0 and not c.informational and c.challenge_id in {None, challenge_id} for c in criteria)

    found = []
    if not counts_for(None) and not (challenges and all(counts_for(challenge.id) for challenge in challenges)):
        found.append(Gap(Part.CRITERIA, Lack.NO_CRITERIA))
    for criterion in criteria:
        name = criterion.texts.get("name", Localized())
        if not name:
            found.append(Gap(Part.CRITERIA, Lack.CRITERION_NAME, criterion.id))
        if criterion.weight <= 0 and not criterion.informational:
            found.append(Gap(Part.CRITERIA, Lack.WEIGHT, criterion.id, name))
        found += _untranslated(Part.CRITERIA, criterion.id, name, criterion.texts, languages)
    return found


def _untranslated(
    part: Part, row_id: int | None, name: Localized, texts: Mapping[str, Localized], languages: tuple[str, ...]
) -> list[Gap]:
    return [
        Gap(part, Lack.TRANSLATION, row_id, name, field, tuple(lacking))
        for field, lacking in parity_gaps(texts, languages).items()
    ]
