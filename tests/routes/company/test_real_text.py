"""Text that nobody here wrote, in every field of the application form: stored and shown as it came."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.domain.answers import ANSWER_FIELDS, ConfidentialGround
from app.domain.application import State
from app.models import Application, Person
from tests.strict import StrictClient, form_of, parse
from tests.world import World

SignIn = Callable[[Person], StrictClient]
NAUGHTY: list[str] = json.loads((Path(__file__).parents[2] / "data" / "naughty" / "blns.json").read_text("utf-8"))
FIELDS = [name for name in ANSWER_FIELDS if name != "confidential_ground"]

# Said here once more, apart from the code under test: what no text needs.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff﷐-﷯￾￿]")


def as_stored(typed: str, *, line: bool) -> str:
    clean = UNPRINTABLE.sub("", typed.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return " ".join(clean.split()) if line else clean


def shown_words(html: str) -> str:
    """Everything the page shows as text, with its white space evened out."""
    return " ".join("".join(parse(html).find(".//main").itertext()).split())


@pytest.fixture
def draft(world: World) -> Application:
    return world.application(world.challenge(world.event(world.city())), world.company(), State.DRAFT)


@pytest.fixture
def browser(world: World, draft: Application, sign_in: SignIn) -> StrictClient:
    with reading(world.engine, EVERY_CITY) as session:
        return sign_in(session.get_one(Person, draft.created_by))


def stored(engine: sa.Engine, application_id: int) -> Application:
    with reading(engine, EVERY_CITY) as session:
        return session.get_one(Application, application_id)


@pytest.mark.parametrize("part", range(8))
def test_naughty_strings_are_stored_and_shown_unaltered(
    browser: StrictClient, draft: Application, engine: sa.Engine, part: int
) -> None:
    """Eight fields at a time; every string stands in every field once, as the fields turn."""
    assert len(NAUGHTY) > 500
    edit = f"/company/applications/{draft.id}/edit"
    data, target = form_of(browser.get(edit).text)
    mine = NAUGHTY[part::8]
    for start in range(len(mine)):
        typed = {name: mine[(start + n) % len(mine)] for n, name in enumerate(FIELDS)}
        typed["confidential_ground"] = ConfidentialGround.BUSINESS_SECRET
        saved = browser.post(target, data=data | typed)
        assert saved.status_code == 303, typed
        kept = stored(engine, draft.id)
        data["version"] = str(kept.version)
        for name in FIELDS:
            assert getattr(kept, name) == as_stored(typed[name], line=name == "title"), (name, typed[name])
        if start % 6:  # looking at every page would take minutes; these are hundreds of pages still
            continue
        again, _ = form_of(browser.get(edit).text)
        page = shown_words(browser.get(f"/company/applications/{draft.id}").text)
        for name in FIELDS:
            text = getattr(kept, name)
            assert again[name].replace("\r\n", "\n").strip() == text, name
            assert " ".join(text.replace("\xa0", " ").split()) in page.replace("\xa0", " "), (name, text)


def test_a_title_of_500_characters_is_kept_and_told(
    browser: StrictClient, draft: Application, engine: sa.Engine
) -> None:
    long = "Kaupunki " * 55 + "yöllä"
    assert len(long) == 500
    edit = f"/company/applications/{draft.id}/edit"
    assert browser.submit(edit, title=long, then="check").status_code == 303
    assert stored(engine, draft.id).title == long
    checklist = browser.get(f"/company/applications/{draft.id}/submission/new").text
    assert "500" in checklist
    assert f"/fi/company/applications/{draft.id}/edit#company-applications-form-{draft.id}-title" in checklist
    assert browser.get(f"/company/applications/{draft.id}").status_code == 200
    assert browser.get("/company/applications").status_code == 200


def test_emoji_and_writing_from_right_to_left_keep_their_direction(
    browser: StrictClient, draft: Application, engine: sa.Engine
) -> None:
    typed = {"title": "مدينة ذكية 🚲", "solution": "חכם 👩‍👩‍👧 ja suomea", "team": "👍🏿 e\u0301 \u202eabc\u202c"}
    edit = f"/company/applications/{draft.id}/edit"
    assert browser.submit(edit, **typed).status_code == 303
    kept = stored(engine, draft.id)
    assert {name: getattr(kept, name) for name in typed} == typed
    page = parse(browser.get(f"/company/applications/{draft.id}").text)
    for name in ("title", "solution"):
        holders = [e for e in page.iter() if typed[name] in "".join(e.itertext()) and e.get("dir") == "auto"]
        assert holders, f"{name} does not turn its own way"
    for field in parse(browser.get(edit).text).iter("textarea"):
        assert field.get("dir") == "auto"


@pytest.mark.parametrize("with_files", [False, True])
def test_ten_megabytes_of_text_are_too_much_at_once(
    browser: StrictClient, draft: Application, engine: sa.Engine, with_files: bool
) -> None:
    data, target = form_of(browser.get(f"/company/applications/{draft.id}/edit").text)
    files = {"files": ("", b"", "application/octet-stream")} if with_files else None
    answer = browser.post(target, data=data | {"solution": "x" * 10_000_000}, files=files)
    assert answer.status_code == 413
    assert len(answer.content) < 20_000
    assert stored(engine, draft.id).solution == draft.solution
    too_long = browser.post(target, data=data | {"solution": "x" * 20_001})
    assert too_long.status_code == 422
    assert "20000" in too_long.text


def test_a_body_over_the_limit_is_refused_before_it_is_read(browser: StrictClient, draft: Application) -> None:
    answer = browser.post(
        f"/company/applications/{draft.id}", content=b"x" * 40_000_000, headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code == 413
