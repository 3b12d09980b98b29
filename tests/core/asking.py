"""A client of a fake Core, without anything of ksync's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.core.fake import FakeCore


class Asking:
    """A client of a core, as somebody."""

    def __init__(self, http: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self.http, self.headers = http, headers

    async def __call__(self, path: str, type_: str, **params: Any) -> httpx.Response:
        return await self.http.post(path, json={"type": type_, "params": params}, headers=self.headers)

    async def read(self, type_: str, **params: Any) -> Any:
        answer = await self("/read", type_, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def error(self, path: str, type_: str, **params: Any) -> tuple[int, str]:
        answer = await self(path, type_, **params)
        return answer.status_code, answer.json()["error"]


@asynccontextmanager
async def asking(core: FakeCore) -> AsyncIterator[Asking]:
    """A client as the admin."""
    transport = httpx.ASGITransport(app=core)
    async with httpx.AsyncClient(transport=transport, base_url="http://core.test") as client:
        yield Asking(client, {"x-api-key": core.key, "x-api-secret": core.secret})


def as_user(core: FakeCore, http: httpx.AsyncClient, name: str) -> Asking:
    """A client as somebody else."""
    key, secret = core.api_key(name)
    return Asking(http, {"x-api-key": key, "x-api-secret": secret})
