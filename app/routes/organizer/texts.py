"""Texts in the city's languages as forms bring them."""

from collections.abc import Callable, Iterable, Mapping

from app.adapters.language import translations
from app.domain.localized import LANGUAGES, Localized, parity_gaps
from app.domain.markup import cleaned
from app.domain.refusals import Reason, Refused
from app.web.forms import Fields, Form
from app.web.words import N_

LINE = 300
"""Characters in a title or another text of one line."""
PARAGRAPH = 2_000
"""Characters in a text of a few sentences."""
PROSE = 60_000
"""Characters in a long text: real challenges with their rules run to 52,000."""

NOTHING = Localized()


def text_of(
    fields: Fields,
    name: str,
    languages: Iterable[str],
    stored: Localized = NOTHING,
    *,
    required: bool = False,
    markdown: bool = False,
    longest: int = LINE,
) -> Localized:
    """A text from its fields; what stands in a language that the city no longer uses is kept.

    A Markdown text may be long, and what was pasted as HTML becomes Markdown.
    """
    languages = tuple(languages)
    typed = fields.localized(name, languages, required=required, longest=PROSE if markdown else longest)
    own = {code: cleaned(typed[code]) if markdown else " ".join(typed[code].split()) for code in languages}
    return Localized.of(stored.as_dict() | own)


def ask_for_translations(fields: Fields, texts: Mapping[str, Localized], languages: Iterable[str]) -> None:
    """Put a fault at every field that the parity gate finds empty; what stands behind a space counts parts of one."""
    for name, lacking in parity_gaps(texts, languages).items():
        for language in lacking:
            fields.refuse(Refused(Reason.TRANSLATION_MISSING, f"{name.split()[0]}_{language}"))


OWN_LANGUAGE = {"fi": N_("in Finnish"), "sv": N_("in Swedish"), "en": N_("in English")}


def differences(stored: Form, typed: Form, labels: Mapping[str, str], language: str) -> list[tuple[str, str]]:
    """(label, stored text) of each field that now holds something else than what the person typed."""
    gettext: Callable[[str], str] = translations(language).gettext
    found = []
    for name, label in labels.items():
        versions = [(name, "")] + [(f"{name}_{code}", f", {gettext(OWN_LANGUAGE[code])}") for code in LANGUAGES]
        for field, more in versions:
            mine, theirs = typed.typed.get(field), stored.typed.get(field, "")
            if mine is not None and mine.replace("\r\n", "\n").strip() != theirs.strip():
                found.append((gettext(label) + more, theirs))
    return found
