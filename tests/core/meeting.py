"""A Core that answers requests of a type only when so many of them are there at the same time."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.core.fake import FakeCore

PATIENCE = 30.0
"""Seconds after which a test fails in which they never come together."""


class Meeting:
    """ASGI in front of a core; counts how many requests are under way."""

    def __init__(self, core: FakeCore, many: int = 1, *types: str) -> None:
        self.core = core
        self.many, self.types = many, types
        self.under_way = self.most = 0
        self._here: list[asyncio.Event] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Lets a request through when the others are there."""
        if scope["type"] != "http":
            await self.core(scope, receive, send)
            return
        body = await _body(receive)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            if body and json.loads(body)["type"] in self.types:
                await self._meet()
            await self.core(scope, _giving(body), send)
        finally:
            self.under_way -= 1

    async def _meet(self) -> None:
        mine = asyncio.Event()
        self._here.append(mine)
        if len(self._here) == self.many:
            for event in self._here:
                event.set()
            self._here.clear()
        async with asyncio.timeout(PATIENCE):
            await mine.wait()


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _giving(body: bytes) -> Any:
    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
