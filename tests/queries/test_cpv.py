"""Finding a CPV code by typing."""

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import WriteSession, writing
from app.adapters.reference_data import cpv_codes
from app.domain.access import EVERY_CITY
from app.domain.folding import folded
from app.domain.refusals import Reason, Refused
from app.models import Cpv
from app.queries import cpv
from app.services import cpv as loading


@pytest.fixture
def codes(engine: sa.Engine) -> None:
    with writing(engine, EVERY_CITY) as session:
        loading.load(session)


@pytest.mark.usefixtures("codes")
def test_every_code_is_found_by_itself_and_by_its_name_in_each_language(session: WriteSession) -> None:
    """What is searched holds every label of every code; each 40th is asked for, as a person would."""
    searched = {row.code: row.search for row in session.exec(select(Cpv))}
    assert len(searched) == 9_454
    for code, label in cpv_codes():
        assert all(f"| {folded(words)}" in searched[code] for words in label.as_dict().values())
    for code, label in list(cpv_codes())[::40]:
        assert [found.code for found in cpv.matching(session, code)] == [code]
        for words in label.as_dict().values():
            assert code in [found.code for found in cpv.matching(session, words, most=50)], (code, words)


@pytest.mark.usefixtures("codes")
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ohjelmistotuki", "72261000"),
        ("programvara", "48000000"),
        ("software package", "48000000"),
        ("Siemenet", "03111000"),
        ("frön", "03111000"),
        ("FRON", "03111000"),
        ("48000000-8", "48000000"),
        ("480", "48000000"),
        ("lighting street", "34928500"),
        ("katuvalaistus", "34928500"),
    ],
)
def test_what_people_mean_comes_first(session: WriteSession, typed: str, first: str) -> None:
    found = [one.code for one in cpv.matching(session, typed)]
    assert found[0] == first, found


@pytest.mark.usefixtures("codes")
def test_words_of_several_languages_and_odd_signs_do_no_harm(session: WriteSession) -> None:
    assert cpv.matching(session, "%%%_") == []
    assert cpv.matching(session, "") == []
    assert cpv.matching(session, "🔥") == []
    assert len(cpv.matching(session, "a")) == cpv.MOST
    assert cpv.matching(session, "xyzzy") == []


@pytest.mark.usefixtures("codes")
def test_a_field_means_one_code_or_none(session: WriteSession) -> None:
    assert cpv.chosen(session, "  ") is None
    for typed in (
        "48000000",
        "48000000-8 Ohjelmatuotteet ja tietojärjestelmät",
        "software package and information systems",
    ):
        code = cpv.chosen(session, typed)
        assert code is not None
        assert code.code == "48000000"
    for typed in ("software", "99999999", "4800000", "480000001"):
        with pytest.raises(Refused, match=Reason.UNKNOWN_CODE):
            cpv.chosen(session, typed)
