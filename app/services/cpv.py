"""The CPV codes in the database, from the data that comes with the app."""

import sqlalchemy as sa
from sqlmodel import col

from app.adapters.database import WriteSession
from app.adapters.reference_data import cpv_codes
from app.domain.folding import folded
from app.domain.localized import Localized
from app.models import Cpv


def load(session: WriteSession) -> int:
    """Bring the table up to date with the data; returns how many codes were added or changed, at best none.

    Codes that are no longer in the data stay: challenges may refer to them.
    """
    known = {row.code: row.label for row in session.execute(sa.select(col(Cpv.code), col(Cpv.label)))}
    changed = [
        {"code": code, "label": label, "search": _search(code, label)}
        for code, label in cpv_codes()
        if known.get(code) != label
    ]
    new = [row for row in changed if row["code"] not in known]
    other = [row for row in changed if row["code"] in known]
    if new:
        session.execute(sa.insert(Cpv), new)
    if other:
        session.execute(sa.update(Cpv), other)
    return len(changed)


def _search(code: str, label: Localized) -> str:
    return " | ".join([code, *(folded(text) for text in label.as_dict().values())])
