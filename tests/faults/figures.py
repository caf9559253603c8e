"""What `./script/faults` prints at its end: one row for each fault, with the figure that was reached."""

import json
import os
from pathlib import Path

FULL = os.environ.get("KIPINA_FAULTS") == "full"
"""The long form: as often and for as long as the promise says. Without it a test tries the same in small."""


def reached(fault: str, promise: str, figure: str) -> None:
    print(f"{fault}: {figure}")
    if path := os.environ.get("KIPINA_FAULTS_TABLE"):
        with Path(path).open("a") as table:
            table.write(json.dumps([fault, promise, figure]) + "\n")
