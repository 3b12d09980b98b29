"""The state of every kind, the counts of the summaries, and the flags of what runs (semantics b.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.core.fake.clauses import Json, answers
from tests.core.fake.kinds import KINDS
from tests.core.fake.permissions import allowed, visible
from tests.core.fake.state import Resource, User

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

_COUNTED = {
    "Swarm": ("healthy", "unhealthy", "down", "unknown"),
    "Stack": ("running", "stopped", "down", "unhealthy", "unknown"),
    "Deployment": ("running", "stopped", "not_deployed", "unhealthy", "unknown"),
    "Build": ("ok", "failed", "building", "unknown"),
    "Repo": ("ok", "cloning", "pulling", "building", "failed", "unknown"),
    "Procedure": ("ok", "running", "failed", "unknown"),
    "Action": ("ok", "running", "failed", "unknown"),
    "ResourceSync": ("ok", "syncing", "pending", "failed", "unknown"),
    "Server": ("healthy", "warning", "unhealthy", "disabled"),
}
_SERVER_COUNT = {"Ok": "healthy", "NotOk": "unhealthy", "Disabled": "disabled"}
_ON_HOST = ("starting", "restarting", "pausing", "unpausing", "stopping", "destroying")
_PRUNED = ("containers", "networks", "images", "volumes", "builders", "buildx", "system")
_FLAGS = {
    "Stack": ("pulling", "deploying", *_ON_HOST),
    "Deployment": ("pulling", "deploying", *_ON_HOST, "updating", "renaming"),
    "Build": ("building",),
    "Repo": ("cloning", "pulling", "building", "renaming"),
    "Procedure": ("running",),
    "Action": ("running",),
    "ResourceSync": ("syncing",),
    "Server": tuple(f"pruning_{what}" for what in _PRUNED),
    "Swarm": (),
}
_DOING = {
    "Deploy": "deploying",
    "Pull": "pulling",
    "Start": "starting",
    "Restart": "restarting",
    "Pause": "pausing",
    "Unpause": "unpausing",
    "Stop": "stopping",
    "Destroy": "destroying",
    "RunBuild": "building",
    "BuildRepo": "building",
    "Clone": "cloning",
    "RunProcedure": "running",
    "RunAction": "running",
    "RunSync": "syncing",
}


def reachable(core: FakeCore, server: str) -> bool:
    """Whether an agent answers on a server, by id."""
    found = core.resources.get(server)
    return found is not None and state(core, found) == "Ok"


def state(core: FakeCore, resource: Resource) -> str:
    """What a list item says about a resource."""
    if resource.state is not None:
        return resource.state
    return _DERIVED.get(resource.title, lambda core, resource: "Ok")(core, resource)


def _server(core: FakeCore, resource: Resource) -> str:
    answers_or_not = "Ok" if core.agents_answer else "NotOk"
    return answers_or_not if resource.config["enabled"] else "Disabled"


def _on_host(none: str) -> object:
    def derived(core: FakeCore, resource: Resource) -> str:
        if not reachable(core, resource.config["server_id"]):
            return "unknown"
        if any(core.updates[id_]["operation"].startswith("Deploy") for id_ in core.updates_on(resource)):
            return "deploying"
        return core.running.get(resource.id, none)

    return derived


def _sync(core: FakeCore, resource: Resource) -> str:
    info = resource.info
    if core.busy(resource):
        return "Syncing"
    if info["pending_error"] or info["pending_deploy_error"] or info["remote_errors"]:
        return "Failed"
    lists = ("resource_updates", "variable_updates", "user_group_updates", "pending_deploys")
    return "Pending" if any(info[name] for name in lists) else "Ok"


def _run(core: FakeCore, resource: Resource) -> str:
    doing = {"Build": "Building", "Repo": "Pulling"}.get(resource.title, "Running")
    return doing if core.busy(resource) else core.last_run.get(resource.id, "Ok")


_DERIVED = {
    "Server": _server,
    "Swarm": lambda core, resource: "Unknown",
    "Stack": _on_host("down"),
    "Deployment": _on_host("not_deployed"),
    "ResourceSync": _sync,
    "Build": _run,
    "Repo": _run,
    "Procedure": _run,
    "Action": _run,
}


def _counted(title: str, said: str) -> str:
    if title == "Server":
        return _SERVER_COUNT.get(said, "unhealthy")
    word = said.lower()
    if word in _COUNTED[title]:
        return word
    return "stopped" if title in ("Stack", "Deployment") else "unknown"


def _flag(operation: str) -> str:
    return next((flag for start, flag in _DOING.items() if operation.startswith(start)), "")


def _register(title: str) -> None:
    kind = KINDS[title]

    @answers("read", f"Get{title}sSummary")
    def _summary(core: FakeCore, who: User, p: Json) -> Json:
        found = visible(core, who, title)
        counts = dict.fromkeys(_COUNTED.get(title, ()), 0)
        for resource in found if counts else ():
            counts[_counted(title, state(core, resource))] += 1
        return {"total": len(found), **counts}

    if title not in _FLAGS:
        return

    @answers("read", f"Get{title}ActionState", f"{kind.param}|id|name:str")
    def _action_state(core: FakeCore, who: User, p: Json) -> Json:
        resource = allowed(core, who, title, p[kind.param], "Read")
        doing = {_flag(core.updates[id_]["operation"]) for id_ in core.updates_on(resource)}
        flags = {flag: flag in doing for flag in _FLAGS[title]}
        if title == "Server":
            return {**flags, **{f"{doing}_containers": 0 for doing in _ON_HOST}}
        return {"running": int(flags["running"])} if title == "Action" else dict(flags)


for _title in KINDS:
    _register(_title)
