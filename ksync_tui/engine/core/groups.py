"""User groups part by part: users, everyone, levels per kind, levels per resource (semantics b.3, c.9)."""

from __future__ import annotations

from typing import Any

from ksync_tui.engine.core.client import Client
from ksync_tui.engine.core.names import Directory
from ksync_tui.engine.core.wire import target_with_id
from ksync_tui.model.kinds.fields import canonical
from ksync_tui.model.kinds.user_group import Permission, TargetPermission, UserGroup

NOTHING = Permission()


async def write_group(client: Client, directory: Directory, live: UserGroup, proposed: UserGroup) -> None:
    """Sends the parts of a group in which live differs. A right that is gone is sent as level None: a filter."""
    name = proposed.name
    if set(live.users) != set(proposed.users):
        await client.write("SetUsersInUserGroup", user_group=name, users=list(proposed.users))
    if live.everyone != proposed.everyone:
        await client.write("SetEveryoneUserGroup", user_group=name, everyone=proposed.everyone)
    group = {"type": "UserGroup", "id": name}
    for kind in sorted({*live.all, *proposed.all}):
        wanted = proposed.all.get(kind, NOTHING)
        if canonical(live.all.get(kind, NOTHING)) != canonical(wanted):
            await client.write(
                "UpdatePermissionOnResourceType", user_target=group, resource_type=kind, permission=_sent(wanted)
            )
    had, wants = _by_target(live), _by_target(proposed)
    for key in sorted({*had, *wants}):
        before, after = (_rights(found[key]) if key in found else NOTHING for found in (had, wants))
        if canonical(before) != canonical(after):
            target = target_with_id({"type": key[0], "id": key[1]}, directory)
            await client.write(
                "UpdatePermissionOnTarget", user_target=group, resource_target=target, permission=_sent(after)
            )


def _by_target(group: UserGroup) -> dict[tuple[str, str], TargetPermission]:
    """The last entry counts where a target is named twice."""
    return {(entry.target.type, entry.target.id): entry for entry in group.permissions}


def _rights(entry: TargetPermission) -> Permission:
    return Permission(level=entry.level, specific=entry.specific)


def _sent(permission: Permission) -> dict[str, Any]:
    return {"level": permission.level, "specific": list(permission.specific)}
