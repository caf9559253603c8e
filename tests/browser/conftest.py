"""A real server over the demo cities, and a real browser."""

import os
import shutil
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
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--js-flags=--no-opt,--no-maglev",  # a page is seen once: to make its scripts fast takes longer than they do
]  # fmt: skip


@dataclass(frozen=True)
class Server:
    """Where it listens, and what it was started with."""

    address: str
    environment: dict[str, str]

    def kipina(self, *arguments: str) -> None:
        """Run the command over the same database."""
        subprocess.run([sys.executable, "-m", "app.cli", *arguments], cwd=ROOT, env=self.environment, check=True)


def server_over(folder: Path, port: int) -> Server:
    """The demo in a folder."""
    address = f"http://127.0.0.1:{port}"
    return Server(
        address,
        {
            **os.environ,
            "KIPINA_DATABASE_URL": f"sqlite:///{folder}/kipina.db",
            "KIPINA_FILES": str(folder / "files"),
            "KIPINA_BASE_URL": address,
            "KIPINA_DEMO": "true",
        },
    )


@pytest.fixture(scope="session")
def loaded_demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The demo as it is loaded, to be copied, and the port that its mails lead to."""
    folder = tmp_path_factory.mktemp("loaded")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = server_over(folder, port)
    server.kipina("migrate")
    server.kipina("demo")
    return folder, port


@pytest.fixture(scope="module")
def demo_server(loaded_demo: tuple[Path, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo, as if freshly loaded, served by the real command."""
    loaded, port = loaded_demo
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(loaded, folder, dirs_exist_ok=True)
    server = server_over(folder, port)
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--port", str(port)], cwd=ROOT, env=server.environment
    )
    try:
        wait_for(server.address)
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
    """One browser for the tests of a file: while it runs, no other test of the process may have an event loop."""
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
