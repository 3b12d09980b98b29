"""Waiting until containers really run: a process that ends at once, or a healthcheck that fails, is no start."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ksync_tui.engine.embedded.docker.containers import last_words
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.errors import EngineError
from ksync_tui.model.resource import Target
from ksync_tui.model.text import lines_of

SETTLE = 2.0
"""Seconds that a container without a healthcheck has to stay up before it counts as running."""
RESTARTS = 5
"""So often may Docker restart a container while it is waited for."""
_LOOK = 0.2
_LOG_LINES = 10
_FORMAT = '{"name":{{json .Name}},"state":{{json .State}},"restarts":{{.RestartCount}}}'


@dataclass(frozen=True, slots=True)
class ContainerStatus:
    """A container at one look: what its process and its healthcheck do, and how often Docker started it again."""

    name: str
    state: str
    code: int
    health: str
    restarts: int
    out_of_memory: bool = False
    said: str = ""
    """What the last healthcheck wrote."""


def wait(execution: ExecutionContext, containers: Sequence[str], target: Target, seconds: float = 120) -> None:
    """Returns when each container (name or id) runs, and is healthy where it has a healthcheck.

    A container of a stack that ended well is done. Raises EngineError with the last log lines when one stops, keeps
    being restarted, fails its healthcheck, is gone or not ready after `seconds`, or when the run is stopped.
    """
    until = time.monotonic() + seconds
    watches: dict[str, ReadinessCheck] = {}
    waiting = list(containers)
    while waiting:
        waiting = [
            name for name, seen in _look(execution, waiting, target) if not _ready(seen, watches, target, execution)
        ]
        if waiting and time.monotonic() > until:
            raise _failed(execution, waiting[0], target, f"is not ready after {seconds:.0f} s")
        if waiting and execution.stop():
            raise EngineError("stopped while waiting for it to run", where=str(target))
        if waiting:
            time.sleep(_LOOK)


def _ready(
    seen: ContainerStatus, watches: dict[str, ReadinessCheck], target: Target, execution: ExecutionContext
) -> bool:
    if target.kind == "stack" and seen.state == "exited" and seen.code == 0:
        return True
    watch = watches.setdefault(seen.name, ReadinessCheck(seen.restarts))
    if wrong := watch.wrong(seen):
        raise _failed(execution, seen.name, target, wrong)
    return watch.ready(seen, time.monotonic())


@dataclass(slots=True)
class ReadinessCheck:
    """What is remembered of one container from look to look."""

    first_restarts: int
    restarts: int = -1
    since: float = 0.0

    def wrong(self, seen: ContainerStatus) -> str | None:
        """Why a container will not become ready by waiting, or None."""
        if seen.state in ("exited", "dead"):
            return f"stopped with exit code {seen.code}" + (", out of memory" if seen.out_of_memory else "")
        if seen.state in ("paused", "removing"):
            return f"is {seen.state}"
        if seen.restarts - self.first_restarts >= RESTARTS:
            return f"keeps restarting (exit code {seen.code})"
        if seen.health == "unhealthy":
            return "is unhealthy" + (f" ({seen.said[:200]})" if seen.said else "")
        return None

    def ready(self, seen: ContainerStatus, now: float) -> bool:
        """Whether it is healthy or, without a healthcheck, has stayed up for a while; `now` in seconds."""
        if seen.state != "running" or seen.health not in ("", "none"):
            self.restarts = -1
            return seen.state == "running" and seen.health == "healthy"
        if self.restarts != seen.restarts:
            self.restarts, self.since = seen.restarts, now
        return now - self.since >= SETTLE


def _look(execution: ExecutionContext, names: Sequence[str], target: Target) -> list[tuple[str, ContainerStatus]]:
    done = execution.quietly("inspect", "--type", "container", "--format", _FORMAT, "--", *names)
    if done.code != 0:
        raise EngineError("a container that was started is gone", where=str(target), why=last_words(done.last))
    return [(name, _seen(json.loads(line))) for name, line in zip(names, lines_of(done.out), strict=True)]


def _seen(said: dict[str, Any]) -> ContainerStatus:
    state = said["state"]
    health = state.get("Health") or {}
    checks = health.get("Log") or [{}]
    return ContainerStatus(
        name=said["name"].removeprefix("/"),
        state=state["Status"],
        code=state["ExitCode"],
        health=health.get("Status", "none"),
        restarts=said["restarts"],
        out_of_memory=bool(state.get("OOMKilled")),
        said=" ".join(str(checks[-1].get("Output", "")).split()),
    )


def _failed(execution: ExecutionContext, name: str, target: Target, wrong: str) -> EngineError:
    """The error for a container that does not start, with what it wrote last."""
    lines = [line for line in execution.quietly("logs", "--tail", str(_LOG_LINES), "--", name).last if line.strip()]
    why = f"its log ends with: {last_words(lines, _LOG_LINES)}" if lines else "it wrote nothing to its log"
    return EngineError(f"container {name} {wrong}", where=str(target), why=why)
