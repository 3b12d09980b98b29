"""Procedures, actions and tests of alerters (semantics b.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.core.fake import updates
from tests.core.fake.clauses import Json, answers
from tests.core.fake.errors import bold
from tests.core.fake.executing import batch_targets, does, now
from tests.core.fake.permissions import allowed
from tests.core.fake.state import User

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore


@does("RunProcedure")
def _procedure(core: FakeCore, who: User, resource: Any, params: Json, update: Json) -> None:
    for stage in resource.config["stages"]:
        if not stage["enabled"]:
            continue
        ran = [_executed(core, who, entry["execution"]) for entry in stage["executions"] if entry["enabled"]]
        good = all(ran)
        word = "finished" if good else "failed"
        said = f"{word} stage '{bold(stage['name'])}'"
        updates.add_log(core, update, "run procedure", said if good else "", "" if good else said, success=good)
        if not good:
            break
    core.last_run[resource.id] = "Ok" if all(log["success"] for log in update["logs"]) else "Failed"
    core.last_run_at[resource.id] = core.clock.now()


def _executed(core: FakeCore, who: User, execution: Json) -> bool:
    name, params = execution["type"], execution["params"]
    if not name.startswith("Batch"):
        return bool(now(core, who, name, params)["success"])
    single, ref, found = batch_targets(core, who, name, params)
    ran = [now(core, who, single, {**params, ref.name: resource.id})["success"] for resource in found]
    return all(ran)


@does("RunAction")
def _action(core: FakeCore, who: User, resource: Any, params: Json, update: Json) -> None:
    stderr = core.failing.get(("Action", resource.name), "")
    updates.add_log(core, update, "Execute Action", stderr=stderr, success=not stderr)
    core.last_run[resource.id] = "Failed" if stderr else "Ok"
    core.last_run_at[resource.id] = core.clock.now()


@answers(
    "read", "ListBuildVersions", "build:str major:int32?=null minor:int32?=null patch:int32?=null limit:int64?=null"
)
def _versions(core: FakeCore, who: User, p: Json) -> list[Json]:
    found = core.built.get(allowed(core, who, "Build", p["build"], "Read").id, [])
    wanted = {part: p[part] for part in ("major", "minor", "patch") if p[part] is not None}
    kept = [entry for entry in found if all(entry["version"][part] == held for part, held in wanted.items())]
    return kept[: p["limit"]]


@does("TestAlerter")
def _test(core: FakeCore, who: User, resource: Any, params: Json, update: Json) -> None:
    said = "Alert sent successfully. It should be visible at your alerting destination."
    updates.add_log(core, update, "Test Alerter", said)
