"""What the calling user may do, asked before it is tried (semantics a.4, b.1, b.3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ksync_tui.engine.core.client import Client
from ksync_tui.engine.core.loop import together
from ksync_tui.engine.core.names import Directory
from ksync_tui.errors import ForbiddenError, NotFoundError
from ksync_tui.model.kinds.common import LEVELS
from ksync_tui.model.kinds.mentions import mentions
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.kinds.user_group import Permission
from ksync_tui.model.plan import Action
from ksync_tui.model.resource import Target

_ADMIN_KINDS = frozenset({"variable", "user_group"})
"""Kinds that only an admin writes."""
_ADMIN_CREATES = frozenset({"action", "alerter", "builder", "resource_sync"})
_FLAGS = {"server": "create_server_permissions", "build": "create_build_permissions"}
_ATTACHING = frozenset({"swarm", "stack", "deployment", "build", "repo"})
NOTHING = Permission()
EVERYTHING = Permission(level="Write", specific=["Attach"])
_NEEDED = {"update": "Write", "delete": "Write", "rename": "Write", "deploy": "Execute", "run": "Execute"}


@dataclass(frozen=True, slots=True)
class Rights:
    """The calling user. `granted` has what was asked per existing target."""

    name: str
    admin: bool
    flags: frozenset[str] = frozenset()
    creates: bool = True
    """Whether who is no admin may create at all."""
    granted: Mapping[Target, Permission] | None = None

    def missing(self, action: Action) -> str | None:
        """Which permission an action lacks, and who gives it; None where it may be done."""
        if self.admin:
            return None
        lacks = self._lacks(action)
        return f"{self.name} lacks permission: {lacks}. An admin of this Core can grant it" if lacks else None

    def _lacks(self, action: Action) -> str | None:
        kind = action.target.kind
        if kind in _ADMIN_KINDS or (action.verb == "create" and kind in _ADMIN_CREATES):
            return f"only admins {action.verb} {kind.replace('_', ' ')}s"
        if action.verb == "create":
            flag = _FLAGS.get(kind)
            if not self.creates or (flag is not None and flag not in self.flags):
                return f"to create a {KINDS[kind].title}"
            return self._cannot_attach(action)
        # What is created by the same plan belongs to who creates it.
        target = action.subject
        have = (self.granted or {}).get(target)
        needed = _NEEDED[action.verb]
        if have is not None and LEVELS.index(have.level) < LEVELS.index(needed):
            return f"{needed} on {target}, has {have.level}"
        return self._cannot_attach(action)

    def _cannot_attach(self, action: Action) -> str | None:
        """What an action makes a resource refer to takes a right of its own (semantics b.1)."""
        for target in _attached(action):
            have = (self.granted or {}).get(target)
            if have is not None and "Attach" not in have.specific:
                return f"Attach on {target}"
        return None


async def rights(client: Client, actions: Collection[Action], directory: Directory) -> Rights:
    """The rights of the calling user, as far as these actions need them: nothing more is asked for an admin."""
    user = await client.user()
    if user.get("admin"):
        return Rights(str(user.get("username")), admin=True)
    info = await client.read("GetCoreInfo")
    subjects = [action.subject for action in actions if action.target.kind not in _ADMIN_KINDS]
    concerned = dict.fromkeys([*subjects, *(target for action in actions for target in _attached(action))])
    known_ids = {target: known for target in concerned if (known := directory.id(target)) is not None}
    granted = await together(*(_granted(client, target, known) for target, known in known_ids.items()))
    return Rights(
        name=str(user.get("username")),
        admin=False,
        flags=frozenset(flag for flag in _FLAGS.values() if user.get(flag)),
        creates=not info.get("disable_non_admin_create"),
        granted=dict(zip(known_ids, granted, strict=True)),
    )


def _attached(action: Action) -> list[Target]:
    """What a create or an update newly makes a resource refer to."""
    if action.verb not in ("create", "update") or action.target.kind not in _ATTACHING or action.proposed is None:
        return []
    before = {(one.kind, one.name) for one in mentions(action.current)} if action.current else set()
    return [Target(one.kind, one.name) for one in mentions(action.proposed) if (one.kind, one.name) not in before]


async def _granted(client: Client, target: Target, known: str) -> Permission:
    """By id: Core looks up by what it is given, and rights are stored by id."""
    try:
        found = await client.read("GetPermission", target={"type": KINDS[target.kind].title, "id": known})
    except (ForbiddenError, NotFoundError):
        return NOTHING
    raw = {"level": found} if isinstance(found, str) else found
    try:
        return Permission.model_validate({"level": raw.get("level", "None"), "specific": raw.get("specific") or []})
    except ValueError:  # a level or right of a newer Core: whether it is enough, Core says
        return EVERYTHING
