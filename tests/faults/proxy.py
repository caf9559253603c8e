"""A line between two machines, which can be slow, cut, or dead without a word."""

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class Line:
    """One connection through the proxy. `number` counts from 1; `over` is set when it has ended."""

    def __init__(self, number: int, near: socket.socket, far: socket.socket) -> None:
        self.number, self.near, self.far = number, near, far
        self.over = threading.Event()

    def cut(self) -> None:
        """Both ends see it."""
        self.over.set()
        for end in (self.near, self.far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Proxy(socketserver.ThreadingTCPServer):
    """`behave(line, up, data)` says what is passed on, up to the server or down from it; None cuts the line.

    A behaviour that sleeps makes a slow line; one that waits for `line.over` a dead one.
    """

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, target: int, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Between)
        self.target, self.port = target, int(self.server_address[1])
        self.lines: list[Line] = []
        self.behave: Callable[[Line, bool, bytes], bytes | None] = lambda _line, _up, data: data

    def handle_error(self, request: object, client_address: object) -> None:
        """Lines that break are what we are here for."""


class _Between(socketserver.BaseRequestHandler):
    server: Proxy

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.target)) as far:
            line = Line(len(self.server.lines) + 1, self.request, far)
            self.server.lines.append(line)
            down = threading.Thread(target=self._carry, args=(line, far, self.request), daemon=True)
            down.start()
            self._carry(line, self.request, far)
            down.join()

    def _carry(self, line: Line, source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                passed = self.server.behave(line, to is line.far, data)
                if passed is None:
                    break
                to.sendall(passed)
        line.cut()


@contextmanager
def proxy(target: int, port: int = 0) -> Iterator[Proxy]:
    with Proxy(target, port) as between:
        threading.Thread(target=between.serve_forever, args=(0.02,), daemon=True).start()
        yield between
        between.shutdown()
        for line in between.lines:
            line.cut()
