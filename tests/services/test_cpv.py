"""All CPV codes: loaded once, found in three languages and by code."""

import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters.database import WriteSession
from app.adapters.reference_data import cpv_codes
from app.domain.localized import Localized
from app.models import Cpv
from app.services import cpv


def test_every_code_comes_in_three_languages_and_only_once(session: WriteSession) -> None:
    assert cpv.load(session) == 9_454
    assert cpv.load(session) == 0
    rows = session.exec(select(Cpv)).all()
    assert {row.code: row.label for row in rows} == dict(cpv_codes())
    assert not [row.code for row in rows if row.label.missing(("fi", "sv", "en"))]


def test_a_label_that_has_changed_is_brought_up_to_date(session: WriteSession) -> None:
    cpv.load(session)
    session.execute(
        sa.update(Cpv).where(col(Cpv.code) == "48000000").values(label=Localized("vanha nimi"), search="vanha nimi")
    )
    session.execute(sa.delete(Cpv).where(col(Cpv.code) == "03111000"))
    assert cpv.load(session) == 2
    code = session.get_one(Cpv, "48000000")
    assert code.label.en == "Software package and information systems"
    assert "software package" in code.search
