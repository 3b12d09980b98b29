"""A receiver of alerts on this machine: keeps what it is sent, answers what it is told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass(frozen=True)
class Received:
    """One request: its path with the query, its headers in lower case, its body."""

    path: str
    headers: Mapping[str, str]
    body: str


@dataclass
class Receiver:
    """What came, in order, and the status that is answered next."""

    port: int
    received: list[Received] = field(default_factory=list)
    status: int = 204
    answer: Callable[[Received], int] | None = None
    """What a request is answered by what it says, in place of `status`."""

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A real HTTP server in a thread."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            headers = {name.lower(): value for name, value in self.headers.items()}
            one = Received(self.path, headers, self.rfile.read(length).decode())
            found.received.append(one)
            self.send_response(found.answer(one) if found.answer else found.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Receiver(server.server_address[1])
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
