"""The server as `kipina serve` runs it, in a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from app.config import Settings
from app.main import create_app
from app.web import connection
from tests.faults.processes import wait_for


@contextmanager
def serving(settings: Settings, port: int) -> Iterator[None]:
    app = create_app(settings)
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, http=connection.Connection, log_config=None, timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(port)
        yield
    finally:
        server.should_exit = True
        thread.join(20)
        app.state.engine.dispose()
