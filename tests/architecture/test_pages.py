"""A page's dataclass is the contract with its template: same names, and the template is there."""

import dataclasses
import importlib
import pkgutil
from typing import Any

import pytest
from jinja2 import nodes

import app.routes
from app.adapters.templates import TEMPLATES_DIR, environment


def is_page(value: Any) -> bool:
    return (
        isinstance(value, type)
        and dataclasses.is_dataclass(value)
        and isinstance(getattr(value, "template", None), str)
    )


def pages() -> list[Any]:
    modules = [importlib.import_module(m.name) for m in pkgutil.walk_packages(app.routes.__path__, "app.routes.")]
    found = [value for module in modules for value in vars(module).values() if is_page(value)]
    return list(dict.fromkeys(found))


def used_of_page(template: str, seen: set[str]) -> set[str]:
    """Every `page.name` in a template and in those of ours that it includes or extends, layouts left out."""
    if template in seen or template.startswith(("layouts/", "ui/")):
        return set()
    seen.add(template)
    tree = environment("en").parse((TEMPLATES_DIR / template).read_text())
    names = {
        node.attr
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == "page"
    }
    for other in tree.find_all((nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)):
        if isinstance(other.template, nodes.Const):  # type: ignore[attr-defined]
            names |= used_of_page(other.template.value, seen)  # type: ignore[attr-defined]
    return names


def test_there_are_pages() -> None:
    assert len(pages()) > 5


@pytest.mark.parametrize("page", pages(), ids=lambda page: f"{page.__module__}.{page.__name__}")
def test_a_page_and_its_template_name_the_same_things(page: Any) -> None:
    assert page.__dataclass_params__.frozen
    fields = {field.name for field in dataclasses.fields(page)}
    offered = fields | {name for name in dir(page) if isinstance(getattr(page, name, None), property)}
    used = used_of_page(page.template, set())
    assert used <= offered, f"the template asks for {used - offered}"
    unused = fields - used - {"status", "title", "text"}
    assert not unused, f"the template never uses {unused}"
