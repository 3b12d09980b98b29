"""Single resources as they are right now; those of one kind that are asked for at the same time share a request."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ksync_tui.engine.core.client import Client
from ksync_tui.engine.core.names import TAG, USER, Directory, oid, plural
from ksync_tui.engine.core.reading import EVERYTHING, granted_to, users_of
from ksync_tui.engine.core.wire import Json, group_references, group_values, references, values_of, variable_values
from ksync_tui.errors import CoreError, CredentialsError, NoAnswerError, NotFoundError, RateLimitedError
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Target

_KEYS = {"resource_sync": "sync"}
"""The parameter that names a resource where it is not the kind itself (semantics b.1)."""
Asked = dict[str, "asyncio.Future[Json | None]"]
"""Answers to come, by name."""


@dataclass(slots=True)
class SingleReads:
    """Reads resources one by one for whoever asks.

    The request that answers a question is always sent after it was asked, so it proves as much as one of its own: while
    one is under way, whoever asks for another of that kind waits for the next, and that one answers all of them.
    """

    client: Client
    _asked: dict[str, Asked] = field(default_factory=lambda: defaultdict(dict))
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _turns: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def values(self, target: Target, directory: Directory, *, alone: bool = False) -> Json:
        """What the model of one resource is built from. Raises NotFoundError.

        `alone`: by a request of its own, which tells what is not there from what this user may not see.
        """
        kind, name = target
        if kind == "user_group":
            return await self._group(name, directory)
        raw = await (self._one(kind, name) if alone else self._shared(kind, name))
        return await self.understood(kind, raw, directory)

    async def understood(self, kind: str, raw: Json, directory: Directory) -> Json:
        """The same of a resource or variable as Core wrote it."""
        if kind == "variable":
            return variable_values(raw, directory)
        directory.add(kind, oid(raw), raw["name"])
        await self._know(directory, references(kind, raw))
        return values_of(kind, raw, directory)

    async def info(self, target: Target) -> Mapping[str, Any]:
        """What the list item of one resource says (`info`); empty where there is none."""
        title = plural(KINDS[target.kind].title)
        found = await self.client.read(f"List{title}", query={"names": [target.name]}, **EVERYTHING)
        return next((item.get("info") or {} for item in found if item["name"] == target.name), {})

    def turn(self, kind: str) -> asyncio.Lock:
        """For what only one may do at a time with the names of a kind."""
        return self._turns[kind]

    async def relearn(self, kind: str, directory: Directory) -> None:
        """Reads the names of a kind again. What was made meanwhile is not in the answer, so none is forgotten."""
        if kind == USER:
            pairs = await users_of(self.client) or []
        else:
            listed = self.client.read("ListTags") if kind == TAG else self._listed(kind)
            pairs = [(oid(raw), raw["name"]) for raw in await listed]
        for one, name in pairs:
            directory.add(kind, one, name)

    async def close(self) -> None:
        """Answers nobody any more."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ---------------------------------------------------------------- shared

    async def _shared(self, kind: str, name: str) -> Json:
        asked = self._asked[kind]
        answer = asked.setdefault(name, asyncio.get_running_loop().create_future())
        if kind not in self._tasks:
            self._tasks[kind] = asyncio.create_task(self._answer(kind))
        found = await asyncio.shield(answer)
        if found is None:
            raise NotFoundError("not found", where=name, hint="Plan again to see what is there now")
        return found

    async def _answer(self, kind: str) -> None:
        try:
            while asked := self._asked.pop(kind, None):
                await self._answer_all(kind, asked)
        finally:
            del self._tasks[kind]
            for answer in self._asked.pop(kind, {}).values():
                answer.cancel()

    async def _answer_all(self, kind: str, asked: Asked) -> None:
        try:
            found = await self._found(kind, asked)
        except asyncio.CancelledError:
            for answer in asked.values():
                answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is theirs who asked
            for answer in asked.values():
                answer.set_exception(error)
                answer.exception()  # who asked may be gone by now
            return
        for name, answer in asked.items():
            answer.set_result(found.get(name))

    async def _found(self, kind: str, names: Collection[str]) -> Mapping[str, Json]:
        if len(names) == 1:
            (name,) = names
            try:
                return {name: await self._one(kind, name)}
            except NotFoundError:
                return {}
        if kind == "variable":
            raws = await self.client.read("ListVariables")
        else:
            title = plural(KINDS[kind].title)
            raws = await self.client.read(f"ListFull{title}", query={"names": sorted(names)}, **EVERYTHING)
        return {raw["name"]: raw for raw in raws}

    # ----------------------------------------------------------------- alone

    async def _one(self, kind: str, name: str) -> Json:
        if kind == "variable":
            return await self._by_name("Variable", "name", name)
        return dict(await self.client.read(f"Get{KINDS[kind].title}", **{_KEYS.get(kind, kind): name}))

    async def _group(self, name: str, directory: Directory) -> Json:
        group = await self._by_name("UserGroup", "user_group", name)
        directory.add("user_group", oid(group), group["name"])
        granted = await granted_to(self.client, group)
        await self._know(directory, group_references(group, granted))
        return group_values(group, granted, directory)

    async def _by_name(self, title: str, key: str, name: str) -> Json:
        """A variable or user group. Of those Core has several ways to say that there is none, so the list decides."""
        try:
            return dict(await self.client.read(f"Get{title}", **{key: name}))
        except (NoAnswerError, CredentialsError, RateLimitedError):
            raise
        except CoreError as error:
            found = await self.client.read(f"List{plural(title)}")
            if not any(one["name"] == name for one in found):
                raise NotFoundError("not found", where=name, why=error.why) from error
            raise

    async def _know(self, directory: Directory, named: Iterable[tuple[str, str]]) -> None:
        """Reads names again where an id turned up that is new; once, however many wait for them."""
        unknown = [(kind, one) for kind, one in named if not directory.knows(kind, one)]
        for kind in dict.fromkeys(kind for kind, _ in unknown):
            async with self.turn(kind):
                if not all(directory.knows(of, one) for of, one in unknown if of == kind):
                    await self.relearn(kind, directory)

    async def _listed(self, kind: str) -> Any:
        return await self.client.read(f"List{plural(KINDS[kind].title)}", **EVERYTHING)
