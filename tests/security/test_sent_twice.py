"""Every form of the house, sent again exactly as it was: nothing changes, and the answer is that of the first time."""

import re
from collections import defaultdict
from typing import Any

import pysqlite3.dbapi2  # type: ignore[import-untyped]
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from tests.routes.company.test_attachments import DECK
from tests.security.conftest import House
from tests.strict import parse

FORMS = 3
"""Forms of one route that are sent until one changes something."""
MORE = {"confirmed": "yes", "on_purpose": "on", "more_than_places": "on", "on_behalf": "on"}
"""What is ticked when something is done on purpose."""


ACTION = re.compile(r'<form[^>]* action="([^"]*)" method="post"')


Forms = dict[str, list[tuple[str, dict[str, Any], str]]]


def _routes(app: FastAPI) -> list[tuple[re.Pattern[str], str]]:
    contexts = [context.route for context in iter_route_contexts(app.routes)]
    posts = [route for route in contexts if isinstance(route, APIRoute) and "POST" in (route.methods or ())]
    return [(route.path_regex, str(route.name)) for route in posts]


def _filled(form: Any) -> dict[str, Any]:
    """What somebody would send who fills in whatever is empty."""
    data: dict[str, list[str]] = defaultdict(list)
    radios: dict[str, str] = {}
    for field in form.iter():
        if field.tag not in {"input", "textarea", "select", "button"}:
            continue
        name, kind = field.get("name"), field.get("type", "text" if field.tag == "input" else "")
        if not name or kind == "file" or field.get("disabled") is not None:
            continue
        if field.tag == "button":
            if field.get("value") not in {"preview", "suggest"} and name != "remove":
                data.setdefault(name, [field.get("value", "")])
        elif kind == "radio":
            radios.setdefault(name, field.get("value", "on"))
            if field.get("checked") is not None:
                radios[name] = field.get("value", "on")
        elif kind == "checkbox":
            data[name].append(field.get("value", "on"))
        elif field.tag == "select":
            values = [option.get("value", "".join(option.itertext())) for option in field.iter("option")]
            chosen = [o.get("value", "") for o in field.iter("option") if o.get("selected") is not None]
            data[name].append(next((value for value in [*chosen, *reversed(values)] if value), ""))
        else:
            text = "".join(field.itertext()) if field.tag == "textarea" else field.get("value", "")
            data[name].append(text or _invented(name, kind))
    return {**{name: [value] for name, value in radios.items()}, **data}


INVENTED = (
    (r"founded|cpv|^anchor_|^stand$|^starts$|^ends$", ""),
    (r"email", "uusi@example.org"),
    (r"_on$|_date$|day", "12.2.2030"),
    (r"_time$", "12.00"),
    (r"register_number", "0112038-9"),
    (r"website", "kipina.example"),
    (r"map_|number|capacity|weight|scale|budget|value|founded|places|low|high|position|minutes|score_", "3"),
)


def _invented(name: str, kind: str) -> str:
    return "" if kind == "hidden" else next((v for part, v in INVENTED if re.search(part, name)), "Kolme hyvää sanaa")


@pytest.fixture
def forms(house: House) -> Forms:
    """By route: some of the forms that post to it, as (page, content, address)."""
    routes = _routes(house.app)
    found: Forms = defaultdict(list)

    def route_of(action: str) -> str:
        return next((name for path, name in routes if path.match(action[3:].split("?", maxsplit=1)[0])), "")

    with house.browser(signed_in=True) as browser:
        for page in house.addresses():
            html = browser.get(page).text
            for action in ACTION.findall(html):
                assert route_of(action), (page, action)
            if all(len(found[route_of(action)]) >= FORMS for action in ACTION.findall(html)):
                continue
            for form in parse(html).iter("form"):
                if form.get("method") == "post" and form.get("action"):
                    found[route_of(form.get("action"))].append((page, _filled(form), form.get("action")))
    return found


NOT_SENT_HERE = {
    "account.browsers.delete",
    "account.demo.create",
    "account.new_passkey_question.create",
    "account.other_browsers.delete",
    "account.passkey_answer.create",
    "account.passkey_question.create",
    "account.passkeys.create",
    "account.passkeys.delete",
    "account.provider.create",
    "account.provider.delete",
    "account.provider.spend",
    "account.sign_in.spend",
    "admin.providers.update",
    "admin.erasure.create",
    "company.applications.autosave",
    "company.applications.create",
    "company.members.update",
    "company.reopening.create",
    "company.requests.create",
    "jury.scores.autosave",
    "organizer.assignments.create",
    "organizer.assignments.update",
    "organizer.challenge_order.create",
    "organizer.decisions.save",
    "organizer.default_criteria.create",
    "organizer.mail_release.create",
    "organizer.meeting.update",
    "organizer.pitches.create",
    "organizer.places.delete",
    "organizer.promotion.create",
    "organizer.reserve_order.create",
    "organizer.signature.create",
    "organizer.slots.update",
    "procurement.opening.create",
    "procurement.stages.create",
}
"""In these towns nobody can press them so that something changes; a new form belongs here only for that reason.

All go through the same door, but for those that ask a city's provider in several steps: their answers are spent once,
or ask again. `tests/services/test_sent_forms.py` presses those of them where it matters most.
"""
SIGN_OUT = "account.sign_out.create"
"""Whoever is out has no form any more."""


def _file(route: str) -> dict[str, tuple[str, bytes]] | None:
    return {"files": ("deck.pdf", DECK.read_bytes())} if route.endswith("attachments.create") else None


def test_a_form_that_is_sent_again_changes_nothing_and_is_answered_as_before(house: House, forms: Forms) -> None:
    live = pysqlite3.dbapi2.connect(str(house.world.engine.url.database))
    kept = pysqlite3.dbapi2.connect(":memory:")
    live.backup(kept)
    changed = set()
    for route, sent in forms.items():
        for page, data, target in sent:
            with house.browser(signed_in=True) as browser:
                token = re.search(r'name="csrf" value="([^"]+)"', browser.get(page).text)
                assert token, page
                content: Any = {"data": {**data, **MORE, "csrf": token[1]}, "files": _file(route)}
                first = browser.post(target, **content)
                after_first = house.dump()
                again = browser.post(target, **content)
                after_second = house.dump()
            kept.backup(live)
            assert first.status_code < 500, (route, page)
            if not after_first["sent_form"] and route != SIGN_OUT:
                continue
            changed.add(route)
            assert after_second == after_first, (route, page)
            if route != SIGN_OUT:
                assert again.status_code == first.status_code, route
                assert again.headers.get("location") == first.headers.get("location"), route
                assert again.cookies.get("kipina_flash") == first.cookies.get("kipina_flash"), route
            break
    never = {name for _, name in _routes(house.app)} - changed
    assert never == NOT_SENT_HERE, sorted(never ^ NOT_SENT_HERE)
