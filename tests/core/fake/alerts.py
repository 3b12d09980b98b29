"""Alerts (semantics b.5, c.5); nothing is sent anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.core.fake.clauses import Json, answers
from tests.core.fake.errors import failed
from tests.core.fake.permissions import admin_only, level_on
from tests.core.fake.queries import matches
from tests.core.fake.state import Resource, User

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

PAGE = 100


def start(core: FakeCore, target: Json, type_: str, data: Any, level: str = "OK") -> Json:
    """A new alert, unresolved."""
    alert: Json = {
        "_id": {"$oid": core.ids.next()},
        "ts": core.clock.now(),
        "resolved": False,
        "level": level,
        "target": dict(target),
        "data": {"type": type_, "data": data},
        "resolved_ts": None,
    }
    core.alerts[alert["_id"]["$oid"]] = alert
    return alert


def resolve(core: FakeCore, alert: Json) -> None:
    """It is over."""
    alert["resolved"], alert["resolved_ts"] = True, core.clock.now()


def about_pending(core: FakeCore, sync: Resource, pending: bool) -> None:
    """Something pending opens one alert of the sync, nothing pending ends it."""
    held = [alert for alert in core.alerts.values() if alert["target"] == sync.target and not alert["resolved"]]
    if pending and not held:
        start(core, sync.target, "ResourceSyncPendingUpdates", {"id": sync.id, "name": sync.name})
    for alert in held if not pending else ():
        resolve(core, alert)


def _visible(core: FakeCore, who: User, alert: Json) -> bool:
    resource = core.resources.get(alert["target"]["id"])
    return who.admin or (resource is not None and level_on(core, who, resource) != "None")


@answers("read", "ListAlerts", "query:object?=null page:uint32=0")
def _list(core: FakeCore, who: User, p: Json) -> Json:
    found = [alert for alert in core.alerts.values() if _visible(core, who, alert) and matches(alert, p["query"] or {})]
    found.sort(key=lambda alert: -alert["ts"])
    more = len(found) > (p["page"] + 1) * PAGE
    return {"alerts": found[p["page"] * PAGE : (p["page"] + 1) * PAGE], "next_page": p["page"] + 1 if more else None}


@answers("read", "GetAlert", "id:str")
def _get(core: FakeCore, who: User, p: Json) -> Json:
    alert = core.alerts.get(p["id"])
    if alert is None or not _visible(core, who, alert):
        raise failed("no alert found with given id")
    return alert


@answers("write", "CloseAlert", "id:str")
def _close(core: FakeCore, who: User, p: Json) -> Json:
    admin_only(who, 403, "This call is admin only")
    if p["id"] not in core.alerts:
        raise failed("no alert found with given id")
    resolve(core, core.alerts[p["id"]])
    return {}
