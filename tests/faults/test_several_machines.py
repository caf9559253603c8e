"""Two servers and two workers over one PostgreSQL and one bucket: whatever one of them does, the other knows."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.adapters.database import reading
from app.config import Settings
from app.domain.access import EVERY_CITY, Role
from app.domain.application import State
from app.domain.limits import LIMITS, Act, By
from app.main import create_app
from app.models import Document, Event, Job, OutgoingMail
from app.models.record import JobState, MailState
from tests.bucket import BucketServer
from tests.faults.processes import environment_of, free_port, running, wait_for
from tests.faults.sink import Sink, sink
from tests.postgres import Cluster
from tests.strict import form_of
from tests.world import World


class House:
    """The installation as its users meet it: at two addresses."""

    def __init__(self, world: World, mails: Sink) -> None:
        self.world, self.mails = world, mails
        self.ports = [free_port(), free_port()]
        self.browsers = [httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=40) for port in self.ports]

    def submit(self, at: int, page: str, action: str | None = None, **values: str) -> httpx2.Response:
        """Open a page at one of the servers, and send its form there."""
        data, target = form_of(self.browsers[at].get(page, follow_redirects=True).text, action)
        return self.browsers[at].post(target, data={**data, **values})

    def share_cookies(self) -> None:
        """One browser, whose requests the proxy sends to either server."""
        self.browsers[1].cookies = self.browsers[0].cookies


@pytest.fixture
def house(cluster: Cluster, bucket_server: BucketServer, tmp_path: Path) -> Iterator[House]:
    """Everything running."""
    with sink() as mails, ExitStack() as processes:
        bucket = bucket_server.settings()
        settings = Settings(
            database_url=cluster.fresh_database(), files=tmp_path / "files", base_url="http://127.0.0.1",
            secret_key="one-for-all", smtp_url=f"smtp://127.0.0.1:{mails.port}", **bucket,
        )  # fmt: skip
        engine = create_app(settings).state.engine
        house = House(World(engine, settings), mails)
        for number, port in enumerate(house.ports):
            machine = environment_of(settings, **bucket) | {"KIPINA_FILES": str(tmp_path / f"machine-{number}")}
            processes.enter_context(running(machine, "serve", "--port", str(port)))
            processes.enter_context(running(machine, "worker"))
        for port in house.ports:
            wait_for(port, "/readyz")
        yield house
        for browser in house.browsers:
            browser.close()
        engine.dispose()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """It is done in time."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def until(seconds: float, holds: object) -> None:
    """Wait for something to become true."""
    until_then = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < until_then
        time.sleep(0.1)


def link_in(house: House, address: str) -> str:
    """The sign-in link that one of the workers sent."""
    asked = select(OutgoingMail.body).where(OutgoingMail.to_email == address).order_by(col(OutgoingMail.id).desc())

    def sent() -> str:
        with reading(house.world.engine, EVERY_CITY) as session:
            body = session.exec(asked).first() or ""
        return next((word for word in body.split() if "/sign-in/" in word), "")

    until(10, sent)
    return sent().removeprefix("http://127.0.0.1")


def released_event(world: World) -> tuple[Event, str]:
    """An event that is ready to be released, and the address of its organizer."""
    city = world.city()
    organizer = world.member(city, Role.ORGANIZER)
    event = world.event(city, "call_closed")
    place = world.place(event)
    for _ in range(3):
        application = world.application(world.challenge(event), state=State.CONFIRMED)
        world.session(event, place=place, application=application, title="")
    world.release(event)
    return event, organizer.email


def test_what_one_does_the_other_knows(house: House) -> None:
    event, address = released_event(house.world)
    # A link that was asked for here is spent there, and whoever came in there is signed in here.
    assert house.submit(0, "/fi/sign-in", email=address).status_code == 200
    house.share_cookies()
    assert house.submit(1, link_in(house, address)).status_code == 303
    house.browsers[0].cookies = house.browsers[1].cookies
    for browser in house.browsers:
        assert address in browser.get("/fi/account/profile").text

    # A page that is open here hears of what is released there; the files that a worker makes are fetched from either.
    public = f"/fi/tampere/{event.slug}/programme"
    heard: list[object] = []
    ask = f"{public}/live?release=1"
    waiting = threading.Thread(
        target=lambda: heard.append(httpx2.get(f"{house.browsers[0].base_url}{ask}", timeout=40).json())
    )
    waiting.start()
    time.sleep(1.5)
    assert not heard
    releases = f"/fi/organizer/tampere/events/{event.id}/programme/releases"
    assert house.submit(1, f"{releases}/new", "/releases", name="2.0").status_code == 303
    with within(5):
        waiting.join(10)
    assert heard == [{"release": 2}]
    for browser in house.browsers:
        until(60, lambda browser=browser: browser.get(f"{public}.pdf").status_code == 200)
        assert browser.get(f"{public}.pdf").content.startswith(b"%PDF")

    # Two workers, and each thing is done once.
    until(60, lambda: not _waiting(house))
    with reading(house.world.engine, EVERY_CITY) as session:
        made = Counter(session.exec(select(Document.locale)))
        assert made == {"fi": 2, "sv": 2, "en": 2}
        assert session.exec(select(Job.state).distinct()).all() == [JobState.DONE]
        assert session.exec(select(OutgoingMail.state).distinct()).all() == [MailState.SENT]
        mails = session.execute(sa.select(sa.func.count()).select_from(OutgoingMail)).scalar_one()
    assert house.mails.times.total() == mails
    assert set(house.mails.times.values()) == {1}


def _waiting(house: House) -> bool:
    with reading(house.world.engine, EVERY_CITY) as session:
        jobs = session.exec(select(Job.id).where(Job.state == JobState.WAITING)).first()
        mails = session.exec(select(OutgoingMail.id).where(OutgoingMail.state == MailState.QUEUED)).first()
    return bool(jobs or mails)


def test_they_count_together(house: House) -> None:
    limit = LIMITS[Act.ASK_LINK, By.MAIL]
    left = limit.within.total_seconds() - time.time() % limit.within.total_seconds()
    if left < 30:  # the counting begins anew at full quarters
        time.sleep(left + 1)
    answers = [house.submit(number % 2, "/fi/sign-in", email="a@example.org") for number in range(limit.most + 2)]
    assert [answer.status_code for answer in answers] == [200] * limit.most + [429] * 2
