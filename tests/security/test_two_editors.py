"""Every form that changes what stands already: of two who opened it, the second sees both texts, and decides."""

import re
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2  # type: ignore[import-untyped]
import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.testclient import TestClient

from tests.security.conftest import House
from tests.strict import form_of, parse

ROOT = Path(__file__).resolve().parents[2]
FIRST, SECOND = "Ensimmäisen sanat", "Toisen sanat"

EDITS: dict[str, tuple[str, str, dict[str, str]]] = {
    "account.profile.update": ("account.profile.edit", "title", {}),
    "company.applications.update": ("company.applications.edit", "title", {}),
    "company.companies.update": ("company.companies.edit", "home_town", {}),
    "jury.scores.update": ("jury.scores.edit", "comment_jury", {}),
    "organizer.challenges.update": ("organizer.challenges.edit", "title_fi", {}),
    "organizer.city.update": ("organizer.city.edit", "name_fi", {}),
    "organizer.criteria.update": ("organizer.criteria.edit", "name_fi", {}),
    "organizer.decisions.save": ("organizer.decisions.edit", "reasons", {"outcome": "decline"}),
    "organizer.events.update": ("organizer.events.edit", "name_fi", {"confirmed": "yes"}),
    "organizer.mail.update": ("organizer.mail.edit", "body", {}),
    "organizer.meeting.update": ("organizer.meeting.edit", "notes", {"outcome": "invite"}),
    "organizer.places.update": ("organizer.places.edit", "name_fi", {}),
    "organizer.platforms.update": ("organizer.units.index", "description_fi", {}),
    "organizer.sessions.update": ("organizer.sessions.edit", "title_fi", {}),
    "organizer.units.update": ("organizer.units.index", "name_fi", {}),
    "procurement.cases.update": ("procurement.cases.edit", "funding", {}),
    "procurement.closing.create": (
        "procurement.closing.new",
        "lesson_fi",
        {"exit_type": "ended", "end_reason": "price"},
    ),
    "procurement.entries.create": ("procurement.cases.show", "next_step", {"text": "Tavattiin."}),
    "procurement.owners.create": ("procurement.owners.new", "reason", {}),
    "procurement.publication.create": ("procurement.publication.edit", "lesson_fi", {}),
    "procurement.stages.create": ("procurement.stages.new", "next_step", {"next_step_on": "1.2.2030"}),
}
"""Where the form stands, a field of it, and what is sent besides so that it can be saved."""

ELSEWHERE = {
    "admin.providers.update": (
        "a provider must answer: tests/routes/account/provider/test_setting_up.py"
        "::test_of_two_admins_the_second_sees_both_and_no_secret"
    ),
    "company.applications.autosave": (
        "no page, 409: tests/routes/company/test_applications.py::test_of_two_editors_the_second_sees_both_texts"
    ),
    "jury.scores.autosave": (
        "no page, 409: tests/routes/jury/test_scores.py::test_two_windows_show_both_texts_and_saving_again_decides"
    ),
    "organizer.retention.update": (
        "numbers: tests/routes/organizer/test_retention.py::test_of_two_organizers_the_second_sees_both_periods"
    ),
    "organizer.slots.update": (
        "dragged, 409: tests/routes/organizer/test_programme.py::test_an_item_is_moved_and_answers_with_the_grid"
    ),
    "organizer.signature.create": (
        "signs what was read or nothing: tests/routes/organizer/test_signature.py"
        "::test_what_changed_while_it_was_read_is_read_again_first"
    ),
}
"""These look at what was seen too, and are shown to by a test of their own."""

WITHOUT = {
    "company.members.update": "one choice, of one person's role, with nothing written: the last who chooses decides",
    "organizer.assignments.update": "saves only the boxes that differ from what the page showed",
    "organizer.challenge_order.create": "one step up from where it stands then",
    "organizer.reserve_order.create": "one step from where it stands then",
    "organizer.decisions.update": "one outcome for those that are ticked; reasons and notes stay as they are",
}
"""Why the last who saves is right."""

NEW_OR_GONE = re.compile(
    r"\.(delete|spend)$|^account\.(?!profile)|^admin\.(cities|people|erasure)\.create$|^public\.feedback\.create$"
    r"|^(company\.(companies|requests|members|applications)|jury\.conflicts)\.create$"
    r"|^organizer\.(events|clone|challenges|criteria|default_criteria|units|platforms|people|conflicts|seats"
    r"|assignments|sessions|places|pitches|releases|entry|holds)\.create$"
    r"|^procurement\.(attachments|opening)\.create$"
)
"""Makes something new, takes one thing away after a question, or comes in and goes: nobody's text is under it."""

STATES = re.compile(
    r"^company\.(submission|withdrawal|reopening|confirmation|cancellation)\.create$"
    r"|^organizer\.(publication|closing|application_of_decisions|promotion|mail_release|mail_sending"
    r"|results_publication)\.create$|^admin\.retries\.create$"
)
"""One step of a life (docs/states.md), refused when it was taken already: there is no text in it."""

ACTS = {"procurement.closing.create", "procurement.stages.create"}
"""Once done by the first, the second has nothing left to do."""
QUERY = {"organizer.meeting.edit": "?left=1", "procurement.stages.new": "?to=market_dialogue"}


def _posting(house: House) -> dict[str, re.Pattern[str]]:
    routes = [context.route for context in iter_route_contexts(house.app.routes)]
    return {str(r.name): r.path_regex for r in routes if isinstance(r, APIRoute) and (r.methods or set()) - {"GET"}}


def test_every_form_that_changes_something_is_told_here(house: House) -> None:
    routes = set(_posting(house))
    rows = [*EDITS, *ELSEWHERE, *WITHOUT]
    assert len(rows) == len(set(rows))
    assert set(rows) <= routes
    missing = {route for route in routes - set(rows) if not NEW_OR_GONE.search(route) and not STATES.search(route)}
    assert not missing, "a new form: what does the second of two editors see?"
    assert len(routes) > 90
    for told in ELSEWHERE.values():
        file, _, test = told.rpartition(": ")[2].partition("::")
        assert f"def {test}(" in (ROOT / file).read_text("utf-8"), told


def _form(html: str, action: re.Pattern[str]) -> tuple[dict[str, Any], str] | None:
    targets = [form.get("action", "") for form in parse(html).iter("form") if form.get("method") == "post"]
    target = next((target for target in targets if action.match(target[3:])), None)
    return form_of(html, target) if target else None


def test_the_second_sees_both_texts_and_decides(house: House) -> None:
    live = pysqlite3.dbapi2.connect(str(house.world.engine.url.database))
    kept = pysqlite3.dbapi2.connect(":memory:")
    addresses, posting = house.addresses(), _posting(house)
    with house.browser(signed_in=True) as mine, house.browser(signed_in=True) as theirs:
        live.backup(kept)
        for route, (page, field, more) in EDITS.items():
            at = [address + QUERY.get(page, "") for address, name in addresses.items() if name == page]
            for address in at:
                second = _first_saves(theirs, mine, address, posting[route], {field: FIRST, **more})
                if second is not None:
                    break
                kept.backup(live)
            else:
                pytest.fail(f"nobody can save {route} at {at}")
            _second_sees_both(house, mine, route, second, posting[route])
            kept.backup(live)


def _first_saves(
    theirs: TestClient, mine: TestClient, address: str, action: re.Pattern[str], typed: dict[str, str]
) -> tuple[dict[str, Any], str] | None:
    """Both open the form, and the first saves; returns the form of the second, or None when it cannot be saved."""
    opened, seen = theirs.get(address), mine.get(address)
    first, second = _form(opened.text, action), _form(seen.text, action)
    if first is None or second is None:
        return None
    first[0].update(typed)
    for form in (first[0], second[0]):
        _choose(form, seen.text)
    return second if theirs.post(first[1], data=first[0]).status_code == 303 else None


def _second_sees_both(
    house: House, mine: TestClient, route: str, form: tuple[dict[str, Any], str], action: re.Pattern[str]
) -> None:
    _, field, more = EDITS[route]
    before = house.dump()
    late = mine.post(form[1], data=form[0] | {field: SECOND, **more})
    assert late.status_code == 409, (route, late.headers.get("location"))
    assert house.dump() == before, (route, "something was overwritten")
    shown = "".join(parse(late.text).find(".//main").itertext())
    assert FIRST in shown or route == "procurement.owners.create", (route, "what the first wrote is shown")
    looked = _form(late.text, action)
    if route in ACTS and looked is None:
        return
    assert looked is not None, route
    assert looked[0][field].strip() == SECOND, (route, "what the second typed stays")
    looked[0].update(more)
    _choose(looked[0], late.text)
    again = mine.post(looked[1], data=looked[0])
    assert again.status_code == (409 if route in ACTS else 303), (route, "having looked one may save")
    assert route in ACTS or SECOND in str(house.dump()), route


def _choose(form: dict[str, Any], html: str) -> None:
    """Whatever must be chosen and is not: the last that is offered."""
    for field in parse(html).iter("select"):
        name = field.get("name")
        if field.get("required") is not None and name in form and not form[name]:
            form[name] = [option.get("value", "") for option in field.iter("option")][-1]
