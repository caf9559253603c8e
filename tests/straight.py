"""A test client that asks the app in its own thread.

Starlette's hands each part of an answer from thread to thread, some fifteen times for a page, and the app its work to
another: that takes longer than the page itself. Where another loop runs in the thread, as a browser's does, and in
threads of a test, they still do, as wherever `kipina serve` is started.
"""

import asyncio
import atexit
import contextvars
import sys
import threading
from collections.abc import Callable
from typing import Any

import anyio.to_thread
import httpx2
from starlette import testclient


class _Loop(asyncio.SelectorEventLoop):
    """What the app would hand to a thread is done at once: nobody else waits for this loop."""

    def run_in_executor(self, _executor: Any, work: Any, *arguments: Any) -> Any:  # type: ignore[override]
        done = self.create_future()
        try:
            done.set_result(work(*arguments))
        except Exception as error:  # noqa: BLE001  it is raised where it is waited for
            done.set_exception(error)
        return done


_LOOP = _Loop()
atexit.register(_LOOP.close)
_in_a_thread = anyio.to_thread.run_sync


async def _at_once(work: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    if asyncio.get_running_loop() is not _LOOP or options.get("abandon_on_cancel"):
        return await _in_a_thread(work, *arguments, **options)
    return contextvars.copy_context().run(work, *arguments)


anyio.to_thread.run_sync = _at_once  # type: ignore[assignment]
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]  # which httpx2 else looks for at each request


class _Straight(testclient._TestClientTransport):
    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if threading.current_thread() is not threading.main_thread() or asyncio._get_running_loop() is not None:
            return super().handle_request(request)
        return _LOOP.run_until_complete(self._ask(request))

    async def _ask(self, request: httpx2.Request) -> httpx2.Response:
        app = httpx2.ASGITransport(self.app, self.raise_server_exceptions, client=self.client)
        answer = await app.handle_async_request(request)
        body = b"".join([part async for part in answer.stream])  # type: ignore[union-attr]
        return httpx2.Response(
            answer.status_code, headers=answer.headers, stream=httpx2.ByteStream(body), request=request
        )


class TestClient(testclient.TestClient):
    """As Starlette's."""

    __test__ = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        inner: Any = self._transport
        self._transport = _Straight(
            inner.app, inner.portal_factory, inner.raise_server_exceptions, inner.root_path,
            app_state=inner.app_state, client=inner.client,
        )  # fmt: skip
