from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters import files
from app.adapters.database import reading
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.models import Application, Attachment, Criterion, Event, Person, Score, ScoreSheet
from tests.strict import StrictClient, form_of, parse
from tests.world import NOW, World

SignIn = Callable[[Person], StrictClient]
ANCHORS = [
    {"low": 0, "high": 3, "text": {"fi": "Ei osu", "sv": "Ei osu"}},
    {"low": 4, "high": 6, "text": {"fi": "Osuu osin", "sv": "Osuu osin"}},
    {"low": 7, "high": 10, "text": {"fi": "Osuu", "sv": "Osuu"}},
]


@pytest.fixture
def event(world: World) -> Event:
    return world.event(world.city(), "jury")


@pytest.fixture
def criteria(world: World, event: Event) -> list[Criterion]:
    return world.criteria(event, (60, 40), anchors=ANCHORS)


@pytest.fixture
def juror(world: World, event: Event) -> Person:
    return world.juror(event, "Aino Virtanen")


@pytest.fixture
def applications(world: World, event: Event, criteria: list[Criterion], juror: Person) -> list[Application]:
    challenge = world.challenge(event)
    made = [world.application(challenge, world.company(f"Yritys {n} Oy"), solution="Näin se toimii") for n in (1, 2)]
    world.everyone_reads_all(event)
    return made


@pytest.fixture
def path(applications: list[Application]) -> str:
    return f"/jury/applications/{applications[0].id}"


@pytest.fixture
def browser(juror: Person, sign_in: SignIn) -> StrictClient:
    return sign_in(juror)


def stored(engine: sa.Engine) -> tuple[ScoreSheet | None, dict[int, int]]:
    with reading(engine, EVERY_CITY) as session:
        sheet = session.exec(select(ScoreSheet)).one_or_none()
        return sheet, dict(session.exec(select(Score.criterion_id, Score.value)).all())


def chosen(html: str, criterion: Criterion) -> list[str]:
    return [
        str(field.get("value"))
        for field in parse(html).iter("input")
        if field.get("name") == f"score_{criterion.id}" and field.get("checked") is not None
    ]


def errors(html: str) -> list[str]:
    return [
        " ".join("".join(p.itertext()).split()) for p in parse(html).iter("p") if "validation" in p.get("class", "")
    ]


def test_the_content_and_every_step_with_its_anchor_stand_there(
    browser: StrictClient, path: str, criteria: list[Criterion]
) -> None:
    page = browser.get(path)
    assert page.status_code == 200
    for shown in ("Yritys 1 Oy", "Näin se toimii", "Ei osu", "Osuu osin", "0/2 arvioitu", "60\xa0% kokonaistuloksesta"):
        assert shown in page.text
    steps = [i.get("value") for i in parse(page.text).iter("input") if i.get("name") == f"score_{criteria[0].id}"]
    assert steps == [str(value) for value in range(11)] + [""]


def test_save_and_next_sends_the_sheet_and_goes_on(
    browser: StrictClient, path: str, criteria: list[Criterion], applications: list[Application], engine: sa.Engine
) -> None:
    first, second = criteria
    scores = {f"score_{first.id}": "7", f"score_{second.id}": ""}
    answer = browser.submit(path, step="next", comment_jury="Hyvä", comment_company="Kiitos", **scores)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/fi/jury/applications/{applications[1].id}/conflict"
    sheet, values = stored(engine)
    assert sheet is not None
    assert sheet.submitted_at is not None
    assert (sheet.comment_jury, sheet.comment_company, values) == ("Hyvä", "Kiitos", {first.id: 7})

    again = browser.get(path).text
    assert (chosen(again, first), chosen(again, second)) == (["7"], [""])
    assert "data-autosave" not in again


def test_what_is_passed_over_is_asked_for_and_nothing_typed_is_lost(
    browser: StrictClient, path: str, criteria: list[Criterion], engine: sa.Engine
) -> None:
    answer = browser.submit(path, step="next", comment_jury="Jää talteen", **{f"score_{criteria[0].id}": "4"})
    assert answer.status_code == 422
    assert errors(answer.text) == ["Valitse pistemäärä tai kerro, ettet osaa arvioida tätä."]
    assert f'href="#jury-scores-form-score_{criteria[1].id}"' in answer.text
    assert "Jää talteen" in answer.text
    assert chosen(answer.text, criteria[0]) == ["4"]
    assert "score-desk-at-sheet" in answer.text
    assert stored(engine) == (None, {})


def test_criteria_outside_the_total_may_be_passed_over(
    world: World, event: Event, browser: StrictClient, path: str, criteria: list[Criterion]
) -> None:
    world.criteria(event, (0,), informational=True)
    scores = {f"score_{criterion.id}": "5" for criterion in criteria}
    assert browser.submit(path, step="next", **scores).status_code == 303


def test_a_draft_is_private_and_comes_back_as_it_was(
    world: World, event: Event, browser: StrictClient, path: str, criteria: list[Criterion], engine: sa.Engine
) -> None:
    answer = browser.submit(path, step="save", **{f"score_{criteria[0].id}": "3"})
    assert answer.headers["location"].endswith(path)
    page = browser.get(path)
    assert "Luonnos on tallennettu. Vain sinä näet sen." in page.text
    assert (chosen(page.text, criteria[0]), chosen(page.text, criteria[1])) == (["3"], [])
    sheet, _ = stored(engine)
    assert sheet is not None
    assert sheet.submitted_at is None


@pytest.mark.parametrize("typed", ["11", "-1", "seitsemän", "7.5", "1e1", "9" * 40, "<script>"])
def test_what_is_no_step_is_refused_at_its_criterion(
    browser: StrictClient, path: str, criteria: list[Criterion], engine: sa.Engine, typed: str
) -> None:
    scores = {f"score_{criteria[0].id}": typed, f"score_{criteria[1].id}": "5"}
    answer = browser.submit(path, step="next", **scores)
    assert answer.status_code == 422
    assert len(errors(answer.text)) == 1
    assert stored(engine) == (None, {})


def test_two_windows_show_both_texts_and_saving_again_decides(
    browser: StrictClient, path: str, criteria: list[Criterion], engine: sa.Engine
) -> None:
    first, second = criteria
    form, target = form_of(browser.get(path).text, path)
    early = form | {"step": "save", f"score_{first.id}": "2", "comment_jury": "Ensimmäisestä ikkunasta"}
    late = form | {"step": "next", f"score_{first.id}": "9", f"score_{second.id}": "8", "comment_jury": "Toisesta"}
    assert browser.post(target, data=early).status_code == 303

    answer = browser.post(target, data=late)
    assert answer.status_code == 409
    assert "Lomake tallennettiin sillä välin toisessa ikkunassa" in answer.text
    assert "Ensimmäisestä ikkunasta" in answer.text
    assert "Toisesta" in answer.text
    assert chosen(answer.text, first) == ["9"]
    assert stored(engine)[1] == {first.id: 2}

    again, target = form_of(answer.text, path)
    assert browser.post(target, data=again | {"step": "next"}).status_code == 303
    assert stored(engine)[1] == {first.id: 9, second.id: 8}


def test_the_same_press_twice_is_one_sheet(
    browser: StrictClient, path: str, criteria: list[Criterion], engine: sa.Engine
) -> None:
    form, target = form_of(browser.get(path).text, path)
    data = form | {"step": "next"} | {f"score_{criterion.id}": "6" for criterion in criteria}
    assert [browser.post(target, data=data).status_code for _ in range(2)] == [303, 303]
    sheet, _ = stored(engine)
    assert sheet is not None
    assert sheet.version == 1


def test_a_draft_saves_itself_and_what_is_sent_in_does_not(
    browser: StrictClient, path: str, criteria: list[Criterion], engine: sa.Engine
) -> None:
    form, _ = form_of(browser.get(path).text, path)
    data = form | {f"score_{criteria[0].id}": "4"}
    saved = browser.post(f"{path}/autosave", data=data, headers={"Kipina-Autosave": "1"})
    assert (saved.status_code, saved.headers["kipina-version"]) == (204, "1")
    late = browser.post(f"{path}/autosave", data=data | {f"score_{criteria[0].id}": "5"})
    assert late.status_code == 409
    assert stored(engine)[1] == {criteria[0].id: 4}

    browser.submit(path, step="next", **{f"score_{criterion.id}": "6" for criterion in criteria})
    form, _ = form_of(browser.get(path).text, path)
    assert browser.post(f"{path}/autosave", data=form | {f"score_{criteria[0].id}": "1"}).status_code == 422
    assert stored(engine)[1] == {criterion.id: 6 for criterion in criteria}


def test_when_the_last_is_scored_the_queue_says_so(
    world: World, browser: StrictClient, juror: Person, path: str, criteria: list[Criterion], applications: list[Any]
) -> None:
    world.sheet(juror, applications[1], [5, 5])
    page = browser.get(path)
    assert "Tallenna ja seuraava" not in page.text.split("score-bar")[1]
    answer = browser.submit(path, step="next", **{f"score_{criterion.id}": "6" for criterion in criteria})
    assert answer.headers["location"] == "/fi/jury"


@pytest.mark.parametrize("shown", [True, False])
def test_others_totals_are_seen_after_ones_own_if_the_event_says_so(world: World, sign_in: SignIn, shown: bool) -> None:
    event = world.event(world.city(), "jury", show_others_scores=shown)
    world.criteria(event, (1,))
    me, other = world.juror(event), world.juror(event, "Bo Ek")
    application = world.application(world.challenge(event))
    world.sheet(other, application, [8])
    world.everyone_reads_all(event)
    browser = sign_in(me)
    path = f"/jury/applications/{application.id}"
    assert "Bo Ek" not in browser.get(path).text
    world.sheet(me, application, [3])
    assert ("Bo Ek" in browser.get(path).text) is shown


def test_a_changed_text_is_pointed_out_until_the_sheet_is_saved_again(
    world: World, browser: StrictClient, juror: Person, path: str, criteria: list[Criterion], applications: list[Any]
) -> None:
    world.sheet(juror, applications[0], [5, 5])
    with world.change() as session:
        session.get_one(Application, applications[0].id).version += 1
    assert "Teksti on muuttunut arviosi jälkeen" in browser.get(path).text
    assert "Teksti on muuttunut" in browser.get("/jury").text
    assert browser.submit(path, step="next").status_code == 303
    assert "Teksti on muuttunut" not in browser.get(path).text


def test_a_long_scale_is_typed_as_a_number(world: World, event: Event, sign_in: SignIn) -> None:
    (criterion,) = world.criteria(event, (1,), scale_max=100)
    juror, application = world.juror(event), world.application(world.challenge(event))
    world.everyone_reads_all(event)
    browser = sign_in(juror)
    path = f"/jury/applications/{application.id}"
    assert "Kokonaisluku väliltä 0–100." in browser.get(path).text
    assert browser.submit(path, step="next", **{f"score_{criterion.id}": "88"}).status_code == 303


def test_nobody_else_reads_or_writes_the_sheet(
    world: World, event: Event, applications: list[Any], path: str, sign_in: SignIn, client: StrictClient
) -> None:
    late = world.juror(event)
    outsider = world.juror(world.event(world.city("oulu", "Oulu"), "jury"))
    for person in (late, outsider):
        assert sign_in(person).get(path).status_code == 404
    assert sign_in(world.person()).get(path).status_code == 403
    assert client.get(path).status_code == 303


def test_access_ends_by_itself_when_the_decisions_are_signed(
    world: World, event: Event, browser: StrictClient, path: str, criteria: list[Criterion]
) -> None:
    form, target = form_of(browser.get(path).text, path)
    world.sign(event)
    data = form | {"step": "next"} | {f"score_{criterion.id}": "6" for criterion in criteria}
    assert browser.get(path).status_code == 404
    assert browser.post(target, data=data).status_code == 404
    assert browser.post(f"{path}/autosave", data=data).status_code == 404


def test_before_the_jury_begins_nothing_is_read(world: World, sign_in: SignIn) -> None:
    event = world.event(world.city(), "call_open")
    juror, application = world.juror(event), world.application(world.challenge(event), solution="Näin se toimii")
    world.everyone_reads_all(event)
    page = sign_in(juror).get(f"/jury/applications/{application.id}")
    assert page.status_code == 409
    assert "Näin se toimii" not in page.text


def attach(world: World, settings: Settings, application: Application, content: bytes) -> int:
    with world.change() as session:
        row = Attachment(
            application_id=application.id,
            file_name="Pitch äö.pdf",
            size=len(content),
            pages=3,
            sha256="-",
            stored_as=files.put(settings, content),
            created_at=NOW,
        )
        session.add(row)
        session.flush()
        return row.id


def test_the_deck_opens_in_the_page_for_those_who_may_read(
    world: World,
    event: Event,
    settings: Settings,
    juror: Person,
    browser: StrictClient,
    path: str,
    applications: list[Any],
    sign_in: SignIn,
) -> None:
    deck = attach(world, settings, applications[0], b"%PDF-1.7 deck")
    assert f'src="/fi/jury/attachments/{deck}#' in browser.get(path).text
    answer = browser.get(f"/jury/attachments/{deck}")
    assert (answer.status_code, answer.content) == (200, b"%PDF-1.7 deck")
    assert answer.headers["content-disposition"].startswith("inline")
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]

    assert sign_in(world.juror(event)).get(f"/jury/attachments/{deck}").status_code == 404
    world.conflict(applications[0], juror)
    assert browser.get(f"/jury/attachments/{deck}").status_code == 404
    assert browser.get("/jury/attachments/999").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_and_a_save_take_the_same_few_queries_however_many_there_are(
    world: World, sign_in: SignIn, queries: Callable[[], int], rows: int
) -> None:
    event = world.event(world.city(), "jury")
    world.criteria(event, (1,) * rows)
    challenge, juror = world.challenge(event), world.juror(event)
    made = [world.application(challenge) for _ in range(rows)]
    world.everyone_reads_all(event)
    for application in made[1:]:
        world.sheet(juror, application, [5] * rows)
    browser = sign_in(juror)
    path = f"/jury/applications/{made[0].id}"
    queries()
    form, target = form_of(browser.get(path).text, path)
    assert queries() == 8
    steps = dict.fromkeys(form_fields(browser, path), "5")
    data = form | {"step": "save"} | steps
    queries()
    assert browser.post(target, data=data).status_code == 303
    # Who asks (2), what is scored (2), the sheet looked for and begun (2), its scores (1), the press (2).
    assert queries() == 9
    form, target = form_of(browser.get(path).text, path)
    queries()
    assert browser.post(target, data=form | {"step": "next"} | dict.fromkeys(steps, "6")).status_code == 303
    # Who asks (2), what is scored (2), the sheet (2), its scores (2), the trail and its chain (4), what comes next
    # (1), the press (2).
    assert queries() == 15


def form_fields(browser: StrictClient, path: str) -> list[str]:
    page = parse(browser.get(path).text)
    return sorted({str(i.get("name")) for i in page.iter("input") if str(i.get("name")).startswith("score_")})
