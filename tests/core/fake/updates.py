"""Updates: the documents that writes and executions leave behind (semantics a.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.core.fake.clauses import Json, answers
from tests.core.fake.errors import failed
from tests.core.fake.queries import matches

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore
    from tests.core.fake.state import User

PAGE = 100
SYSTEM = {"type": "System", "id": "system"}


def start(core: FakeCore, operator: str, operation: str, target: Json) -> Json:
    """A new update in progress; nobody is told before it is known that it may go on."""
    id_ = core.ids.next()
    update: Json = {
        "_id": {"$oid": id_},
        "operation": operation,
        "start_ts": core.clock.now(),
        "success": True,
        "operator": operator,
        "target": dict(target),
        "logs": [],
        "end_ts": None,
        "status": "InProgress",
    }
    core.updates[id_] = update
    return update


def add_log(
    core: FakeCore,
    update: Json,
    stage: str,
    stdout: str = "",
    stderr: str = "",
    command: str = "",
    success: bool = True,
) -> None:
    """One more log of an update."""
    now = core.clock.now()
    update["logs"].append(
        {
            "stage": stage,
            "command": command,
            "stdout": stdout,
            "stderr": stderr,
            "success": success,
            "start_ts": now,
            "end_ts": now,
        }
    )


def complete(core: FakeCore, update: Json) -> None:
    """The end of an update: it succeeded if every log did."""
    update["success"] = update["success"] and all(log["success"] for log in update["logs"])
    update["end_ts"] = core.clock.now()
    update["status"] = "Complete"
    tell(core, update)


def record(core: FakeCore, who: User, operation: str, target: Json, *logs: tuple[str, str], **more: Any) -> Json:
    """The update of a write that is over when it answers."""
    update = start(core, who.id, operation, target)
    for stage, stdout in logs:
        add_log(core, update, stage, stdout)
    update.update(more)
    complete(core, update)
    return update


def tell(core: FakeCore, update: Json) -> None:
    """Every listener hears of a change."""
    for listener in list(core.listeners):
        listener(update)


def listed(core: FakeCore, update: Json) -> Json:
    """An update as a list item."""
    kept = ("operation", "start_ts", "success")
    optional = {key: update[key] for key in ("version", "other_data") if key in update}
    return {
        "id": update["_id"]["$oid"],
        **{key: update[key] for key in kept},
        "username": core.username(update["operator"]),
        "operator": update["operator"],
        "target": update["target"],
        "status": update["status"],
        **optional,
    }


@answers("read", "GetUpdate", "id:str")
def _get(core: FakeCore, who: User, p: Json) -> Json:
    update = core.updates.get(p["id"])
    if update is None or not visible(core, who, update):
        raise failed("no update exists with given id")
    core.tasks.looked_at(p["id"])
    return update


@answers("read", "ListUpdates", "query:object?=null page:uint32=0")
def _list(core: FakeCore, who: User, p: Json) -> Json:
    found = [update for update in core.updates.values() if visible(core, who, update)]
    found = [update for update in found if matches(update, p["query"] or {})]
    found.sort(key=lambda update: (-update["start_ts"], update["_id"]["$oid"]))
    page = found[p["page"] * PAGE : (p["page"] + 1) * PAGE]
    more = len(found) > (p["page"] + 1) * PAGE
    return {"updates": [listed(core, update) for update in page], "next_page": p["page"] + 1 if more else None}


def visible(core: FakeCore, who: User, update: Json) -> bool:
    """Admins see all, others what is about resources they may read."""
    from tests.core.fake.permissions import level_on

    resource = core.resources.get(update["target"]["id"])
    return who.admin or (resource is not None and level_on(core, who, resource) != "None")
