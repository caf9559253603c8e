"""Open programmes are told of a new release, by whichever process it was made."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
import sqlalchemy as sa

from app.adapters.database import make_engine
from app.config import Settings
from app.domain.ids import EventId
from app.models import Event
from app.web.live import Live
from tests.faults.processes import environment_of, free_port, running, wait_for
from tests.postgres import Cluster
from tests.strict import StrictClient
from tests.world import World


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, settings: Settings) -> Iterator[World]:
    """A world on either server: its engine stands for another process than the one that waits."""
    on_postgres = request.param == "postgresql"
    url = request.getfixturevalue("cluster").fresh_database() if on_postgres else settings.database_url
    engine = make_engine(url)
    yield World(engine, settings)
    engine.dispose()


def released(world: World) -> Event:
    """An event whose programme is out."""
    event = world.event(world.city(), "call_closed")
    world.session(event, place=world.place(event), title="Avaus")
    world.release(event)
    return event


def waiting(world: World, ask: Callable[[Live], Awaitable[None]]) -> None:
    """Run what waits, in an app of its own."""
    engine = make_engine(world.engine.url.render_as_string(hide_password=False))
    live = Live(engine)

    async def run() -> None:
        try:
            await ask(live)
        finally:
            live.close()

    asyncio.run(run())
    engine.dispose()


def test_three_hundred_who_wait_are_told_at_once(anywhere: World) -> None:
    row = released(anywhere)
    event = EventId(row.id)

    async def ask(live: Live) -> None:
        all_of_them = asyncio.gather(*(live.newer(event, 1, 20) for _ in range(300)))
        await asyncio.sleep(1.5)
        assert not all_of_them.done()
        began = time.monotonic()
        await asyncio.to_thread(anywhere.release, row, "2.0")
        assert set(await all_of_them) == {2}
        assert time.monotonic() - began < 4
        assert live._waiting == {}, "nothing is kept for those who have gone"

    waiting(anywhere, ask)


def test_what_was_released_before_the_waiting_began_is_told(anywhere: World) -> None:
    event = EventId(released(anywhere).id)

    async def ask(live: Live) -> None:
        for _ in range(2):  # the first begins to listen, the second finds somebody who does
            first = asyncio.create_task(live.newer(event, 7, 20))
            assert await first == 1

    waiting(anywhere, ask)


def test_nothing_new_is_an_answer_too(anywhere: World) -> None:
    event = EventId(released(anywhere).id)

    async def ask(live: Live) -> None:
        assert await live.newer(event, 1, 0.2) == 1

    waiting(anywhere, ask)


def test_a_line_that_was_lost_is_taken_up_and_nothing_is_missed(cluster: Cluster, settings: Settings) -> None:
    engine = make_engine(cluster.fresh_database())
    world = World(engine, settings)
    row = released(world)
    event = EventId(row.id)

    def cut() -> None:
        with engine.connect() as connection:
            mine = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            assert connection.execute(sa.text(mine)).all() == [(True,)]

    async def ask(live: Live) -> None:
        waits = asyncio.create_task(live.newer(event, 1, 20))
        await asyncio.sleep(1)
        await asyncio.to_thread(cut)
        await asyncio.to_thread(world.release, row, "2.0")
        assert await waits == 2

    waiting(world, ask)
    engine.dispose()


def test_a_page_asks_with_the_release_it_has(world: World, client: StrictClient) -> None:
    event = released(world)
    page = f"/fi/tampere/{event.slug}/programme"
    assert 'data-release="1"' in client.get(page).text
    assert client.get(f"{page}/live").json() == {"release": 1}
    assert client.get(f"{page}/live?release=9").json() == {"release": 1}
    assert client.get(f"{page}/live?release=x").status_code in {400, 404, 422}
    draft = world.event(world.city("vaasa", "Vaasa"), "draft")
    assert client.get(f"/fi/vaasa/{draft.slug}/programme/live").status_code == 404


def test_a_server_that_ends_answers_whoever_waits_and_is_gone(world: World, settings: Settings) -> None:
    event, port = released(world), free_port()
    home = f"http://127.0.0.1:{port}"
    page = f"{home}/fi/tampere/{event.slug}/programme/live?release=1"
    told = environment_of(settings, base_url=home)
    with ThreadPoolExecutor() as threads, running(told, "serve", "--port", str(port)) as server:
        wait_for(port)
        answer = threads.submit(httpx2.get, page, timeout=40)
        time.sleep(1.5)
        assert not answer.done(), "it waits"
        os.kill(server, signal.SIGTERM)
        began = time.monotonic()
        assert answer.result(5).json() == {"release": 1}
    assert time.monotonic() - began < 5, "else the server waits ten seconds for those who wait for news"
