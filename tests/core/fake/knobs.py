"""What a test may break: answers, connections, speed, locks, deploys."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from tests.core.fake.errors import failed

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore
    from tests.core.fake.state import Resource


@dataclass
class Broken:
    """An answer other than the real one."""

    status: int
    body: bytes
    content_type: str | None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class _Plan:
    """Something that happens to the next requests of a type."""

    what: str
    times: int
    answer: Broken | None = None
    error: type[httpx.TransportError] = httpx.ReadError


class Knobs:
    """The part of a FakeCore that makes trouble."""

    def __init__(self) -> None:
        self._plans: dict[str, list[_Plan]] = {}
        self.down = False
        """Whether nobody listens: every request fails to connect."""
        self.polls: dict[str, int] = {}
        self.failing: dict[tuple[str, str], str] = {}
        self.container_logs: dict[tuple[str, str], tuple[str, str]] = {}
        """What the containers of a resource, by title and name, wrote to standard output and standard error."""
        self.held: dict[str, str] = {}
        """The id of a held resource and of the update that holds it."""

    def fail(
        self,
        type_: str,
        status: int,
        body: Any = b"",
        times: int = 1,
        content_type: str | None = "application/json",
        headers: dict[str, str] | None = None,
    ) -> None:
        """Answer the next requests of a type (`*`: any) with this and do nothing; a dict is sent as JSON."""
        raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        self._plan(type_, _Plan("fail", times, Broken(status, raw, content_type, headers or {})))

    def cut(self, type_: str, times: int = 1, error: type[httpx.TransportError] = httpx.ReadError) -> None:
        """Break the connection before anything is done; `error` is what a client in this process sees of it."""
        self._plan(type_, _Plan("cut", times, error=error))

    def lose_answer(self, type_: str, times: int = 1) -> None:
        """Do the work, then break the connection."""
        self._plan(type_, _Plan("lose", times))

    def half(self, type_: str, times: int = 1) -> None:
        """Do the work and send the first half of the answer."""
        self._plan(type_, _Plan("half", times))

    def slow(self, type_: str, polls: int) -> None:
        """Executions of a type (`DeployStack`) or on a kind (`stack`) take this many looks at their update."""
        self.polls[type_] = polls

    def deploy_fails(self: FakeCore, kind: str, name: str, stderr: str = "boom") -> None:
        """Every deploy of a resource ends with this on stderr; `""` ends that."""
        self.failing[self.named(kind, name).title, name] = stderr

    def stack_files(self: FakeCore, name: str, files: dict[str, str], hash_: str = "", message: str = "") -> None:
        """What Core reads as the files of a stack on a host or in a repo from now on, and their commit."""
        info = self.named("stack", name).info
        info["remote_contents"] = [
            {"path": path, "contents": text, "services": [], "requires": "Redeploy"} for path, text in files.items()
        ]
        info["latest_hash"], info["latest_message"] = hash_ or None, message or None

    def hold(self: FakeCore, kind: str, name: str, operation: str, by: str = "ana") -> str:
        """Somebody is at it: busy until `release`, with an update in progress, whose id is returned."""
        from tests.core.fake import updates

        resource = self.named(kind, name)
        user = self.user_named(by) or self.user(by)
        update = updates.start(self, user.id, operation, resource.target)
        self.held[resource.id] = update["_id"]["$oid"]
        updates.tell(self, update)
        return str(update["_id"]["$oid"])

    def release(self: FakeCore, kind: str, name: str, success: bool = True) -> None:
        """Whoever held it has ended."""
        from tests.core.fake import updates

        update = self.updates[self.held.pop(self.named(kind, name).id)]
        update["success"] = success
        updates.complete(self, update)

    def drop_websockets(self: FakeCore) -> None:
        """Every open update stream ends; new ones are let in."""
        for listener in list(self.listeners):
            listener(None)

    def busy(self: FakeCore, resource: Resource) -> bool:
        """Whether an execution runs on a resource."""
        return resource.id in self.held or self.tasks.run_on(resource.id)

    def check_free(self: FakeCore, resource: Resource) -> None:
        """Raise Core's `<Kind> busy`."""
        if self.busy(resource):
            raise failed(f"{resource.title} busy")

    def _plan(self, type_: str, plan: _Plan) -> None:
        self._plans.setdefault(type_, []).append(plan)

    def planned(self, type_: str) -> _Plan | None:
        """What is to happen to this request; counts down."""
        for name in (type_, "*"):
            plans = self._plans.get(name, [])
            if not plans:
                continue
            plans[0].times -= 1
            return plans.pop(0) if plans[0].times <= 0 else plans[0]
        return None


def broken_connection(error: type[httpx.TransportError] = httpx.ReadError) -> httpx.TransportError:
    """What a client sees of a connection that breaks; over a real socket it is closed instead."""
    return error("the connection broke")
