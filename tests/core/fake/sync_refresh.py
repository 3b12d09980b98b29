"""Refreshing what is pending, and the alert about it (semantics c.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.core.fake import alerts, sync_diff, sync_groups
from tests.core.fake.clauses import Json, answers
from tests.core.fake.errors import formatted
from tests.core.fake.executing import NeverEndsError
from tests.core.fake.permissions import allowed
from tests.core.fake.state import Resource, User
from tests.core.fake.sync_deploys import Decision
from tests.core.fake.sync_files import Read, is_configured, read_all
from tests.core.fake.sync_toml import Found

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

LISTS = ("resource_updates", "variable_updates", "user_group_updates", "pending_deploys")


def refresh(core: FakeCore, sync: Resource) -> None:
    """Read the files and put what differs into the info."""
    if not is_configured(sync):
        return
    read, info = read_all(core, sync), sync.info
    info.update({"remote_contents": read.contents, "remote_errors": read.errors})
    info.update({"pending_hash": read.hash, "pending_message": read.message, "pending_deploy_error": None})
    info.update({name: [] for name in LISTS})
    info["pending_error"] = None
    if read.errors:
        info["pending_error"] = formatted("Remote resources have errors. Cannot compute diffs.")
    else:
        _compare(core, sync, read)
    alerts.about_pending(core, sync, any(info[name] for name in LISTS))


def _compare(core: FakeCore, sync: Resource, read: Read) -> None:
    info, found = sync.info, read.found
    info["resource_updates"] = sync_diff.resources(core, sync, found)
    info["variable_updates"] = sync_diff.variables(core, sync, found)
    info["user_group_updates"] = sync_groups.pending(core, sync, found)
    if not sync.config["include_resources"]:
        return
    try:
        deploys = decision(core, sync, found).deploys()
    except NeverEndsError:
        info["pending_deploy_error"] = formatted("stack overflow while deciding deploys")
        return
    info["pending_deploys"] = [deploy.as_json() for deploy in deploys]


def decision(core: FakeCore, sync: Resource, found: Found, only: list[Resource] | None = None) -> Decision:
    """Who deploys, among what takes part; a targeted run knows of its targets only (semantics h.4)."""
    taking_part = Found([entry for title in sync_diff.ORDER for entry in sync_diff.declared_of(sync, found, title)])
    held = [resource for title in ("Stack", "Deployment") for resource in sync_diff.existing_of(core, sync, title)]
    existing = {(resource.title, resource.name): resource for resource in held if only is None or resource in only}
    return Decision(core, taking_part, existing)


@answers("write", "RefreshResourceSyncPending", "sync|id|name:str")
def _refresh(core: FakeCore, who: User, p: Json) -> Json:
    sync = allowed(core, who, "ResourceSync", p["sync"], "Execute")
    refresh(core, sync)
    return sync.as_json()
