"""Plays recorded exchanges against a fake Core and says where its answers differ from the real ones."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.core.fake import FakeCore

Json = dict[str, Any]

_ID = re.compile(r"\b[0-9a-f]{24}\b")
_SERVICE_ID = re.compile(r"0{23}[0-9a-f]")
TIMES = re.compile(r"(.*_ts|ts|.*_at|timestamp)$")
"""Keys whose values are times: they differ from run to run."""
MADE_UP = frozenset({"jwt", "key", "secret", "public_key", "password"})
"""Keys whose values Core makes up, or the recording hides."""


@dataclass(frozen=True)
class Difference:
    """Where an answer is not like the recorded one."""

    path: str
    recorded: Any
    got: Any

    def __str__(self) -> str:
        return f"{self.path}: recorded {str(self.recorded)[:400]!r}, got {str(self.got)[:400]!r}"


@dataclass
class Player:
    """Sends recorded requests, with the fake's ids and secrets where the real one's were."""

    core: FakeCore
    http: httpx.AsyncClient
    ids: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)

    async def send(self, request: Json, who: Json) -> httpx.Response:
        """One request, as recorded."""
        headers = {key: self._known(held) for key, held in (request.get("headers") or who).items()}
        if "json" in request:
            content = self._known(json.dumps(request["json"])).encode()
            headers.setdefault("content-type", "application/json")
        else:
            content = request.get("content", "").encode()
        return await self.http.request(request["method"], request["path"], content=content, headers=headers)

    def _known(self, text: str) -> str:
        for placeholder, held in self.hidden.items():
            text = text.replace(placeholder, held)
        return _ID.sub(lambda found: self.ids.get(found[0], found[0]), text)

    def differences(self, recorded: Json, got: httpx.Response) -> list[Difference]:
        """What is not as recorded; ids that come up are learned on the way."""
        found = (
            [Difference("status", recorded["status"], got.status_code)] if recorded["status"] != got.status_code else []
        )
        content_type = got.headers.get("content-type")
        if recorded.get("content_type") != content_type:
            found.append(Difference("content-type", recorded.get("content_type"), content_type))
        if "json" not in recorded:
            return found + list(self._text("text", recorded.get("text") or "", got.text))
        try:
            return found + list(self.compare("", recorded["json"], got.json()))
        except ValueError:
            return [*found, Difference("body", recorded["json"], got.text)]

    def compare(self, path: str, recorded: Any, got: Any) -> Iterator[Difference]:
        """Every difference between two values."""
        if isinstance(recorded, dict) and isinstance(got, dict):
            yield from self._tables(path, recorded, got)
        elif isinstance(recorded, list) and isinstance(got, list):
            yield from self._lists(path, recorded, got)
        elif isinstance(recorded, str) and isinstance(got, str):
            yield from self._text(path, recorded, got)
        elif type(recorded) is not type(got):
            yield Difference(f"{path} (type)", recorded, got)
        elif recorded != got and not TIMES.match(_last(path)):
            yield Difference(path, recorded, got)

    def _tables(self, path: str, recorded: Json, got: Json) -> Iterator[Difference]:
        for key in recorded.keys() | got.keys():
            if key not in got or key not in recorded:
                yield Difference(f"{path}.{key} (key)", recorded.get(key, "nothing"), got.get(key, "nothing"))
        for key in recorded:
            if key in got:
                yield from self.compare(f"{path}.{key}", recorded[key], got[key])

    def _lists(self, path: str, recorded: list[Any], got: list[Any]) -> Iterator[Difference]:
        if len(recorded) != len(got):
            yield Difference(f"{path} (length)", len(recorded), len(got))
        for number, (one, other) in enumerate(zip(recorded, got, strict=False)):
            yield from self.compare(f"{path}[{number}]", one, other)

    def _text(self, path: str, recorded: str, got: str) -> Iterator[Difference]:
        if _last(path) in MADE_UP:
            return
        if _ID.fullmatch(recorded) and _ID.fullmatch(got) and not _SERVICE_ID.fullmatch(recorded):
            self.ids.setdefault(recorded, got)
        if _ID.sub(lambda found: self.ids.get(found[0], found[0]), recorded) != got:
            yield Difference(path, recorded, got)


def _last(path: str) -> str:
    return path.rsplit(".", 1)[-1]
