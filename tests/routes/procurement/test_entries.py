"""Adding to the story of a case."""

from collections.abc import Callable
from datetime import timedelta

from sqlmodel import col, select

from app.adapters import clock
from app.domain.case_entry import EntryKind
from app.models import CaseEntry, FollowUpCase, Person
from tests.routes.procurement.conftest import House
from tests.strict import StrictClient, form_of
from tests.world import World

BOARD = "/en/procurement/tampere/cases"


def newest(world: World, case: FollowUpCase) -> CaseEntry:
    with world.change() as session:
        entries = select(CaseEntry).where(CaseEntry.case_id == case.id).order_by(col(CaseEntry.id).desc())
        return session.exec(entries.limit(1)).one()


def test_what_happened_and_what_comes_next_are_written_in_one_go(
    world: World, house: House, agent: StrictClient
) -> None:
    case = world.case(house.challenge, owner=house.owner)
    answer = agent.submit(
        f"{BOARD}/{case.id}?write=1",
        "/entries",
        kind="decision",
        text="Kokeilusopimus allekirjoitettu",
        with_whom="Noora Siltaharju",
        shown_to_company="on",
        next_step="Mittaa lähtötilanne",
        next_step_on="30.6.2031",
    )
    assert answer.status_code == 303
    entry = newest(world, case)
    assert (entry.kind, entry.text, entry.with_whom) == (
        EntryKind.DECISION, "Kokeilusopimus allekirjoitettu", "Noora Siltaharju",
    )  # fmt: skip
    assert entry.shown_to_company
    assert entry.created_by == house.owner.id
    assert entry.happened_at.date() == clock.now().date()
    page = agent.get(f"{BOARD}/{case.id}").text
    assert page.index("Kokeilusopimus allekirjoitettu") < page.index("The case was opened"), "the newest first"
    assert "Mittaa lähtötilanne" in page


def test_what_happened_earlier_stands_at_its_own_day(world: World, house: House, agent: StrictClient) -> None:
    case = world.case(house.challenge, owner=house.owner)
    day = clock.now() - timedelta(days=2)
    assert (
        agent.submit(f"{BOARD}/{case.id}", "/entries", text="Soitettiin", happened_on=f"{day:%d.%m.%Y}").status_code
        == 303
    )
    assert newest(world, case).happened_at.date() == day.date()


def test_a_wrong_entry_keeps_its_text(world: World, house: House, agent: StrictClient) -> None:
    case = world.case(house.challenge, owner=house.owner)
    page = f"{BOARD}/{case.id}"
    for typed, told in (
        ({"text": ""}, "entries-form-text"),
        ({"text": "Pitkä tarina", "happened_on": "1.1.2099"}, "entries-form-happened_on"),
        ({"text": "Pitkä tarina", "happened_on": "eilen"}, "entries-form-happened_on"),
        ({"text": "Pitkä tarina", "kind": "stage"}, "entries-form-kind"),
        ({"text": "<script>alert(1)</script>" * 500}, "entries-form-text"),
    ):
        answer = agent.submit(page, "/entries", **typed)
        assert answer.status_code == 422, typed
        assert f'href="#procurement-{told}"' in answer.text
        assert form_of(answer.text, "/entries")[0]["text"] == typed["text"]
    assert newest(world, case).kind is EntryKind.HANDOVER


def test_a_next_step_agreed_meanwhile_is_not_overwritten_unseen(
    world: World, house: House, sign_in: Callable[[Person], StrictClient]
) -> None:
    case = world.case(house.challenge, owner=house.owner)
    page = f"{BOARD}/{case.id}"
    second = sign_in(house.teammate)
    data, target = form_of(second.get(page).text, "/entries")
    sign_in(house.owner).submit(page, "/entries", kind="note", text="Ensimmäinen", next_step="Ensimmäisen askel")

    answer = second.post(target, data=data | {"text": "Toinen", "next_step": "Toisen askel"})
    assert answer.status_code == 409
    assert "Ensimmäisen askel" in answer.text
    assert newest(world, case).text == "Ensimmäinen"
    again, target = form_of(answer.text, "/entries")
    assert (again["text"], again["next_step"]) == ("Toinen", "Toisen askel")
    assert second.post(target, data=again).status_code == 303
    assert newest(world, case).text == "Toinen"
