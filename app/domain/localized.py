"""Text that a city writes itself, with a value per language and one rule for what stands in when a language lacks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

LANGUAGES: tuple[str, ...] = ("fi", "sv", "en")
"""The languages of the interface, in the order in which they stand in for one another."""


@dataclass(frozen=True, slots=True)
class Localized:
    """One text in up to three languages; an empty string means that the language lacks."""

    fi: str = ""
    sv: str = ""
    en: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str] | None) -> Self:
        """Build from a mapping of language code to text; unknown codes are ignored."""
        return cls(*[(values.get(language) or "").strip() for language in LANGUAGES]) if values else cls()

    def __getitem__(self, language: str) -> str:
        """The text in exactly this language, or an empty string."""
        return getattr(self, language) if language in LANGUAGES else ""

    def __bool__(self) -> bool:
        return any((self.fi, self.sv, self.en))

    def pick(self, language: str) -> tuple[str, str]:
        """(text, its language): the asked one if it is written, else the first that is."""
        if asked := self[language]:
            return asked, language
        return next(((text, other) for other in LANGUAGES if (text := self[other])), ("", language))

    def text(self, language: str) -> str:
        """The text to show to a reader of this language."""
        return self.pick(language)[0]

    def missing(self, languages: Iterable[str]) -> list[str]:
        """Which of these languages are not written yet."""
        return [language for language in languages if not self[language]]

    def as_dict(self) -> dict[str, str]:
        """Only the written languages, for storing."""
        return {language: self[language] for language in LANGUAGES if self[language]}


REQUIRED_BY_LAW: frozenset[str] = frozenset({"fi", "sv"})
"""A bilingual municipality publishes in Finnish and Swedish alike (Language Act 423/2003 §22); English is optional."""


def parity_gaps(texts: Mapping[str, Localized], languages: Iterable[str]) -> dict[str, list[str]]:
    """The parity gate: for each named text that is written in some language, the required ones it lacks.

    `languages` are the city's own; of these Finnish and Swedish must both stand before anything is published.
    A text that nobody has written in any language is no gap: whether it may be empty is another rule.
    """
    required = [language for language in languages if language in REQUIRED_BY_LAW]
    return {name: gaps for name, text in texts.items() if text and (gaps := text.missing(required))}
