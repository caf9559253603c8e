"""Texts in the city's languages as forms bring them."""

from collections.abc import Iterable, Mapping

from app.domain.localized import Localized, parity_gaps
from app.domain.markup import cleaned
from app.domain.refusals import Reason, Refused
from app.web.forms import Fields

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
