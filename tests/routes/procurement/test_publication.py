"""The public story of a case: saved half done, published whole, taken back."""

from collections.abc import Callable

from app.models import FollowUpCase, Person
from tests.routes.procurement.conftest import House
from tests.strict import StrictClient, form_of
from tests.world import World

BOARD = "/en/procurement/tampere/cases"
TEXTS = {
    "title_fi": "Apu perille nopeammin",
    "title_sv": "Hjälpen fram snabbare",
    "title_en": "Help arrives sooner",
    "public_summary_fi": "Tutka huomaa kaatumisen ilman kameraa.",
    "public_summary_sv": "En radar märker ett fall utan kamera.",
}


def test_a_story_is_saved_half_done_published_whole_and_taken_back(
    world: World, house: House, sign_in: Callable[[Person], StrictClient], client: StrictClient
) -> None:
    case = world.case(house.challenge, owner=house.owner, company="Hiljavahti Oy")
    form, public = f"{BOARD}/{case.id}/publication", f"/en/tampere/portfolio/{case.id}"
    browser = sign_in(house.teammate)
    assert browser.submit(form, title_fi="Apu perille").status_code == 303
    assert client.get(public).status_code == 404

    answer = browser.submit(form, **(TEXTS | {"public_summary_sv": "", "before_fi": "51 minuuttia"}), publish="yes")
    assert answer.status_code == 422
    for field in ("public_summary_sv", "before_sv", "after_fi"):
        assert f'href="#procurement-publication-form-{field}"' in answer.text
    assert "51 minuuttia" in answer.text
    assert client.get(public).status_code == 404

    assert browser.submit(form, **(TEXTS | {"before_fi": "", "after_fi": ""}), publish="yes").status_code == 303
    told = client.get(public)
    assert told.status_code == 200
    assert "Help arrives sooner" in told.text
    assert client.get(public.replace("/en/", "/sv/")).text.count("Hjälpen fram snabbare") >= 2

    answer = browser.submit(form, public_summary_sv="")
    assert answer.status_code == 422, "a published story keeps both languages"

    data, target = form_of(browser.get(f"{BOARD}/{case.id}").text, "/publication/delete")
    asked = browser.post(target, data=data)
    assert asked.status_code == 200
    assert client.get(public).status_code == 200, "without the confirmation nothing happens"
    assert browser.post(target, data=form_of(asked.text)[0]).status_code == 303
    assert client.get(public).status_code == 404
    with world.change() as session:
        assert session.get_one(FollowUpCase, case.id).public_summary.fi == TEXTS["public_summary_fi"]
