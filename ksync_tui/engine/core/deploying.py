"""Deploys and other executions of a Core: asked for one by one, followed to their end, and looked at afterwards.

Never a targeted RunSync: that deploys things outside its filter (semantics h.4).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ksync_tui.engine.core.snapshots import state_of
from ksync_tui.engine.core.writing import LOST_LOOKS, LOST_SECONDS, Writer
from ksync_tui.errors import BusyError, CoreError, NoAnswerError, NotPossibleError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.common import NO_VERSION
from ksync_tui.model.kinds.deployment import BuildImageParams, Deployment
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.kinds.server import Server
from ksync_tui.model.plan import Action, Verb
from ksync_tui.model.resource import Find, Target


@dataclass(frozen=True, slots=True)
class CoreExecution:
    """A request to Core and the parameter that names the target (semantics b.4)."""

    request: str
    key: str


RUNS: Mapping[str, Verb] = {
    "stack": "deploy", "deployment": "deploy", "build": "run", "repo": "run", "procedure": "run", "action": "run",
    "resource_sync": "run",
}  # fmt: skip
"""What a person may run by hand, and the verb of it; a sync as a whole, by Core itself."""
_EXECUTIONS = {
    "stack": CoreExecution("DeployStack", "stack"),
    "deployment": CoreExecution("Deploy", "deployment"),
    "build": CoreExecution("RunBuild", "build"),
    "repo": CoreExecution("PullRepo", "repo"),
    "procedure": CoreExecution("RunProcedure", "procedure"),
    "action": CoreExecution("RunAction", "action"),
    "resource_sync": CoreExecution("RunSync", "sync"),
}
_LOOKS = 8
LOOK_SECONDS = 1.0
"""Core asks its agents again every few seconds: a state may lag behind a deploy."""
_WELL = ("running",)
_UNSURE = ("exited", "created", "down", "unknown", "deploying")
"""No failures by themselves: a container may have been a task, and old agents see no stacks (semantics i)."""
_UNREACHABLE = "Server is unreachable or disabled"
_HINTS = {"stack": "; services that end by themselves belong into its `ignore_services`"}


def block(resource: Resource, find: Find, built: Mapping[str, str]) -> str | None:
    """Why a resource cannot be deployed and what to do, or None."""
    settings = resource.settings
    server, swarm = getattr(settings, "server_id", ""), getattr(settings, "swarm_id", "")
    if not server and not swarm:
        return "no server set: set `server` (or `swarm`)"
    known = find(Target("server", server)) if server and not swarm else None
    if isinstance(known, Server) and not known.config.enabled:
        return f"server '{server}' is disabled: set `enabled = true` on it"
    return _no_image(resource, built)


def _no_image(resource: Resource, built: Mapping[str, str]) -> str | None:
    params = resource.config.image.params if isinstance(resource, Deployment) else None
    if not isinstance(params, BuildImageParams) or not params.build_id:
        return None
    if params.version != NO_VERSION or params.build_id in built:
        return None
    return f"build '{params.build_id}' was never built: `ksync run build/{params.build_id}` builds it, then plan again"


def refuse_removal(action: Action) -> None:
    """Refuses an end for containers that a Core does not know. Raises NotPossibleError."""
    if action.removal in ("forget", "volumes"):
        why = "a Komodo Core always takes the containers down and keeps the volumes"
        raise NotPossibleError("it cannot be deleted this way", where=str(action.target), why=why)


async def deploy(writer: Writer, target: Target, resource: Resource) -> None:
    """Deploys, and makes sure that it runs: a finished update alone says little (semantics h.5). Raises CoreError."""
    server = getattr(resource.settings, "server_id", "")
    try:
        await run(writer, target)
    except CoreError as error:
        if server and _UNREACHABLE in str(error.why):
            why, hint = f"server '{server}' is unreachable or disabled", "Deploy again when Core reaches it"
            raise CoreError(error.what, where=str(target), why=why, hint=hint) from error
        raise
    info: Mapping[str, Any] = {}
    for _ in range(_LOOKS):
        info = await writer.reads.info(target)
        if info.get("state") in _WELL:
            return
        await asyncio.sleep(LOOK_SECONDS)
    state = state_of(info)
    if state in _UNSURE:
        writer.follower.log(f"Core says it was deployed, and that its state is {state}")
        return
    raise CoreError(
        "it was deployed but is not running",
        where=str(target),
        why=f"its state is {state}",
        hint=f"Look at the log of the container on server '{server}'{_HINTS.get(target.kind, '')}",
    )


async def run(writer: Writer, target: Target) -> None:
    """Carries out the execution of a kind and follows it to its end. Raises CoreError when it failed."""
    execution = _EXECUTIONS.get(target.kind)
    if execution is None:
        raise NotPossibleError("it cannot be run", where=str(target), why=f"a {target.kind} has nothing to run")
    params = {execution.key: target.name}
    await _until_done(writer, target, lambda: writer.client.execute(execution.request, **params), execution.request)


async def _until_done(writer: Writer, target: Target, call: Callable[[], Awaitable[Any]], operation: str) -> None:
    """A busy resource refuses inside the task (semantics a.8), when nothing was done yet: then it is waited for."""
    follower = writer.follower

    async def attempt() -> None:
        await follower.completed(await _begun(writer, target, call, operation))

    try:
        await follower.when_free(target, attempt)
    except BusyError:
        raise
    except CoreError as error:
        raise error.with_context(where=str(target)) from error


async def _begun(writer: Writer, target: Target, call: Callable[[], Awaitable[Any]], operation: str) -> Any:
    """The update that a call began. Where the answer was lost it is looked for, and the call is not made again."""
    before = {update["id"] for update in await _updates(writer, target)}
    try:
        return await call()
    except NoAnswerError as error:
        if not error.sent:
            raise
        for _ in range(LOST_LOOKS):
            # Told apart by ids, as clocks may differ.
            new = [update for update in await _updates(writer, target) if update["id"] not in before]
            if begun := [update["id"] for update in new if update["operation"] == operation]:
                return await writer.client.read("GetUpdate", id=begun[-1])
            await asyncio.sleep(LOST_SECONDS)
        raise CoreError(
            "the answer was lost, and it was not started", where=str(target), why=error.why, hint="Plan again"
        ) from error


async def _updates(writer: Writer, target: Target) -> list[Mapping[str, Any]]:
    """The newest updates of a resource, newest first."""
    query = {"target.type": KINDS[target.kind].title, "target.id": writer.directory.id(target)}
    found = await writer.client.read("ListUpdates", query=query, page=0)
    return list(found["updates"])
