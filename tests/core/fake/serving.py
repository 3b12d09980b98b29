"""A fake Core behind a real socket on 127.0.0.1, for command lines and terminals."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import httpx
import uvicorn

from tests.core.fake.core import FakeCore


class Closing:
    """Over a socket, a connection that breaks is a body that never comes and a closed socket."""

    def __init__(self, core: FakeCore) -> None:
        self._core = core

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        try:
            await self._core(scope, receive, send)
        except httpx.TransportError:
            headers = [(b"content-length", b"64"), (b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            raise


def server(core: FakeCore) -> uvicorn.Server:
    """The server of a core; `run(sockets=[...])` blocks."""
    return uvicorn.Server(uvicorn.Config(Closing(core), log_level="critical", lifespan="off", ws="wsproto"))


@contextmanager
def serving(core: FakeCore, port: int = 0) -> Iterator[str]:
    """Serve a core from a thread of its own; yields its address."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        running = server(core)
        thread = Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            core.drop_websockets()
            running.should_exit = True
            thread.join()
