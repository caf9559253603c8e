"""A mail server that really listens, keeps what it takes, and can be told to misbehave."""

import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default

PATIENT = "250 ok"


class Sink(socketserver.ThreadingTCPServer):
    """`behave(step, recipient)` is asked before each answer: what to say, None to cut the connection.

    Steps are greeting, ehlo, mail, rcpt, data, half (in the midst of the text), end (all of it has come) and quit. A
    behaviour that sleeps is a slow server, one that waits for ever is a hanging one.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Talk)
        self.port: int = self.server_address[1]
        self.taken: list[tuple[float, str, str, str]] = []
        """When, Message-ID, to whom, and the subject: of each text that was answered with 250."""
        self.refused = 0
        self.behave: Callable[[str, str], str | None] = lambda _step, _recipient: PATIENT

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is what we are here for."""

    @property
    def times(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        return Counter(message_id for _, message_id, _, _ in self.taken)


class _Talk(socketserver.StreamRequestHandler):
    server: Sink
    timeout = 120

    def handle(self) -> None:
        recipient = ""
        if not self._say("greeting", recipient, "220 sink"):
            return
        while line := self.rfile.readline():
            word = line[:4].strip().upper().decode("ascii", "replace")
            if word == "QUIT":
                self._say("quit", recipient, "221 bye")
                return
            if word == "RCPT":
                recipient = line.partition(b"<")[2].partition(b">")[0].decode()
            if word == "DATA":
                if not self._take(recipient):
                    return
                continue
            step = {"EHLO": "ehlo", "HELO": "ehlo", "MAIL": "mail", "RCPT": "rcpt"}.get(word, "other")
            if not self._say(step, recipient):
                return

    def _take(self, recipient: str) -> bool:
        answer = self.server.behave("data", recipient)
        if answer is None or not answer.startswith("2"):
            return self._answer(answer)
        self.wfile.write(b"354 go on\r\n")
        text = b""
        while (line := self.rfile.readline()) != b".\r\n":
            if not line or (text and self.server.behave("half", recipient) is None):
                return False
            text += line
        answer = self.server.behave("end", recipient)
        if answer and answer.startswith("2"):
            message = message_from_bytes(text, policy=default)
            about = (str(message["Message-ID"]), recipient, str(message["Subject"]))
            self.server.taken.append((time.monotonic(), *about))
        return self._answer(answer)

    def _say(self, step: str, recipient: str, usual: str = PATIENT) -> bool:
        answer = self.server.behave(step, recipient)
        return self._answer(usual if answer == PATIENT else answer)

    def _answer(self, answer: str | None) -> bool:
        if answer is None:
            return False
        self.server.refused += not answer.startswith(("2", "3"))
        self.wfile.write(f"{answer}\r\n".encode())
        return True


@contextmanager
def sink(port: int = 0) -> Iterator[Sink]:
    with Sink(port) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()
