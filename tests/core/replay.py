"""Plays recorded exchanges against a fake Core and says where its answers differ from the real ones."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import httpx

from tests.core.fake import FakeCore

Json = dict[str, Any]

_ID = re.compile(r"\b[0-9a-f]{24}\b")
_SERVICE_ID = re.compile(r"0{23}[0-9a-f]")
_TIMES = re.compile(r"(.*_ts|ts|.*_at|timestamp)$")
"""Keys whose values are times: they differ from run to run."""
_MADE_UP = frozenset({"jwt", "key", "secret", "public_key", "password"})
"""Keys whose values Core makes up, or the recording hides."""


@dataclass(frozen=True)
class Difference:
    """Where an answer is not like the recorded one."""

    path: str
    recorded: Any
    got: Any

    def __str__(self) -> str:
        one, other = _unlike(str(self.recorded), str(self.got))
        return f"{self.path or 'body'}: recorded {one!r}, got {other!r}"


def _unlike(one: str, other: str) -> tuple[str, str]:
    """Two long texts from the first line on in which they differ."""
    pairs = zip(one.split("\n"), other.split("\n"), strict=False)
    same = next((number for number, (left, right) in enumerate(pairs) if left != right), 0)
    left, right = ("\n".join(text.split("\n")[same:])[:400] for text in (one, other))
    return left, right


@dataclass(frozen=True)
class Loose:
    """Values of which only the shape is compared, or lists that are longer in the recording."""

    path: str
    """A regular expression over the whole path of a value."""
    reason: str
    file: str = ""
    """The start of the recording's name; all of them where empty."""
    steps: frozenset[int] = frozenset()
    """The steps; all of them where empty."""
    longer: bool = False
    """Only the length of a list is let go: what is in both is compared in full."""

    def covers(self, file: str, step: int, path: str) -> bool:
        """Whether a value of a step is one of these."""
        in_step = not self.steps or step in self.steps
        return file.startswith(self.file) and in_step and re.fullmatch(self.path, path) is not None


@dataclass
class Player:
    """Sends recorded requests, with the fake's ids and secrets where the real one's were."""

    core: FakeCore
    http: httpx.AsyncClient
    loose: Iterable[Loose] = ()
    ids: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)
    who: dict[str, str] = field(default_factory=dict)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Kind and name behind recorded ids that come up before the resource does."""
    place: tuple[str, int] = ("", 0)
    used: set[Loose] = field(default_factory=set)
    """What was let go so far."""

    async def play(self, file: str, step: int, exchange: Json, who: dict[str, str]) -> list[Difference]:
        """One exchange; what is not as recorded."""
        self.place = (file, step)
        self._learn_update(exchange)
        return self._differences(exchange["response"], await self._send(exchange["request"], who))

    async def _send(self, request: Json, who: dict[str, str]) -> httpx.Response:
        headers = {key: self.known(held) for key, held in request.get("headers", who).items()}
        if "json" in request:
            content = self.known(json.dumps(request["json"])).encode()
            headers.setdefault("content-type", "application/json")
        else:
            content = request.get("content", "").encode()
        return await self.http.request(request["method"], request["path"], content=content, headers=headers)

    def known(self, text: str) -> str:
        """A recorded text with what the fake has instead."""
        for placeholder, held in self.hidden.items():
            text = text.replace(placeholder, held)
        return _ID.sub(lambda found: self._id(found[0]), text)

    def _id(self, recorded: str) -> str:
        if recorded not in self.ids and recorded in self.names:
            try:
                self.ids[recorded] = self.core.named(*self.names[recorded]).id
            except KeyError:
                return recorded
        return self.ids.get(recorded, recorded)

    def read_ahead(self, exchanges: Iterable[Json]) -> None:
        """Note which resources the items of recorded lists are."""
        for exchange in exchanges:
            answer = exchange.get("response", {}).get("json")
            for entry in answer if isinstance(answer, list) else ():
                if isinstance(entry, dict) and {"id", "type", "name"} <= entry.keys():
                    self.names[entry["id"]] = (entry["type"], entry["name"])

    def _learn_update(self, exchange: Json) -> None:
        """An update that never came up in an answer is the newest one of its kind."""
        recorded = exchange["response"].get("json")
        if not isinstance(recorded, dict) or "operation" not in recorded or "_id" not in recorded:
            return
        target = json.loads(self.known(json.dumps(recorded["target"])))
        made = [id_ for id_, update in self.core.updates.items() if _is(update, recorded["operation"], target)]
        if made and exchange["request"]["json"]["type"] == "GetUpdate":
            self.ids.setdefault(recorded["_id"]["$oid"], made[-1])

    def _differences(self, recorded: Json, got: httpx.Response) -> list[Difference]:
        heads = (
            Difference("status", recorded["status"], got.status_code),
            Difference("content-type", recorded["content_type"], got.headers.get("content-type", "")),
        )
        found = [head for head in heads if head.recorded != head.got]
        if "json" not in recorded:
            return found + list(self._text("text", recorded.get("text") or "", got.text))
        try:
            return found + list(self.compare("", recorded["json"], got.json()))
        except ValueError:
            return [*found, Difference("body", recorded["json"], got.text)]

    def compare(self, path: str, recorded: Any, got: Any, shape: bool = False) -> Iterator[Difference]:
        """Every difference between two values; ids that come up are learned on the way."""
        shape = shape or self._is_loose(path, longer=False)
        if isinstance(recorded, dict) and isinstance(got, dict):
            yield from self._tables(path, recorded, got, shape)
        elif isinstance(recorded, list) and isinstance(got, list):
            yield from self._lists(path, recorded, got, shape)
        elif isinstance(recorded, str) and isinstance(got, str):
            yield from () if shape else self._text(path, recorded, got)
        elif type(recorded) is not type(got):
            yield Difference(f"{path} (type)", recorded, got)
        elif recorded != got and not shape and not _TIMES.match(_last(path)):
            yield Difference(path, recorded, got)

    def _is_loose(self, path: str, longer: bool) -> bool:
        found = {loose for loose in self.loose if loose.longer == longer and loose.covers(*self.place, path)}
        self.used |= found
        return bool(found)

    def _tables(self, path: str, recorded: Json, got: Json, shape: bool) -> Iterator[Difference]:
        for key in sorted(recorded.keys() ^ got.keys()):
            yield Difference(f"{path}.{key} (key)", recorded.get(key, "no key"), got.get(key, "no key"))
        printed = ("stdout", "stderr") if recorded.get("command") else ()
        for key in recorded.keys() & got.keys():
            yield from self.compare(f"{path}.{key}", recorded[key], got[key], shape or key in printed)

    def _lists(self, path: str, recorded: list[Any], got: list[Any], shape: bool) -> Iterator[Difference]:
        if len(recorded) != len(got) and not shape and not self._is_loose(path, longer=True):
            yield Difference(f"{path} (length)", len(recorded), len(got))
        recorded, got = settled(_last(path), recorded), settled(_last(path), got)
        for number, (one, other) in enumerate(zip(recorded, got, strict=False)):
            yield from self.compare(f"{path}[{number}]", one, other, shape)

    def _text(self, path: str, recorded: str, got: str) -> Iterator[Difference]:
        if _last(path) in _MADE_UP:
            self.hidden.setdefault(recorded, got)
            return
        if _ID.fullmatch(recorded) and _ID.fullmatch(got) and not _SERVICE_ID.fullmatch(recorded):
            self.ids.setdefault(recorded, got)
        if _in_order(self.known(recorded)) != _in_order(got):
            yield Difference(path, recorded, got)


def _is(update: Json, operation: str, target: Json) -> bool:
    return bool(update["operation"] == operation and update["target"] == target)


def _in_order(text: str) -> list[str]:
    """The lines of a log of deploys have no order within a round."""
    lines = text.split("\n")
    return sorted(lines) if "running executions to sync deployment" in text else lines


def settled(name: str, entries: list[Any]) -> list[Any]:
    """Lists without an order, in one: pending deploys, and deletes of one kind (semantics b.2)."""
    if name == "pending_deploys":
        return sorted(entries, key=lambda entry: str(entry["target"]))
    if name != "resource_updates":
        return entries
    found: list[Any] = []
    for (_, type_), group in groupby(entries, lambda entry: (entry["target"]["type"], entry["data"]["type"])):
        kept = list(group)
        found += sorted(kept, key=lambda entry: str(entry["data"]["data"])) if type_ == "Delete" else kept
    return found


def _last(path: str) -> str:
    return path.rsplit(".", 1)[-1]
