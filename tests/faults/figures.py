"""What `./script/faults` prints at its end: one row for each fault, with the figure that was reached."""

import json
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

FULL = os.environ.get("KIPINA_FAULTS") == "full"
"""The long form: as often and for as long as the promise says. Without it a test tries the same in small."""


def reached(fault: str, promise: str, figure: str) -> None:
    print(f"{fault}: {figure}")
    if path := os.environ.get("KIPINA_FAULTS_TABLE"):
        with Path(path).open("a") as table:
            table.write(json.dumps([fault, promise, figure]) + "\n")


def main() -> None:
    """Print the table that `reached` has written to the file."""
    table = Table("Fault", "Promise", "Reached", show_lines=True)
    for line in Path(sys.argv[1]).read_text().splitlines():
        table.add_row(*json.loads(line))
    Console().print(table)


if __name__ == "__main__":
    main()
