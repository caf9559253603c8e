from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import select

from app.adapters.database import reading
from app.domain.access import EVERY_CITY, Role
from app.domain.application import State
from app.domain.retention import Kind
from app.models import Application, AuditEvent, City, FollowUpCase, Hold, Person, Removal
from app.services import holds
from tests.strict import StrictClient, form_of
from tests.world import NOW, SYSTEM, World

SignIn = Callable[[Person], StrictClient]
PATH = "/organizer/tampere/retention"


def test_the_periods_are_set_in_months_and_the_history_tells(world: World, engine: sa.Engine, sign_in: SignIn) -> None:
    city = world.city()
    browser = sign_in(world.organizer(city))
    assert "Seuraavan 30 päivän aikana ei poisteta mitään" in browser.get(PATH).text
    assert browser.submit(PATH, "/retention", mail="paljon").status_code == 422
    assert browser.submit(PATH, "/retention", mail="601").status_code == 422
    assert browser.submit(PATH, "/retention", mail="3", not_chosen="120").status_code == 303
    with reading(engine, EVERY_CITY) as session:
        stored = session.exec(select(City)).one().retention
    assert stored == {"draft": 12, "mail": 3, "comment": 0, "not_chosen": 120, "chosen": 0, "case": 0}
    history = browser.get(f"/organizer/tampere/history/city/{city.id}").text
    assert "120" in history


def test_of_two_organizers_the_second_sees_both_periods(world: World, engine: sa.Engine, sign_in: SignIn) -> None:
    browser = sign_in(world.organizer(world.city()))
    late, target = form_of(browser.get(PATH).text, f"/fi{PATH}")
    assert browser.submit(PATH, "/retention", mail="24").status_code == 303
    answer = browser.post(target, data=late | {"mail": "36"})
    assert answer.status_code == 409
    assert 'value="36"' in answer.text
    assert "24" in answer.text[answer.text.index("mail-theirs") :][:300]
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(City)).one().retention["mail"] == 24
    looked, _ = form_of(answer.text, f"/fi{PATH}")
    assert browser.post(target, data=looked).status_code == 303
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(City)).one().retention["mail"] == 36


def test_what_is_coming_can_be_stopped_with_a_hold_and_let_go_again(
    world: World, engine: sa.Engine, sign_in: SignIn
) -> None:
    city = world.city()
    event = world.event(city, "follow_up")
    with world.change() as session:
        due = NOW + timedelta(days=20)
        session.add(Removal(city_id=city.id, event_id=event.id, kind=Kind.MAIL, announced_at=NOW, due_at=due))
    browser = sign_in(world.organizer(city, "Maija Meikäläinen"))
    assert f"/fi{PATH}" in browser.get("/tasks").text
    page = browser.get(PATH).text
    asking = f"/organizer/tampere/holds/new/event/{event.id}"
    assert f"/fi{asking}" in page
    assert browser.submit(asking, reason="").status_code == 422
    assert browser.submit(asking, reason="Valitus 12/2027").status_code == 303
    page = browser.get(PATH).text
    for word in ("Valitus 12/2027", "Maija Meikäläinen"):
        assert word in page
    assert "Valitus 12/2027" in browser.get(asking).text
    with reading(engine, EVERY_CITY) as session:
        hold = session.exec(select(Hold)).one()
    lifting = f"/organizer/tampere/holds/{hold.id}/lifting"
    assert browser.submit(lifting, reason="").status_code == 422
    assert browser.submit(lifting, reason="Ratkaistu").status_code == 303
    assert browser.get(lifting).status_code == 404, "lifted"
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(Hold.lift_reason)).one() == "Ratkaistu"
        assert [one.person_id for one in session.exec(select(AuditEvent)) if one.action == "hold_lifted"] == [
            hold.placed_by
        ]


def test_an_application_and_a_case_say_that_they_are_held(world: World, sign_in: SignIn) -> None:
    city = world.city()
    case = world.case(world.challenge(world.event(city, "follow_up")))
    organizer = sign_in(world.organizer(city))
    pages = {
        "application": f"/organizer/tampere/events/{case.event_id}/applications/{case.application_id}",
        "follow_up_case": f"/procurement/tampere/cases/{case.id}",
    }
    for kind, key in (("follow_up_case", case.id), ("application", case.application_id)):
        asking = f"/organizer/tampere/holds/new/{kind}/{key}"
        before = organizer.get(pages[kind]).text
        assert f"/fi{asking}" in before
        assert organizer.submit(asking, reason="Selvitys").status_code == 303
        assert "Poistokiellossa" in organizer.get(pages[kind]).text
    buyer = sign_in(world.member(city, Role.PROCUREMENT))
    assert "/holds/new" not in buyer.get(pages["follow_up_case"]).text
    assert buyer.get(f"/organizer/tampere/holds/new/follow_up_case/{case.id}").status_code == 403


def test_a_hold_across_a_conflict_or_a_city_is_not_there(world: World, sign_in: SignIn) -> None:
    city = world.city()
    challenge = world.challenge(world.event(city, "follow_up"))
    case = world.case(challenge)
    organizer = world.organizer(city)
    with world.change() as session:
        hold = holds.place(session, SYSTEM, session.get_one(FollowUpCase, case.id), "Valitus", NOW)
        application = session.get_one(Application, case.application_id)
    barred, other = world.organizer(city), world.organizer(world.city("vaasa", "Vaasa"))
    world.conflict(application, barred)
    draft = world.application(challenge, state=State.DRAFT)
    assert sign_in(organizer).get(f"/organizer/tampere/holds/new/application/{draft.id}").status_code == 404
    assert "Valitus" in sign_in(organizer).get(PATH).text
    assert "Valitus" not in sign_in(barred).get(PATH).text
    lifting = f"/organizer/tampere/holds/{hold.id}/lifting"
    assert sign_in(barred).get(lifting).status_code == 404
    assert sign_in(barred).get(f"/organizer/tampere/holds/new/follow_up_case/{case.id}").status_code == 404
    for path in (lifting, f"/organizer/tampere/holds/new/event/{case.event_id}"):
        assert sign_in(other).get(path).status_code == 404
        assert sign_in(other).get(path.replace("tampere", "vaasa")).status_code == 404
    assert sign_in(other).get(PATH).status_code == 404
