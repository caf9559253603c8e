"""Asks a ClamAV daemon about a file, over its socket: the INSTREAM command of clamd(8)."""

import socket
import struct

SECONDS = 20
"""For each step of the talk."""
_CHUNK = 1 << 17


class NoAnswerError(Exception):
    """The daemon is not there, or could not look."""


def finds(address: str, content: bytes) -> bool:
    """Does it know the content as harmful. `address`: the path of its socket, or host:port. Raises NoAnswerError."""
    try:
        with _connected(address) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), _CHUNK):
                chunk = content[start : start + _CHUNK]
                line.sendall(struct.pack("!I", len(chunk)) + chunk)
            line.sendall(struct.pack("!I", 0))
            answer = b""
            while not answer.endswith(b"\0"):
                more = line.recv(4096)
                if not more:
                    break
                answer += more
    except OSError as error:
        raise NoAnswerError(str(error)) from error
    if answer == b"stream: OK\0":
        return False
    if answer.endswith(b" FOUND\0"):
        return True
    raise NoAnswerError(answer.decode(errors="replace")[:200] or "it hung up")


def _connected(address: str) -> socket.socket:
    if "/" not in address:
        host, _, port = address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(SECONDS)
    try:
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line
