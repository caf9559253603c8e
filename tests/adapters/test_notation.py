import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.adapters.language import (
    alphabetical,
    show_date,
    show_from_now,
    show_money,
    show_number,
    show_time,
    translations,
    zone_place,
)
from app.adapters.templates import rich, text

HELSINKI = ZoneInfo("Europe/Helsinki")
NOON = datetime(2027, 2, 12, 10, 0, tzinfo=UTC)


def test_a_figure_stays_with_its_unit_and_a_time_with_its_klo() -> None:
    assert "29&nbsp;%" in rich("joista 29 % liikkuu")
    assert "1200\xa0€" in text("noin 1200 € vuodessa")
    assert "klo\xa016.00" in text("Haku sulkeutuu klo 16.00.")
    assert "kl.\xa016.00" in text("Ansökan stänger kl. 16.00.")
    assert "40 huonetta" in text("40 huonetta")


@pytest.mark.parametrize(
    ("days", "fi", "sv", "en"),
    [
        (0, "tänään", "i dag", "today"),
        (1, "huomenna", "i morgon", "tomorrow"),
        (-1, "eilen", "i går", "yesterday"),
        (3, "3\xa0päivän päästä", "om 3\xa0dagar", "in 3\xa0days"),
        (-2, "2\xa0päivää sitten", "för 2\xa0dagar sedan", "2\xa0days ago"),
        (400, "13\xa0kuukauden päästä", "om 13\xa0månader", "in 13\xa0months"),
    ],
)
def test_distances_read_as_they_are_said(days: int, fi: str, sv: str, en: str) -> None:
    day = date(2027, 2, 12) + timedelta(days=days)
    assert [show_from_now(day, NOON, language, HELSINKI) for language in ("fi", "sv", "en")] == [fi, sv, en]


def test_numbers_and_times_are_written_as_each_language_does() -> None:
    shown = {
        language: (
            show_number(1250.5, language),
            show_money(1250, language),
            show_date(NOON, language, HELSINKI),
            show_time(NOON, language, HELSINKI),
        )
        for language in ("fi", "sv", "en")
    }
    assert shown == {
        "fi": ("1\xa0250,5", "1\xa0250\xa0€", "12.2.2027", "12.00"),
        "sv": ("1\xa0250,5", "1\xa0250\xa0€", "12.2.2027", "12.00"),
        "en": ("1,250.5", "€1,250", "12 February 2027", "12:00"),
    }


def test_english_has_the_apostrophes_of_print() -> None:
    assert translations("en").gettext("the event's organizer") == "the event’s organizer"
    assert translations("en").ngettext("one's", "all %(num)s's", 2) == "all %(num)s’s"


def test_time_zones_are_called_after_places_in_the_readers_language() -> None:
    assert [zone_place("Europe/Stockholm", language) for language in ("fi", "sv", "en")] == [
        "Tukholma",
        "Stockholm",
        "Stockholm",
    ]


@pytest.mark.parametrize(
    ("typed", "levels"),
    [("# a", ["h3"]), ("## a\n\n### b", ["h3", "h4"]), ("# a\n\n### b\n\n##### c", ["h3", "h4", "h4"]), ("a", [])],
)
def test_headings_of_a_text_begin_below_those_of_the_page(typed: str, levels: list[str]) -> None:
    assert re.findall(r"<(h\d)>", rich(typed)) == levels


def test_names_are_sorted_as_in_the_alphabets_of_finnish_and_swedish() -> None:
    names = ["Ödeby", "Äänekoski", "Zürich", "Åbo", "Akaa", "akka"]
    assert sorted(names, key=alphabetical) == ["Akaa", "akka", "Zürich", "Åbo", "Äänekoski", "Ödeby"]
