"""Core's stream of updates: a hint that something changed, never the truth itself (semantics a.8)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpx
from httpx_ws import AsyncWebSocketSession, HTTPXWSException, aconnect_ws

from ksync_tui.engine.core.client import Client
from ksync_tui.errors import KsyncError

RECONNECT_SECONDS = 5.0
_UNASKED = 256
"""Updates heard of before anybody asked that are remembered."""


class Stream:
    """Listens from the first time that somebody waits. Where it cannot, waiting is polling."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._task: asyncio.Task[None] | None = None
        self._open = False
        self._waiting: dict[str, asyncio.Event] = {}
        self._heard_of: dict[str, None] = {}

    async def news(self, update: str, slow: float, quick: float) -> None:
        """Returns when an update has changed: told by the stream, or `slow` seconds later; without it, `quick`."""
        if self._task is None:
            self._task = asyncio.create_task(self._listen())
        if update in self._heard_of:
            del self._heard_of[update]
            return
        event = self._waiting.setdefault(update, asyncio.Event())
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), slow if self._open else quick)
        self._waiting.pop(update, None)

    async def close(self) -> None:
        """Stops listening."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            with suppress(httpx.HTTPError, HTTPXWSException, OSError, KsyncError, RecursionError, ValueError):
                await self._hear()
            self._open = False
            self._wake(self._waiting)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _hear(self) -> None:
        url = f"{self._client.address}/ws/update".replace("http", "ws", 1)
        socket: AsyncWebSocketSession
        async with aconnect_ws(url, self._client.http) as socket:
            await socket.send_text(json.dumps(self._client.access.greeting()))
            self._open = await socket.receive_text() == "LOGGED_IN"
            # What changed before we listened is not told again.
            self._wake(self._waiting)
            while self._open:
                self._heard(json.loads(await socket.receive_text()))

    def _heard(self, message: Any) -> None:
        if isinstance(message, dict):
            self._open = message.get("type") != "INVALID_USER"
            self._remember(str(message.get("id")))

    def _remember(self, update: str) -> None:
        """Wakes who waits for an update. Where nobody does yet, whoever asks next is told at once."""
        if update in self._waiting:
            self._wake([update])
            return
        self._heard_of[update] = None
        if len(self._heard_of) > _UNASKED:
            del self._heard_of[next(iter(self._heard_of))]

    def _wake(self, updates: Iterable[str]) -> None:
        for update in list(updates):
            self._waiting[update].set()
