"""The single operations on resources and variables (semantics b.1, b.3). Each is read back before it counts as done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ksync_tui.engine.core.client import Client
from ksync_tui.engine.core.groups import write_group
from ksync_tui.engine.core.names import TAG, Directory, oid
from ksync_tui.engine.core.polling import UpdatePoller
from ksync_tui.engine.core.single_reads import SingleReads
from ksync_tui.engine.core.wire import Json, build, config_of, created_config, differing, meta_of, written_anew
from ksync_tui.errors import ConflictError, CoreError, EngineError, NoAnswerError, NotFoundError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.builder import Builder
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.kinds.user_group import UserGroup
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.resource import Target

LOST_LOOKS = 3
LOST_SECONDS = 1.0
"""Between looks for the effect of a request whose answer was lost: Core may still be at it."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Changes one resource at a time. Every method may raise EngineError."""

    client: Client
    reads: SingleReads
    directory: Directory
    follower: UpdatePoller

    async def live(self, target: Target, *, alone: bool = False) -> Resource | None:
        """A resource as it is right now; None where there is none. `alone`: see `SingleReads.values`."""
        try:
            values = await self.reads.values(target, self.directory, alone=alone)
        except NotFoundError:
            return None
        return build(target.kind, values, str(target))

    async def existing(self, target: Target) -> Resource:
        """A resource that has to be there."""
        found = await self.live(target)
        if found is None:
            raise EngineError("it no longer exists", where=str(target), hint="Plan again to see what is there now")
        return found

    async def absent(self, target: Target) -> None:
        """Makes sure that nothing has the name."""
        if await self.live(target) is not None:
            raise EngineError("it exists already", where=str(target), hint="Plan again to see how it differs")

    async def create(self, target: Target, proposed: Resource) -> None:
        """Creates a resource and gives it all that was declared. Core refuses a taken name, but for groups."""
        made = _as_sent(target, proposed)
        if target.kind == "user_group":
            await self.absent(target)
            made = _there
        answer = await self._certainly(target, lambda: self._create(target, proposed), made)
        await self._settle(target, proposed, answer)

    async def update(self, target: Target, proposed: Resource) -> Resource:
        """Makes a live resource what is proposed: only what differs is sent. Answers what it was before."""
        before = await self.existing(target)
        answer = await self._certainly(
            target,
            lambda: self._change(target, before, proposed),
            lambda now: now is not None and not _missing(now, proposed),
        )
        await self._settle(target, proposed, answer)
        return before

    async def delete(self, target: Target) -> None:
        """Deletes a resource; Core takes down what was deployed of it (semantics b.1)."""
        if target.kind == "user_group":
            await self.existing(target)
            call, params = "DeleteUserGroup", {"id": self.directory.id(target)}
        else:
            call = f"Delete{KINDS[target.kind].title}"
            params = {"name" if target.kind == "variable" else "id": target.name}
        await self._certainly(target, lambda: self._when_free(target, call, **params), _gone)
        if await self.live(target) is not None:
            raise CoreError("Core says it is deleted, but it is still there", where=str(target), hint="Plan again")
        self.directory.drop(target.kind, target.name)

    async def rename(self, old: Target, new: Target) -> None:
        """Gives a resource another name; those that refer to it by id follow."""
        await self.existing(old)
        await self.absent(new)
        if old.kind == "variable":
            hint = "Create the new one and delete the old one"
            raise EngineError("Core cannot rename a variable", where=str(old), hint=hint)
        known = self.directory.id(old) if old.kind == "user_group" else old.name
        await self._certainly(new, lambda: self._rename(old, id=known, name=new.name), _there)
        if await self.live(new) is None:
            raise CoreError("Core says it is renamed, but nothing has the new name", where=str(new), hint="Plan again")
        if (one := self.directory.id(old)) is not None:
            self.directory.add(old.kind, one, new.name)

    async def _create(self, target: Target, proposed: Resource) -> Any:
        if isinstance(proposed, Variable):
            values = {"value": proposed.value, "description": proposed.description, "is_secret": proposed.is_secret}
            return await self.client.write("CreateVariable", name=target.name, **values)
        if isinstance(proposed, UserGroup):
            raw = await self.client.write("CreateUserGroup", name=target.name)
            self.directory.add(target.kind, oid(raw), raw["name"])
            return await write_group(self.client, self.directory, UserGroup(name=target.name), proposed)
        config = created_config(target, proposed, self.directory)
        raw = await self.client.write(f"Create{KINDS[target.kind].title}", name=target.name, config=config)
        self.directory.add(target.kind, oid(raw), raw["name"])
        return None if await self._write_meta(target, None, proposed) else raw

    async def _rename(self, old: Target, **params: Any) -> None:
        answer = await self._when_free(old, f"Rename{KINDS[old.kind].title}", **params)
        if "status" in answer:
            await self.follower.completed(answer)

    async def _change(self, target: Target, live: Resource, proposed: Resource) -> Any:
        """Sends what differs. Answers what Core has then, where its last answer says that."""
        if isinstance(live, Variable) and isinstance(proposed, Variable):
            return await self._change_variable(live, proposed)
        if isinstance(live, UserGroup) and isinstance(proposed, UserGroup):
            return await write_group(self.client, self.directory, live, proposed)
        await self._write_meta(target, live, proposed)
        fields = written_anew(live, proposed)
        if not fields:
            return None
        config = config_of(proposed, fields, self.directory)
        return await self._when_free(target, f"Update{KINDS[target.kind].title}", id=target.name, config=config)

    async def _change_variable(self, live: Variable, proposed: Variable) -> Any:
        """Part by part; what becomes secret is so before it gets its value, what ceases to be only after."""
        parts = {"value": "Value", "description": "Description", "is_secret": "IsSecret"}
        changed = [name for name in differing(live, proposed) if name in parts]
        answer = None
        for name in sorted(changed, key=lambda name: (name == "is_secret") is not proposed.is_secret):
            request = f"UpdateVariable{parts[name]}"
            answer = await self.client.write(request, name=live.name, **{name: getattr(proposed, name)})
        return answer

    async def _write_meta(self, target: Target, live: Resource | None, proposed: Resource) -> bool:
        """Sends what stands beside the config; whether there was anything to send."""
        meta = meta_of(live, proposed)
        if not meta:
            return False
        if all(tag in self.directory.ids.get(TAG, {}) for tag in meta.get("tags", ())):
            await self._send_meta(target, meta)
            return True
        # Core makes a tag that it does not know: two requests with it at the same time may each make one, or fail.
        async with self.reads.turn(TAG):
            await self._send_meta(target, meta)
            if any(tag not in self.directory.ids.get(TAG, {}) for tag in meta["tags"]):
                await self.reads.relearn(TAG, self.directory)
        return True

    async def _send_meta(self, target: Target, meta: Json) -> None:
        named = {"type": KINDS[target.kind].title, "id": target.name}
        try:
            await self.client.write("UpdateResourceMeta", target=named, **meta)
        except ConflictError as error:  # about a tag: the resource itself is there
            raise CoreError(error.what, where=str(target), why=error.why, hint=error.hint) from error

    async def _settle(self, target: Target, proposed: Resource, answer: Any) -> None:
        """Makes sure of what was written: by Core's last answer where that says all, else by reading it back.

        What Core filled in by itself is written once more; then it has to be right.
        """
        live = await self._answered(target, answer)
        if live is None or _missing(live, proposed):
            live = await self.existing(target)
        if _missing(live, proposed):
            await self._change(target, live, proposed)
            live = await self.existing(target)
        if missing := _missing(live, proposed):
            why = f"after it was written, Core still has another {', '.join(missing)}"
            hint = _why_not(live, proposed) or "Plan again to see what Core made of it"
            raise CoreError("not everything took effect", where=str(target), why=why, hint=hint)

    async def _answered(self, target: Target, answer: Any) -> Resource | None:
        """The resource that Core stored, as it answers creates and updates with it (semantics b.1, b.3)."""
        if not isinstance(answer, dict) or answer.get("name") != target.name or target.kind == "user_group":
            return None
        if not {"config", "value"} & answer.keys():
            return None
        values = await self.reads.understood(target.kind, answer, self.directory)
        return build(target.kind, values, str(target))

    async def _when_free(self, target: Target, request: str, **params: Any) -> Any:
        return await self.follower.when_free(target, lambda: self.client.write(request, **params))

    async def _certainly(
        self, target: Target, call: Callable[[], Awaitable[Any]], done: Callable[[Resource | None], bool]
    ) -> Any:
        """The answer to a call. Where it was lost, what is there now says whether it was carried out; None if so."""
        try:
            return await call()
        except NoAnswerError as error:
            if not error.sent:
                raise
            if not await self._seen(target, done):
                raise CoreError(
                    "the answer was lost, and it was not done", where=str(target), why=error.why, hint="Plan again"
                ) from error
        return None

    async def _seen(self, target: Target, done: Callable[[Resource | None], bool]) -> bool:
        for _ in range(LOST_LOOKS):
            if done(await self.live(target, alone=True)):
                return True
            await asyncio.sleep(LOST_SECONDS)
        return False


def _there(found: Resource | None) -> bool:
    return found is not None


def _as_sent(target: Target, proposed: Resource) -> Callable[[Resource | None], bool]:
    """Whether a create was carried out. Another of that name may have been there before: it is not taken for ours."""

    def made(found: Resource | None) -> bool:
        # Fresh from a create it has nothing beside its config.
        beside = meta_of(found, proposed) if found is not None and meta_of(None, found) else {}
        if found is not None and (other := [*differing(found, proposed), *beside]):
            why = f"what has the name now has another {', '.join(other)}"
            hint = "Plan again to see how it differs"
            raise CoreError(
                "the answer was lost, and somebody may have been first", where=str(target), why=why, hint=hint
            )
        return found is not None

    return made


def _gone(found: Resource | None) -> bool:
    return found is None


def _missing(live: Resource, proposed: Resource) -> list[str]:
    return [*meta_of(live, proposed), *differing(live, proposed)]


def _why_not(live: Resource, proposed: Resource) -> str | None:
    if isinstance(live, UserGroup) and isinstance(proposed, UserGroup):
        unknown = sorted(set(proposed.users) - set(live.users))
        if unknown and not proposed.everyone:
            return f"Core drops users that it does not know: {', '.join(unknown)}"
    if isinstance(live, Builder) and isinstance(proposed, Builder) and live.config.type != proposed.config.type:
        # semantics h.13
        return "Core does not change the type of a builder to one whose params are all defaults: set one of them"
    return None
