"""What an event lacks before publishing, in words, each with the place where it is mended."""

from dataclasses import dataclass
from typing import Any

from app.adapters.language import translations
from app.domain.localized import Localized
from app.domain.readiness import Gap, Lack, Part
from app.queries.cities import CityFacts
from app.web.pages import path_for
from app.web.visit import Visit
from app.web.words import N_, word

FIELDS = {
    "name": N_("Name"),
    "summary": N_("In one sentence"),
    "place": N_("Place"),
    "description": N_("The day"),
    "practical": N_("For companies"),
    "title": N_("Title"),
    "need": N_("The need"),
    "present": N_("How it is done now"),
    "effect_economic": N_("For the economy"),
    "effect_social": N_("For people"),
    "effect_environmental": N_("For the environment"),
    "questions": N_("Questions for the market"),
    "strategy_goal": N_("Goal in the city's strategy"),
    "themes": N_("Themes"),
    "help": N_("What the jury looks at"),
    "anchor": N_("What the scores mean"),
}
OWN_LANGUAGE = {"fi": N_("in Finnish"), "sv": N_("in Swedish"), "en": N_("in English")}


@dataclass(frozen=True, slots=True)
class GapLine:
    """One thing to mend: `about` names the challenge or criterion, and is empty for the event itself."""

    part: Part
    about: Localized
    words: str
    href: str


def gap_lines(visit: Visit[Any], city: CityFacts, event_id: int, gaps: list[Gap]) -> list[GapLine]:
    """The gaps in their order."""
    return [GapLine(gap.part, gap.name, _words(gap, visit.language), _href(visit, city, event_id, gap)) for gap in gaps]


def _words(gap: Gap, language: str) -> str:
    if gap.lack is not Lack.TRANSLATION:
        return word(gap.lack, language)
    gettext = translations(language).gettext
    written = gettext("%(field)s: not written %(languages)s yet.")
    or_ = gettext("or")
    lacking = f" {or_} ".join(gettext(OWN_LANGUAGE[code]) for code in gap.languages)
    return written % {"field": gettext(FIELDS[gap.field.split()[0]]), "languages": lacking}


# The field that a lack is about, where its name does not say so.
_FIELD_OF = {
    Lack.CALL_OPENS: "call_opens_at",
    Lack.CALL_CLOSES: "call_closes_at",
    Lack.PITCH_DAY: "day_starts_at",
    Lack.DATE_ORDER: "call_opens_at",
    Lack.CRITERION_NAME: "name",
}


def _href(visit: Visit[Any], city: CityFacts, event_id: int, gap: Gap) -> str:
    """The form in which it is mended, at the very field."""
    of_event = {"city": city.slug, "event_id": event_id}
    if gap.part is Part.EVENT:
        return f"{path_for(visit, 'organizer.events.edit', **of_event)}#organizer-events-edit-{_field(gap)}"
    if gap.part is Part.CHALLENGE:
        if gap.row_id is None:
            return path_for(visit, "organizer.challenges.new", **of_event)
        form = path_for(visit, "organizer.challenges.edit", **of_event, challenge_id=gap.row_id)
        return f"{form}#organizer-challenges-form-{_field(gap)}"
    if gap.row_id is None:
        return path_for(visit, "organizer.criteria.index", **of_event)
    form = path_for(visit, "organizer.criteria.edit", **of_event, criterion_id=gap.row_id)
    return f"{form}#organizer-criteria-form-{_field(gap)}"


def _field(gap: Gap) -> str:
    if gap.lack is not Lack.TRANSLATION:
        return _FIELD_OF.get(gap.lack, gap.lack.value)
    name, _, number = gap.field.partition(" ")
    return f"{name}_{int(number) - 1}_{gap.languages[0]}" if name == "anchor" else f"{name}_{gap.languages[0]}"
