"""A company's own page of its follow-up case."""

from collections.abc import Callable

import pytest

from app.adapters import clock
from app.domain.access import Role
from app.domain.case_entry import EntryKind
from app.domain.followup import Stage
from app.models import FollowUpCase, Person
from app.services import followup
from tests.strict import StrictClient, parse
from tests.world import SYSTEM, World

SignIn = Callable[[Person], StrictClient]


@pytest.fixture
def case(world: World) -> FollowUpCase:
    city = world.city()
    owner = world.member(city, Role.AGENT, "Kaarina Saloranta")
    challenge = world.challenge(world.event(city, "follow_up"))
    case = world.case(challenge, Stage.PILOT, owner=owner, next_step="Sisäinen askel")
    with world.change() as session:
        mine = session.get_one(FollowUpCase, case.id)
        for text, shown in (("Sovittiin kolmesta tiimistä", True), ("Vain meille", False)):
            followup.add_entry(
                session, SYSTEM, mine, EntryKind.MEETING, text, clock.now(), with_whom="Joku", shown_to_company=shown
            )
    return case


def test_a_company_sees_what_was_told_to_it_and_nothing_else(world: World, case: FollowUpCase, sign_in: SignIn) -> None:
    company = world.company_of(case)
    viewer = world.company_member(company, Role.VIEWER)
    for person in (world.owner_of(company), viewer):
        page = sign_in(person).get(f"/en/company/cases/{case.id}")
        assert page.status_code == 200
        text = " ".join("".join(parse(page.text).find(".//main").itertext()).split())
        assert "Your solution is being piloted." in text
        assert "Sovittiin kolmesta tiimistä" in text
        assert "Kaarina Saloranta" in text
        for internal in ("Vain meille", "Sisäinen askel", "Joku", "Minuutit"):
            assert internal not in text


def test_the_application_leads_to_its_case(world: World, case: FollowUpCase, sign_in: SignIn) -> None:
    page = sign_in(world.owner_of(world.company_of(case))).get(f"/en/company/applications/{case.application_id}")
    assert f'href="/en/company/cases/{case.id}"' in page.text


def test_other_companies_and_the_city_do_not(world: World, case: FollowUpCase, sign_in: SignIn) -> None:
    other = world.owner_of(world.company())
    assert sign_in(other).get(f"/en/company/cases/{case.id}").status_code == 404
    assert sign_in(world.person()).get(f"/en/company/cases/{case.id}").status_code == 403


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_is_told_in_plain_words(world: World, stage: Stage, sign_in: SignIn) -> None:
    city = world.city()
    owner = world.member(city, Role.AGENT)
    case = world.case(world.challenge(world.event(city, "follow_up")), stage, owner=owner)
    page = sign_in(world.owner_of(world.company_of(case))).get(f"/en/company/cases/{case.id}")
    lead = parse(page.text).find(".//p[@class='lead']")
    assert len("".join(lead.itertext()).split()) >= 2
