"""A git server over HTTP: `git http-backend` behind Python's own server, with basic authentication where asked for."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit


class GitServer(ThreadingHTTPServer):
    """Serves the bare repositories in `root`; `login` is `user:password` of those who may, None for everybody.

    A dumb one gives the files as they are.
    """

    daemon_threads = False

    def __init__(self, root: Path, login: str | None = None, *, dumb: bool = False) -> None:
        self.root = root
        self.login = login
        super().__init__(("127.0.0.1", 0), partial(_Files, directory=root) if dumb else _Handler)

    def become_dumb(self) -> None:
        """From now on it gives the files as they are."""
        self.RequestHandlerClass = partial(_Files, directory=self.root)  # type: ignore[assignment]

    @property
    def url(self) -> str:
        """The address that the repositories are below."""
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(root: Path, login: str | None = None, *, dumb: bool = False) -> Iterator[GitServer]:
    """A running server."""
    with GitServer(root, login, dumb=dumb) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is Python's
        """Says nothing."""


class _Handler(BaseHTTPRequestHandler):
    server: GitServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is Python's
        """Says nothing."""

    def _answer(self) -> None:
        body = self._body()
        if not self._may():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=self._cgi(body), capture_output=True, check=False
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(fields.pop("Status", "200 OK").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _may(self) -> bool:
        if self.server.login is None:
            return True
        wanted = base64.b64encode(self.server.login.encode()).decode()
        return self.headers.get("Authorization") == f"Basic {wanted}"

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        return body

    def _cgi(self, body: bytes) -> dict[str, str]:
        url = urlsplit(self.path)
        user = {"REMOTE_USER": self.server.login.partition(":")[0]} if self.server.login else {}
        return {
            **os.environ,
            **user,
            "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REQUEST_METHOD": self.command,
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REMOTE_ADDR": "127.0.0.1",
        }
