"""The doors of the network: answers and events of a Core, deliveries of webhooks."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import httpx

from ksync_tui.engine.core import client, stream
from ksync_tui.engine.core.access import KeyAccess
from ksync_tui.engine.core.client import CoreServer
from ksync_tui.engine.core.stream import Stream
from ksync_tui.errors import KsyncError
from ksync_tui.watch.webhooks import application
from tests.campaigns.mutations import FEW, Steps
from tests.campaigns.webhooks import SECRET, Receiver, signature
from tests.contract.engines import opened
from tests.core.fake import FakeCore
from tests.core.fake.seed import homelab

PUSHES = (
    b'{"ref":"refs/heads/main","after":"' + b"1" * 40 + b'","repository":{"full_name":"a/b"},"commits":[]}',
    b'{"object_kind":"push","ref":"refs/heads/main","checkout_sha":"' + b"2" * 40 + b'","project":{"id":1}}',
)
EVENTS = (b"LOGGED_IN", b'{"id":"64b7c8f1e4b0a1b2c3d4e5f6","type":"UPDATE"}', b'{"type":"INVALID_USER"}')


# -------------------------------------------------------------------------------------------------------------- Core


@contextmanager
def answers(folder: Path) -> Iterator[Steps]:
    """A Core, one of whose answers is this; which one, the answer itself says."""
    core = FakeCore()
    homelab(core)
    inner = httpx.ASGITransport(app=core)
    broken: dict[str, bytes] = {}

    async def answer(request: httpx.Request) -> httpx.Response:
        found = await inner.handle_async_request(request)
        body = broken.get(_asked(request), await found.aread())
        return httpx.Response(found.status_code, headers={"content-type": "application/json"}, content=body)

    place = CoreServer("http://core.test", transport=httpx.MockTransport(answer))
    with patch.object(client, "RETRY_SECONDS", ()), opened(folder, place, KeyAccess(core.key, core.secret)) as engine:

        def steps(data: bytes) -> Generator[str]:
            name, _, body = data.partition(b"\n")
            broken.clear()
            broken[name.decode("latin1")] = body
            yield "snapshot"
            found = engine.snapshot()
            yield "read all of it"
            for live in found.live.values():
                with contextlib.suppress(KsyncError):
                    assert live.resource
            engine.observed(found, list(found.live))
            engine.known_secrets()
            for target in list(found.live)[:FEW]:
                with contextlib.suppress(KsyncError):
                    engine.changes(target, 5)
                engine.fingerprint(target)

        yield steps


def _asked(request: httpx.Request) -> str:
    """The type of a request, or its path."""
    return str(json.loads(request.content)["type"]) if request.method == "POST" else request.url.path


@cache
def some_answers() -> tuple[bytes, ...]:
    """What a Core answers to each request that reads all of it."""
    core = FakeCore()
    homelab(core)
    inner, seen = httpx.ASGITransport(app=core), {}

    async def keep(request: httpx.Request) -> httpx.Response:
        found = await inner.handle_async_request(request)
        seen[_asked(request)] = await found.aread()
        return httpx.Response(found.status_code, headers=found.headers, content=seen[_asked(request)])

    place = CoreServer("http://core.test", transport=httpx.MockTransport(keep))
    with TemporaryDirectory() as folder, opened(Path(folder), place, KeyAccess(core.key, core.secret)) as engine:
        found = engine.snapshot()
        engine.known_secrets()
        engine.changes(next(iter(found.live)), 5)
    return tuple(f"{name}\n".encode() + body for name, body in seen.items())


@contextmanager
def events(folder: Path) -> Iterator[Steps]:
    """The stream of a Core's updates: whatever comes, it goes on."""
    del folder

    def steps(data: bytes) -> Generator[str]:
        yield "listen"
        asyncio.run(_hear(data.decode("utf-8", "replace").split("\n")))

    yield steps


async def _hear(messages: list[str]) -> None:
    """Connects, hears the messages, and has to try again after them."""
    again = asyncio.Event()

    class Socket:
        def __init__(self) -> None:
            self.left = ["LOGGED_IN", *messages]

        async def send_text(self, text: str) -> None:
            del text

        async def receive_text(self) -> str:
            if not self.left:
                raise OSError("closed")
            return self.left.pop(0)

    @contextlib.asynccontextmanager
    async def connect(*_: Any) -> AsyncIterator[Socket]:
        yield Socket()

    async def sleep(_: float) -> None:
        again.set()
        await asyncio.Event().wait()

    asking: Any = SimpleNamespace(address="http://core", http=None, access=KeyAccess("k", "s"))
    listening = Stream(asking)
    with patch.object(stream, "aconnect_ws", connect), patch.object(stream.asyncio, "sleep", sleep):
        task = asyncio.create_task(listening._listen())
        waiting = asyncio.create_task(again.wait())
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED, timeout=10)
        assert again.is_set(), f"it listens no more: {task.exception() if task.done() else 'stuck'}"
        task.cancel()


# ---------------------------------------------------------------------------------------------------------- webhooks


@contextmanager
def webhooks(folder: Path) -> Iterator[Steps]:
    """A delivery that is signed as it should be, and holds anything."""
    del folder

    def steps(data: bytes) -> Generator[str]:
        yield "deliver"
        asyncio.run(_deliver(data))

    yield steps


async def _deliver(data: bytes) -> None:
    receiver = Receiver()
    transport = httpx.ASGITransport(application(receiver))
    event, _, body = data.partition(b"\r\n") if data[:1].isalpha() else (b"push", b"", data)
    headers: Mapping[str, bytes] = {
        "x-hub-signature-256": b"sha256=" + signature(SECRET, body).encode(),
        "x-github-event": event.replace(b"\n", b"")[:200],
        "x-github-delivery": body[:40].replace(b"\n", b"").replace(b"\r", b""),
    }
    async with httpx.AsyncClient(transport=transport, base_url="http://ksync") as sender:
        answer = await sender.post("/listener/github/sync/lab/refresh", content=body, headers=headers)
    assert answer.status_code < 500, answer.text
    assert not any("internal error" in line for line in receiver.lines), receiver.lines
