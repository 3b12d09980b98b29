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


LAG = 0.02
"""Seconds: over a socket nothing ends before the answer that says it has begun is there."""


def server(core: FakeCore) -> uvicorn.Server:
    """The server of a core; `run(sockets=[...])` blocks."""
    core.lag = LAG
    config = uvicorn.Config(Closing(core), log_level="critical", lifespan="off", ws="wsproto", date_header=False)
    return uvicorn.Server(config)


def listening_on(port: int) -> socket.socket:
    """A socket on 127.0.0.1. Its protocol is named: only then asyncio sends small answers without delay."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(("127.0.0.1", port))
    found.listen(100)
    return found


@contextmanager
def serving(core: FakeCore, port: int = 0) -> Iterator[str]:
    """Serve a core from a thread of its own; yields its address."""
    with listening_on(port) as listening:
        running = server(core)
        thread = Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            core.drop_websockets()
            running.should_exit = True
            thread.join()
