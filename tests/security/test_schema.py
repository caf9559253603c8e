"""The app is asked for what its own description allows and forbids: nothing breaks, and JSON is as it is promised.

Schemathesis makes the questions, from the OpenAPI description that the framework has of the routes (it is not served)
and from the fields of the forms on the pages. `KIPINA_TEST_QUESTIONS=40` asks more often.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis import APIOperation, GenerationMode

from tests.security.conftest import House
from tests.strict import parse

ON_BOTH_DATABASES = True
SIGN_OUT = "/sign-out"
QUESTIONS = int(os.environ.get("KIPINA_TEST_QUESTIONS", "3"))
"""Of each operation and kind; a form gets twice as many."""
FORM = "application/x-www-form-urlencoded"
ANSWERS: dict[str, dict[str, Any]] = {
    "/{city}/{event}/programme/live": {
        "properties": {"release": {"type": "integer", "minimum": 0}},
        "required": ["release"],
        "additionalProperties": False,
    },
    "/account/profile/data": {
        "properties": {"person": {"type": "object", "required": ["email", "name", "locale"]}},
        "required": ["person", "roles_in_cities", "roles_in_companies"],
        "additionalProperties": {"type": "array", "items": {"type": "object"}},
    },
    "/sign-in/passkey/question": {
        "properties": {"challenge": {"type": "string", "minLength": 20}, "userVerification": {"const": "required"}},
        "required": ["challenge", "rpId", "allowCredentials", "userVerification"],
    },
    "/account/passkeys/question": {
        "properties": {"challenge": {"type": "string", "minLength": 20}},
        "required": ["challenge", "rp", "user", "pubKeyCredParams", "excludeCredentials"],
    },
}
"""What the routes promise that answer in JSON; another one that does fails until it stands here."""
TEXT = {"type": "string"}
CREDENTIAL = {
    "properties": {
        "id": TEXT,
        "rawId": TEXT,
        "type": {"enum": ["public-key", "", None]},
        "response": {
            "type": ["object", "array", "null"],
            "properties": {
                "clientDataJSON": TEXT,
                "authenticatorData": TEXT,
                "signature": TEXT,
                "attestationObject": TEXT,
            },
        },
    },
    "required": ["id", "rawId", "type", "response"],
    "type": "object",
}
"""What a browser says of a passkey, in a field of a form."""
NOT_HERE = {
    "/demo",
    "/demo/mail",
    "/jury/applications/{application_id}",
    "/jury/applications/{application_id}/conflict",
    "/jury/attachments/{attachment_id}",
    "/metrics",
    "/organizer/{city}/applications/{application_id}/attachments/{attachment_id}",
    "/organizer/{city}/events/{event_id}/decisions.pdf",
    "/organizer/{city}/events/{event_id}/promotion",
    "/organizer/{city}/events/{event_id}/publication",
    "/sign-in/cities/{city}/return",
    "/{city}/logo.png",
    "/{city}/portfolio/{case_id}",
    "/{city}/{event}/programme.ics",
    "/{city}/{event}/programme.pdf",
}
"""Pages of which the two towns have none to show: they were asked for, and said so."""
MOST = 0.8
"""The share of forms that lead to something; the others are for what the two towns do not have."""
Operation = APIOperation[Any, Any, Any, Any]
Asking = Callable[[Any], None]


@pytest.fixture
def described(house: House) -> dict[str, Any]:
    """The description of the app, with the cities in paths and the fields of forms, which it leaves out."""
    described = house.app.openapi()
    posted = list(_forms(house))
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            known = operation.setdefault("parameters", [])
            missing = set(re.findall(r"{(\w+)}", path)) - {one["name"] for one in known if one["in"] == "path"}
            known += [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in missing]
            names = next((names for action, names in posted if _pattern(path).match(action)), set())
            if method == "post" and names:
                fields = {name: CREDENTIAL if name == "answer" else TEXT for name in names}
                body = {"type": "object", "properties": fields, "required": sorted(names)}
                operation["requestBody"] = {"required": True, "content": {FORM: {"schema": body}}}
    return described


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path).replace(".", r"\.") + "$")


def _plain(address: str) -> str:
    return re.sub(r"^/(fi|sv|en)(?=/|$)", "", address).split("?")[0] or "/"


def _forms(house: House) -> Iterator[tuple[str, set[str]]]:
    """Where the forms of one page of each kind lead, with the names of their fields."""
    with house.browser(signed_in=True) as browser:
        for address in house.one_of_each().values():
            for form in parse(browser.get(address).text).iter("form"):
                names = {one.get("name") for one in form.iter() if one.get("name")} - {"csrf"}
                for place in (form.get("action"), form.get("data-question")):
                    if place and form.get("method") == "post":
                        yield _plain(place), names


def _operations(described: dict[str, Any], method: str) -> Iterator[Operation]:
    for found in schemathesis.openapi.from_dict(described).get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]
        if operation.method.upper() == method:
            yield operation


def _ask(operation: Operation, send: Asking, many: int, **made: Any) -> None:
    @hypothesis.settings(
        phases=[Phase.generate], max_examples=many, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @hypothesis.given(operation.as_strategy(**made))
    def each(case: Any) -> None:
        send(case)

    each()


@pytest.fixture
def places(house: House) -> dict[str, list[str]]:
    """Addresses of what is there, without a language."""
    return {method: [_plain(one) for one in house.one_of_each(method).values()] for method in ("GET", "POST")}


def _there(operation: Operation, places: list[str]) -> dict[str, str]:
    """What fills the path of the operation so that it leads to something."""
    return next((match.groupdict() for match in map(_pattern(operation.path).match, places) if match), {})


def _checked(answer: Any, path: str) -> int:
    assert answer.status_code < 500, (answer.request.url, answer.request.content)
    if answer.status_code == 200 and answer.headers.get("content-type") == "application/json":
        jsonschema_rs.validate({"type": "object", **ANSWERS[path]}, answer.json())
    return int(answer.status_code)


def test_every_question_is_answered(house: House, described: dict[str, Any], places: dict[str, list[str]]) -> None:
    home = house.world.settings.base_url
    good, asked = set(), 0
    with house.browser(signed_in=True) as browser:

        def send(case: Any) -> None:
            nonlocal asked
            asked += 1
            wanted = case.as_transport_kwargs(base_url=home)
            address = f"/fi{wanted['url'].removeprefix(home)}"
            if (
                _checked(browser.get(address, params=wanted["params"], follow_redirects=True), case.operation.path)
                == 200
            ):
                good.add(case.operation.path)

        for operation in _operations(described, "GET"):
            numbers = any(one["schema"].get("type") != "string" for one in operation.definition.raw["parameters"])
            for mode in GenerationMode if numbers else (GenerationMode.POSITIVE,):
                _ask(operation, send, QUESTIONS, generation_mode=mode)
            if there := _there(operation, places["GET"]):
                _ask(operation, send, QUESTIONS, path_parameters=there)
    every = {operation.path for operation in _operations(described, "GET")}
    assert every - good <= NOT_HERE
    assert set(ANSWERS) & every <= good
    assert asked >= len(every) * QUESTIONS


def test_every_form_is_answered(house: House, described: dict[str, Any], places: dict[str, list[str]]) -> None:
    home = house.world.settings.base_url
    seen: dict[str, list[int]] = {}
    with house.browser(signed_in=True) as browser:
        token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/fi/account/profile").text)
        assert token

        def send(case: Any) -> None:
            wanted = case.as_transport_kwargs(base_url=home)
            address = f"/fi{wanted['url'].removeprefix(home)}"
            body = case.body if isinstance(case.body, dict) else {}
            fields = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in body.items()}
            answer = browser.post(address, params=wanted["params"], data={**fields, "csrf": token[1]})
            seen.setdefault(case.operation.path, []).append(_checked(answer, case.operation.path))

        for operation in _operations(described, "POST"):
            if operation.path == SIGN_OUT:
                continue
            _ask(operation, send, 2 * QUESTIONS, path_parameters=_there(operation, places["POST"]))
    assert all(200 in seen[path] for path in ANSWERS.keys() & seen.keys())
    reached = {path for path, statuses in seen.items() if set(statuses) - {403, 404}}
    assert len(reached) > MOST * len(seen), sorted(seen.keys() - reached)
