"""Every route declares exactly one permission, has a name, and is reached as its name says."""

import re
from pathlib import Path

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from app.domain.access import GRANTS, Permission

WITHOUT_AUDIENCE = {"healthz", "readyz", "metrics"}
"""For machines."""
APP = Path(__file__).parent.parent.parent / "app"


def api_routes(app: FastAPI) -> list[APIRoute]:
    routes = [context.route for context in iter_route_contexts(app.routes) if isinstance(context.route, APIRoute)]
    assert routes, "the walk found nothing"
    return routes


def declared(dependant: Dependant) -> list[Permission]:
    found = [dependant.call.permission] if hasattr(dependant.call, "permission") else []  # type: ignore[union-attr]
    return found + [permission for inner in dependant.dependencies for permission in declared(inner)]


def test_every_route_declares_exactly_one_permission(app: FastAPI) -> None:
    faults = {route.name: declared(route.dependant) for route in api_routes(app) if len(declared(route.dependant)) != 1}
    assert not faults


def test_every_permission_is_granted_and_used(app: FastAPI) -> None:
    assert set(GRANTS) == set(Permission)
    used = {permission for route in api_routes(app) for permission in declared(route.dependant)}
    assert set(Permission) - used == set()


def test_names_are_unique_and_say_audience_resource_and_verb(app: FastAPI) -> None:
    names = [route.name for route in api_routes(app)]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    odd = [
        name for name in names if not re.fullmatch(r"[a-z_]+\.[a-z_]+\.[a-z_]+", name) and name not in WITHOUT_AUDIENCE
    ]
    assert not odd


def test_a_change_is_never_a_get(app: FastAPI) -> None:
    for route in api_routes(app):
        writes = "WriteSession" in str([d.call.__annotations__ for d in route.dependant.dependencies if d.call])
        assert not (writes and "GET" in (route.methods or set())), route.name


def test_every_address_that_code_and_templates_name_exists(app: FastAPI) -> None:
    names = {route.name for route in api_routes(app)} | {"static"}
    used = re.compile(
        r"""(?:path_for|link|go|path_of|url_path_for)\(\s*(?:visit,\s*|app,\s*\w+,\s*)?["']([a-z_]+\.[a-z_]+\.[a-z_]+)["']"""
    )
    missing = {
        (name, str(path.relative_to(APP)))
        for path in [*APP.rglob("*.html"), *APP.rglob("*.txt"), *APP.rglob("*.py")]
        for name in used.findall(path.read_text())
        if name not in names
    }
    assert not missing


def test_the_moment_of_arrival_is_taken_before_anything_is_read(app: FastAPI) -> None:
    """The visit comes first among what a handler asks for, so its clock is read before the body of the form."""
    for route in api_routes(app):
        asked = [bool(declared(inner)) for inner in route.dependant.dependencies]
        assert asked[:1] in ([True], []), route.name
