"""A machine that is busy with something else for a while: nothing is lost by it but that while."""

import os
import re
import signal
import time
from pathlib import Path

from app.config import Settings
from tests.faults.processes import environment_of, free_port, running, wait_for

BUSY = 7.0
"""Seconds without time for us: more than Uvicorn waits by itself before it kills a process that does not answer."""


def processes_of(parent: int) -> list[int]:
    """The server processes under the one that was started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            child = re.search(rf"^PPid:\t{parent}$", status.read_text(), re.MULTILINE)
            if child and b"spawn_main" in (status.parent / "cmdline").read_bytes():
                found.append(int(status.parent.name))
        except OSError:  # gone meanwhile
            continue
    return sorted(found)


def test_a_process_that_gets_no_time_is_not_killed_for_it(tmp_path: Path) -> None:
    """While it starts it cannot answer its parent either: killed then, it would be begun anew without end."""
    port = free_port()
    database = f"sqlite:///{tmp_path}/kipina.db"
    settings = Settings(database_url=database, files=tmp_path / "files", base_url=f"http://127.0.0.1:{port}")
    with running(environment_of(settings), "serve", "--port", str(port), "--workers", "2") as server:
        while len(begun := processes_of(server)) < 2:
            time.sleep(0.02)
        for process in begun:
            os.kill(process, signal.SIGSTOP)
        time.sleep(BUSY)
        assert processes_of(server) == begun
        for process in begun:
            os.kill(process, signal.SIGCONT)
        wait_for(port)
        assert processes_of(server) == begun
