"""Starts `kipina` often and fast: what each process would import and compile is ready here, where they are forked from.

Each line it reads is a JSON object, and each is answered with a number. {"start": arguments, "environment": {…},
"log": path} gives the process's id; {"kill": id} ends it with signal 9, {"await": id} waits for it and gives its code.
"""

import json
import os
import signal
import sys
from typing import Any

from app import cli
from app.adapters.templates import environment
from app.config import Settings
from app.main import create_app


def _become(told: dict[str, Any]) -> None:
    os.environ.update(told["environment"])
    log = os.open(told["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    cli.cli(told["start"])


def _make_ready() -> None:
    create_app(Settings(database_url="sqlite://")).state.engine.dispose()
    pages = environment("fi")
    for name in pages.list_templates(extensions=["html"]):
        pages.get_template(name)


def _do(told: dict[str, Any]) -> int:
    if "start" in told:
        pid = os.fork()
        if not pid:
            _become(told)
        return pid
    if "kill" in told:
        os.kill(told["kill"], signal.SIGKILL)
    _, status = os.waitpid(told.get("kill") or told["await"], 0)
    return os.waitstatus_to_exitcode(status)


def main() -> None:
    _make_ready()
    for line in sys.stdin:
        print(_do(json.loads(line)), flush=True)


if __name__ == "__main__":
    main()
