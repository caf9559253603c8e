from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY, Role
from app.models import Company, CompanyMember, OutgoingMail, Person
from tests.strict import StrictClient, form_of
from tests.world import World, texts

SignIn = Callable[[Person], StrictClient]

WHOLE = {
    "name": "Katukunto Oy",
    "register_number": "0112038-9",
    "home_town": "Tampere",
    "website": "katukunto.example",
    "description_fi": "Tiet, jotka kertovat kunnostaan.",
    "founded": "2015",
    "size": "small",
}


def companies(engine: sa.Engine) -> list[Company]:
    with reading(engine, EVERY_CITY) as session:
        return list(session.exec(select(Company).order_by(col(Company.id))))


def mails(engine: sa.Engine, kind: str) -> list[str]:
    with reading(engine, EVERY_CITY) as session:
        return list(session.exec(select(OutgoingMail.to_email).where(OutgoingMail.kind == kind)))


def roles(engine: sa.Engine, company: Company) -> dict[int, Role]:
    with reading(engine, EVERY_CITY) as session:
        members = session.exec(select(CompanyMember).where(CompanyMember.company_id == company.id))
        return {member.person_id: member.role for member in members}


def test_who_adds_a_company_owns_it(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    person = world.person("Aino")
    browser = sign_in(person)
    assert "Ei vielä yritystä" in browser.get("/company/companies").text
    added = browser.submit("/company/companies/new", **WHOLE)
    [company] = companies(engine)
    assert added.headers["location"] == f"/fi/company/companies/{company.id}"
    assert (company.register_number, company.website) == ("0112038-9", "https://katukunto.example")
    assert roles(engine, company) == {person.id: Role.OWNER}
    for path in (f"/company/companies/{company.id}", f"/company/companies/{company.id}/edit", "/company/companies"):
        assert "Katukunto Oy" in browser.get(path).text


def test_who_has_no_name_yet_tells_it_with_the_company(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    person = world.person(" ")
    browser = sign_in(person)
    refused = browser.submit("/company/companies/new", **WHOLE)
    assert refused.status_code == 422
    assert "#company-companies-form-own_name" in refused.text
    assert companies(engine) == []
    assert browser.submit("/company/companies/new", **WHOLE, own_name="Aino Rantakivelä").status_code == 303
    with reading(engine, EVERY_CITY) as session:
        assert session.get_one(Person, person.id).name == "Aino Rantakivelä"
    assert "own_name" not in browser.get("/company/companies/new").text


@pytest.mark.parametrize("typed", ["112038-9", "01120389", "FI01120389", " 0112038–9 "])
def test_a_company_is_known_however_its_number_is_typed(
    world: World, sign_in: SignIn, engine: sa.Engine, typed: str
) -> None:
    owner = world.person()
    secret = world.company("Salainen Oy", owner, register_number="0112038-9", home_town="Kätkö")
    stranger = world.person("Outi Outo")
    browser = sign_in(stranger)
    known = browser.submit("/company/companies/new", **WHOLE | {"register_number": typed, "name": "Mikä lie"})
    assert known.status_code == 409
    assert "Salainen" not in known.text
    assert "Kätkö" not in known.text
    assert owner.email not in known.text

    data, target = form_of(known.text)
    for _ in range(2):
        assert browser.post(target, data=data).status_code == 303
    assert mails(engine, "company_request") == [owner.email], "once a day is enough"
    assert roles(engine, secret) == {owner.id: Role.OWNER}
    assert len(companies(engine)) == 1


@pytest.mark.parametrize("typed", ["0112038-8", "1234567-2", "hei", "0112038", ""])
def test_a_wrong_business_id_is_told_at_the_field(world: World, sign_in: SignIn, engine: sa.Engine, typed: str) -> None:
    refused = sign_in(world.person()).submit("/company/companies/new", **WHOLE | {"register_number": typed})
    assert refused.status_code == 422
    data, _ = form_of(refused.text)
    assert data["register_number"] == typed
    assert data["description_fi"] == WHOLE["description_fi"]
    assert 'id="company-companies-form-register_number-error"' in refused.text
    assert companies(engine) == []


def test_a_foreign_company_has_its_own_register(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    browser = sign_in(world.person())
    answer = browser.submit("/company/companies/new", **WHOLE | {"country": "EE", "register_number": "ee 1234 5678"})
    assert answer.status_code == 303
    [company] = companies(engine)
    assert (company.country, company.register_number) == ("EE", "EE12345678")


def test_bad_values_are_kept_and_told(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    wrong = WHOLE | {"name": "", "website": "ei osoite", "founded": "viime vuonna", "size": "valtava"}
    refused = sign_in(world.person()).submit("/company/companies/new", **wrong)
    assert refused.status_code == 422
    data, _ = form_of(refused.text)
    assert {name: data[name] for name in ("website", "founded")} == {"website": "ei osoite", "founded": "viime vuonna"}
    for name in ("name", "website", "founded", "size"):
        assert f'id="company-companies-form-{name}-error"' in refused.text
    assert companies(engine) == []


def test_only_members_find_it(world: World, sign_in: SignIn) -> None:
    company = world.company("Katukunto Oy")
    path = f"/company/companies/{company.id}"
    viewer = sign_in(world.company_member(company, Role.VIEWER))
    assert viewer.get(path).status_code == 200
    assert viewer.get(f"{path}/edit").status_code == 403
    editor = sign_in(world.company_member(company, Role.EDITOR))
    assert editor.get(f"{path}/edit").status_code == 200
    assert "/members" not in editor.get(path).text
    outsider = sign_in(world.owner_of(world.company()))
    assert outsider.get(path).status_code == 404
    assert outsider.get(f"{path}/edit").status_code == 404
    assert "Katukunto" not in outsider.get("/company/companies").text


def test_members_are_invited_changed_and_removed(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    company = world.company()
    owner = world.owner_of(company)
    browser = sign_in(owner)
    path = f"/company/companies/{company.id}"
    bad = browser.submit(path, "/members", email="ei osoite", role="editor")
    assert bad.status_code == 422
    assert form_of(bad.text, "/members")[0]["email"] == "ei osoite"
    assert browser.submit(path, "/members", email="Iiris@Example.org", role="editor").status_code == 303
    assert mails(engine, "company_invitation") == ["iiris@example.org"]
    [iiris] = set(roles(engine, company)) - {owner.id}

    member_id = next(
        form.split('"')[0]
        for form in browser.get(path).text.split(f"{path}/members/")[1:]
        if "/removal" not in form.split('"')[0]
    )
    assert browser.submit(path, f"/members/{member_id}", role="owner").status_code == 303
    assert roles(engine, company)[iiris] is Role.OWNER

    asked = browser.submit(path, f"/members/{member_id}/removal")
    assert iiris in roles(engine, company), "it is asked first"
    data, target = form_of(asked.text)
    assert browser.post(target, data=data).status_code == 303
    assert set(roles(engine, company)) == {owner.id}


def test_the_last_owner_stays(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    company = world.company()
    owner = world.owner_of(company)
    browser = sign_in(owner)
    path = f"/company/companies/{company.id}"
    page = browser.get(path).text
    assert "/removal" not in page
    with reading(engine, EVERY_CITY) as session:
        member_id = session.exec(select(CompanyMember.id).where(CompanyMember.company_id == company.id)).one()
    token = form_of(page, "/members")[0]["csrf"]
    removed = browser.post(f"{path}/members/{member_id}/removal", data={"csrf": token, "confirmed": "yes"})
    assert removed.status_code == 409
    demoted = browser.submit(path, "/members", email=owner.email, role="viewer")
    assert demoted.status_code == 422
    assert roles(engine, company) == {owner.id: Role.OWNER}


def test_a_stale_edit_shows_both(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    company = world.company("Katukunto Oy")
    path = f"/company/companies/{company.id}/edit"
    browser = sign_in(world.owner_of(company))
    other = sign_in(world.company_member(company, Role.EDITOR))
    data, target = form_of(browser.get(path).text)
    other.submit(path, home_town="Lempäälä")
    stale = browser.post(target, data=data | {"home_town": "Nokia"})
    assert stale.status_code == 409
    assert "Lempäälä" in stale.text
    again, _ = form_of(stale.text)
    assert again["home_town"] == "Nokia"
    assert browser.post(target, data=again).status_code == 303
    assert companies(engine)[0].home_town == "Nokia"


def test_what_is_not_touched_stays(world: World, sign_in: SignIn, engine: sa.Engine) -> None:
    company = world.company(
        "Katukunto Oy", description=texts("Mittaamme katuja.", "Vi mäter gator.", "We gauge streets.")
    )
    before = companies(engine)[0].model_dump(exclude={"version"})
    browser = sign_in(world.owner_of(company))
    assert browser.submit(f"/company/companies/{company.id}/edit").status_code == 303
    assert companies(engine)[0].model_dump(exclude={"version"}) == before
    assert "Vi mäter gator." in browser.get(f"/company/companies/{company.id}/edit").text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(
    world: World, sign_in: SignIn, queries: Callable[[], int], rows: int
) -> None:
    owner = world.person()
    made = [world.company(owner=owner) for _ in range(rows)]
    for _ in range(rows):
        world.company_member(made[0], Role.EDITOR)
    browser = sign_in(owner)
    queries()
    browser.get("/company/companies")
    assert queries() == 3
    browser.get(f"/company/companies/{made[0].id}")
    assert queries() == 4
