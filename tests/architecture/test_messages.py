import pytest

from app.adapters.catalogues import TRANSLATED, brought_up_to_date, gather, missing, path_of, written


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_nothing_is_stale(language: str) -> None:
    catalogue = brought_up_to_date(language, gather())
    assert missing(catalogue) == []
    assert path_of(language).read_bytes() == written(catalogue), "run script/messages"


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_survive_translation(language: str) -> None:
    for message in brought_up_to_date(language, gather()):
        if message.id and message.python_format:
            assert not list(message.check()), message.id
