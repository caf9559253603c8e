"""Eight people write in the same few forms at once, at two servers: nobody's words are lost, on either database."""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.adapters import clock
from app.adapters.database import make_engine
from app.config import Settings
from app.domain.access import Role
from app.main import create_app
from app.models import CompanyMember, Criterion
from app.services import outbox
from app.web import session as web_session
from benchmarks.forms import fields_of
from tests.faults.figures import FULL, reached
from tests.faults.processes import Nursery, environment_of, free_port, wait_for
from tests.postgres import by_hand
from tests.world import NOW, World

WRITERS = 8
EVENTS = """SELECT count(*) FROM audit_event
WHERE action IN ('edited', 'saved') AND object_type = :kind AND object_id = :id"""
EDITS = 10_000 if FULL else 240
"""Acknowledged saves, all writers together."""


@dataclass(frozen=True)
class Thing:
    """A form with a text that begins with how often it was saved."""

    kind: str
    id: int
    page: str
    action: str
    field: str


@dataclass
class House:
    """Two servers over one database, with a session for each writer."""

    name: str
    engine: sa.Engine
    ports: list[int]
    sessions: list[str]
    things: list[Thing]


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def house(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path, nursery: Nursery) -> Iterator[House]:
    url = f"sqlite:///{tmp_path}/kipina.db"
    if request.param == "SQLite":
        (tmp_path / "kipina.db").write_bytes(sqlite_template.read_bytes())
    else:
        url = request.getfixturevalue("cluster").fresh_database()
    ports = [free_port(), free_port()]
    settings = Settings(
        database_url=url, files=tmp_path / "files", base_url=f"http://127.0.0.1:{ports[0]}", secret_key="test-key"
    )
    nursery.environment = environment_of(settings)
    create_app(settings).state.engine.dispose()  # mails that are written beforehand need its addresses
    engine = make_engine(url)
    house = House(request.param, engine, ports, *_furnish(World(engine, settings)))
    for port in ports:
        nursery.start("serve", "--port", str(port))
    for port in ports:
        wait_for(port, "/readyz")
    yield house
    engine.dispose()


def _furnish(world: World) -> tuple[list[str], list[Thing]]:
    """One row of each kind that several people write."""
    city = world.city()
    event = world.event(city)
    challenge, company = world.challenge(event), world.company()
    world.criteria(event)
    application = world.application(challenge, company)
    case = world.case(world.challenge(world.event(city, "follow_up", "Kipinä 2026")))
    people = [world.organizer(city) for _ in range(WRITERS)]
    with world.change() as session:
        for person in people:
            session.add(CompanyMember(company_id=company.id, person_id=person.id, role=Role.EDITOR))
        mail = outbox.queue(
            session, "city_invitation", to_email="aino@example.org", to_name="Aino", language="fi", now=NOW,
            zone=ZoneInfo("Europe/Helsinki"), context={"city": "Tampere", "slug": city.slug, "role": Role.ORGANIZER,
            "inviter": "Otso"}, city_id=city.id, event_id=event.id, held=True,
        )  # fmt: skip
        criterion = session.exec(select(Criterion).where(Criterion.event_id == event.id)).first()
        tokens = [web_session.begin(session, person.id, clock.now()) for person in people]
        session.flush()
    assert criterion is not None
    its, events = "/fi/organizer/tampere", f"/fi/organizer/tampere/events/{event.id}"
    unit, platform = world.unit(city).id, world.platform(city).id
    place, session_id = world.place(event).id, world.session(event).id
    return tokens, [
        Thing("unit", unit, f"{its}/units", f"{its}/units/{unit}", "name_fi"),
        Thing("platform", platform, f"{its}/units", f"{its}/platforms/{platform}", "name_fi"),
        Thing("city", city.id, f"{its}/settings", f"{its}/settings", "name_fi"),
        Thing("event", event.id, f"{events}/edit", events, "name_fi"),
        _edited("challenge", challenge.id, f"{events}/challenges", "title_fi"),
        _edited("criterion", criterion.id, f"{events}/criteria", "name_fi"),
        _opened("place", place, f"{events}/programme/places", "name_fi"),
        _opened("programme_session", session_id, f"{events}/programme/sessions", "title_fi"),
        _opened("outgoing_mail", mail.id, f"{events}/mail", "subject"),
        _edited("company", company.id, "/fi/company/companies", "home_town"),
        _edited("application", application.id, "/fi/company/applications", "title"),
        Thing("follow_up_case", case.id, path := f"/fi/procurement/tampere/cases/{case.id}/edit", path, "funding"),
    ]


def _edited(kind: str, row: int, path: str, name: str) -> Thing:
    return Thing(kind, row, f"{path}/{row}/edit", f"{path}/{row}", name)


def _opened(kind: str, row: int, path: str, name: str) -> Thing:
    return Thing(kind, row, f"{path}/{row}", f"{path}/{row}", name)


class Writers:
    """Eight threads, each a browser of its own at one of the servers."""

    def __init__(self, house: House) -> None:
        self.house, self.saved, self.both = house, Counter[Thing](), 0
        self.faults: list[BaseException] = []
        self._lock = threading.Lock()

    def write(self) -> None:
        """Until there are enough."""
        threads = [threading.Thread(target=self._person, args=(number,), daemon=True) for number in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.faults:
            raise self.faults[0]

    def _person(self, number: int) -> None:
        moments, port = random.Random(number), self.house.ports[number % 2]
        cookies = {"kipina": self.house.sessions[number]}
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", cookies=cookies, timeout=60) as browser:
                while self.saved.total() < EDITS and not self.faults:
                    self._edit(browser, moments.choice(self.house.things))
        except BaseException as fault:  # noqa: BLE001  told to the test, which runs in another thread
            self.faults.append(fault)

    def _edit(self, browser: httpx2.Client, thing: Thing) -> None:
        """Count one up from what stands there; when another was quicker, from what is shown beside one's own."""
        page = browser.get(thing.page).text
        stands = fields_of(page, thing.action)[thing.field]
        while True:
            form: dict[str, Any] = fields_of(page, thing.action) | {thing.field: one_more(stands)}
            if thing.kind == "city":
                form["languages"] = ["fi", "sv", "en"]
            answer = browser.post(thing.action, data=form)
            if answer.status_code == 303:
                with self._lock:
                    self.saved[thing] += 1
                return
            assert answer.status_code == 409, (thing, answer.status_code, answer.text)
            page = answer.text
            theirs = re.search(rf'-{thing.field}-theirs">.*?<p class="meanwhile-text" dir="auto">([^<]*)<', page)
            # Two who counted from the same text have written the same words: then nothing differs.
            stands = unescape(theirs[1]) if theirs else form[thing.field]
            with self._lock:
                self.both += 1


def one_more(text: str) -> str:
    """`Lava` becomes `1 Lava`, and `41 Lava` `42 Lava`."""
    number, _, words = text.rpartition(" ") if not text[:1].isdigit() else text.partition(" ")
    return f"{int(number) + 1} {words}" if number.isdigit() else f"1 {text}"


def test_of_all_that_eight_people_write_nothing_is_lost(house: House) -> None:
    writers, began = Writers(house), time.monotonic()
    writers.write()
    seconds = time.monotonic() - began
    lost = 0
    with (
        httpx2.Client(
            base_url=f"http://127.0.0.1:{house.ports[0]}", cookies={"kipina": house.sessions[0]}, timeout=60
        ) as browser,
        by_hand(house.engine) as connection,
    ):
        for thing in house.things:
            counted = int(fields_of(browser.get(thing.page).text, thing.action)[thing.field].partition(" ")[0])
            lost += writers.saved[thing] - counted
            events = connection.scalar(
                sa.text(
                    "SELECT count(*) FROM audit_event WHERE action = 'edited' AND object_type = :of AND object_id = :id"
                ),
                {"of": thing.kind, "id": thing.id},
            )
            assert counted == events, thing
    reached(
        f"two editors, {house.name}",
        "10,000 edits by 8 writers: 0 lost updates",
        f"{writers.saved.total()} edits of {len(house.things)} forms by {WRITERS} writers at 2 servers in "
        f"{seconds:.0f} s; both texts shown {writers.both} times; {lost} lost",
    )
    assert lost == 0
    assert writers.both > EDITS // 100, "nobody came in between: nothing was tried"
