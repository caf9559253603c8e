import pytest

from app.domain.figure import Figure, figure_of


@pytest.mark.parametrize(
    ("sentence", "number", "words"),
    [
        ("19 kaatumista sataa asiakasta kohti", "19", "kaatumista sataa asiakasta kohti"),
        ("22 % kolmosista luki hitaasti", "22 %", "kolmosista luki hitaasti"),
        ("22% of third-graders read slowly", "22%", "of third-graders read slowly"),
        ("0,7 ulkotuntia viikossa", "0,7", "ulkotuntia viikossa"),
        ("5 100 kuuntelua ja 61 kertojaa", "5 100", "kuuntelua ja 61 kertojaa"),
        ("5,100 plays and 61 storytellers", "5,100", "plays and 61 storytellers"),
        ("1 250 € vuodessa", "1 250 €", "vuodessa"),
        ("−3 °C kellarissa", "−3 °C", "kellarissa"),
        ("10–12 viikkoa", "10–12", "viikkoa"),
        ("Tulkkia odotettiin 6 päivää", "", "Tulkkia odotettiin 6 päivää"),
        ("42", "", "42"),
        ("", "", ""),
    ],
)
def test_a_sentence_that_begins_with_a_figure_is_split_after_it(sentence: str, number: str, words: str) -> None:
    assert figure_of(sentence) == Figure(number, words)
