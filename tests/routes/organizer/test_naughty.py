"""Text that breaks other software goes into every field of an organizer, comes back as it was, and breaks no page."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.domain.markup import cleaned
from app.models import Person
from tests.strict import StrictClient, form_of
from tests.world import World

SignIn = Callable[[Person], StrictClient]
NAUGHTY: list[str] = json.loads((Path(__file__).parents[2] / "data" / "naughty" / "blns.json").read_text("utf-8"))
LANGUAGES = ("fi", "sv", "en")
# What no text needs, said apart from the code under test.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def kept(text: str, *, line: bool) -> str:
    """What is stored of a text: no control characters, no space around it; a line has single spaces."""
    text = UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return " ".join(text.split()) if line else cleaned(text)


def fields(long: tuple[str, ...], short: tuple[str, ...]) -> list[tuple[str, bool]]:
    return [(f"{name}_{code}", name in short) for name in (*long, *short) for code in LANGUAGES]


def try_all(
    client: StrictClient, edit: str, action: str, places: list[tuple[str, bool]], pages: tuple[str, ...]
) -> None:
    for start in range(0, len(NAUGHTY), len(places)):
        typed = dict(zip([name for name, _ in places], NAUGHTY[start : start + len(places)], strict=False))
        saved: Any = client.submit(edit, action, **typed)
        assert saved.status_code == 303, typed
        stored, _ = form_of(client.get(edit).text, action)
        for name, line in places:
            if name in typed:
                assert stored[name].replace("\r\n", "\n") == kept(typed[name], line=line), (name, typed[name])
        for page in pages:
            assert client.get(page).status_code == 200


def test_in_an_event(world: World, sign_in: SignIn) -> None:
    city = world.city()
    event = world.event(city, "draft")
    places = fields(("description", "practical"), ("summary", "place"))
    hub = f"/organizer/tampere/events/{event.id}"
    client = sign_in(world.organizer(city))
    try_all(client, f"{hub}/edit", f"/events/{event.id}", places, (hub, f"/tampere/{event.slug}"))


def test_in_a_challenge(world: World, sign_in: SignIn) -> None:
    city = world.city()
    event = world.event(city, "draft")
    challenge = world.challenge(event)
    places = fields(
        ("need", "present", "questions"), ("effect_economic", "effect_social", "effect_environmental", "strategy_goal")
    )
    one = f"/organizer/tampere/events/{event.id}/challenges/{challenge.id}"
    client = sign_in(world.organizer(city))
    pages = (one, f"/tampere/{event.slug}/challenges/1")
    try_all(client, f"{one}/edit", f"/challenges/{challenge.id}", places, pages)


def test_in_the_citys_settings(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.organizer(world.city()))
    try_all(client, "/organizer/tampere/settings", "/settings", fields(("welcome",), ()), ("/tampere",))
