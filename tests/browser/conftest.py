"""A real server over the demo cities, and a real browser."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True)
class Server:
    """Where it listens, and what it was started with."""

    address: str
    environment: dict[str, str]

    def kipina(self, *arguments: str) -> None:
        """Run the command over the same database."""
        subprocess.run([sys.executable, "-m", "app.cli", *arguments], cwd=ROOT, env=self.environment, check=True)


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo, freshly loaded and served by the real command."""
    folder = tmp_path_factory.mktemp("demo")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = Server(
        address,
        {
            **os.environ,
            "KIPINA_DATABASE_URL": f"sqlite:///{folder}/kipina.db",
            "KIPINA_FILES": str(folder / "files"),
            "KIPINA_BASE_URL": address,
            "KIPINA_DEMO": "true",
        },
    )
    server.kipina("migrate")
    server.kipina("demo")
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--port", str(port)], cwd=ROOT, env=server.environment
    )
    try:
        wait_for(address)
        yield server
    finally:
        process.terminate()
        process.wait(30)  # ten of them for pages that wait for news


def wait_for(address: str) -> None:
    """Until a server answers."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=1):  # noqa: S310
                return
        except OSError:
            time.sleep(0.1)
    message = "the server did not start"
    raise TimeoutError(message)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_as(chromium: Browser, demo_server: Server) -> Iterator[Callable[..., Page]]:
    """`open_as("Otso Lehmusvaara")` is a page of that person's own browser; without a name, of nobody's."""
    contexts: list[BrowserContext] = []

    def open_page(name: str = "", *, javascript: bool = True, width: int = 1280) -> Page:
        context = chromium.new_context(
            base_url=demo_server.address, java_script_enabled=javascript, viewport={"width": width, "height": 900},
            locale="fi-FI",
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        if name:
            page.goto("/fi/demo")
            for more in page.locator("main details summary").all():
                more.click()
            page.get_by_role("button", name=name).first.click()
            page.wait_for_url("**/tasks")
        return page

    yield open_page
    for number, context in enumerate(contexts):
        if os.environ.get("KIPINA_TEST_PICTURES"):  # what each browser saw last, for finding out why a test fails
            context.pages[0].screenshot(path=f"{os.environ['KIPINA_TEST_PICTURES']}/{number}.png", full_page=True)
        context.close()
