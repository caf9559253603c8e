"""Conflicts of interest: the grounds of the Act, and what suggests that somebody should look."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.conflict import (
    CLOSE_CIRCLES,
    GROUND_OF_SIGN,
    CloseCircle,
    CompanyFacts,
    Ground,
    PersonFacts,
    Sign,
    Suggestion,
    suggest,
)

COMPANIES = Path(__file__).parents[1] / "data" / "fi-companies" / "companies.csv"
COMPANY = CompanyFacts(
    "Valopolku Oy",
    "https://www.valopolku.fi/en/about",
    (PersonFacts("Aino Söderström", "aino@valopolku.fi"), PersonFacts("Bo Ek", "bo.ek@gmail.com")),
)


def signs(juror: PersonFacts, company: CompanyFacts = COMPANY) -> list[Sign]:
    return [suggestion.sign for suggestion in suggest(juror, company)]


def test_the_grounds_are_the_seven_items_of_the_section() -> None:
    assert [ground.item for ground in Ground] == [1, 2, 3, 4, 5, 6, 7]
    assert Ground.EMPLOYMENT.item == 4
    assert Ground.IMPARTIALITY.item == 7


def test_every_ground_says_whose_ties_count() -> None:
    assert set(CLOSE_CIRCLES) == set(Ground)
    assert CLOSE_CIRCLES[Ground.PARTY] == (CloseCircle.FAMILY, CloseCircle.RELATIVES, CloseCircle.SPOUSES_FAMILY)
    assert CLOSE_CIRCLES[Ground.BOARD] == (CloseCircle.FAMILY,)
    assert CLOSE_CIRCLES[Ground.EMPLOYMENT] == ()
    assert set(GROUND_OF_SIGN) == set(Sign)


def test_a_stranger_suggests_nothing() -> None:
    assert suggest(PersonFacts("Cecilia Lind", "cecilia.lind@tampere.fi", "Planner, City of Tampere"), COMPANY) == []


@pytest.mark.parametrize("name", ["Aino Söderström", "aino  soderstrom", "SÖDERSTRÖM, Aino"])
def test_a_name_among_the_companys_people_is_found_however_it_is_written(name: str) -> None:
    assert suggest(PersonFacts(name), COMPANY) == [
        Suggestion(Sign.SAME_NAME, Ground.REPRESENTATION, "Aino Söderström"),
    ]


@pytest.mark.parametrize("name", ["Aino", "Aino Söder", "Aino Maria Söderström", "Eino Söderström", ""])
def test_half_a_name_is_no_sign(name: str) -> None:
    assert signs(PersonFacts(name)) == []


def test_the_same_address_is_a_sign_even_at_a_provider_everybody_uses() -> None:
    assert signs(PersonFacts("Someone Else", " Bo.Ek@Gmail.com ")) == [Sign.SAME_ADDRESS]
    assert signs(PersonFacts("Someone Else", "someone@gmail.com")) == []


@pytest.mark.parametrize("email", ["x@valopolku.fi", "x@VALOPOLKU.FI", "x@mail.valopolku.fi"])
def test_the_domain_of_the_website_is_a_sign(email: str) -> None:
    assert suggest(PersonFacts("X", email), CompanyFacts("Other Oy", "www.valopolku.fi")) == [
        Suggestion(Sign.MAIL_DOMAIN, Ground.EMPLOYMENT, "www.valopolku.fi"),
    ]


@pytest.mark.parametrize(
    "website", ["", "http://[", "valopolku", "https://evilvalopolku.fi", "https://fi", "javascript:1"]
)
def test_another_website_or_none_is_no_sign(website: str) -> None:
    assert signs(PersonFacts("X", "x@valopolku.fi"), CompanyFacts("Other Oy", website)) == []


@pytest.mark.parametrize(
    "website", ["https://valopolku.fi:8443/a?b#c", "//valopolku.fi", "VALOPOLKU.FI.", "https://shop.valopolku.fi"]
)
def test_a_website_is_understood_as_people_type_it(website: str) -> None:
    assert signs(PersonFacts("X", "x@valopolku.fi"), CompanyFacts("Other Oy", website)) == [Sign.MAIL_DOMAIN]


def test_a_domain_that_only_ends_alike_is_no_sign() -> None:
    assert signs(PersonFacts("X", "x@evilvalopolku.fi"), CompanyFacts("Other Oy", "valopolku.fi")) == []


def test_a_colleagues_mail_domain_is_a_sign_too() -> None:
    company = CompanyFacts("Other Oy", "", (PersonFacts("A B", "a@labra.example"),))
    assert signs(PersonFacts("X", "x@labra.example"), company) == [Sign.MAIL_DOMAIN]


@pytest.mark.parametrize("affiliation", ["Valopolku", "Adviser, valopolku oy", "Board member (Valopolku)"])
def test_the_companys_name_in_the_affiliation_is_a_sign(affiliation: str) -> None:
    assert signs(PersonFacts("X", affiliation=affiliation)) == [Sign.AFFILIATION]


@pytest.mark.parametrize("affiliation", ["Valopolkuja ry", "Valo Polku", "Oy", ""])
def test_a_name_that_only_resembles_it_is_no_sign(affiliation: str) -> None:
    assert signs(PersonFacts("X", affiliation=affiliation)) == []


def test_a_short_company_name_must_stand_by_itself() -> None:
    fit = CompanyFacts("Fit Oy")
    assert signs(PersonFacts("X", affiliation="Keep fit instructor"), fit) == []
    assert signs(PersonFacts("X", affiliation="Board member, FIT Oy"), fit) == [Sign.AFFILIATION]


def test_a_company_whose_name_is_only_a_legal_form_matches_nobody() -> None:
    assert signs(PersonFacts("X", affiliation="Oy"), CompanyFacts("Oy")) == []


def test_a_company_named_after_the_juror_is_a_sign() -> None:
    assert suggest(PersonFacts("Bo Ek"), CompanyFacts("Konsultbyrå Bo Ek Ab")) == [
        Suggestion(Sign.NAME_IN_COMPANY_NAME, Ground.PARTY, "Konsultbyrå Bo Ek Ab"),
    ]


def test_several_signs_come_strongest_first_and_once_each() -> None:
    juror = PersonFacts("Aino Söderström", "aino@valopolku.fi", "Valopolku Oy")
    assert signs(juror) == [Sign.SAME_ADDRESS, Sign.SAME_NAME, Sign.AFFILIATION, Sign.MAIL_DOMAIN]
    assert suggest(juror, COMPANY)[-1].found == "aino@valopolku.fi"


def test_real_companies_are_found_in_the_affiliation_of_those_who_work_there_and_of_no_others() -> None:
    with COMPANIES.open(encoding="utf-8", newline="") as file:
        names = [row["nimi"] for row in csv.DictReader(file, delimiter=";") if row["nimi"]]
    assert len(names) == 96  # the register gives no name for five of the 101
    for name in names:
        assert signs(PersonFacts("X", affiliation=f"Myyntijohtaja, {name}"), CompanyFacts(name)) == [Sign.AFFILIATION]
        assert signs(PersonFacts("X", affiliation="Myyntijohtaja, Tampereen kaupunki"), CompanyFacts(name)) == []


@given(st.builds(PersonFacts, st.text(), st.text(), st.text()), st.builds(CompanyFacts, st.text(), st.text()))
def test_any_text_is_survived(juror: PersonFacts, company: CompanyFacts) -> None:
    found = suggest(juror, company)
    assert len({suggestion.sign for suggestion in found}) == len(found)
