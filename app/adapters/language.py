"""Catalogues and notation of the three languages. No sentence is written here."""

import io
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta, get_timezone_location
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

DAYS_UNTIL, MONTHS_UNTIL = 60, 720
"""Nearer than so many days a distance is told in days, then in months, beyond that in years."""

_HELD = re.compile(r"(?<=\d) ")
"""A number stays on the line of its unit: "18 päivän päästä"."""

LOCALE_DIR = Path(__file__).parent.parent / "locale"

# Codes of the Unicode registry under which no company is registered: groups of countries, parts of other countries
# (companies on Åland have a Finnish business ID), and places made up for testing.
_NO_COUNTRIES = frozenset(["AC", "AX", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])


class English(NullTranslations):
    """The source itself, with the apostrophes that print has."""

    def gettext(self, message: str) -> str:
        """The message."""
        return message.replace("'", "’")

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The message for one, or for several."""
        return self.gettext(msgid1 if n == 1 else msgid2)


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language, read from its .po file; English is the source and has none."""
    path = LOCALE_DIR / language / "LC_MESSAGES" / "kipina.po"
    if not path.exists():
        return English()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def babel_locale(language: str) -> Locale:
    """Finnish and Swedish of Finland; English with European day-first dates."""
    return Locale.parse({"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}[language])


def translator(language: str) -> Callable[[str], str]:
    """`gettext` of one language."""
    return translations(language).gettext


@lru_cache(maxsize=4_000)
def show_date(value: date | datetime, language: str, zone: ZoneInfo) -> str:
    """12.2.2027, or 12 February 2027 in English."""
    day = value.astimezone(zone).date() if isinstance(value, datetime) else value
    pattern = {"fi": "d.M.yyyy", "sv": "d.M.yyyy", "en": "d MMMM yyyy"}[language]
    return format_date(day, pattern, locale=babel_locale(language))


@lru_cache(maxsize=4_000)
def show_day(value: date | datetime, language: str, zone: ZoneInfo) -> str:
    """The day with its weekday: perjantai 12.2.2027."""
    day = value.astimezone(zone).date() if isinstance(value, datetime) else value
    pattern = {"fi": "cccc d.M.yyyy", "sv": "cccc d.M.yyyy", "en": "cccc d MMMM yyyy"}[language]
    return format_date(day, pattern, locale=babel_locale(language))


@lru_cache(maxsize=4_000)
def show_month(value: date | datetime, language: str, zone: ZoneInfo) -> str:
    """The month and year: helmikuu 2027."""
    day = value.astimezone(zone).date() if isinstance(value, datetime) else value
    return format_skeleton("yMMMM", day, locale=babel_locale(language))


@lru_cache(maxsize=4_000)
def show_time(value: datetime, language: str, zone: ZoneInfo) -> str:
    """13.00, or 13:00 in English; in the hour that comes twice in autumn, with its offset."""
    local = value.astimezone(zone)
    shown = format_time(local, "H.mm" if language != "en" else "HH:mm", locale=babel_locale(language))
    repeated = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{shown} (UTC{local:%z})" if repeated else shown


@lru_cache(maxsize=1_000)
def zone_place(zone: str, language: str) -> str:
    """The place that a time zone is called after: "Europe/Stockholm" is Tukholma in Finnish."""
    return get_timezone_location(zone, locale=babel_locale(language), return_city=True)


@lru_cache(maxsize=4_000)
def show_number(value: float, language: str, digits: int | None = None) -> str:
    """8,5 · 8.5; `digits` fixes the number of decimals."""
    pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, pattern, locale=babel_locale(language))


@lru_cache(maxsize=4_000)
def show_money(value: float, language: str) -> str:
    """1 250 € · €1,250: whole euros."""
    return format_currency(
        value,
        "EUR",
        "#,##0\xa0¤" if language != "en" else "¤#,##0",
        locale=babel_locale(language),
        currency_digits=False,
    )


def show_from_now(value: datetime | date, now: datetime, language: str, zone: ZoneInfo) -> str:
    """How far away: "3 päivän päästä", "för 2 dagar sedan"; whole days beyond today."""
    locale = babel_locale(language)
    if isinstance(value, datetime):
        days = (value.astimezone(zone).date() - now.astimezone(zone).date()).days
        if days == 0:
            return format_timedelta(value - now, add_direction=True, threshold=1.2, locale=locale)
    else:
        days = (value - now.astimezone(zone).date()).days
        if days == 0:
            return translations(language).gettext("today")
    if abs(days) == 1:
        gettext = translations(language).gettext
        return gettext("tomorrow") if days == 1 else gettext("yesterday")
    granularity: Literal["day", "month", "year"] = "day"
    if abs(days) >= DAYS_UNTIL:
        granularity = "month" if abs(days) < MONTHS_UNTIL else "year"
    return _HELD.sub(
        "\xa0",
        format_timedelta(
            timedelta(days=days),
            granularity=granularity,
            add_direction=True,
            threshold={"day": 60, "month": 24, "year": 1}[granularity],
            locale=locale,
        ),
    )


def alphabetical(name: str) -> str:
    """What Finnish and Swedish names are sorted by: å, ä and ö come after z, in this order."""
    return name.casefold().translate({ord("å"): "z\uffff1", ord("ä"): "z\uffff2", ord("ö"): "z\uffff3"})


@cache
def countries(language: str) -> list[tuple[str, str]]:
    """(code, name) of every country, Finland first, then by name."""
    names = {str(code): str(name) for code, name in babel_locale(language).territories.items()}
    codes = sorted(
        (code for code in names if len(code) == 2 and code not in _NO_COUNTRIES),  # noqa: PLR2004
        key=lambda code: (code != "FI", alphabetical(names[code])),
    )
    return [(code, names[code]) for code in codes]
