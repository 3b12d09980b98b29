"""Logs of containers (`GetStackLog`, `GetDeploymentLog`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.core.fake.clauses import Json, answers
from tests.core.fake.errors import failed
from tests.core.fake.permissions import allowed
from tests.core.fake.state import User
from tests.core.fake.states import reachable

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

_COMMON = "tail:int64=50 timestamps:bool=false"


def _log(core: FakeCore, resource: Any) -> Json:
    if not reachable(core, resource.config["server_id"]):
        raise failed("Cannot send command when Server is unreachable or disabled")
    stdout, stderr = core.container_logs.get((resource.title, resource.name), ("", "no such container"))
    good = (resource.title, resource.name) in core.container_logs
    command = f"docker logs {resource.name}"
    now = core.clock.now()
    return {
        "stage": "", "command": command, "stdout": stdout, "stderr": stderr, "success": good,
        "start_ts": now, "end_ts": now,
    }  # fmt: skip


@answers("read", "GetStackLog", f"stack:str services:list[str] {_COMMON}")
def _stack(core: FakeCore, who: User, p: Json) -> Json:
    return _log(core, allowed(core, who, "Stack", p["stack"], "Read"))


@answers("read", "GetDeploymentLog", f"deployment:str {_COMMON}")
def _deployment(core: FakeCore, who: User, p: Json) -> Json:
    return _log(core, allowed(core, who, "Deployment", p["deployment"], "Read"))
