"""What the calling user may do, asked before it is tried (facts a.4, b.1, b.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ksync_tui.engine.core.client import Client
from ksync_tui.engine.core.loop import together
from ksync_tui.engine.core.names import Directory
from ksync_tui.errors import ForbiddenError, NotFoundError
from ksync_tui.model.kinds.common import LEVELS
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.plan import Action
from ksync_tui.model.resource import Target

_ADMIN_KINDS = frozenset({"variable", "user_group"})
"""Kinds that only an admin writes."""
_ADMIN_CREATES = frozenset({"action", "alerter", "builder", "resource_sync"})
_FLAGS = {"server": "create_server_permissions", "build": "create_build_permissions"}
_NEEDED = {"update": "Write", "delete": "Write", "rename": "Write", "deploy": "Execute", "run": "Execute"}


@dataclass(frozen=True, slots=True)
class Rights:
    """The calling user. `levels` has what was asked per existing target."""

    name: str
    admin: bool
    flags: frozenset[str] = frozenset()
    creates: bool = True
    """Whether who is no admin may create at all."""
    levels: Mapping[Target, str] | None = None

    def missing(self, action: Action) -> str | None:
        """Which permission an action lacks, and who gives it; None where it may be done."""
        if self.admin:
            return None
        lacks = self._lacks(action)
        return f"{self.name} lacks the permission: {lacks}. An admin of this Core can give it" if lacks else None

    def _lacks(self, action: Action) -> str | None:
        kind = action.target.kind
        if kind in _ADMIN_KINDS or (action.verb == "create" and kind in _ADMIN_CREATES):
            return f"only admins {action.verb} {kind.replace('_', ' ')}s"
        if action.verb == "create":
            flag = _FLAGS.get(kind)
            if not self.creates or (flag is not None and flag not in self.flags):
                return f"to create a {KINDS[kind].title}"
            return None
        # What is created by the same plan belongs to who creates it.
        target = _subject(action)
        have = (self.levels or {}).get(target)
        needed = _NEEDED[action.verb]
        if have is None or LEVELS.index(have) >= LEVELS.index(needed):
            return None
        return f"{needed} on {target}, has {have}"


async def rights(client: Client, actions: Iterable[Action], directory: Directory) -> Rights:
    """The rights of the calling user, as far as these actions need them: nothing more is asked for an admin."""
    user = await client.user()
    if user.get("admin"):
        return Rights(str(user.get("username")), admin=True)
    info = await client.read("GetCoreInfo")
    subjects = dict.fromkeys(_subject(one) for one in actions if one.target.kind not in _ADMIN_KINDS)
    asked = {target: known for target in subjects if (known := directory.id(target)) is not None}
    levels = await together(*(_level(client, target, known) for target, known in asked.items()))
    return Rights(
        name=str(user.get("username")),
        admin=False,
        flags=frozenset(flag for flag in _FLAGS.values() if user.get(flag)),
        creates=not info.get("disable_non_admin_create"),
        levels=dict(zip(asked, levels, strict=True)),
    )


def _subject(action: Action) -> Target:
    """What is there before the action."""
    return Target(action.target.kind, action.old_name) if action.old_name else action.target


async def _level(client: Client, target: Target, known: str) -> str:
    """By id: Core looks up by what it is given, and rights are stored by id."""
    try:
        found = await client.read("GetPermission", target={"type": KINDS[target.kind].title, "id": known})
    except (ForbiddenError, NotFoundError):
        return "None"
    level = found.get("level") if isinstance(found, dict) else found
    return level if level in LEVELS else "None"
