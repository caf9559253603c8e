"""Every municipality of today can be a city."""

from datetime import datetime

import pytest
from sqlmodel import select

from app.adapters.database import WriteSession
from app.adapters.reference_data import municipalities
from app.domain.access import PUBLIC
from app.domain.refusals import Reason, Refused
from app.domain.slug import slug_of
from app.models import City
from app.services import cities


def test_every_municipality_becomes_a_city_with_an_address_of_its_own(session: WriteSession, now: datetime) -> None:
    assert len(municipalities()) == 308
    for one in municipalities():
        slug = slug_of(one.name.fi, "city")
        cities.create(session, PUBLIC, slug, one.name, ["fi", "sv"], now, municipality_code=one.code)
    made = session.exec(select(City)).all()
    assert {city.municipality_code for city in made} == {one.code for one in municipalities()}
    assert {"tampere", "jarvenpaa", "ii", "aanekoski", "pedersoren-kunta"} <= {city.slug for city in made}
    helsinki = next(city for city in made if city.slug == "helsinki")
    assert (helsinki.name.sv, helsinki.municipality_code) == ("Helsingfors", "091")


@pytest.mark.parametrize("slug", ["a", "x" * 41, "Tampere", "tam pere", "-oulu", "organizer", "sv", ""])
def test_an_address_that_cannot_be_is_refused(session: WriteSession, now: datetime, slug: str) -> None:
    with pytest.raises(Refused, match=Reason.BAD_ADDRESS):
        cities.create(session, PUBLIC, slug, municipalities()[0].name, ["fi"], now)


def test_a_municipality_is_one_city(session: WriteSession, now: datetime) -> None:
    one = municipalities()[0]
    cities.create(session, PUBLIC, "yksi", one.name, ["fi"], now, municipality_code=one.code)
    with pytest.raises(Refused, match=Reason.ALREADY_EXISTS):
        cities.create(session, PUBLIC, "toinen", one.name, ["fi"], now, municipality_code=one.code)
    with pytest.raises(Refused, match=Reason.ALREADY_EXISTS):
        cities.create(session, PUBLIC, "yksi", one.name, ["fi"], now)
