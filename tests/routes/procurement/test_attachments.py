"""The files of a case."""

from collections.abc import Callable
from pathlib import Path

from sqlmodel import select

from app.models import Attachment, FollowUpCase, Person
from tests.bucket import ON_BOTH_STORES
from tests.routes.procurement.conftest import House
from tests.strict import StrictClient, form_of
from tests.world import World

BOARD = "/en/procurement/tampere/cases"
UPLOADS = Path(__file__).parents[2] / "data" / "uploads"
REPORT = (UPLOADS / "simple.pdf").read_bytes()


def attach(browser: StrictClient, case: FollowUpCase, content: bytes, name: str = "Loppuraportti.pdf") -> int:
    sent = {"files": (name, content, "application/pdf")}
    status: int = browser.submit(f"{BOARD}/{case.id}", "/attachments", files=sent).status_code
    return status


def stored(world: World) -> list[Attachment]:
    with world.change() as session:
        return list(session.exec(select(Attachment)))


@ON_BOTH_STORES
def test_a_report_is_added_read_by_those_who_see_the_case_and_removed(
    world: World, house: House, sign_in: Callable[[Person], StrictClient]
) -> None:
    case = world.case(house.challenge, owner=house.owner)
    browser = sign_in(house.owner)
    assert attach(browser, case, REPORT) == 303
    (file,) = stored(world)
    assert (file.case_id, file.application_id) == (case.id, None)
    assert file.stored_as != file.file_name
    assert "Loppuraportti.pdf" in browser.get(f"{BOARD}/{case.id}").text
    address = f"{BOARD}/{case.id}/attachments/{file.id}"
    read = sign_in(house.leader).get(address)
    assert read.content == REPORT
    assert read.headers["content-disposition"].startswith("attachment")
    assert sign_in(house.stranger).get(address).status_code == 404
    other = world.case(house.challenge)
    assert browser.get(f"{BOARD}/{other.id}/attachments/{file.id}").status_code == 404

    data, target = form_of(browser.get(f"{BOARD}/{case.id}").text, f"/{file.id}/delete")
    asked = browser.post(target, data=data)
    assert stored(world) == [file]
    assert browser.post(target, data=form_of(asked.text)[0]).status_code == 303
    assert stored(world) == []
    assert browser.get(address).status_code == 404


def test_what_does_not_open_is_refused_at_the_field(world: World, house: House, agent: StrictClient) -> None:
    case = world.case(house.challenge)
    for name in ("artur-corrupted.pdf", "simple-open-password.pdf"):
        assert attach(agent, case, (UPLOADS / name).read_bytes()) == 422, name
    answer = agent.submit(f"{BOARD}/{case.id}", "/attachments")
    assert answer.status_code == 422
    assert 'href="#procurement-attachments-form-files"' in answer.text
    assert stored(world) == []


def test_a_person_with_a_conflict_reads_no_file(
    world: World, house: House, sign_in: Callable[[Person], StrictClient]
) -> None:
    case = world.case(house.challenge)
    attach(sign_in(house.owner), case, REPORT)
    world.conflict(world.application_of(case), house.teammate)
    (file,) = stored(world)
    assert sign_in(house.teammate).get(f"{BOARD}/{case.id}/attachments/{file.id}").status_code == 404
