"""What goes with a resource that is deleted (semantics b.1, h.20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.core.fake import updates
from tests.core.fake.permissions import forget
from tests.core.fake.state import Resource, User

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

_CLEARED = {
    "Server": (("Deployment", "server_id"), ("Stack", "server_id"), ("Repo", "server_id")),
    "Builder": (("Build", "builder_id"), ("Repo", "builder_id")),
}


def delete(core: FakeCore, who: User, resource: Resource) -> None:
    """A resource ends: busy ones refuse, what named it forgets it, its alerts are resolved."""
    core.check_free(resource)
    del core.resources[resource.id]
    for title, key in _CLEARED.get(resource.title, ()):
        for other in core.of(title):
            if other.config[key] == resource.id:
                other.config[key] = ""
    forget(core, resource.target)
    for alert in core.alerts.values():
        if alert["target"] == resource.target and not alert["resolved"]:
            alert["resolved"], alert["resolved_ts"] = True, core.clock.now()
    said = f"Deleted {resource.title} {resource.name}"
    updates.record(core, who, f"Delete{resource.title}", resource.target, (f"Delete {resource.title}", said))
