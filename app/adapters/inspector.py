"""The process that opens what people send, and can do nothing else. `inspection` starts it, one beside each server.

It knows nothing of ours: no settings, no database, no other file. It has imported all it needs, and for each file forks
a child that may use so much time and memory and can open nothing, neither file nor socket. What a hostile file does to
the child ends with the child.
"""

import codecs
import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import NoReturn

from PIL import Image

from app.adapters import office_check, pdf_check, pictures
from app.domain.file_kind import FileKind
from app.domain.refusals import Reason, Refused

CPU_SECONDS = 8
SECONDS = 15
"""By the clock on the wall, from the last byte received."""
BYTES = 190 * 1024 * 1024
"""Of memory, beyond what the process had before the file."""

_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def look(content: bytes) -> tuple[FileKind, int | None]:
    """The kind of a file, and the pages of a PDF. Raises Refused."""
    if content.startswith(pdf_check.PDF):
        return FileKind.PDF, pdf_check.page_count(content)
    if content.startswith(office_check.ZIP):
        return office_check.kind_of(content), None
    if content.startswith(_PICTURES):
        return pictures.kind_of(content), None
    if content.startswith(office_check.OLE) and _ENCRYPTED in content:
        raise Refused(Reason.FILE_IS_LOCKED)
    raise Refused(Reason.NOT_A_KNOWN_FILE)


def main() -> None:
    """Fork for every order, until the server has gone. An order comes with the socket that its file comes through."""
    orders = socket.socket(fileno=sys.stdin.fileno())
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the children
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server
    Image.init()
    codecs.lookup("cp437")  # the names in archives; nothing can be imported once the doors are shut
    Image.MAX_IMAGE_PIXELS = None  # `pictures` has a limit of its own
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * resource.getpagesize() + BYTES
    while True:
        order, descriptors, _, _ = socket.recv_fds(orders, 16, 1)
        if not descriptors:
            return
        if os.fork() == 0:
            orders.close()
            _serve(order, socket.socket(fileno=descriptors[0]), memory)
        os.close(descriptors[0])


def _serve(order: bytes, line: socket.socket, memory: int) -> NoReturn:
    """In the child: read the file, then shut all doors, then open it."""
    with line.makefile("rb") as file:
        content = file.read()
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))
    signal.alarm(SECONDS)
    try:
        if order == b"logo":
            line.sendall(pictures.logo(content))
        else:
            kind_of_file, pages = look(content)
            line.sendall(json.dumps({"kind": kind_of_file, "pages": pages}).encode())
    except Refused as refusal:
        line.sendall(json.dumps({"refused": refusal.reason}).encode())
    finally:
        os._exit(0)  # whatever else was raised: no answer means that the file could not be opened


if __name__ == "__main__":
    main()
